//! All records of a time, one after the other, and the persons of some of them.

use super::{
    items::{
        Item, Key, RECORD_SHARDS, decode_chain, decode_identification, decode_record, decode_scoring, record_partition,
        subject_of_record,
    },
    store::{DynamoStore, unreadable},
};
use crate::errors::{STORE, unavailable};
use acredita_domain::{
    chain::Chain,
    events::Subject,
    ids::OrgId,
    ports::{FindError, RecordRange, RecordStream, WalkedRecord},
    records::{RecordPerson, RecordPosition},
};
use futures_util::{StreamExt, future::try_join_all, stream};
use std::collections::{HashMap, VecDeque};

/// Rows of a shard in one answer.
const PAGE: i32 = 500;
const WALK: &str = "walk records";
const PERSONS: &str = "read persons";

/// A shard of the index on the way through it.
struct Shard {
    partition: String,
    /// Those that were read and not passed yet.
    rows: VecDeque<WalkedRecord>,
    /// Where the next query goes on.
    start: Option<Item>,
    /// Whether there is no next one.
    is_read: bool,
}

/// The shards, of which the newest of the next records is always the next one.
struct Walk<'a> {
    store: &'a DynamoStore,
    range: RecordRange,
    shards: Vec<Shard>,
}

impl DynamoStore {
    pub(super) fn walk_records<'a>(&'a self, org: &OrgId, range: RecordRange) -> RecordStream<'a> {
        let shard = |shard| Shard {
            partition: record_partition(org, shard),
            rows: VecDeque::new(),
            start: None,
            is_read: false,
        };
        let walk = Walk { store: self, range, shards: (0..RECORD_SHARDS).map(shard).collect() };
        stream::try_unfold(walk, |mut walk| async move { Ok(walk.next().await?.map(|record| (record, walk))) }).boxed()
    }

    pub(super) async fn read_persons(
        &self,
        org: &OrgId,
        subjects: &[Subject],
    ) -> Result<HashMap<Subject, RecordPerson>, FindError> {
        let of_key: HashMap<Key, Subject> = subjects.iter().map(|subject| (Key::subject(*subject), *subject)).collect();
        if of_key.is_empty() {
            return Ok(HashMap::new());
        }
        let (mut persons, mut chains) = (HashMap::new(), HashMap::new());
        for item in self.read_all(PERSONS, of_key.keys().cloned().collect()).await? {
            let key = Key::of(&item).map_err(unreadable(PERSONS))?;
            match of_key.get(&key).copied() {
                Some(subject @ Subject::Identification { .. }) => {
                    let found = decode_identification(&item).map_err(unreadable(PERSONS))?;
                    let validated_at = found.state.validation().map(|validation| validation.at);
                    let metadata = found.reference.metadata().clone();
                    let person = RecordPerson { actor: Some(found.actor), validated_at, metadata };
                    persons.extend((found.org == *org).then_some((subject, person)));
                }
                Some(subject @ Subject::Scoring { .. }) => {
                    let found = decode_scoring(&item).map_err(unreadable(PERSONS))?;
                    let person = RecordPerson { metadata: found.reference.metadata().clone(), ..Default::default() };
                    persons.extend((found.org == *org).then_some((subject, person)));
                }
                Some(subject @ Subject::Chain { .. }) => {
                    let found = decode_chain(&item).map_err(unreadable(PERSONS))?;
                    chains.extend((found.org == *org).then_some((subject, found)));
                }
                _ => {}
            }
        }
        persons.extend(self.persons_of_chains(chains).await?);
        Ok(persons)
    }

    /// Every step of a chain is about the same person. A chain without its steps was deleted since.
    async fn persons_of_chains(
        &self,
        chains: HashMap<Subject, Chain>,
    ) -> Result<HashMap<Subject, RecordPerson>, FindError> {
        let first =
            |chain: &Chain| chain.sequence.steps().first().map(|step| Key::identification(step.identification_id));
        let keys: Vec<Key> = chains.values().filter_map(first).collect();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let mut actors = HashMap::new();
        for item in self.read_all(PERSONS, keys).await? {
            let key = Key::of(&item).map_err(unreadable(PERSONS))?;
            actors.insert(key, decode_identification(&item).map_err(unreadable(PERSONS))?.actor);
        }
        let person = |(subject, chain): (Subject, Chain)| {
            let actor = Some(actors.remove(&first(&chain)?)?);
            let validated_at = chain.state.validation().map(|validation| validation.at);
            Some((subject, RecordPerson { actor, validated_at, metadata: chain.reference.metadata().clone() }))
        };
        Ok(chains.into_iter().filter_map(person).collect())
    }
}

impl Walk<'_> {
    async fn next(&mut self) -> Result<Option<WalkedRecord>, FindError> {
        let Self { store, range, shards } = self;
        let empty = shards.iter_mut().filter(|shard| shard.rows.is_empty() && !shard.is_read);
        try_join_all(empty.map(|shard| shard.read(store, range))).await?;
        let newest = shards.iter_mut().max_by_key(|shard| shard.next());
        Ok(newest.and_then(|shard| shard.rows.pop_front()))
    }
}

impl Shard {
    /// The place of its next record.
    fn next(&self) -> Option<RecordPosition> {
        self.rows.front().map(|record| record.row.position())
    }

    /// Reads rows until there are some or there are no more.
    async fn read(&mut self, store: &DynamoStore, range: &RecordRange) -> Result<(), FindError> {
        while self.rows.is_empty() && !self.is_read {
            let RecordRange { from, to, after } = *range;
            let Some(query) = store.query_of_records(&self.partition, (Some(from), Some(to)), after) else {
                self.is_read = true;
                break;
            };
            let found = query.limit(PAGE).set_exclusive_start_key(self.start.take()).send().await;
            let found = found.map_err(|error| FindError::Unavailable(unavailable(STORE, WALK, &error)))?;
            for item in found.items() {
                let row = decode_record(item).map_err(unreadable(WALK))?;
                let subject = subject_of_record(item, &row).map_err(unreadable(WALK))?;
                if after != Some(row.position()) {
                    self.rows.push_back(WalkedRecord { subject, row });
                }
            }
            self.start = found.last_evaluated_key;
            self.is_read = self.start.is_none();
        }
        Ok(())
    }
}
