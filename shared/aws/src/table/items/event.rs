//! Events, and the logs that they belong to.

use super::{
    Corrupt, DuePartitions, Item, Key, check_schema, due::set_due, if_there, millis, number, read_json, read_number,
    read_parsed, read_text, read_time, set_ttl, text,
};
use acredita_domain::{
    Time,
    events::{EventHash, Head, Log, LogKey, StoredEvent, Subject},
    ids::{EventId, OrgId},
    ports::{EventPosition, limits::REKICK_AFTER},
    reference::Reference,
};
use std::{fmt::Display, str::FromStr};

/// Partitions of the list of an organisation, so that its steps do not wait for each other's partition.
pub(crate) const LIST_SHARDS: u32 = 4;
/// Width of the epoch milliseconds at the beginning of `list_at`, which is enough until 2286.
const MILLIS: usize = 13;
const LATEST: i64 = 9_999_999_999_999;

impl Key {
    /// The item that keeps the log of a subject.
    pub fn subject(subject: Subject) -> Self {
        match subject {
            Subject::Identification { identification_id, .. } => Self::identification(identification_id),
            Subject::Scoring { scoring_id } => Self::scoring(scoring_id),
            Subject::Chain { identification_chain_id, .. } => Self::chain(identification_chain_id),
            Subject::Review { review_id } => Self::review(review_id),
            Subject::WebhookEndpoint { endpoint_id } => Self::alone(format!("WHE#{endpoint_id}")),
            Subject::Settings { settings_id } => Self::settings(settings_id),
            Subject::Search { search_id } => Self::search(search_id),
            Subject::Export { export_id } => Self::export(export_id),
        }
    }

    /// Not in the partition of its subject, so that the right to write an event is no right to write the subject.
    pub fn event(subject: Subject, sequence: u64) -> Self {
        Self::subject(subject).event_of(sequence)
    }

    /// An event of the subject with this key.
    pub fn event_of(&self, sequence: u64) -> Self {
        Self { pk: format!("EVT#{}", self.pk), sk: format!("{sequence:010}") }
    }
}

/// The partition of the list in which an event of this id stands.
pub(crate) fn list_shard(org: &OrgId, id: EventId) -> String {
    list_partition(org, super::due::hash(&id.to_string()) % LIST_SHARDS)
}

pub(crate) fn list_partition(org: &OrgId, shard: u32) -> String {
    format!("EVT#{org}#{shard}")
}

/// The place of an event in the list, as text that sorts.
pub(crate) fn list_at(position: EventPosition) -> String {
    place(position.millis, position.id)
}

pub(crate) fn position_of(list_at: &str) -> Result<EventPosition, Corrupt> {
    let (millis, id) = read_place(list_at).ok_or(Corrupt("list_at"))?;
    Ok(EventPosition { millis, id })
}

/// A place in a list by epoch milliseconds, as text that sorts.
pub(super) fn place(millis: u64, id: impl Display) -> String {
    format!("{millis:0MILLIS$}#{id}")
}

pub(super) fn read_place<T: FromStr>(place: &str) -> Option<(u64, T)> {
    let (millis, id) = place.split_once('#')?;
    Some((millis.parse().ok()?, id.parse().ok()?))
}

/// The beginning of all places from a time on.
pub(crate) fn list_from(at: Time) -> String {
    format!("{:0MILLIS$}", at.timestamp_millis().clamp(0, LATEST))
}

pub(crate) fn encode_event(event: &StoredEvent, keep_until: Time) -> Item {
    let mut item = Key::event(event.subject(), event.sequence()).item();
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    let id = event.id();
    set("org", text(&event.org));
    set("event", text(&event.text));
    set("hash", text(event.hash));
    set("event_type", text(event.kind()));
    set("list_shard", text(list_shard(&event.org, id)));
    set("list_at", text(list_at(EventPosition { millis: id.millis(), id })));
    let key = Key::event(event.subject(), event.sequence());
    set_due(&mut item, DuePartitions::Deliveries.of(&key.pk), event.created_at() + REKICK_AFTER);
    set_ttl(&mut item, keep_until);
    item
}

pub(crate) fn decode_event(item: &Item) -> Result<StoredEvent, Corrupt> {
    check_schema(item)?;
    let hash = EventHash::stored(read_text(item, "hash")?).ok_or(Corrupt("hash"))?;
    let read = StoredEvent::read(read_parsed(item, "org")?, read_text(item, "event")?.to_owned(), hash);
    read.map_err(|_| Corrupt("event"))
}

/// What the caller said for its own use about a subject of this organisation.
pub(crate) fn decode_reference(org: &OrgId, item: &Item) -> Result<Reference, Corrupt> {
    check_schema(item)?;
    let ours = read_parsed::<OrgId>(item, "org")? == *org;
    let reference = if ours { if_there(item, "reference", read_json)? } else { None };
    Ok(reference.unwrap_or_default())
}

/// Puts the log of a subject into its item. One without an event is none.
pub(super) fn set_log(item: &mut Item, log: Option<&Log>) {
    if let Some(Log { key, head: Some(head), told_at }) = log {
        item.insert("log_key".to_owned(), text(key.expose()));
        item.insert("sequence".to_owned(), number(head.sequence));
        item.insert("head".to_owned(), text(head.hash));
        if let Some(at) = told_at {
            item.insert("told_at".to_owned(), millis(*at));
        }
    }
}

/// The log of a subject; `None` for one from before there were events.
pub(crate) fn decode_log(item: &Item) -> Result<Option<Log>, Corrupt> {
    if !["log_key", "sequence", "head"].iter().any(|name| item.contains_key(*name)) {
        return Ok(None);
    }
    let key = LogKey::stored(read_text(item, "log_key")?).ok_or(Corrupt("log_key"))?;
    let hash = EventHash::stored(read_text(item, "head")?).ok_or(Corrupt("head"))?;
    let head = Some(Head { sequence: read_number(item, "sequence")?, hash });
    Ok(Some(Log { key, head, told_at: if_there(item, "told_at", read_time)? }))
}
