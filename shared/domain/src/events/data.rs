//! The data of an event.

use super::LogKey;
use crate::{Time, text::Private};
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Display};

/// What an event says besides its type. Personal values go in by [`EventData::personal`] and come out as digests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventData {
    plain: BTreeMap<&'static str, Value>,
    personal: Vec<(&'static str, Private<String>)>,
    state: Option<Private<String>>,
}

impl EventData {
    /// Nothing that names or locates a person, no code, no text that somebody wrote.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.plain.insert(name, value.into());
        self
    }

    /// A name of one of our lists.
    pub fn named(self, name: &'static str, value: impl Display) -> Self {
        self.with(name, value.to_string())
    }

    pub fn time(self, name: &'static str, at: Time) -> Self {
        self.with(name, written(at))
    }

    /// A value of which the event keeps a digest under the subject's key.
    pub fn personal(mut self, name: &'static str, value: Option<impl Display>) -> Self {
        self.personal.extend(value.map(|value| (name, Private::new(value.to_string()))));
        self
    }

    /// The subject's state after the event, of which the event keeps such a digest too: a later change without an event is
    /// found by it.
    pub fn state(mut self, state: String) -> Self {
        self.state = Some(Private::new(state));
        self
    }

    /// As it is stored.
    pub(super) fn sealed(&self, key: &LogKey) -> BTreeMap<String, Value> {
        let mut data: BTreeMap<String, Value> =
            self.plain.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let digests = self.personal.iter().map(|(name, value)| ((*name).to_owned(), key.digest(name, value.expose())));
        let digests: serde_json::Map<String, Value> = digests.map(|(name, digest)| (name, digest.into())).collect();
        if !digests.is_empty() {
            data.insert("digests".to_owned(), digests.into());
        }
        if let Some(state) = &self.state {
            data.insert(STATE.to_owned(), key.digest(STATE, state.expose()).into());
        }
        data
    }
}

/// The name of the digest of a score.
pub const SCORED: &str = "assessment";
/// The name of the digest of a state.
pub(super) const STATE: &str = "state_digest";

/// As times are in answers.
pub(super) fn written(at: Time) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
