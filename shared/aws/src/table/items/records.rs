//! Records of creates and of destinations.

use super::{Corrupt, Item, Key, SLACK, check_schema, millis, read_text, read_time, set_ttl, text};
use acredita_domain::{
    Time,
    idempotency::{IDEMPOTENCY_WINDOW, RequestMark},
    ids::OrgId,
    otp::MAX_DESTINATION_SENDS,
    ports::{FirstAnswer, IdempotencyRecord},
};

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

/// The attributes of a destination's latest sends, the newest first.
pub(crate) const SLOTS: [&str; MAX_DESTINATION_SENDS] = ["s1", "s2", "s3", "s4", "s5"];

/// The oldest send that still counts against a destination.
pub(crate) fn decode_oldest_send(item: &Item) -> Result<Time, Corrupt> {
    check_schema(item)?;
    read_time(item, SLOTS[MAX_DESTINATION_SENDS - 1])
}
