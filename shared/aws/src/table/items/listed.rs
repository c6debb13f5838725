//! The index of records: what it has of identifications and scorings that stand alone, and of chains.

use super::{
    Corrupt, GRACE, Item, Key, check_schema,
    due::hash,
    event::{place, read_place},
    if_there, json, read_json, read_number, read_parsed, read_text, read_time, set_ttl, text,
};
use crate::table::expressions::Values;
use acredita_domain::{
    Time,
    backfill::Backfill,
    events::Subject,
    identification::Status,
    ids::{OrgId, RecordId, SearchId},
    records::{RecordKind, RecordPosition, RecordRow, RecordStatus},
    reference::Reference,
    scoring::Score,
};
use aws_sdk_dynamodb::types::AttributeValue;

/// Partitions of the records of an organisation, so that its creates do not wait for each other's partition.
pub(crate) const RECORD_SHARDS: u32 = 4;

pub(crate) fn record_partition(org: &OrgId, shard: u32) -> String {
    format!("{org}#{shard}")
}

/// The place of a record in the list, as text that sorts.
pub(crate) fn record_at(RecordPosition { millis, id }: RecordPosition) -> String {
    place(millis, id)
}

impl Key {
    /// The log of a search, of which there are only events.
    pub fn search(id: SearchId) -> Self {
        Self::alone(format!("SCH#{id}"))
    }

    /// There is one backfill, over all organisations.
    pub fn backfill() -> Self {
        Self::alone("BKF#records".to_owned())
    }

    /// One of the records that a digest finds.
    pub fn lookup(org: &OrgId, digest: &str, position: RecordPosition) -> Self {
        Self { pk: Self::lookups(org, digest), sk: record_at(position) }
    }

    /// The partition of all records that a digest finds.
    pub fn lookups(org: &OrgId, digest: &str) -> String {
        format!("LKP#{org}#{digest}")
    }

    /// The record that a row of a digest names.
    pub fn of_looked_up(row: &Item) -> Result<Self, Corrupt> {
        Ok(Self::alone(read_text(row, "record")?.to_owned()))
    }
}

/// What finds the record that lies under `of` by its digests.
pub(crate) fn encode_lookups(
    org: &OrgId,
    of: &Key,
    (position, digests): (RecordPosition, &[String]),
    keep_until: Time,
) -> Vec<Item> {
    let encode = |digest: &String| {
        let mut item = Key::lookup(org, digest, position).item();
        item.insert("record".to_owned(), text(&of.pk));
        set_ttl(&mut item, keep_until + GRACE);
        item
    };
    digests.iter().map(encode).collect()
}

/// The place of a row of a digest.
pub(crate) fn place_of_lookup(row: &Item) -> Result<RecordPosition, Corrupt> {
    let (millis, id) = read_place(read_text(row, "sk")?).ok_or(Corrupt("place of a record"))?;
    Ok(RecordPosition { millis, id })
}

pub(super) fn set_lookups(item: &mut Item, digests: &[String]) {
    if !digests.is_empty() {
        item.insert("lookups".to_owned(), json(&digests));
    }
}

/// A score as a number that the index has on its own.
pub(crate) fn encode_score(score: Score) -> AttributeValue {
    AttributeValue::N(serde_json::to_string(&score).expect("a number"))
}

/// Puts an item on the index of records. What it shows besides is in the item anyway.
pub(super) fn set_record(
    item: &mut Item,
    org: &OrgId,
    record: (RecordId, RecordKind),
    created_at: Time,
    reference: &Reference,
) {
    let attributes = listed_attributes(org, record, created_at, reference);
    item.extend(attributes.into_iter().map(|(name, value)| (name.to_owned(), value)));
}

/// What puts an item on the index of records.
pub(crate) fn listed_attributes(
    org: &OrgId,
    (id, kind): (RecordId, RecordKind),
    created_at: Time,
    reference: &Reference,
) -> Values {
    let mut attributes = vec![
        ("record_shard", text(record_partition(org, hash(&id.to_string()) % RECORD_SHARDS))),
        ("record_at", text(record_at(RecordPosition::of(id, created_at)))),
        ("record_kind", text(kind)),
    ];
    let reference = reference.client_reference_id();
    attributes.extend(reference.map(|reference| ("client_reference_id", text(reference.expose()))));
    attributes
}

/// How far the backfill of the index, and of what finds records, has come.
pub(crate) fn decode_backfill(item: &Item) -> Result<Backfill, Corrupt> {
    check_schema(item)?;
    read_json(item, "progress")
}

/// What a row of the index is about.
pub(crate) fn subject_of_record(item: &Item, row: &RecordRow) -> Result<Subject, Corrupt> {
    const PROBLEM: Corrupt = Corrupt("key of a record");
    let (_, id) = read_text(item, "pk")?.split_once('#').ok_or(PROBLEM)?;
    Ok(match row.kind {
        RecordKind::Agent | RecordKind::Otp | RecordKind::IdentityDocument => Subject::Identification {
            identification_id: id.parse().map_err(|_| PROBLEM)?,
            admin_identification_id: row.id.into(),
        },
        RecordKind::Chain => Subject::Chain {
            identification_chain_id: id.parse().map_err(|_| PROBLEM)?,
            admin_identification_chain_id: row.id.into(),
        },
        RecordKind::Scoring => Subject::Scoring { scoring_id: row.id.into() },
    })
}

/// A row of the index of records.
pub(crate) fn decode_record(item: &Item) -> Result<RecordRow, Corrupt> {
    let (millis, id) = read_place(read_text(item, "record_at")?).ok_or(Corrupt("record_at"))?;
    let millis: i64 = i64::try_from(millis).map_err(|_| Corrupt("record_at"))?;
    let created_at = chrono::DateTime::from_timestamp_millis(millis).ok_or(Corrupt("record_at"))?;
    let kind = read_parsed(item, "record_kind")?;
    let score: Option<Score> = if_there(item, "score", read_number::<u16>)?
        .map(|score| serde_json::from_value(score.into()))
        .transpose()
        .map_err(|_| Corrupt("score"))?;
    Ok(RecordRow {
        id,
        kind,
        stored: match kind {
            RecordKind::Scoring => status_of_scoring(item, score)?,
            _ => read_parsed::<Status>(item, "status")?.into(),
        },
        created_at,
        expires_at: read_time(item, "expires_at")?,
        client_reference_id: if_there(item, "client_reference_id", read_parsed)?,
        score,
        review: if_there(item, "review", read_parsed)?,
    })
}

fn status_of_scoring(item: &Item, score: Option<Score>) -> Result<RecordStatus, Corrupt> {
    match item.get("closed").and_then(|closed| closed.as_bool().ok()) {
        Some(true) => Ok(RecordStatus::Closed),
        Some(false) if score.is_some() => Ok(RecordStatus::Scored),
        Some(false) => Ok(RecordStatus::Created),
        None => Err(Corrupt("closed")),
    }
}
