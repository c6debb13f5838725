//! Idempotency keys: a create that is sent twice creates once, and both get the same answer.

use crate::{hex::hex, invalid::Invalid};
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

/// The create that a key belongs to. The same key on another operation is a different key.
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
}

impl Operation {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreateAgentIdentification => "create_agent_identification",
            Self::CreateOtpIdentification => "create_otp_identification",
            Self::CreateIdentityDocumentIdentification => "create_identity_document_identification",
            Self::CreateScoring => "create_scoring",
        }
    }
}

/// Identifies a repeated request: the key, and a digest of the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Idempotency {
    key: [u8; 32],
    body: [u8; 32],
}

impl Idempotency {
    /// `canonical_body` is the body without what is insignificant (white space, order of members).
    pub fn new(key: &IdempotencyKey, canonical_body: &[u8]) -> Self {
        Self { key: Sha256::digest(key.0.as_bytes()).into(), body: Sha256::digest(canonical_body).into() }
    }

    /// Part of the record's own key. A digest, because a caller may put anything into a key.
    pub fn key_digest(&self) -> String {
        hex(&self.key)
    }

    /// The same key with another body is a conflict.
    pub fn body_digest(&self) -> String {
        hex(&self.body)
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
