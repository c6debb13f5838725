//! The only comparison of a person's names and a document's issuer, for providers that read them and leave the
//! comparison to us.

use crate::numbers;
use acredita_domain::{
    actor::{Actor, Country},
    ports::{Comparison, Likeness},
    text::visible,
};
use acredita_mrz::icao::{Agreement, Name, NamePart, Personal, names, transliteration::variants};

/// The number of spellings of a name in a zone that are tried, for family names and for given names.
const SPELLINGS: usize = 4;

/// Compares as [`crate::InternalScorer`] does: names as zones would print them, countries by the codes in zones.
#[derive(Clone, Copy, Debug, Default)]
pub struct InternalComparison;

impl Comparison for InternalComparison {
    fn names(&self, declared: &Actor, last_name: Option<&str>, name: Option<&str>) -> Option<Likeness> {
        let declared =
            [&declared.last_name, &declared.name].map(|name| name.as_ref().map(|name| visible(name.expose())));
        let declared = declared.each_ref().map(|name| name.as_deref());
        let [surname, given] = [declared[0].zip(last_name), declared[1].zip(name)];
        if surname.is_none() && given.is_none() {
            return None;
        }
        let compared = [surname, given].map(|pair| pair.map(|(declared, _)| declared));
        let [Some(surnames), Some(givens)] = [surname, given].map(|pair| printed(pair.map(|(_, read)| read))) else {
            return Some(Likeness::Doubtful);
        };
        let ways = surnames.iter().flat_map(|surname| givens.iter().map(move |given| (surname, given)));
        let best = ways
            .map(|(surname, given)| {
                let zone = Name { surname: part(surname), given: part(given) };
                likeness(names::compare(compared[0], compared[1], &zone))
            })
            .max_by_key(|likeness| match likeness {
                Likeness::Same => 2,
                Likeness::Doubtful => 1,
                Likeness::Different => 0,
            });
        // Members of a family share their names.
        let unread = compared != declared;
        best.map(|likeness| if unread && likeness == Likeness::Same { Likeness::Doubtful } else { likeness })
    }

    fn country(&self, code: &str) -> Option<Country> {
        numbers::country(code)
    }
}

/// The ways a zone would print a name that was read; empty if none was read. `None` if its script cannot be printed in
/// zones.
fn printed(name: Option<&str>) -> Option<Vec<String>> {
    let Some(name) = name else {
        return Some(vec![String::new()]);
    };
    let ways: Vec<String> = variants(name, SPELLINGS).iter().map(|way| way.replace('<', " ")).collect();
    (!ways.is_empty()).then_some(ways)
}

fn part(text: &str) -> NamePart {
    NamePart { text: Personal::new(text), cut: false }
}

const fn likeness(agreement: Agreement) -> Likeness {
    match agreement {
        Agreement::Match => Likeness::Same,
        Agreement::Doubtful => Likeness::Doubtful,
        Agreement::Mismatch => Likeness::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Likeness::{Different, Doubtful, Same};

    fn actor(last_name: &str, name: &str) -> Actor {
        Actor { last_name: last_name.parse().ok(), name: name.parse().ok(), ..Actor::default() }
    }

    fn compared(declared: (&str, &str), last_name: &'static str, name: &'static str) -> Option<Likeness> {
        let read = |text| Some(text).filter(|text: &&str| !text.is_empty());
        InternalComparison.names(&actor(declared.0, declared.1), read(last_name), read(name))
    }

    #[test]
    fn a_printed_name_is_the_declared_one_however_it_is_written() {
        let ana = ("Muñoz Gil", "Ana");
        for (last_name, name) in [("MUÑOZ GIL", "ANA"), ("MUNOZ GIL", "ANA"), ("Muñoz-Gil", "Ana")] {
            assert_eq!(compared(ana, last_name, name), Some(Same), "{last_name}, {name}");
        }
        assert_eq!(compared(("Mueller", "Jörg"), "MÜLLER", "JOERG"), Some(Same));
        assert_eq!(compared(("Muller", "Jorg"), "MÜLLER", "JÖRG"), Some(Same));
        for (last_name, name) in [("MUÑOZ", "ANA"), ("ANA", "MUÑOZ GIL"), ("MUÑOS GIL", "ANA")] {
            assert_eq!(compared(ana, last_name, name), Some(Doubtful), "{last_name}, {name}");
        }
        for (last_name, name) in [("PÉREZ GIL", "EVA"), ("SILVA", "JOÃO"), ("MUÑOZ GIL", "EVA")] {
            assert_eq!(compared(ana, last_name, name), Some(Different), "{last_name}, {name}");
        }
    }

    #[test]
    fn what_was_not_read_or_not_declared_is_not_compared_and_leaves_the_rest_doubtful_if_it_was_declared() {
        assert_eq!(compared(("Muñoz", "Ana"), "", ""), None);
        assert_eq!(compared(("", ""), "MUÑOZ", "ANA"), None);
        assert_eq!(compared(("Muñoz", ""), "", "ANA"), None);
        assert_eq!(compared(("Muñoz", "Ana"), "MUÑOZ", ""), Some(Doubtful), "a sister has that name, too");
        assert_eq!(compared(("Muñoz", "Ana"), "", "ANA"), Some(Doubtful));
        assert_eq!(compared(("Muñoz", ""), "MUÑOZ", "ANA"), Some(Same));
        assert_eq!(compared(("Muñoz", "Ana"), "", "EVA"), Some(Different));
        assert_eq!(compared(("Παπαδοπούλου", "Μαρία"), "PAPADOPOULOU", "MARIA"), Some(Doubtful));
        assert_eq!(compared(("Papadopoulou", "Maria"), "ΠΑΠΑΔΟΠΟΥΛΟΥ", "ΜΑΡΙΑ"), Some(Doubtful));
    }

    #[test]
    fn a_code_is_the_country_that_documents_mean_by_it() {
        let country = |code| InternalComparison.country(code).map(|country| country.to_string());
        assert_eq!(country("ESP").as_deref(), Some("ES"));
        assert_eq!(country("D").as_deref(), Some("DE"));
        for code in ["UTO", "XXA", "", "esp", "ESPAÑA"] {
            assert_eq!(country(code), None, "{code}");
        }
    }
}
