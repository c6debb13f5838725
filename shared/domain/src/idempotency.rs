//! Idempotency keys: a request that is sent twice creates once, and both get the same answer.

use crate::invalid::Invalid;
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

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
    /// `POST /identifications/otp/{admin_identification_id}/code`
    CreateOtpCode,
}

impl Operation {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreateAgentIdentification => "create_agent_identification",
            Self::CreateOtpIdentification => "create_otp_identification",
            Self::CreateIdentityDocumentIdentification => "create_identity_document_identification",
            Self::CreateScoring => "create_scoring",
            Self::CreateOtpCode => "create_otp_code",
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
