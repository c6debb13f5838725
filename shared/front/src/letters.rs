//! Classes of letters: what a zone, which knows only A–Z and 0–9, calls by one name.

/// A–Z, 0–9, the gap between characters, and letters that a zone spells with two.
pub(crate) const CLASSES: usize = 36 + 1 + SPELT_WITH_TWO.len();
/// The class of no character, or of one that a zone leaves out or writes as a filler.
pub(crate) const GAP: usize = 36;
/// Less likely than this is as unlikely as can be: a network's smallest numbers say nothing.
const LEAST: f32 = 1e-9;

/// What a zone spells with two letters (ICAO Doc 9303-3, section 6), and how it is printed.
const SPELT_WITH_TWO: [(&str, &str); 8] =
    [("AE", "ÄÆ"), ("OE", "ÖØŒ"), ("UE", "Ü"), ("AA", "Å"), ("SS", "ß"), ("TH", "Þ"), ("IJ", "Ĳ"), ("NXX", "Ñ")];

/// The letter or digit without its accent, in the form of a zone.
pub(crate) fn plain(letter: char) -> Option<char> {
    let upper = upper(letter);
    let plain = match upper {
        'A'..='Z' | '0'..='9' => upper,
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' | 'Æ' | 'ª' => 'A',
        'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => 'C',
        'Ð' | 'Ď' | 'Đ' => 'D',
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => 'E',
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => 'G',
        'Ĥ' | 'Ħ' => 'H',
        'Ì'..='Ï' | 'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' | 'ı' | 'Ĳ' => 'I',
        'Ĵ' => 'J',
        'Ķ' | 'ĸ' => 'K',
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ŀ' | 'Ł' => 'L',
        'Ñ' | 'Ń' | 'Ņ' | 'Ň' | 'ŉ' | 'Ŋ' => 'N',
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ŏ' | 'Ő' | 'Œ' | 'º' => 'O',
        'Ŕ' | 'Ŗ' | 'Ř' => 'R',
        'Ś' | 'Ŝ' | 'Ş' | 'Š' | 'ſ' | 'ß' => 'S',
        'Ţ' | 'Ť' | 'Ŧ' | 'Þ' => 'T',
        'Ù'..='Ü' | 'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' => 'U',
        'Ŵ' => 'W',
        'Ý' | 'Ŷ' | 'Ÿ' => 'Y',
        'Ź' | 'Ż' | 'Ž' => 'Z',
        _ => return None,
    };
    Some(plain)
}

/// Itself, if that is not one letter.
fn upper(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => letter,
    }
}

/// What many typefaces print like this letter or digit.
pub(crate) fn twin(plain: char) -> Option<char> {
    match plain {
        '0' => Some('O'),
        'O' => Some('0'),
        '1' => Some('I'),
        'I' => Some('1'),
        _ => None,
    }
}

/// Whether it may stand between the characters of one value.
pub(crate) fn separates(letter: char) -> bool {
    matches!(letter, ' ' | '.' | '-' | '–' | '—' | '/' | ':' | '\'' | '’' | '‘' | '·' | ',')
}

fn class(plain: char) -> Option<usize> {
    match plain {
        'A'..='Z' => Some(plain as usize - 'A' as usize),
        '0'..='9' => Some(26 + plain as usize - '0' as usize),
        _ => None,
    }
}

/// The classes that may stand at one place of an expected text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Symbol(u64);

impl Symbol {
    /// A letter or digit of a zone; `None` for anything else.
    pub(crate) fn of(plain: char) -> Option<Self> {
        class(plain).map(|class| Self(1 << class))
    }

    /// This one or another one.
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it is a digit, or may be one.
    pub(crate) fn is_digit(self) -> bool {
        const DIGITS: u64 = 0x3FF << 26;
        self.0 & DIGITS != 0
    }

    /// Where an expected text begins with what may be printed as one letter: that letter, and how many it stands for.
    pub(crate) fn spelt_with_two(text: &[char]) -> Option<(Self, usize)> {
        let found =
            SPELT_WITH_TWO.iter().position(|(spelt, _)| text.starts_with(&spelt.chars().collect::<Vec<_>>()))?;
        Some((Self(1 << (GAP + 1 + found)), SPELT_WITH_TWO[found].0.len()))
    }

    /// The least of the costs of its classes.
    pub(crate) fn cost(self, costs: &[f32; CLASSES]) -> f32 {
        let mut rest = self.0;
        let mut least = f32::MAX;
        while rest != 0 {
            least = least.min(costs[rest.trailing_zeros() as usize]);
            rest &= rest - 1;
        }
        least
    }
}

/// Which outputs of the recogniser belong to which classes.
pub(crate) struct Alphabet(Vec<Vec<usize>>);

impl Alphabet {
    /// Of the characters that the outputs stand for; the first output stands for none.
    pub(crate) fn of(letters: &[char]) -> Self {
        let classes = |(output, &letter): (usize, &char)| {
            if output == 0 || separates(letter) {
                return vec![GAP];
            }
            let spelt = SPELT_WITH_TWO.iter().position(|(_, printed)| printed.contains(upper(letter)));
            plain(letter).and_then(class).into_iter().chain(spelt.map(|index| GAP + 1 + index)).collect()
        };
        Self(letters.iter().enumerate().map(classes).collect())
    }

    /// How much less likely every class is than the likeliest output.
    pub(crate) fn costs(&self, likelihoods: &[f32], likeliest: f32) -> [f32; CLASSES] {
        let mut best = [LEAST; CLASSES];
        for (classes, &likelihood) in self.0.iter().zip(likelihoods) {
            classes.iter().for_each(|&class| best[class] = best[class].max(likelihood));
        }
        best.map(|likelihood| (likeliest.max(LEAST) / likelihood).ln().max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_the_same_with_and_without_accent_and_in_either_case() {
        for (printed, spelt) in [('Ñ', 'N'), ('ñ', 'N'), ('Á', 'A'), ('ü', 'U'), ('Ł', 'L'), ('7', '7'), ('z', 'Z')]
        {
            assert_eq!(plain(printed), Some(spelt), "{printed}");
        }
        assert_eq!(plain('<'), None);
        assert_eq!(plain('·'), None);
    }

    #[test]
    fn every_letter_of_the_recogniser_has_a_class() {
        let letters: Vec<char> =
            include_str!("../models/letters.txt").chars().filter(|letter| *letter != '\n').collect();
        for letter in letters.iter().filter(|letter| letter.is_alphabetic() && **letter != 'µ') {
            assert!(plain(*letter).is_some(), "{letter}");
        }
    }

    #[test]
    fn an_umlaut_counts_for_itself_and_for_its_spelling() {
        let alphabet = Alphabet::of(&['\0', 'U', 'Ü', ' ']);
        let costs = alphabet.costs(&[0.1, 0.1, 0.7, 0.1], 0.7);
        assert_eq!(Symbol::of('U').map(|symbol| symbol.cost(&costs)), Some(0.0));
        let (umlaut, letters) = Symbol::spelt_with_two(&['U', 'E', 'L']).expect("an umlaut");
        assert_eq!((umlaut.cost(&costs), letters), (0.0, 2));
        assert!((costs[GAP] - 7.0_f32.ln()).abs() < 1e-4);
    }
}
