//! Idempotency keys: what a request does that is sent twice is done once, and both get the same answer.

use crate::{Time, invalid::Invalid};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};
use subtle::{Choice, ConstantTimeEq};

/// How long the first answer is repeated.
pub const IDEMPOTENCY_WINDOW: TimeDelta = TimeDelta::hours(24);

/// The caller's `Idempotency-Key`: 1 to 255 visible ASCII characters.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl FromStr for IdempotencyKey {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() || text.len() > 255 || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Invalid("is not 1 to 255 visible characters"));
        }
        Ok(Self(text.to_owned()))
    }
}

/// The operation that a key belongs to. The same key on another operation is a different key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `POST /identifications/agent`
    CreateAgentIdentification,
    /// `POST /identifications/otp`
    CreateOtpIdentification,
    /// `POST /identifications/identity_document`
    CreateIdentityDocumentIdentification,
    /// `POST /scorings/identity_document`
    CreateScoring,
    /// `POST /identifications/chain`
    CreateChain,
    /// `POST /identifications/otp/{admin_identification_id}/code`
    CreateOtpCode,
    /// `/identifications/…/{identification_id}/validate`
    ValidateIdentification,
    /// `POST /identifications/agent/{identification_id}/midni`
    CheckMidni,
    /// `POST /identifications/otp/{identification_id}/resend`
    ResendOtp,
    /// `POST /identifications/…/{admin_identification_id}/cancel`
    CancelIdentification,
    /// `POST /identifications/…/{admin_identification_id}/close`
    CloseIdentification,
    /// `DELETE /identifications/…/{admin_identification_id}`
    DeleteIdentification,
    /// `POST /identifications/chain/{identification_chain_id}/validate`
    ValidateChain,
    /// `POST /identifications/chain/{admin_identification_chain_id}/cancel`
    CancelChain,
    /// `POST /identifications/chain/{admin_identification_chain_id}/close`
    CloseChain,
    /// `DELETE /identifications/chain/{admin_identification_chain_id}`
    DeleteChain,
    /// `PUT /scorings/identity_document/{scoring_id}/score`
    ScoreDocument,
    /// `POST /scorings/identity_document/{scoring_id}/close`
    CloseScoring,
    /// `DELETE /scorings/identity_document/{scoring_id}`
    DeleteScoring,
}

impl Operation {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreateAgentIdentification => "create_agent_identification",
            Self::CreateOtpIdentification => "create_otp_identification",
            Self::CreateIdentityDocumentIdentification => "create_identity_document_identification",
            Self::CreateScoring => "create_scoring",
            Self::CreateChain => "create_chain",
            Self::CreateOtpCode => "create_otp_code",
            Self::ValidateIdentification => "validate_identification",
            Self::CheckMidni => "check_midni",
            Self::ResendOtp => "resend_otp",
            Self::CancelIdentification => "cancel_identification",
            Self::CloseIdentification => "close_identification",
            Self::DeleteIdentification => "delete_identification",
            Self::ValidateChain => "validate_chain",
            Self::CancelChain => "cancel_chain",
            Self::CloseChain => "close_chain",
            Self::DeleteChain => "delete_chain",
            Self::ScoreDocument => "score_document",
            Self::CloseScoring => "close_scoring",
            Self::DeleteScoring => "delete_scoring",
        }
    }
}

/// Identifies a repeated request: digests of the key and of the body. They never leave memory: whoever knew the rest of a
/// body could try what is not known of it. [`Keyring::request_marks`](crate::keys::Keyring::request_marks) makes what is
/// stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Idempotency {
    pub(crate) key: [u8; 32],
    pub(crate) body: [u8; 32],
}

/// A request as it is stored and recognized again: keyed digests, in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestMark {
    /// Part of the record's own key.
    pub key: String,
    /// The same key with another body is a conflict.
    pub body: String,
}

impl Idempotency {
    /// `canonical_body` is the body without what is insignificant (white space, order of members).
    pub fn new(key: &IdempotencyKey, canonical_body: &[u8]) -> Self {
        Self { key: Sha256::digest(key.0.as_bytes()).into(), body: Sha256::digest(canonical_body).into() }
    }

    /// The request on one entity: on another one, the same key is a different key.
    pub fn on(self, id: impl fmt::Display) -> Self {
        let key = Sha256::new().chain_update(self.key).chain_update(id.to_string());
        Self { key: key.finalize().into(), ..self }
    }

    /// The request with a body of named parts, however they are put together. Without parts it has no body.
    pub fn with_parts<'a>(self, parts: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut parts: Vec<_> = parts.into_iter().map(|(name, bytes)| (name, Sha256::digest(bytes))).collect();
        parts.sort_unstable();
        let body = parts.iter().fold(Sha256::new(), |body, (name, digest)| {
            body.chain_update(name.len().to_be_bytes()).chain_update(name).chain_update(digest)
        });
        Self { body: body.finalize().into(), ..self }
    }
}

/// A request with an idempotency key that takes a step, to be recorded with the step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    pub operation: Operation,
    /// The first one is recorded, and each of them finds an earlier request.
    pub marks: Vec<RequestMark>,
}

/// The request that took a step, as the subject of the step keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOnce {
    pub mark: RequestMark,
    /// From this time on the key is a new one.
    pub valid_until: Time,
}

/// What an earlier request with the same key was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    TheSame,
    WithAnotherBody,
}

impl Once {
    /// The earlier request with this key, if one took a step. Which digest differs, and where, takes no time to tell.
    pub fn among(&self, taken: &[TakenOnce], now: Time) -> Option<Earlier> {
        let equal = |one: &str, other: &str| one.as_bytes().ct_eq(other.as_bytes());
        let (mut known, mut same) = (Choice::from(0), Choice::from(0));
        for TakenOnce { mark: earlier, .. } in taken.iter().filter(|taken| now < taken.valid_until) {
            for mark in &self.marks {
                let of_key = equal(&mark.key, &earlier.key);
                known |= of_key;
                same |= of_key & equal(&mark.body, &earlier.body);
            }
        }
        match (bool::from(known), bool::from(same)) {
            (false, _) => None,
            (true, true) => Some(Earlier::TheSame),
            (true, false) => Some(Earlier::WithAnotherBody),
        }
    }
}

impl fmt::Debug for Idempotency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Idempotency")
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(key: &str, body: &str) -> RequestMark {
        RequestMark { key: key.to_owned(), body: body.to_owned() }
    }

    fn request() -> Idempotency {
        Idempotency::new(&"k".parse().expect("a key"), b"")
    }

    #[test]
    fn any_of_the_marks_finds_an_earlier_request_and_none_that_is_over() {
        let valid_until = Time::UNIX_EPOCH + IDEMPOTENCY_WINDOW;
        let taken = [mark("other", "b"), mark("old", "b")].map(|mark| TakenOnce { mark, valid_until });
        let earlier = |marks: Vec<RequestMark>, now| Once { operation: Operation::ResendOtp, marks }.among(&taken, now);
        let now = Time::UNIX_EPOCH;
        assert_eq!(earlier(vec![mark("new", "n"), mark("old", "b")], now), Some(Earlier::TheSame));
        assert_eq!(earlier(vec![mark("new", "n"), mark("old", "c")], now), Some(Earlier::WithAnotherBody));
        assert_eq!(earlier(vec![mark("old", "b")], valid_until), None);
        assert_eq!(earlier(vec![mark("new", "b")], now), None);
    }

    #[test]
    fn parts_are_the_same_in_any_order_and_only_under_their_names() {
        let parts = |parts: &[(&'static str, &'static str)]| {
            request().with_parts(parts.iter().map(|(name, bytes)| (*name, bytes.as_bytes()))).body
        };
        assert_eq!(parts(&[("front", "a"), ("back", "b")]), parts(&[("back", "b"), ("front", "a")]));
        assert_ne!(parts(&[("front", "a"), ("back", "b")]), parts(&[("front", "b"), ("back", "a")]));
        assert_ne!(parts(&[("front", "a")]), parts(&[("back", "a")]));
        assert_eq!(parts(&[]), request().body);
    }
}
