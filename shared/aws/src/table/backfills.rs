//! The backfill in the table: how far it has come, and a walk through the index of what is due.
//!
//! Identifications, chains and scorings that stand alone are on that index as long as they are kept, in the partitions of
//! what ends, and become due later and later. So a walk from the first to the last of them passes all that are there when it
//! begins, and reads no other item of the table.

use super::{
    commit::Commit,
    items::{
        Corrupt, DuePartitions, Item, Key, SCHEMA, decode_backfill, decode_chain, decode_identification,
        decode_scoring, encode_score, json, listed_attributes, number, read_number, read_text, text,
    },
    store::{Change, DynamoStore, unreadable},
};
use crate::errors::{STORE, unavailable};
use acredita_domain::{
    Time,
    backfill::{Backfill, WalkPlace},
    ids::{OrgId, RecordId},
    ports::{Backfills, FindError, LackingEntries, PassedRecord, RecordSubject, StepError, WalkPart},
    records::{RecordKind, RecordPosition},
    reference::Reference,
};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

/// Rows of a part: as many items as one read takes.
const PAGE: i32 = 100;
const FIND: &str = "find backfill";
const SAVE: &str = "save backfill";
const WALK: &str = "walk through records";
const COMPLETE: &str = "complete record";

#[async_trait]
impl Backfills for DynamoStore {
    async fn find(&self) -> Result<Option<Backfill>, FindError> {
        DynamoStore::find(self, FIND, Key::backfill(), decode_backfill).await
    }

    async fn save(&self, before: Option<&Backfill>, after: &Backfill) -> Result<(), StepError> {
        let mut values = vec![("schema", number(SCHEMA)), ("progress", json(after))];
        let condition = match before {
            Some(before) => {
                values.push(("before", json(before)));
                "#progress = :before"
            }
            None => "attribute_not_exists(#progress)",
        };
        let update = "SET #schema = :schema, #progress = :progress";
        self.update(SAVE, Change { key: Key::backfill(), update, condition, values }).await?;
        Ok(())
    }

    async fn walk(&self, from: Option<&WalkPlace>) -> Result<WalkPart, FindError> {
        let place = match from {
            Some(place) => Place::read(place).map_err(unreadable(WALK))?,
            None => Place::default(),
        };
        let partition = place.partition();
        let query = self.query_of_due("#due_shard = :partition", &[("partition", partition.clone())]);
        let query = query.limit(PAGE).set_exclusive_start_key(place.start(&partition));
        let found = query.send().await.map_err(|error| FindError::Unavailable(unavailable(STORE, WALK, &error)))?;
        let keys: Vec<Key> = found.items().iter().filter_map(key_of_record).collect();
        let items = if keys.is_empty() { Vec::new() } else { self.read_all(WALK, keys).await? };
        let records = items.iter().filter_map(|item| passed(item).map_err(unreadable(WALK)).transpose()).collect();
        let next = place.after(found.last_evaluated_key.as_ref()).map_err(unreadable(WALK))?;
        Ok(WalkPart { records, next: next.map(|place| place.write()) })
    }

    async fn complete(&self, record: &PassedRecord, entries: LackingEntries, now: Time) -> Result<(), StepError> {
        let Listed { key, org, id, kind, created_at, reference } = Listed::of(&record.subject);
        let LackingEntries { lookups, score, keep_until } = entries;
        let (mut sets, mut condition) = (Vec::new(), "#org = :org".to_owned());
        let mut values = vec![("org", text(org))];
        if !record.is_listed {
            condition.push_str(" AND attribute_not_exists(#record_shard)");
            for (name, value) in listed_attributes(org, (id, kind), created_at, reference) {
                sets.push(format!("#{name} = :{name}"));
                values.push((name, value));
            }
        }
        if let Some(score) = score {
            // A score that came meanwhile has written its own.
            sets.push("#score = if_not_exists(#score, :score)".to_owned());
            values.push(("score", encode_score(score)));
        }
        if !lookups.is_empty() {
            condition.push_str(" AND attribute_not_exists(#lookups)");
            sets.push("#lookups = :lookups".to_owned());
            values.push(("lookups", json(&lookups)));
        }
        let update = format!("SET {}", sets.join(", "));
        let change = Change { key: key.clone(), update: &update, condition: &condition, values };
        let found_by = (RecordPosition::of(id, created_at), &lookups[..]);
        Commit::new(self, COMPLETE, now).step(change).find_by(org, &key, found_by, keep_until).take_once().await
    }
}

/// A place in the index of what is due: a partition, and the row after which it goes on there.
#[derive(Default)]
struct Place {
    shard: u32,
    row: Option<Row>,
}

/// The keys of a row, besides its partition.
type Row = (String, String, i64);

impl Place {
    fn read(WalkPlace(place): &WalkPlace) -> Result<Self, Corrupt> {
        let (shard, row) = serde_json::from_str(place).map_err(|_| Corrupt("place of a walk"))?;
        Ok(Self { shard, row })
    }

    fn write(&self) -> WalkPlace {
        WalkPlace(serde_json::to_string(&(self.shard, &self.row)).expect("texts and numbers always serialize"))
    }

    fn partition(&self) -> AttributeValue {
        DuePartitions::Ends.shard(self.shard)
    }

    fn start(&self, partition: &AttributeValue) -> Option<Item> {
        let (pk, sk, due_at) = self.row.as_ref()?;
        let row = [("pk", text(pk)), ("sk", text(sk)), ("due_at", number(*due_at)), ("due_shard", partition.clone())];
        Some(row.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// The place after this part, which ended with this row if there is more in the partition.
    fn after(&self, last: Option<&Item>) -> Result<Option<Self>, Corrupt> {
        match last {
            Some(row) => {
                let row =
                    (read_text(row, "pk")?.to_owned(), read_text(row, "sk")?.to_owned(), read_number(row, "due_at")?);
                Ok(Some(Self { shard: self.shard, row: Some(row) }))
            }
            None => Ok(DuePartitions::Ends.has(self.shard + 1).then(|| Self { shard: self.shard + 1, row: None })),
        }
    }
}

/// The key of a row, if it is one of what records are about.
fn key_of_record(row: &Item) -> Option<Key> {
    let (pk, sk) = (read_text(row, "pk").ok()?, read_text(row, "sk").ok()?);
    let is_of_record = sk == "A" && ["IDN#", "CHN#", "SCO#"].iter().any(|kind| pk.starts_with(kind));
    if is_of_record { Key::of(row).ok() } else { None }
}

/// `None` for what is a part of another record.
fn passed(item: &Item) -> Result<Option<PassedRecord>, Corrupt> {
    let is_listed = item.contains_key("record_shard");
    let subject = match read_text(item, "pk")?.get(..4) {
        Some("IDN#") => RecordSubject::Identification(Box::new(decode_identification(item)?)),
        Some("CHN#") => RecordSubject::Chain(Box::new(decode_chain(item)?)),
        Some("SCO#") => RecordSubject::Scoring(Box::new(decode_scoring(item)?)),
        _ => return Ok(None),
    };
    let is_part = match &subject {
        RecordSubject::Identification(identification) => identification.membership.is_some(),
        RecordSubject::Chain(_) => false,
        RecordSubject::Scoring(scoring) => scoring.is_linked(),
    };
    Ok((!is_part).then_some(PassedRecord { subject, is_listed }))
}

/// What the list shows of a record that never changes.
struct Listed<'a> {
    key: Key,
    org: &'a OrgId,
    id: RecordId,
    kind: RecordKind,
    created_at: Time,
    reference: &'a Reference,
}

impl<'a> Listed<'a> {
    fn of(subject: &'a RecordSubject) -> Self {
        match subject {
            RecordSubject::Identification(identification) => Self {
                key: Key::identification(identification.id),
                org: &identification.org,
                id: identification.admin_id.into(),
                kind: identification.method.kind().into(),
                created_at: identification.created_at,
                reference: &identification.reference,
            },
            RecordSubject::Chain(chain) => Self {
                key: Key::chain(chain.id),
                org: &chain.org,
                id: chain.admin_id.into(),
                kind: RecordKind::Chain,
                created_at: chain.created_at,
                reference: &chain.reference,
            },
            RecordSubject::Scoring(scoring) => Self {
                key: Key::scoring(scoring.id),
                org: &scoring.org,
                id: scoring.id.into(),
                kind: RecordKind::Scoring,
                created_at: scoring.created_at,
                reference: &scoring.reference,
            },
        }
    }
}
