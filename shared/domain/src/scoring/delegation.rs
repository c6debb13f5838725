//! Captures that a provider hosts.

use crate::{Time, ids::DelegationId, invalid::Invalid};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A provider's own name for something: 1 to 128 of `A-Z a-z 0-9 _ -`. It becomes part of the paths of our requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderReference(String);

impl ProviderReference {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProviderReference {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let good = (1..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        if good { Ok(Self(text.to_owned())) } else { Err(Invalid("is not a provider's reference")) }
    }
}

impl TryFrom<String> for ProviderReference {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<ProviderReference> for String {
    fn from(reference: ProviderReference) -> Self {
        reference.0
    }
}

/// An open capture on a provider's pages. A scoring has at most one: its token is returned once and never stored, so a
/// caller who lost it has to ask again, and two open captures would be two documents for one score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostedDelegation {
    /// Our name for it.
    pub id: DelegationId,
    /// The provider's name for it.
    pub reference: ProviderReference,
    /// After this we no longer rely on it.
    pub expires_at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_cannot_lead_elsewhere() {
        assert!("610375adba3a4b7cb99b545fddbefd7b".parse::<ProviderReference>().is_ok());
        for text in ["", "a/b", "..", "a?b", "a#b", "a%2Fb", "a b", "ñ", &"x".repeat(129)] {
            assert!(text.parse::<ProviderReference>().is_err(), "{text}");
        }
    }
}
