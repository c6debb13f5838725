//! Records of requests with an idempotency key, and of destinations.

use super::{Corrupt, Item, Key, SLACK, check_schema, millis, read_text, read_time, set_ttl, text};
use acredita_domain::{
    Time,
    idempotency::{IDEMPOTENCY_WINDOW, RequestMark, TakenOnce},
    ids::OrgId,
    otp::MAX_DAILY_SENDS,
    ports::{FirstAnswer, IdempotencyRecord},
};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::DateTime;

/// The first answer for a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remembered {
    pub body_digest: String,
    pub answer: FirstAnswer,
    pub valid_until: Time,
}

/// A create's first answer, valid for [`IDEMPOTENCY_WINDOW`].
pub(crate) fn encode_remembered(org: &OrgId, record: &IdempotencyRecord, mark: &RequestMark, now: Time) -> Item {
    let mut item = Key::remembered(org, record.operation.as_str(), &mark.key).item();
    let valid_until = now + IDEMPOTENCY_WINDOW;
    item.insert("body_digest".to_owned(), text(&mark.body));
    item.insert("answer".to_owned(), text(&record.answer.0));
    item.insert("valid_until".to_owned(), millis(valid_until));
    set_ttl(&mut item, valid_until + SLACK);
    item
}

pub(crate) fn decode_remembered(item: &Item) -> Result<Remembered, Corrupt> {
    check_schema(item)?;
    Ok(Remembered {
        body_digest: read_text(item, "body_digest")?.to_owned(),
        answer: FirstAnswer(read_text(item, "answer")?.to_owned()),
        valid_until: read_time(item, "valid_until")?,
    })
}

/// A request that takes a step `now`, as the element of its subject's set `once`.
pub(crate) fn encode_taken_once(mark: &RequestMark, now: Time) -> AttributeValue {
    let valid_until = now + IDEMPOTENCY_WINDOW;
    AttributeValue::Ss(vec![taken_once(&TakenOnce { mark: mark.clone(), valid_until })])
}

fn taken_once(TakenOnce { mark: RequestMark { key, body }, valid_until }: &TakenOnce) -> String {
    format!("{key}:{body}:{}", valid_until.timestamp_millis())
}

/// DynamoDB knows no empty sets.
pub(super) fn set_taken_once(item: &mut Item, once: &[TakenOnce]) {
    if !once.is_empty() {
        item.insert("once".to_owned(), AttributeValue::Ss(once.iter().map(taken_once).collect()));
    }
}

pub(super) fn read_taken_once(item: &Item) -> Result<Vec<TakenOnce>, Corrupt> {
    let Some(set) = item.get("once") else { return Ok(Vec::new()) };
    let taken = |entry: &String| {
        let mut parts = entry.split(':');
        let mark = RequestMark { key: parts.next()?.to_owned(), body: parts.next()?.to_owned() };
        let valid_until = DateTime::from_timestamp_millis(parts.next()?.parse().ok()?)?;
        parts.next().is_none().then_some(TakenOnce { mark, valid_until })
    };
    let entries = set.as_ss().ok().and_then(|set| set.iter().map(taken).collect());
    entries.ok_or(Corrupt("once"))
}

/// The attributes of a destination's latest sends, the newest first.
pub(crate) const SLOTS: [&str; MAX_DAILY_SENDS] = [
    "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16", "s17",
    "s18", "s19", "s20",
];

/// The oldest of so many sends, the last one that still counts against a destination.
pub(crate) fn decode_oldest_send(item: &Item, sends: usize) -> Result<Time, Corrupt> {
    check_schema(item)?;
    read_time(item, SLOTS[sends - 1])
}
