//! Events to be written, and how they are chained.

use super::{
    EventData, EventHash, EventType, Head, Log, LogKey, StoredEvent, Subject,
    stored::{Author, Written},
};
use crate::{
    Time,
    idempotency::Once,
    ids::{EventId, OrgId},
    request::By,
};

/// Something that happens, not yet numbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    pub id: EventId,
    pub kind: EventType,
    pub at: Time,
    pub data: EventData,
    pub by: By,
    pub request_id: Option<String>,
}

/// What a step adds to the log of its subject, to be committed with the step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    pub org: OrgId,
    pub subject: Subject,
    /// As it was when the step was decided on.
    pub log: Log,
    /// For a subject from before there were events: what its log begins with.
    pub adopted: Option<Happened>,
    pub events: Vec<Happened>,
    /// The end of the retention of these events.
    pub keep_until: Time,
    /// The request with an idempotency key that takes the step, if it has one.
    pub once: Option<Once>,
}

/// The continuation of a log: its new events, and its head after them.
#[derive(Clone, Debug)]
pub struct Chapter {
    pub subject: Subject,
    /// The log that it continues.
    pub log: Log,
    pub events: Vec<StoredEvent>,
    pub head: Option<Head>,
    pub keep_until: Time,
    /// The request to be recorded with it.
    pub once: Option<Once>,
}

impl Story {
    /// The story of a step that this request takes.
    pub fn once(self, once: Option<Once>) -> Self {
        Self { once, ..self }
    }

    /// Numbers and chains the events after the head of `log`: the story's own, or the newer one that overtook it.
    pub fn after(&self, log: &Log) -> Chapter {
        let adopted = self.adopted.iter().filter(|_| log.head.is_none());
        let mut events = Vec::with_capacity(self.events.len());
        let mut head = log.head;
        for happened in adopted.chain(&self.events) {
            let event = self.chained(happened, head, &log.key);
            head = Some(Head { sequence: event.sequence(), hash: event.hash });
            events.push(event);
        }
        let (log, once) = (log.clone(), self.once.clone());
        Chapter { subject: self.subject, log, events, head, keep_until: self.keep_until, once }
    }

    fn chained(&self, happened: &Happened, head: Option<Head>, key: &LogKey) -> StoredEvent {
        let (previous, sequence) = (head.map(|head| head.hash), head.map_or(0, |head| head.sequence) + 1);
        let written = Written {
            event_id: happened.id.numbered(sequence),
            kind: happened.kind,
            created_at: happened.at,
            sequence,
            subject: self.subject,
            data: happened.data.sealed(key),
            by: author(&happened.by, key),
            request_id: happened.request_id.clone(),
            previous_hash: previous.map(|hash| hash.to_string()),
        };
        let text = serde_json::to_string(&written).expect("texts, numbers and times always serialize");
        let hash = EventHash::of(previous, text.as_bytes());
        StoredEvent::written(self.org.clone(), text, hash, written)
    }
}

impl Chapter {
    /// The log with the chapter's events.
    pub fn continued(&self) -> Log {
        Log { key: self.log.key.clone(), head: self.head }
    }
}

fn author(by: &By, key: &LogKey) -> Author {
    let (caller, subject) = match by {
        By::System => return Author::System,
        By::Business(caller) => (caller, caller.subject.as_ref().map(|subject| subject.expose().to_owned())),
        By::Actor(caller) => (caller, caller.subject.as_ref().map(|subject| key.digest("subject", subject.expose()))),
    };
    let text = |name: &Option<crate::caller::CallerName>| name.as_ref().map(|name| name.expose().to_owned());
    Author::Client { subject, client_id: text(&caller.client_id), issuer: text(&caller.issuer) }
}
