//! The domain whose pages may take a code out of a text message.

use crate::{
    invalid::Invalid,
    text::{clean, stored_as_text},
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A name of the internet with at least two labels, in lower case. An internationalised one is as the DNS knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebOtpDomain(String);

impl WebOtpDomain {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WebOtpDomain {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let problem = Invalid("is not a domain such as www.example.com");
        let domain = match clean(text)? {
            ascii if ascii.is_ascii() => ascii.to_ascii_lowercase(),
            domain => idna::domain_to_ascii_strict(&domain).map_err(|_| problem)?,
        };
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        // An address has no letter at its end.
        let is_name =
            domain.split('.').next_back().is_some_and(|last| last.contains(|c: char| c.is_ascii_alphabetic()));
        let good = domain.len() <= 253 && domain.contains('.') && is_name && domain.split('.').all(label);
        if good { Ok(Self(domain)) } else { Err(problem) }
    }
}

stored_as_text!(WebOtpDomain, |domain| domain.0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_name_and_nothing_around_it() {
        for (text, read) in [
            ("example.com", "example.com"),
            (" WWW.Example.com ", "www.example.com"),
            ("correo.españa.es", "correo.xn--espaa-rta.es"),
        ] {
            assert_eq!(text.parse::<WebOtpDomain>().map(|domain| domain.0), Ok(read.to_owned()), "{text}");
        }
        for text in [
            "",
            "localhost",
            "https://example.com",
            "example.com/",
            "example.com:443",
            "@example.com",
            "a..b",
            ".com",
            "com.",
            "-a.com",
            "a_b.com",
            "1.2.3.4",
            "a b.com",
            "a.com #1",
        ] {
            assert!(text.parse::<WebOtpDomain>().is_err(), "{text}");
        }
    }
}
