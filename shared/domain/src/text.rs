//! Texts that people write: trimmed, without control characters, of bounded length, and never shown by `Debug`.

use crate::error::Invalid;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most characters of an ordinary text.
pub const MAX_TEXT: usize = 256;
/// The most characters of a reason.
pub const MAX_REASON: usize = 1_000;

/// Trims, and refuses blank texts, control characters and more than `max` characters.
pub fn clean(text: &str, max: usize) -> Result<String, Invalid> {
    if text.chars().any(char::is_control) {
        return Err(Invalid("contains a control character"));
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(Invalid("is blank"));
    }
    if text.chars().count() > max {
        return Err(Invalid(if max == MAX_REASON {
            "is longer than 1,000 characters"
        } else {
            "is longer than 256 characters"
        }));
    }
    Ok(text.to_owned())
}

/// A value that may name or locate a person: `Debug` shows that it is there, not what it is. It has no `Display`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one who has to have it: the store, the sender, the comparison.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹private›")
    }
}

/// Declares a private text: a type of its own that holds only what its reader lets through, and that `Debug` does not
/// show.
macro_rules! private_text {
    ($(#[$doc:meta])* $name:ident, $read:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name($crate::text::Private<String>);

        impl $name {
            /// The text.
            pub fn expose(&self) -> &str {
                self.0.expose()
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::error::Invalid;
            fn from_str(text: &str) -> Result<Self, $crate::error::Invalid> {
                let read: fn(&str) -> Result<String, $crate::error::Invalid> = $read;
                read(text).map(|text| Self($crate::text::Private::new(text)))
            }
        }

        $crate::text::stored_as_text!($name, |text| text.expose().to_owned());
    };
}
pub(crate) use private_text;

/// For what is declared `#[serde(try_from = "String", into = "String")]`: from text as it parses, and into text as the
/// second argument says.
macro_rules! stored_as_text {
    ($name:ident, $write:expr) => {
        impl TryFrom<String> for $name {
            type Error = $crate::error::Invalid;
            fn try_from(text: String) -> Result<Self, $crate::error::Invalid> {
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

/// A text that a check lets through as it is.
pub(crate) fn checked(text: &str, good: bool, problem: &'static str) -> Result<String, Invalid> {
    if good { Ok(text.to_owned()) } else { Err(Invalid(problem)) }
}

private_text! {
    /// A given name or a family name.
    PersonName, |text| clean(text, MAX_TEXT)
}
private_text! {
    /// The number of an identity document, as its holder wrote it.
    DocumentNumber, |text| clean(text, MAX_TEXT)
}
private_text! {
    /// Why an identification was cancelled.
    Reason, |text| clean(text, MAX_REASON)
}
private_text! {
    /// Who confirmed the person in the shop.
    AgentName, |text| clean(text, MAX_TEXT)
}
private_text! {
    /// What a person typed as a code or a second factor: any text may be tried.
    Attempt, |text| clean(text, MAX_TEXT)
}

impl DocumentNumber {
    /// The number as it is compared: upper case, without spaces, dots and hyphens, which people write or leave out at
    /// will.
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
        assert!("r".repeat(1_000).parse::<Reason>().is_ok());
        assert!("r".repeat(1_001).parse::<Reason>().is_err());
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
