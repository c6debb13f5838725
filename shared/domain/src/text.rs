//! Texts that people write: trimmed, without control characters, of bounded length, and never shown by `Debug`.

use crate::invalid::Invalid;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Trims, and rejects blank texts and control characters.
pub fn clean(text: &str) -> Result<String, Invalid> {
    if text.chars().any(char::is_control) {
        return Err(Invalid("contains a control character"));
    }
    match text.trim() {
        "" => Err(Invalid("is blank")),
        text => Ok(text.to_owned()),
    }
}

/// Like [`clean`], and at most 256 characters.
pub fn ordinary(text: &str) -> Result<String, Invalid> {
    at_most(clean(text)?, 256, "is longer than 256 characters")
}

fn at_most(text: String, max: usize, problem: &'static str) -> Result<String, Invalid> {
    if text.chars().count() > max { Err(Invalid(problem)) } else { Ok(text) }
}

/// A value that may name or locate a person: `Debug` redacts it, and it has no `Display`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private<T>(T);

impl<T> Private<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// For the code that needs the value: the store, the sender, the comparison.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹private›")
    }
}

/// Declares a private text: a type of its own that holds only what its reader accepts and that `Debug` redacts.
macro_rules! private_text {
    ($(#[$doc:meta])* $name:ident, $read:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name($crate::text::Private<String>);

        impl $name {
            pub fn expose(&self) -> &str {
                self.0.expose()
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::invalid::Invalid;
            fn from_str(text: &str) -> Result<Self, $crate::invalid::Invalid> {
                let read: fn(&str) -> Result<String, $crate::invalid::Invalid> = $read;
                read(text).map(|text| Self($crate::text::Private::new(text)))
            }
        }

        $crate::text::stored_as_text!($name, |text| text.expose().to_owned());
    };
}
pub(crate) use private_text;

/// For types declared `#[serde(try_from = "String", into = "String")]`: parsed from text, and turned into text as the
/// second argument says.
macro_rules! stored_as_text {
    ($name:ident, $write:expr) => {
        impl TryFrom<String> for $name {
            type Error = $crate::invalid::Invalid;
            fn try_from(text: String) -> Result<Self, $crate::invalid::Invalid> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                let write: fn($name) -> Self = $write;
                write(value)
            }
        }
    };
}
pub(crate) use stored_as_text;

/// Accepts a text unchanged if `good`.
pub(crate) fn checked(text: &str, good: bool, problem: &'static str) -> Result<String, Invalid> {
    if good { Ok(text.to_owned()) } else { Err(Invalid(problem)) }
}

private_text! {
    PersonName, ordinary
}
private_text! {
    /// As its holder wrote it.
    DocumentNumber, ordinary
}
private_text! {
    CancellationReason, |text| at_most(clean(text)?, 1_000, "is longer than 1,000 characters")
}
private_text! {
    /// The agent who confirmed the person in the shop.
    AgentName, ordinary
}
private_text! {
    /// A code or second factor as a person typed it: any text may be tried.
    Attempt, ordinary
}

impl DocumentNumber {
    /// The number for comparison: upper case, without the spaces, dots and hyphens that people write or omit at will.
    pub fn normalized(&self) -> Private<String> {
        Private::new(
            self.expose().chars().filter(|c| !matches!(c, ' ' | '-' | '.')).flat_map(char::to_uppercase).collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_bounded() {
        assert_eq!("  James ".parse::<PersonName>().map(|n| n.expose().to_owned()), Ok("James".to_owned()));
        assert_eq!("   ".parse::<PersonName>(), Err(Invalid("is blank")));
        assert_eq!("Ja\u{0}mes".parse::<PersonName>(), Err(Invalid("contains a control character")));
        assert!("é".repeat(256).parse::<PersonName>().is_ok());
        assert!("é".repeat(257).parse::<PersonName>().is_err());
        assert!("r".repeat(1_000).parse::<CancellationReason>().is_ok());
        assert!("r".repeat(1_001).parse::<CancellationReason>().is_err());
    }

    #[test]
    fn debug_never_shows_a_private_text() {
        let name: PersonName = "Canaria".parse().expect("a name");
        assert!(!format!("{name:?}").contains("Canaria"));
    }

    #[test]
    fn a_document_number_is_compared_as_people_mean_it() {
        let number: DocumentNumber = "12.345.678-a".parse().expect("a number");
        assert_eq!(number.normalized().expose(), "12345678A");
    }
}
