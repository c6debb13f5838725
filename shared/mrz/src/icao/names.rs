//! Whether a declared name is the one of a zone.
//!
//! No check digit covers names, states shorten and reorder them, and people leave half of theirs out. So there are
//! three answers: a match is what the standard would print; a mismatch cannot be the same person by any of those
//! habits; in between, a person should look.

use super::{
    agreement::Agreement,
    confusable,
    fields::Name,
    transliteration::{Fit, Pattern, Piece, Word, fit, joined},
};

/// The length from which one letter may be wrong: Ana and Eva are two people, Gonzales and Gonzalez probably are not.
const LONG_ENOUGH_FOR_A_SLIP: usize = 4;
/// The most spellings of one component that are tried for a slip.
const SPELLINGS: usize = 16;

/// Abbreviations that people and registers write for given names, and the names.
const ABBREVIATIONS: [(&str, &[&str]); 24] = [
    ("MA", &["MARIA"]),
    ("MRIA", &["MARIA"]),
    ("M", &["MARIA"]),
    ("FCO", &["FRANCISCO"]),
    ("FRCO", &["FRANCISCO"]),
    ("FCA", &["FRANCISCA"]),
    ("ANT", &["ANTONIO"]),
    ("ANTO", &["ANTONIO"]),
    ("ANTA", &["ANTONIA"]),
    ("JNO", &["JOHN"]),
    ("JON", &["JONATHAN"]),
    ("JOS", &["JOSEPH"]),
    ("WM", &["WILLIAM"]),
    ("CHAS", &["CHARLES"]),
    ("GEO", &["GEORGE"]),
    ("THOS", &["THOMAS"]),
    ("JAS", &["JAMES"]),
    ("ROBT", &["ROBERT"]),
    ("ALEX", &["ALEXANDER", "ALEXANDRA", "ALEJANDRO", "ALEJANDRA"]),
    ("MAN", &["MANUEL"]),
    ("MLA", &["MANUELA"]),
    ("GDO", &["GERARDO"]),
    ("GPE", &["GUADALUPE"]),
    ("STA", &["SANTA"]),
];

/// Compares surnames and given names with those of a zone. Undeclared names are not compared; if none was declared, or
/// in a script other than Latin, the answer is doubtful.
pub fn compare(surname: Option<&str>, given: Option<&str>, zone: &Name) -> Agreement {
    let [surname, given] = [surname, given].map(|name| Pattern::of(name.unwrap_or_default()));
    if surname.foreign || given.foreign || surname.words.is_empty() && given.words.is_empty() {
        return Agreement::Doubtful;
    }
    let printed = [zone.surname.text.as_str(), zone.given.text.as_str()];
    if is_printed(&surname.words, printed[0], zone.surname.cut) && is_printed(&given.words, printed[1], zone.given.cut)
    {
        Agreement::Match
    } else if same_letters(&surname.words, printed[0]) && same_letters(&given.words, printed[1])
        || undivided(&surname.words, &given.words, zone)
        || same_components(&surname.words, &given.words, zone)
        || same_components(&divided(&surname.words), &divided(&given.words), zone)
        || one_name_twice(&surname.words, &given.words, zone)
    {
        Agreement::Doubtful
    } else {
        Agreement::Mismatch
    }
}

/// Whether the standard prints these components like this, or as much of them as had room.
fn is_printed(words: &[Word], printed: &str, cut: bool) -> bool {
    let least = if cut && !printed.is_empty() { Fit::Beginning } else { Fit::Whole };
    words.is_empty() || fit(&joined(words), printed) >= least
}

/// The same letters, regardless of the borders of the components: `DE LA CRUZ` and `DELACRUZ`.
fn same_letters(words: &[Word], printed: &str) -> bool {
    let letters: Vec<Piece> = words.iter().flatten().copied().filter(|piece| *piece != Piece::Soft).collect();
    words.is_empty() || fit(&letters, &printed.replace(' ', "")) == Fit::Whole
}

/// All components in order, but the two fillers between surname and given names are missing.
fn undivided(surname: &[Word], given: &[Word], zone: &Name) -> bool {
    let all = joined(surname.iter().chain(given));
    let least = if zone.surname.cut { Fit::Beginning } else { Fit::Whole };
    zone.given.text.is_empty() && !zone.surname.text.is_empty() && fit(&all, zone.surname.text.as_str()) >= least
}

/// The components of one side are all found on the other, in any order: names that were swapped, shortened or left out,
/// or with a slip in one. They must include at least one surname and one given name.
fn same_components(surname: &[Word], given: &[Word], zone: &Name) -> bool {
    let cut = zone.surname.cut || zone.given.cut;
    let printed: Vec<&str> =
        [&zone.surname, &zone.given].into_iter().flat_map(|part| part.text.as_str().split_ascii_whitespace()).collect();
    let declared: Vec<&Word> = surname.iter().chain(given).collect();
    let mut taken = vec![false; printed.len()];
    let mut found = vec![false; declared.len()];
    // Equal ones first, so that a similar one does not take another's place.
    let likenesses: [fn(&Word, &str, bool) -> bool; 2] = [is_equal, is_like];
    for is_same in likenesses {
        for (word, found) in declared.iter().zip(&mut found).filter(|(_, found)| !**found) {
            let same = printed.iter().zip(&mut taken).find(|(text, taken)| !**taken && is_same(word, text, cut));
            if let Some((_, taken)) = same {
                (*found, *taken) = (true, true);
            }
        }
    }
    let (surnames_found, given_found) = found.split_at(surname.len());
    let one_of = |found: &[bool]| found.is_empty() || found.contains(&true);
    let one_side_is_whole = !found.contains(&false) || !taken.is_empty() && !taken.contains(&false);
    one_side_is_whole && one_of(surnames_found) && (one_of(given_found) || zone.given.text.is_empty())
}

/// Words without a space after a full stop: `Ma.Carmen`.
fn divided(words: &[Word]) -> Vec<Word> {
    let parts = words.iter().flat_map(|word| word.split(|piece| *piece == Piece::Soft));
    parts.filter(|part| !part.is_empty()).map(<[Piece]>::to_vec).collect()
}

/// People with only one name give it in both fields of a form, and so do some states on paper.
fn one_name_twice(surname: &[Word], given: &[Word], zone: &Name) -> bool {
    let printed = [zone.surname.text.as_str(), zone.given.text.as_str()];
    let one = if printed[0].is_empty() { printed[1] } else { printed[0] };
    let is_one = printed.iter().all(|part| part.is_empty() || *part == one) && !one.is_empty();
    let fits = |words: &[Word]| !words.is_empty() && fit(&joined(words), one) == Fit::Whole;
    is_one && fits(surname) && fits(given)
}

fn is_equal(word: &Word, printed: &str, _: bool) -> bool {
    fit(word, printed) == Fit::Whole
}

/// An initial, a truncated component, or one letter off.
fn is_like(word: &Word, printed: &str, cut: bool) -> bool {
    let shortened = (cut || printed.len() == 1) && fit(word, printed) == Fit::Beginning;
    let letters = word.iter().filter(|piece| **piece != Piece::Soft).count();
    let initial = letters == 1
        && matches!(word.first(), Some(Piece::Plain(letter)) if printed.as_bytes().first() == Some(letter));
    shortened
        || initial
        || abbreviates(word, printed)
        || spelled(word).iter().any(|text| one_off(text.as_bytes(), printed.as_bytes()))
}

/// Whether one of the two is the abbreviation of the other.
fn abbreviates(word: &Word, printed: &str) -> bool {
    spelled(word).iter().any(|word| {
        let is = |short: &str, long: &str| ABBREVIATIONS.iter().any(|(of, all)| *of == short && all.contains(&long));
        is(word, printed) || is(printed, word)
    })
}

fn spelled(word: &Word) -> Vec<String> {
    let mut all = vec![String::new()];
    for piece in word {
        all = match piece {
            Piece::Plain(letter) => all.into_iter().map(|text| text + &char::from(*letter).to_string()).collect(),
            Piece::Special(spellings) => all
                .iter()
                .flat_map(|text| spellings.iter().map(move |spelling| text.clone() + spelling))
                .take(SPELLINGS)
                .collect(),
            Piece::Soft | Piece::Gap => all,
        };
    }
    all
}

/// One letter more, less or different; or only letters that poor pictures confuse.
fn one_off(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short.len() < LONG_ENOUGH_FOR_A_SLIP || long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let after = same + usize::from(short.len() == long.len());
    short.get(after..).unwrap_or_default() == long.get(same + 1..).unwrap_or_default()
        || short.len() == long.len() && short.iter().zip(long).all(|(&a, &b)| confusable::alike(a, b))
}

#[cfg(test)]
mod tests;
