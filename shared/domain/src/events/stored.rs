//! An event as it is stored.

use super::{EventHash, EventType, Subject, data::STATE};
use crate::{
    Time,
    ids::{EventId, OrgId},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, fmt};

/// An event, and the bytes that its hash is about.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredEvent {
    pub org: OrgId,
    /// JSON: the members of [`Written`]. Whoever checks the hash needs exactly these bytes.
    pub text: String,
    pub hash: EventHash,
    written: Written,
}

/// The text of an event does not say what an event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event cannot be understood")]
pub struct NotAnEvent;

impl StoredEvent {
    pub fn read(org: OrgId, text: String, hash: EventHash) -> Result<Self, NotAnEvent> {
        let written = serde_json::from_str(&text).map_err(|_| NotAnEvent)?;
        Ok(Self { org, text, hash, written })
    }

    pub(super) fn written(org: OrgId, text: String, hash: EventHash, written: Written) -> Self {
        Self { org, text, hash, written }
    }

    pub fn id(&self) -> EventId {
        self.written.event_id
    }

    pub fn kind(&self) -> EventType {
        self.written.kind
    }

    pub fn created_at(&self) -> Time {
        self.written.created_at
    }

    /// From 1 within its subject.
    pub fn sequence(&self) -> u64 {
        self.written.sequence
    }

    pub fn subject(&self) -> Subject {
        self.written.subject
    }

    pub fn data(&self) -> &BTreeMap<String, Value> {
        &self.written.data
    }

    pub fn by(&self) -> &Author {
        &self.written.by
    }

    pub fn request_id(&self) -> Option<&str> {
        self.written.request_id.as_deref()
    }

    /// The hash that the text names as that of the event before.
    pub fn previous_hash(&self) -> Option<&str> {
        self.written.previous_hash.as_deref()
    }

    /// The digest of a personal value that goes by this name.
    pub(super) fn digest_of(&self, name: &str) -> Option<&str> {
        self.written.data.get("digests")?.get(name)?.as_str()
    }

    pub(super) fn state_digest(&self) -> Option<&str> {
        self.written.data.get(STATE)?.as_str()
    }
}

/// The text names callers.
impl fmt::Debug for StoredEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {} of {:?}", self.sequence(), self.subject())
    }
}

/// The members of an event's text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    pub event_id: EventId,
    #[serde(rename = "type")]
    pub kind: EventType,
    pub created_at: Time,
    pub sequence: u64,
    pub subject: Subject,
    pub data: BTreeMap<String, Value>,
    pub by: Author,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    pub previous_hash: Option<String>,
}

/// Whoever made the change, as an event keeps it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Author {
    /// The subject of a client on the person's side is a digest under the subject's key.
    Client {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_id: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issuer: Option<String>,
    },
    System,
}
