//! The kinds of id. Each is its own type, so that a back office's id cannot be used on the actor's side by accident.

use crate::{Time, invalid::Invalid, system::Entropy, text::stored_as_text};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Version 4 (RFC 9562 §5.4).
            pub fn generate(entropy: &dyn Entropy) -> Self {
                let mut bytes = [0; 16];
                entropy.fill(&mut bytes);
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            /// Accepts only the hyphenated form, the one that we hand out.
            fn from_str(text: &str) -> Result<Self, Invalid> {
                let hyphenated = text.len() == uuid::fmt::Hyphenated::LENGTH;
                match Uuid::try_parse(text) {
                    Ok(uuid) if hyphenated => Ok(Self(uuid)),
                    _ => Err(Invalid("is not a UUID")),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    };
}

uuid_id! {
    /// The actor's id of an identification: metadata, validate, resend.
    IdentificationId
}
uuid_id! {
    /// The back office's id of an identification: cancel, close, delete.
    AdminIdentificationId
}
uuid_id! {
    /// The actor's id of a chain: read, validate.
    ChainId
}
uuid_id! {
    /// The back office's id of a chain: cancel, close, delete.
    AdminChainId
}
uuid_id! {
    ScoringId
}
uuid_id! {
    MessageId
}

impl MessageId {
    /// A number below `limit`, drawn with the id.
    pub fn drawn(self, limit: u32) -> u32 {
        u32::try_from(self.0.as_u128() % u128::from(limit.max(1))).unwrap_or_default()
    }
}
uuid_id! {
    /// The installation that validated (`x-installation_id`).
    InstallationId
}
uuid_id! {
    DelegationId
}
uuid_id! {
    /// A code of MiDNI that was checked.
    MidniCheckId
}
uuid_id! {
    /// One worker's hold on a message.
    LeaseId
}
uuid_id! {
    /// Where an organisation gets its events.
    EndpointId
}
uuid_id! {
    EventId
}
uuid_id! {
    /// A search of records.
    SearchId
}
uuid_id! {
    /// A file of records.
    ExportId
}
uuid_id! {
    /// The settings of an organisation, which is all that they are found by.
    SettingsId
}
uuid_id! {
    /// The review of a score.
    ReviewId
}
uuid_id! {
    /// What the back office calls a record: its own id of an identification or a chain, or a scoring that stands alone.
    RecordId
}
uuid_id! {
    /// An id of whatever has events: see [`Subject`](crate::events::Subject).
    SubjectId
}

/// Declares an id that a record goes by.
macro_rules! of_record {
    ($id:ident) => {
        impl From<$id> for RecordId {
            fn from(id: $id) -> Self {
                Self(id.0)
            }
        }

        impl From<RecordId> for $id {
            fn from(id: RecordId) -> Self {
                Self(id.0)
            }
        }
    };
}

of_record!(AdminIdentificationId);
of_record!(AdminChainId);
of_record!(ScoringId);

impl SettingsId {
    /// Version 8 (RFC 9562 §5.8): the same for an organisation wherever it is asked for.
    pub fn of(org: &OrgId) -> Self {
        let digest = Sha256::digest(format!("settings of {org}"));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl EventId {
    /// Version 7 (RFC 9562 §5.7): its time finds the event again.
    pub fn at(time: Time, entropy: &dyn Entropy) -> Self {
        let mut random = [0; 10];
        entropy.fill(&mut random);
        let millis = u64::try_from(time.timestamp_millis()).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The id of a subject's event of this number: within a millisecond, ids sort as the numbers do (RFC 9562 §6.2, a
    /// counter in the 12 bits after the time).
    pub fn numbered(self, sequence: u64) -> Self {
        const COUNTER: u128 = 0xFFF << 64;
        Self(uuid::Uuid::from_u128((self.0.as_u128() & !COUNTER) | (u128::from(sequence) << 64 & COUNTER)))
    }

    /// The same with another time.
    pub fn moved_to(self, at: Time) -> Self {
        const REST: u128 = u128::MAX >> 48;
        let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
        Self(uuid::Uuid::from_u128((self.0.as_u128() & REST) | (millis << 80)))
    }

    /// Epoch milliseconds, for one of version 7.
    pub fn millis(&self) -> u64 {
        (self.0.as_u128() >> 80) as u64
    }
}

/// An organisation: the tenant that owns identifications and scorings.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrgId(String);

impl OrgId {
    /// The organisation's name as it appears in the path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrgId {
    type Err = Invalid;

    /// 1 to 48 of `A-Z a-z 0-9 . _ -`: it becomes part of store keys and object names, so separators are excluded. `.`
    /// and `..` are refused.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if text.is_empty() || text.len() > 48 || !text.chars().all(allowed) || text.chars().all(|c| c == '.') {
            return Err(Invalid("is not the name of an organisation"));
        }
        Ok(Self(text.to_owned()))
    }
}

stored_as_text!(OrgId, |org| org.0);

impl fmt::Display for OrgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        assert!("7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11".parse::<IdentificationId>().is_ok());
        for text in ["", "7d4448409dc041a98a3a6f2a5e4f1c11", "{7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11}", "not-a-uuid"] {
            assert!(text.parse::<IdentificationId>().is_err(), "{text}");
        }
    }

    struct Random(u8);

    impl Entropy for Random {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn ids_of_a_subjects_events_in_one_millisecond_sort_as_the_events_do() {
        let at = |random, sequence| EventId::at(Time::UNIX_EPOCH, &Random(random)).numbered(sequence).to_string();
        let ids = [at(0xFF, 1), at(0x00, 2), at(0xAA, 300), at(0x0F, 4_095)];
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(ids.iter().all(|id| id.as_bytes()[14] == b'7' && b"89ab".contains(&id.as_bytes()[19])), "{ids:?}");
    }

    #[test]
    fn the_settings_of_an_organisation_have_one_id() {
        let id = |org: &str| SettingsId::of(&org.parse().expect("an organisation")).to_string();
        assert_eq!(id("yoigo"), id("yoigo"));
        assert_ne!(id("yoigo"), id("Yoigo"));
        assert!(id("yoigo").parse::<SettingsId>().is_ok() && id("yoigo").as_bytes()[14] == b'8');
    }

    #[test]
    fn an_organisation_cannot_smuggle_a_separator_into_a_key() {
        assert!("yoigo".parse::<OrgId>().is_ok());
        for text in ["", "..", "a/b", "a#b", "a b", &"x".repeat(49)] {
            assert!(text.parse::<OrgId>().is_err(), "{text}");
        }
    }
}
