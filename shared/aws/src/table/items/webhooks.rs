//! Endpoints of events, how far events have come there, and what was sent.

use super::{
    Corrupt, Item, Key, check_schema,
    due::{due_partition, set_due},
    event::set_log,
    if_there, json, millis, number, read_json, read_number, read_parsed, read_text, read_time, set_ttl,
    streams::read_cursor_id,
    text,
};
use acredita_domain::{
    Time,
    events::Chapter,
    ids::{EndpointId, EventId, LeaseId, OrgId},
    ports::{
        Delivery, Outcome,
        limits::{DELIVERIES_KEPT, REKICK_AFTER},
    },
    webhooks::{Cursor, CursorId, Endpoint, Failure},
};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::DateTime;

/// The beginning of the sort keys of an organisation's endpoints.
pub(crate) const ENDPOINTS: &str = "WHE#";
impl Key {
    pub fn endpoint(org: &OrgId, id: EndpointId) -> Self {
        Self { pk: format!("ORG#{org}"), sk: format!("{ENDPOINTS}{id}") }
    }

    /// How many endpoints an organisation has.
    pub fn endpoints(org: &OrgId) -> Self {
        Self { pk: format!("ORG#{org}"), sk: "WHE".to_owned() }
    }

    pub fn delivery(org: &OrgId, endpoint: EndpointId, at: Time, event: EventId, attempt: u32) -> Self {
        let sk = format!("{}#{event}#{attempt}", delivery_sort(at));
        Self { pk: deliveries_of(org, endpoint), sk }
    }
}

/// The partition of what was sent to an endpoint.
pub(crate) fn deliveries_of(org: &OrgId, endpoint: EndpointId) -> String {
    format!("DLG#{org}#{endpoint}")
}

/// The beginning of the sort keys of what was sent at a time: in its order.
pub(crate) fn delivery_sort(at: Time) -> String {
    format!("{:013}", at.timestamp_millis().max(0))
}

/// The attributes of an endpoint that its owner's changes write, each with its value; `None` removes it.
pub(crate) fn endpoint_values(endpoint: &Endpoint) -> Vec<(&'static str, Option<AttributeValue>)> {
    let Endpoint { previous, .. } = endpoint;
    vec![
        ("url", Some(text(endpoint.url.as_str()))),
        ("event_types", Some(json(&endpoint.event_types))),
        ("description", endpoint.description.as_ref().map(|description| text(description.as_str()))),
        ("status", Some(text(endpoint.status))),
        ("enabled_at", Some(millis(endpoint.enabled_at))),
        ("secret", Some(json(&endpoint.secret))),
        ("previous", previous.as_ref().map(|(secret, _)| json(secret))),
        ("previous_until", previous.as_ref().map(|(_, until)| millis(*until))),
    ]
}

pub(crate) fn encode_endpoint(endpoint: &Endpoint) -> Item {
    let mut item = Key::endpoint(&endpoint.org, endpoint.id).item();
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    set("org", text(&endpoint.org));
    set("created_at", millis(endpoint.created_at));
    set("health", json(&endpoint.health));
    set("revision", number(endpoint.revision));
    let values = endpoint_values(endpoint).into_iter().filter_map(|(name, value)| Some((name, value?)));
    values.for_each(|(name, value)| drop(set(name, value)));
    item
}

/// The item that keeps the log of a new endpoint, as the story of its creation leaves it.
pub(crate) fn encode_endpoint_log(endpoint: &Endpoint, chapter: &Chapter) -> Item {
    let mut item = Key::subject(chapter.subject).item();
    item.insert("org".to_owned(), text(&endpoint.org));
    set_log(&mut item, Some(&chapter.continued()));
    item
}

pub(crate) fn decode_endpoint(item: &Item) -> Result<Endpoint, Corrupt> {
    check_schema(item)?;
    let id =
        read_text(item, "sk")?.strip_prefix(ENDPOINTS).and_then(|id| id.parse().ok()).ok_or(Corrupt("endpoint id"))?;
    let previous = match (if_there(item, "previous", read_json)?, if_there(item, "previous_until", read_time)?) {
        (Some(secret), Some(until)) => Some((secret, until)),
        (None, None) => None,
        _ => return Err(Corrupt("previous")),
    };
    Ok(Endpoint {
        id,
        org: read_parsed(item, "org")?,
        url: read_parsed(item, "url")?,
        event_types: read_json(item, "event_types")?,
        description: if_there(item, "description", read_parsed)?,
        status: read_parsed(item, "status")?,
        created_at: read_time(item, "created_at")?,
        enabled_at: read_time(item, "enabled_at")?,
        secret: read_json(item, "secret")?,
        previous,
        health: read_json(item, "health")?,
        revision: read_number(item, "revision")?,
    })
}

/// A new errand, due for the sweep when nobody was woken for it.
pub(crate) fn encode_errand(errand: &Cursor, now: Time) -> Item {
    let mut item = Key::cursor(&errand.id).item();
    if let CursorId::Errand { org, .. } = &errand.id {
        item.insert("org".to_owned(), text(org));
    }
    item.insert("next_sequence".to_owned(), number(errand.next_sequence));
    item.insert("tries".to_owned(), number(errand.tries));
    item.insert("errand".to_owned(), json(&errand.errand));
    set_due(&mut item, due_partition(&errand.id), now + REKICK_AFTER);
    set_ttl(&mut item, errand.keep_until);
    item
}

pub(crate) fn decode_cursor(item: &Item) -> Result<Cursor, Corrupt> {
    check_schema(item)?;
    let id = read_cursor_id(item)?;
    let lease = match (if_there(item, "lease", read_parsed::<LeaseId>)?, if_there(item, "lease_until", read_time)?) {
        (Some(lease), Some(until)) => Some((lease, until)),
        (None, None) => None,
        _ => return Err(Corrupt("lease")),
    };
    Ok(Cursor {
        id,
        next_sequence: read_number(item, "next_sequence")?,
        tries: read_number(item, "tries")?,
        due_at: if_there(item, "wait_until", read_time)?,
        lease,
        errand: if_there(item, "errand", read_json)?,
        keep_until: DateTime::from_timestamp(read_number(item, "ttl")?, 0).ok_or(Corrupt("ttl"))?,
        is_new: false,
    })
}

pub(crate) fn encode_delivery(org: &OrgId, endpoint: EndpointId, delivery: &Delivery) -> Item {
    let mut item = Key::delivery(org, endpoint, delivery.at, delivery.event_id, delivery.attempt).item();
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    set("event_type", text(&delivery.kind));
    match delivery.outcome {
        Outcome::Taken(status) | Outcome::Failed(Failure::Status { status, .. }) => set("answer", number(status)),
        Outcome::Failed(Failure::Nothing(word)) => set("failure", text(word)),
    };
    set("milliseconds", number(delivery.milliseconds));
    set_ttl(&mut item, delivery.at + DELIVERIES_KEPT);
    item
}

pub(crate) fn decode_delivery(item: &Item) -> Result<Delivery, Corrupt> {
    check_schema(item)?;
    let mut parts = read_text(item, "sk")?.splitn(3, '#');
    let (at, event_id, attempt) = (parts.next(), parts.next(), parts.next());
    let at = at.and_then(|at| DateTime::from_timestamp_millis(at.parse().ok()?)).ok_or(Corrupt("time"))?;
    let outcome = match if_there(item, "answer", read_number::<u16>)? {
        Some(status @ 200..=299) => Outcome::Taken(status),
        Some(status) => Outcome::Failed(Failure::Status { status, retry_after: None }),
        None => Outcome::Failed(Failure::Nothing(read_parsed(item, "failure")?)),
    };
    Ok(Delivery {
        event_id: event_id.and_then(|id| id.parse().ok()).ok_or(Corrupt("event id"))?,
        kind: read_text(item, "event_type")?.to_owned(),
        attempt: attempt.and_then(|attempt| attempt.parse().ok()).ok_or(Corrupt("attempt"))?,
        at,
        outcome,
        milliseconds: read_number(item, "milliseconds")?,
    })
}
