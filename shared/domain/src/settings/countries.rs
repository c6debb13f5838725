//! Countries that messages may go to.

use crate::{actor::Country, invalid::Invalid, text::stored_as_text};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// All countries, or some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Countries {
    All,
    Only(BTreeSet<Country>),
}

/// How all countries are written.
const ALL: &str = "*";

impl Countries {
    /// Of a deployment that chooses none.
    pub fn spain() -> Self {
        Self::Only("ES".parse().into_iter().collect())
    }

    /// Reads one entry of a list: a country, or `None` for all of them.
    pub fn entry(text: &str) -> Result<Option<Country>, Invalid> {
        if text == ALL { Ok(None) } else { text.to_ascii_uppercase().parse().map(Some) }
    }

    /// The countries of a list. Whoever lists all of them lists nothing else.
    pub fn of(entries: &[Option<Country>]) -> Result<Self, Invalid> {
        match entries {
            [None] => Ok(Self::All),
            _ if entries.contains(&None) => Err(Invalid("has countries besides *")),
            _ => Ok(Self::Only(entries.iter().copied().flatten().collect())),
        }
    }

    pub fn allow(&self, country: Country) -> bool {
        match self {
            Self::All => true,
            Self::Only(countries) => countries.contains(&country),
        }
    }

    /// Those that are in both.
    pub fn within(&self, bound: &Self) -> Self {
        match (self, bound) {
            (Self::All, bound) => bound.clone(),
            (countries, Self::All) => countries.clone(),
            (Self::Only(countries), Self::Only(bound)) => Self::Only(countries & bound),
        }
    }

    /// As they are listed: country by country, or `*`.
    pub fn entries(&self) -> Vec<String> {
        match self {
            Self::All => vec![ALL.to_owned()],
            Self::Only(countries) => countries.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Separated by blanks, commas or both, as in a deployment's parameter. A deployment that sends nowhere has no sender.
impl FromStr for Countries {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let parts = text.split([' ', ',']).filter(|part| !part.is_empty());
        Self::of(&parts.map(Self::entry).collect::<Result<Vec<_>, _>>()?)
    }
}

impl fmt::Display for Countries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.entries().join(" "))
    }
}

stored_as_text!(Countries, |countries| countries.to_string());

#[cfg(test)]
mod tests {
    use super::*;

    fn countries(text: &str) -> Countries {
        text.parse().expect("countries")
    }

    #[test]
    fn countries_are_some_or_all() {
        let spain = "ES".parse().expect("a country");
        assert!(countries("*").allow(spain) && countries("pt, ES").allow(spain) && !countries("PT").allow(spain));
        assert!(!countries("").allow(spain), "nowhere");
        assert_eq!(countries("pt,es ES").to_string(), "ES PT");
        for text in ["* ES", "ESP", "XX", "**"] {
            assert!(text.parse::<Countries>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_deployment_that_chooses_none_sends_to_spain() {
        assert_eq!(Countries::spain(), countries("ES"));
    }

    #[test]
    fn what_is_within_a_bound_is_in_both() {
        for (countries_of, bound, both) in [
            ("*", "*", "*"),
            ("*", "ES PT", "ES PT"),
            ("ES FR", "*", "ES FR"),
            ("ES FR", "ES PT", "ES"),
            ("FR", "ES", ""),
        ] {
            assert_eq!(countries(countries_of).within(&countries(bound)), countries(both), "{countries_of} {bound}");
        }
    }

    #[test]
    fn countries_are_stored_as_they_are_read() {
        for text in ["*", "ES PT", ""] {
            let stored = serde_json::to_string(&countries(text)).expect("text");
            assert_eq!(serde_json::from_str::<Countries>(&stored).expect("countries"), countries(text));
        }
    }
}
