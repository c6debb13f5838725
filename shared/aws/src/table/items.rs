//! The items of the table and their encoding. All of it is here and in the submodules.
//!
//! | key | item | attributes besides `schema` and `ttl` |
//! |---|---|---|
//! | `IDN#<identification>` / `A` | identification | `org`, `admin_id`, `status`, `created_at`, `expires_at`, `actor`, `method`, where the caller gave one `reference`, of an OTP `tries`, `judged_wrong`, `tried_at`, `generation`, `sends`, `last_send_at`, `code`, another channel that took over `fallback`, what became of its messages `message_<generation>`, of its end `validation`, `ended_at`, `reason`, of a try that was judged or given back last `step`, of steps that a request with an idempotency key took `once`, of a step of a chain `chain`, of its latest review `review_id`, `review`, and of its log `log_key`, `sequence`, `head`, `told_at` |
//! | `EVT#<key of its subject>` / `<sequence>` | an event of an identification (`EVT#IDN#…`), of a scoring that stands alone (`EVT#SCO#…`), of a chain (`EVT#CHN#…`) … | `org`, `event`, `hash`, `event_type`, `list_shard`, `list_at`, until a worker has taken it up `due` |
//! | `IDN#<identification>` / `OBX#<message>` | effect to carry out | `org`, `state`, of a refused one `refusal`, `effect`, `generation`, `attempts`, while a worker has it `lease`, `lease_until` |
//! | `CHN#<chain>` / `A` | chain | `org`, `admin_id`, `status`, `created_at`, `expires_at`, `steps`, `current_step`, of the latest review of a step `review`, where the caller gave one `reference`, of its end `validation`, `ended_at`, `reason`, of changes that a request with an idempotency key made `once`, and of its log `log_key`, `sequence`, `head`, `told_at` |
//! | `ADM#<admin id>` / `A` | a back office's id | `org`, `identification_id` or `chain_id` |
//! | `SCO#<scoring>` / `A` | scoring | `org`, `version`, `closed`, `retries_used`, `created_at`, `expires_at`, `terms`, where the caller gave one `reference`, `assessment`, `captures`, what it saw `sightings`, what its scores led to `reviews`, of a capture that a provider hosts `delegation`, while a request holds a retry `lease`, `lease_until`, of scores and a close by a request with an idempotency key `once`, and of a linked one `identification_id`, in a chain `chain`, else of its log `log_key`, `sequence`, `head`, `told_at` |
//! | `REV#<review>` / `A` | the review of a score | `org`, `identification_id`, in a chain `chain_id`, `record_id`, where the caller gave one `reference`, `about`, `four_eyes`, `opened_at`, `expires_at`, `status`, `decisions`, while somebody works on it `claimed_by`, `claimed_until`, `revision`, `list_shard`, `list_at`, and of its log `log_key`, `sequence`, `head`, `told_at` |
//! | `IDM#<org>#<operation>#<keyed digest of the key>` / `A` | a create's first answer, or that a request deleted something | `body_digest`, `answer`, `valid_until` |
//! | `DST#<org>#<destination digest>` / `A` | a destination's latest sends by an organisation | `s1` (newest) to `s5` |
//! | `DAY#<destination digest>` / `A` | its latest sends by all organisations | `s1` (newest) to `s20` |
//! | `BUD#<org>#<day>` / `<shard>` | a part of what the organisation has sent on a day | `all`, and for each country `to_<country>` |
//! | `SEE#<org>#<keyed digest>` / `A` | a number or a picture that was seen, and the scorings that saw it, each with a keyed digest of the person | `seen`, `revision` |
//! | `NUM#<org>#<keyed digest>#<day>` / `A` | how often a declared number was scored on a day | `count`, and of the last change `step` |
//! | `MDN#<digest of a code>` / `A` | a code of MiDNI that was presented, in whichever organisation | |
//! | `MDC#<keyed digest of a check and its holder>` / `A` | a check of such a code | `evidence`, `expires_at` |
//! | `REQ#<org>#<epoch second>` / `A` | how many requests the organisation's callers made in a window | `requests` |
//! | `ORG#<org>` / `WHE#<endpoint>` | an endpoint of events | `org`, `url`, `event_types`, `description`, `status`, `created_at`, `enabled_at`, `secret`, while the one before signs too `previous`, `previous_until`, `health`, `revision` |
//! | `WHE#<endpoint>` / `A` | its log | `org`, `log_key`, `sequence`, `head`, `told_at` |
//! | `ORG#<org>` / `WHE` | how many endpoints an organisation has | `count` |
//! | `SET#<settings>` / `A` | the settings of an organisation | `org`, `choices`, `revision`, and of its log `log_key`, `sequence`, `head` |
//! | `EVT#<key of its subject>` / `DLV#<endpoint>` | how far a subject's events have come at an endpoint | `org`, `next_sequence`, `tries`, while a try waits `wait_until`, while a worker has it `lease`, `lease_until` |
//! | `EVT#WHE#<endpoint>` / `ERD#<errand>` | a message that somebody asked for | as before, and `errand` |
//! | `DLG#<org>#<endpoint>` / `<epoch milliseconds>#<event>#<attempt>` | a try | `event_type`, `answer` or `failure`, `milliseconds` |
//! | `EXP#<export>` / `A` | a file of records | `org`, `columns`, `created_from`, `created_to`, `requested_at`, `expires_at`, `status`, of its end `ended_at`, `progress`, `tries`, while a worker has it `lease`, `lease_until`, and of its log `log_key`, `sequence`, `head`, `told_at` |
//! | `LKP#<org>#<keyed digest>` / `<epoch milliseconds>#<record>` | a record that was created with a document number, a phone, an address or a reference of this digest | `record` |
//! | `BKF#records` / `A` | how far the backfill of the two has come | `progress` |
//! | `ERA#<id>` / `A` | pictures of a deleted entity, to erase | `prefixes` |
//! | `LEF#<scoring>` / `A` | pictures to erase of a scoring that is over, but for those it refers to | `org` |
//!
//! What is kept about a person is in `IDN#…`/`A` (with the digests of pictures), the linked `SCO#…`, the notes of its `REV#…`,
//! and `CHN#…` (the device that validated it, a reason), and in the pictures under the first two; a deletion removes them. What it leaves names nobody: `EVT#…` has ids, and digests under the key
//! that went with its subject; `ADM#…` has ids, by which its events are found; `OBX#…` and `IDM#…` have ids, sealed codes
//! and digests under the deployment's keys, `DST#…`, `DAY#…`, `SEE#…` and `NUM#…` such a digest (a deletion takes the scoring out of
//! `SEE#…`, and its rows out of `LKP#…`, whose digests it has in `lookups`), `BUD#…` has counts, `MDN#…` and `MDC#…` have the digest of a code, of which the face is a part and which so
//! cannot be guessed, and all of them end by `ttl`; `ERA#…` and `LEF#…` have
//! ids, and end when they are done, as `EXP#…` ends with its file, a day after it was asked for. `tests/acceptance/contract/erasure.rs` holds this list.
//!
//! Attributes used by a condition or an update are separate: text as `S`, numbers as `N`, times as epoch milliseconds.
//! Those that are written once and read completely (`actor`, `method`, `reference`, `terms`, `validation`, `assessment`,
//! `captures`, `sightings`, `reviews`, `about`, `decisions`, `claimed_by`, `delegation`, `code`, `choices`, `evidence`, `prefixes`, `progress`) are one JSON text each.
//!
//! `due_shard` and `due_at` put an item on the index of due work; an item without them is not on it. Its partitions are
//! `MSG#0` to `MSG#7` for messages, `DLV#0` to `DLV#7` for events and their deliveries, `REV#0` for reviews that
//! nobody has claimed, and `0` to `7` for everything else (see [`DuePartitions`]). `list_shard` and `list_at`
//! put an item on the index of lists: an organisation's events are in `EVT#<org>#0` to `3`, its reviews
//! in `REV#<org>#<status>`. `record_shard` and `record_at`
//! put an identification, a chain or a scoring that stands alone on the index of records, in `<org>#0` to `3`, with
//! `record_kind`, `client_reference_id`, `score` of its latest score and `review`. `ttl` is in epoch
//! seconds and only cleans up: DynamoDB may be days late with it, and no decision depends on it.
//!
//! `schema` is the version of this encoding. An item with another version, a missing attribute or an unknown value is
//! [`Corrupt`]; nothing is ever guessed.

mod chain;
mod due;
mod event;
mod export;
mod identification;
mod listed;
mod midni;
mod outbox;
mod records;
mod review;
mod scoring;
mod seen;
mod settings;
mod state;
mod streams;
#[cfg(test)]
mod tests;
mod webhooks;

pub(crate) use chain::{decode_chain, encode_chain, encode_chain_pointer};
pub(crate) use due::{
    DuePartitions, decode_due, due_at, due_partition, encode_erasure, encode_leftovers, key_of_due, partition_of_due,
};
pub(crate) use event::{
    LIST_SHARDS, decode_event, decode_log, decode_reference, encode_event, list_at, list_from, list_partition,
    list_shard, position_of,
};
pub(crate) use export::{decode_export, encode_export};
pub(crate) use identification::{
    Pointer, PointsTo, decode_deliveries, decode_identification, decode_pointer, encode_delivery_state,
    encode_identification, encode_pointer, message_of,
};
pub(crate) use listed::{
    RECORD_SHARDS, decode_backfill, decode_record, encode_lookups, encode_score, listed_attributes, place_of_lookup,
    record_at, record_partition, subject_of_record,
};
pub(crate) use midni::{decode_check, encode_check, encode_presented};
pub(crate) use outbox::{MessageState, StoredMessage, decode_message, encode_later, encode_message};
pub(crate) use records::{SLOTS, decode_oldest_send, decode_remembered, encode_remembered, encode_taken_once};
pub(crate) use review::{decode_review, encode_review, review_place, review_position, reviews_partition};
pub(crate) use scoring::{Standing, decode_scoring, encode_scoring};
pub(crate) use seen::{SEEN_SLACK, decode_seen, scorings_of_a_day_end, seen_entry};
pub(crate) use settings::{decode_settings, settings_values};
pub(crate) use streams::CURSORS;
pub(crate) use webhooks::{
    ENDPOINTS, decode_cursor, decode_delivery, decode_endpoint, deliveries_of, delivery_sort, encode_delivery,
    encode_endpoint, encode_endpoint_log, encode_errand, endpoint_values,
};

use acredita_domain::{
    Time,
    ids::{AdminIdentificationId, IdentificationId, OrgId, ScoringId},
    pictures::Sha256Digest,
    ports::MessageRef,
};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, NaiveDate, TimeDelta};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::HashMap, fmt::Display, str::FromStr};

/// The version of the encoding.
pub(crate) const SCHEMA: u32 = 1;
/// How long after its retention the table may drop an entity if the sweep has not erased it: only the sweep erases its
/// pictures.
const GRACE: TimeDelta = TimeDelta::days(7);
/// How long obsolete items stay, so that small differences between clocks do no harm.
pub(crate) const SLACK: TimeDelta = TimeDelta::hours(1);
/// The sort key of items that are alone under their partition key.
const ALONE: &str = "A";

pub(crate) type Item = HashMap<String, AttributeValue>;

/// Which item or attribute is corrupt. Never its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Corrupt(pub &'static str);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pk: String,
    sk: String,
}

impl Key {
    fn alone(pk: String) -> Self {
        Self { pk, sk: ALONE.to_owned() }
    }

    pub fn identification(id: IdentificationId) -> Self {
        Self::alone(format!("IDN#{id}"))
    }

    pub fn pointer(id: AdminIdentificationId) -> Self {
        Self::alone(format!("ADM#{id}"))
    }

    pub fn scoring(id: ScoringId) -> Self {
        Self::alone(format!("SCO#{id}"))
    }

    pub fn message(message: MessageRef) -> Self {
        Self { pk: format!("IDN#{}", message.identification_id), sk: format!("OBX#{}", message.message_id) }
    }

    pub fn remembered(org: &OrgId, operation: &str, key_digest: &str) -> Self {
        Self::alone(format!("IDM#{org}#{operation}#{key_digest}"))
    }

    pub fn destination(org: &OrgId, digest: &str) -> Self {
        Self::alone(format!("DST#{org}#{digest}"))
    }

    /// Over all organisations.
    pub fn destination_of_all(digest: &str) -> Self {
        Self::alone(format!("DAY#{digest}"))
    }

    pub fn budget(org: &OrgId, day: NaiveDate, shard: u32) -> Self {
        Self { pk: format!("BUD#{org}#{day}"), sk: format!("{shard:02}") }
    }

    /// What its items are queried by.
    pub fn partition(&self) -> &str {
        &self.pk
    }

    /// The count of a window, named by its epoch second.
    pub fn requests(org: &OrgId, window: Time) -> Self {
        Self::alone(format!("REQ#{org}#{}", window.timestamp()))
    }

    pub fn sighting(org: &OrgId, digest: &str) -> Self {
        Self::alone(format!("SEE#{org}#{digest}"))
    }

    pub fn scorings_of_a_day(org: &OrgId, number_digest: &str, day: NaiveDate) -> Self {
        Self::alone(format!("NUM#{org}#{number_digest}#{day}"))
    }

    pub fn presented(digest: &Sha256Digest) -> Self {
        Self::alone(format!("MDN#{}", digest.as_str()))
    }

    pub fn check(digest: &str) -> Self {
        Self::alone(format!("MDC#{digest}"))
    }

    pub fn leftovers(id: ScoringId) -> Self {
        Self::alone(format!("LEF#{id}"))
    }

    pub fn erasure(id: &str) -> Self {
        Self::alone(format!("ERA#{id}"))
    }

    /// The key of an item, or of a row of an index.
    pub fn of(item: &Item) -> Result<Self, Corrupt> {
        Ok(Self { pk: read_text(item, "pk")?.to_owned(), sk: read_text(item, "sk")?.to_owned() })
    }

    pub fn attributes(&self) -> Item {
        Item::from([("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))])
    }

    /// The key and the version of the encoding: the start of every new item.
    fn item(&self) -> Item {
        let mut item = self.attributes();
        item.insert("schema".to_owned(), number(SCHEMA));
        item
    }
}

/// Lets the table drop the item from `at` on.
fn set_ttl(item: &mut Item, at: Time) {
    item.insert("ttl".to_owned(), ttl(at));
}

pub(crate) fn text(value: impl Display) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

pub(crate) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// Epoch milliseconds.
pub(crate) fn millis(time: Time) -> AttributeValue {
    number(time.timestamp_millis())
}

/// Epoch seconds, as DynamoDB requires.
pub(crate) fn ttl(at: Time) -> AttributeValue {
    number(at.timestamp())
}

pub(crate) fn json(value: &impl Serialize) -> AttributeValue {
    AttributeValue::S(serde_json::to_string(value).expect("values of the domain have text keys and always serialize"))
}

/// Refuses an item of another version.
fn check_schema(item: &Item) -> Result<(), Corrupt> {
    match read_number::<u32>(item, "schema")? {
        SCHEMA => Ok(()),
        _ => Err(Corrupt("schema")),
    }
}

pub(crate) fn read_text<'a>(item: &'a Item, name: &'static str) -> Result<&'a str, Corrupt> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or(Corrupt(name))
}

pub(crate) fn read_number<T: FromStr>(item: &Item, name: &'static str) -> Result<T, Corrupt> {
    let number = item.get(name).and_then(|value| value.as_n().ok());
    number.and_then(|number| number.parse().ok()).ok_or(Corrupt(name))
}

fn read_time(item: &Item, name: &'static str) -> Result<Time, Corrupt> {
    DateTime::from_timestamp_millis(read_number(item, name)?).ok_or(Corrupt(name))
}

/// A text that parses as an id or a name.
fn read_parsed<T: FromStr>(item: &Item, name: &'static str) -> Result<T, Corrupt> {
    read_text(item, name)?.parse().map_err(|_| Corrupt(name))
}

/// The message in an item's key.
fn read_reference(item: &Item) -> Result<MessageRef, Corrupt> {
    let identification_id = read_text(item, "pk")?.strip_prefix("IDN#").and_then(|id| id.parse().ok());
    let message_id = read_text(item, "sk")?.strip_prefix("OBX#").and_then(|id| id.parse().ok());
    match (identification_id, message_id) {
        (Some(identification_id), Some(message_id)) => Ok(MessageRef { message_id, identification_id }),
        _ => Err(Corrupt("message id")),
    }
}

fn read_json<T: DeserializeOwned>(item: &Item, name: &'static str) -> Result<T, Corrupt> {
    serde_json::from_str(read_text(item, name)?).map_err(|_| Corrupt(name))
}

/// `None` for a missing attribute; a present one has to be valid.
fn if_there<T>(
    item: &Item,
    name: &'static str,
    read: impl FnOnce(&Item, &'static str) -> Result<T, Corrupt>,
) -> Result<Option<T>, Corrupt> {
    item.contains_key(name).then(|| read(item, name)).transpose()
}
