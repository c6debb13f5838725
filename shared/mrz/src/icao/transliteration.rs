//! From names as people write them to names as zones print them (Doc 9303 part 3 §6 A).
//!
//! The standard leaves states a choice for some letters (Ü is UE, UXX or U), and states print the plain letter where
//! they should not. So a declared name becomes a pattern of all ways to print it, and a printed name matches it or does
//! not.

/// How one letter, or a place between letters, may be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A letter A–Z.
    Plain(u8),
    /// One of several spellings; the standard recommends the first.
    Special(&'static [&'static str]),
    /// An apostrophe, a full stop or the dot of a Catalan `l·l`: nothing in the standard, a filler in some states.
    Soft,
    /// The border of two components: a filler.
    Gap,
}

/// A component of a name.
pub(crate) type Word = Vec<Piece>;

/// A declared name, component by component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) words: Vec<Word>,
    /// It contains letters of a script that is not transliterated here, or digits: it cannot be compared.
    pub(crate) foreign: bool,
}

impl Pattern {
    /// The pattern of a name. Hyphens separate components as spaces do (part 3 §4.6); apostrophes do not.
    pub(crate) fn of(name: &str) -> Self {
        let mut pattern = Self::default();
        let mut word = Word::new();
        for letter in name.chars().flat_map(char::to_uppercase) {
            match letter {
                'A'..='Z' => word.push(Piece::Plain(letter as u8)),
                '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '·' | '.' => word.push(Piece::Soft),
                // "M.ª" for María: the raised letter is not printed.
                'ª' | 'º' => {}
                '\u{300}'..='\u{36F}' => combine(&mut word, letter),
                _ if letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}' | ',' | '/' | '<') => {
                    pattern.words.push(std::mem::take(&mut word));
                }
                _ => match spellings(letter) {
                    Some(spellings) => word.push(Piece::Special(spellings)),
                    None => pattern.foreign = true,
                },
            }
        }
        pattern.words.push(word);
        pattern.words.retain(|word| word.iter().any(|piece| *piece != Piece::Soft));
        pattern
    }
}

/// A mark that follows its letter instead of being part of it. Marks that change nothing are dropped.
fn combine(word: &mut Word, mark: char) {
    let whole = match (word.last(), mark) {
        (Some(Piece::Plain(b'N')), '\u{303}') => 'Ñ',
        (Some(Piece::Plain(b'U')), '\u{308}') => 'Ü',
        (Some(Piece::Plain(b'A')), '\u{308}') => 'Ä',
        (Some(Piece::Plain(b'O')), '\u{308}') => 'Ö',
        (Some(Piece::Plain(b'A')), '\u{30A}') => 'Å',
        _ => return,
    };
    if let (Some(last), Some(spellings)) = (word.last_mut(), spellings(whole)) {
        *last = Piece::Special(spellings);
    }
}

/// How a letter beyond A–Z may be printed: by the table of the standard, and as the plain letter. `None` for other
/// scripts.
fn spellings(letter: char) -> Option<&'static [&'static str]> {
    Some(match letter {
        'À' | 'Á' | 'Â' | 'Ã' | 'Ā' | 'Ă' | 'Ą' | 'Ǎ' | 'Ạ'..='ặ' => &["A"],
        'Ä' => &["AE", "A"],
        'Å' => &["AA", "A"],
        'Æ' => &["AE"],
        'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => &["C"],
        'Ď' | 'Đ' | 'Ð' => &["D", "DJ"],
        'È' | 'É' | 'Ê' | 'Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' | 'Ẹ'..='ệ' => &["E"],
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' | 'Ǧ' => &["G"],
        'Ĥ' | 'Ħ' => &["H"],
        'Ì' | 'Í' | 'Î' | 'Ï' | 'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' | 'Ỉ'..='ị' => &["I"],
        'Ĳ' => &["IJ"],
        'Ĵ' => &["J"],
        'Ķ' => &["K"],
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ŀ' | 'Ł' => &["L"],
        'Ñ' => &["N", "NXX"],
        'Ń' | 'Ņ' | 'Ň' | 'Ŋ' => &["N"],
        'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ō' | 'Ŏ' | 'Ő' | 'Ơ' | 'Ọ'..='ợ' => &["O"],
        'Ö' => &["OE", "O"],
        'Ø' => &["OE", "O"],
        'Œ' => &["OE"],
        'Ŕ' | 'Ŗ' | 'Ř' => &["R"],
        'Ś' | 'Ŝ' | 'Ş' | 'Š' | 'Ș' => &["S"],
        'ẞ' => &["SS"],
        'Ţ' | 'Ť' | 'Ŧ' | 'Ț' => &["T"],
        'Þ' => &["TH"],
        'Ù' | 'Ú' | 'Û' | 'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' | 'Ư' | 'Ụ'..='ự' => &["U"],
        'Ü' => &["UE", "UXX", "U"],
        'Ŵ' | 'Ẁ' | 'Ẃ' | 'Ẅ' => &["W"],
        'Ý' | 'Ŷ' | 'Ÿ' | 'Ỳ'..='ỹ' => &["Y"],
        'Ź' | 'Ż' | 'Ž' => &["Z"],
        _ => return None,
    })
}

/// The ways to print a name in a zone, the standard's first, with fillers between components; at most `at_most`. Empty
/// for a name in another script.
pub fn variants(name: &str, at_most: usize) -> Vec<String> {
    let pattern = Pattern::of(name);
    if pattern.foreign || pattern.words.is_empty() {
        return Vec::new();
    }
    let mut all = vec![String::new()];
    for piece in joined(&pattern.words) {
        let spellings: &[&str] = match &piece {
            Piece::Plain(letter) => {
                all.iter_mut().for_each(|text| text.push(char::from(*letter)));
                continue;
            }
            Piece::Special(spellings) => spellings,
            Piece::Soft => continue,
            Piece::Gap => &["<"],
        };
        all = all
            .iter()
            .flat_map(|text| spellings.iter().map(move |spelling| format!("{text}{spelling}")))
            .take(at_most.max(1))
            .collect();
    }
    all
}

/// Components with gaps between them.
pub(crate) fn joined<'a>(words: impl IntoIterator<Item = &'a Word>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for word in words {
        if !pieces.is_empty() {
            pieces.push(Piece::Gap);
        }
        pieces.extend_from_slice(word);
    }
    pieces
}

/// How far a printed text follows a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// Not to its end.
    None,
    /// To its end, but the pattern goes on.
    Beginning,
    /// Both end together.
    Whole,
}

/// Follows a text, with spaces between components, along all spellings of a pattern at once.
pub(crate) fn fit(pieces: &[Piece], text: &str) -> Fit {
    let text = text.as_bytes();
    // The possible positions in the text after the pieces so far.
    let mut places = vec![false; text.len() + 1];
    places[0] = true;
    let mut ended = text.is_empty();
    for piece in pieces {
        let mut next = vec![false; text.len() + 1];
        for at in (0..=text.len()).filter(|&at| places[at]) {
            let mut follow = |spelling: &[u8]| match text[at..].strip_prefix(spelling) {
                Some(_) => next[at + spelling.len()] = true,
                None => ended |= spelling.starts_with(&text[at..]),
            };
            match piece {
                Piece::Plain(letter) => follow(&[*letter]),
                Piece::Special(spellings) => spellings.iter().for_each(|spelling| follow(spelling.as_bytes())),
                Piece::Gap => follow(b" "),
                Piece::Soft => {
                    follow(b"");
                    follow(b" ");
                }
            }
        }
        places = next;
    }
    match (places[text.len()], ended) {
        (true, _) => Fit::Whole,
        (false, true) => Fit::Beginning,
        (false, false) => Fit::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_of_the_standard_is_a_variant() {
        for (name, expected) in [
            ("Muñoz", &["MUNOZ", "MUNXXOZ"][..]),
            ("Müller", &["MUELLER", "MUXXLLER", "MULLER"]),
            ("Ångström", &["AANGSTROEM", "AANGSTROM", "ANGSTROEM", "ANGSTROM"]),
            ("Weiß", &["WEISS"]),
            ("Þór", &["THOR"]),
            (
                "Núñez de la Peña",
                &["NUNEZ<DE<LA<PENA", "NUNEZ<DE<LA<PENXXA", "NUNXXEZ<DE<LA<PENA", "NUNXXEZ<DE<LA<PENXXA"],
            ),
            ("Jean-Luc d’Arc", &["JEAN<LUC<DARC"]),
            ("Nguyễn", &["NGUYEN"]),
            ("Μαρία", &[]),
            (" - ", &[]),
        ] {
            assert_eq!(variants(name, 16), expected, "{name}");
        }
    }

    #[test]
    fn letters_with_marks_apart_are_the_same_letters() {
        for (whole, apart) in
            [("Muñoz", "Mun\u{303}oz"), ("Müller", "Mu\u{308}ller"), ("Åse", "A\u{30A}se"), ("García", "Garci\u{301}a")]
        {
            assert_eq!(variants(whole, 16), variants(apart, 16));
        }
    }

    #[test]
    fn the_number_of_variants_is_bounded() {
        assert_eq!(variants(&"ü".repeat(40), 8).len(), 8);
    }

    #[test]
    fn a_text_fits_wholly_in_its_beginning_or_not() {
        let pattern = Pattern::of("Müller O'Connor");
        let pieces = joined(&pattern.words);
        for (text, expected) in [
            ("MUELLER OCONNOR", Fit::Whole),
            ("MULLER O CONNOR", Fit::Whole),
            ("MUXXLLER OCO", Fit::Beginning),
            ("MUX", Fit::Beginning),
            ("", Fit::Beginning),
            ("MUXLLER", Fit::None),
            ("MULLEROCONNOR", Fit::None),
            ("MULLER OCONNORS", Fit::None),
        ] {
            assert_eq!(fit(&pieces, text), expected, "{text}");
        }
    }
}
