//! The state of a log: how far it has come, and the key of its subject.

use crate::{
    Time,
    hex::{hex, unhex},
    keys::{half, hmac},
    system::Entropy,
};
use sha2::{Digest, Sha256};
use std::fmt;

/// A log of one subject, as it is kept with the subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    pub key: LogKey,
    /// `None` before the first event.
    pub head: Option<Head>,
    /// When the latest event was written; `None` if that was before this was kept.
    pub told_at: Option<Time>,
}

impl Log {
    /// A log without an event.
    pub fn begin(entropy: &dyn Entropy) -> Self {
        let mut key = [0; 32];
        entropy.fill(&mut key);
        Self { key: LogKey(key), head: None, told_at: None }
    }

    /// The number of the latest event; 0 before the first.
    pub fn sequence(&self) -> u64 {
        self.head.map_or(0, |head| head.sequence)
    }
}

/// The latest event of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub sequence: u64,
    pub hash: EventHash,
}

/// The key under which the personal values of a subject are in its events. It is kept with the subject and goes with it;
/// from then on the digests reveal nothing, however many values are tried.
#[derive(Clone, PartialEq, Eq)]
pub struct LogKey([u8; 32]);

impl LogKey {
    /// The keyed digest of a value that goes by `name`: 128 bits.
    pub fn digest(&self, name: &str, value: &str) -> String {
        half(hmac(&self.0, &[name.as_bytes(), &[0], value.as_bytes()]))
    }

    /// As it is stored.
    pub fn expose(&self) -> String {
        hex(&self.0)
    }

    pub fn stored(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogKey")
    }
}

/// The hash of an event: SHA-256 of the previous event's hash, if there is one, and the bytes of this event as they are
/// stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventHash([u8; 32]);

impl EventHash {
    pub fn of(previous: Option<Self>, bytes: &[u8]) -> Self {
        let before = previous.as_ref().map_or(&[][..], |previous| &previous.0);
        Self(Sha256::new().chain_update(before).chain_update(bytes).finalize().into())
    }

    pub fn stored(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }
}

/// Lower-case hexadecimal digits.
impl fmt::Display for EventHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}
