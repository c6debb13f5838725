//! What an organisation has seen of documents: numbers and pictures, and whom each was declared for. Only digests under
//! a key of the deployment are kept, so whoever reads the store cannot find a number or a name by trying.

use crate::{Time, ids::ScoringId};
use icu_normalizer::DecomposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};

/// The most scorings that are remembered for one number or picture.
pub const MOST_REMEMBERED: usize = 50;

/// Something that can be seen again.
#[derive(Clone, Copy)]
pub enum Sighted<'a> {
    /// A document's number, in its [one form](crate::document_numbers::one_form).
    Number(&'a str),
    /// The digest of a picture.
    Picture(&'a str),
}

/// How something is found again, and for whom it was declared, under one key. The digest of the person belongs to the
/// thing: it does not connect one sighting with another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    pub digest: String,
    pub person: String,
}

/// What is remembered under a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub digest: String,
    pub by: Vec<SeenFor>,
    /// Counts the changes.
    pub revision: u64,
    pub keep_until: Time,
}

/// A scoring that saw it, and the digest of the person that it was declared for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenFor {
    pub person: String,
    pub scoring: ScoringId,
}

/// A sighting to remember, if nothing has changed since it was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSighting {
    pub sighting: Sighting,
    /// 0 if nothing was remembered.
    pub revision: u64,
    pub keep_until: Time,
}

/// A name as it identifies a person here: its letters and digits in lower case, without accents, the words in
/// alphabetical order. Empty if it has none.
pub fn name_form(names: &[&str]) -> String {
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(&names.join(" ")).to_lowercase();
    let mut words: Vec<String> = decomposed
        .split(|c: char| c.is_whitespace() || c == '-')
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect())
        .filter(|word: &String| !word.is_empty())
        .collect();
    words.sort();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_however_it_is_written() {
        let form = name_form(&["Ana María", "Muñoz-Gil"]);
        for names in [["ANA MARIA", "MUÑOZ GIL"], ["muñoz gil", "Ana  María"], ["Ana Mari\u{301}a", "Mun\u{303}oz Gil"]]
        {
            assert_eq!(name_form(&names), form, "{names:?}");
        }
        for other in [["Ana", "Muñoz Gil"], ["Ana María", "Muñoz"], ["Eva María", "Muñoz Gil"]] {
            assert_ne!(name_form(&other), form, "{other:?}");
        }
        assert_eq!(name_form(&[" ", "-"]), "");
    }
}
