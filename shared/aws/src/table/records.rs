//! Records in the table: the index of them, and what an id of one stands for.

use super::{
    expressions::bind,
    items::{
        Corrupt, Item, Key, PointsTo, RECORD_SHARDS, decode_chain, decode_deliveries, decode_identification,
        decode_pointer, decode_record, decode_review, decode_scoring, list_from, place_of_lookup, record_at,
        record_partition, text,
    },
    shards::{Part, merged},
    store::{DynamoStore, unreadable},
};
use crate::{
    errors::{STORE, unavailable},
    provision::RECORDS_INDEX,
};
use acredita_domain::{
    Time,
    chain::Chain,
    events::Subject,
    ids::{AdminChainId, AdminIdentificationId, ChainId, IdentificationId, OrgId, RecordId, ScoringId},
    ports::{
        FindError, FoundIdentification, FoundRecord, FoundStep, Order, RecordPage, RecordQuery, RecordRange,
        RecordStream, Records,
    },
    records::{RecordPerson, RecordPosition, RecordRow},
    scoring::Scoring,
};
use async_trait::async_trait;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use futures_util::future::try_join_all;
use std::collections::HashMap;

/// Rows of a shard that are looked at for one answer when some are left out: a thousand of all shards.
const FILTERED_ROWS: i32 = 250;
const FIND: &str = "find record";
const SEARCH: &str = "search records";

#[async_trait]
impl Records for DynamoStore {
    async fn list(&self, org: &OrgId, query: RecordQuery) -> Result<RecordPage, FindError> {
        let shards = (0..RECORD_SHARDS).map(|shard| self.record_rows(record_partition(org, shard), &query));
        let (rows, next) = merged(try_join_all(shards).await?, Order::Descending, query.limit);
        Ok(RecordPage { records: rows.into_iter().map(|(_, row)| row).collect(), next })
    }

    async fn search(
        &self,
        org: &OrgId,
        digests: &[String],
        after: Option<RecordPosition>,
        limit: usize,
    ) -> Result<RecordPage, FindError> {
        let partitions = digests.iter().map(|digest| self.looked_up(Key::lookups(org, digest), after, limit));
        let (found, next) = merged(try_join_all(partitions).await?, Order::Descending, limit);
        if found.is_empty() {
            return Ok(RecordPage { records: Vec::new(), next });
        }
        let items = self.read_all(SEARCH, found.into_iter().map(|(_, key)| key).collect()).await?;
        let mut records: Vec<RecordRow> =
            items.iter().map(|item| decode_record(item).map_err(unreadable(SEARCH))).collect::<Result<_, _>>()?;
        records.sort_by_key(|row| std::cmp::Reverse(row.position()));
        Ok(RecordPage { records, next })
    }

    fn walk<'a>(&'a self, org: &'a OrgId, range: RecordRange) -> RecordStream<'a> {
        self.walk_records(org, range)
    }

    async fn persons(&self, org: &OrgId, subjects: &[Subject]) -> Result<HashMap<Subject, RecordPerson>, FindError> {
        self.read_persons(org, subjects).await
    }

    async fn find(&self, org: &OrgId, id: RecordId) -> Result<Option<FoundRecord>, FindError> {
        let scoring_id = ScoringId::from(id);
        let pointer = Key::pointer(AdminIdentificationId::from(id));
        // No two ids are the same: at most one of them is there.
        let Some(item) = self.read_all(FIND, vec![pointer.clone(), Key::scoring(scoring_id)]).await?.pop() else {
            return Ok(Some(FoundRecord::Gone(Subject::Scoring { scoring_id })));
        };
        if Key::of(&item).map_err(unreadable(FIND))? != pointer {
            let scoring = decode_scoring(&item).map_err(unreadable(FIND))?;
            let is_record = scoring.org == *org && !scoring.is_linked();
            return Ok(is_record.then(|| FoundRecord::Scoring(Box::new(scoring))));
        }
        let pointer = decode_pointer(&item).map_err(unreadable(FIND))?;
        match pointer.to {
            _ if pointer.org != *org => Ok(None),
            PointsTo::Identification(to) => self.record_of_identification(to, id.into()).await.map(Some),
            PointsTo::Chain(to) => self.record_of_chain(to, id.into()).await.map(Some),
        }
    }
}

impl DynamoStore {
    /// A shard's rows that a query asks for. One query of the index.
    async fn record_rows(
        &self,
        shard: String,
        query: &RecordQuery,
    ) -> Result<Part<RecordPosition, RecordRow>, FindError> {
        let operation = "list records";
        let Some(request) = self.query_of_records(&shard, (query.from, query.to), query.after) else {
            return Ok(Part::empty());
        };
        let takes_all = query.filter.takes_all();
        // One of them may be the one to go on after.
        let limit = if takes_all { i32::try_from(query.limit).unwrap_or(FILTERED_ROWS) + 1 } else { FILTERED_ROWS };
        let found = request.limit(limit).send().await;
        let found = found.map_err(|error| FindError::Unavailable(unavailable(STORE, operation, &error)))?;
        let decode = |item: &Item| decode_record(item).map_err(unreadable(operation));
        let mut rows = Vec::new();
        for item in found.items() {
            let row = decode(item)?;
            if query.after != Some(row.position()) && query.filter.takes(&row, query.now) {
                rows.push((row.position(), row));
            }
        }
        // The last row that was looked at is where the next query goes on.
        let last = found.items().last().filter(|_| found.last_evaluated_key.is_some());
        let reached = last.map(decode).transpose()?.map(|row| row.position());
        Ok(Part { rows, reached })
    }

    /// A query of a shard's rows of a time, whose end is exclusive, the newest first; `None` if there can be none. The
    /// first of them may be the one at `after`.
    pub(super) fn query_of_records(
        &self,
        shard: &str,
        (from, to): (Option<Time>, Option<Time>),
        after: Option<RecordPosition>,
    ) -> Option<QueryFluentBuilder> {
        let low = from.map_or_else(|| "0".to_owned(), list_from);
        // What begins with a later millisecond is greater than that millisecond alone.
        let to = to.map_or_else(|| "~".to_owned(), list_from);
        let high = after.map_or_else(|| to.clone(), |after| record_at(after).min(to.clone()));
        if low > high {
            return None;
        }
        let condition = "#record_shard = :shard AND #record_at BETWEEN :low AND :high";
        let bound = bind(&[condition], &[("shard", text(shard)), ("low", text(low)), ("high", text(high))]);
        let query = self.client.query().table_name(&self.table).index_name(RECORDS_INDEX).scan_index_forward(false);
        let query = query.key_condition_expression(condition).set_expression_attribute_names(bound.names);
        Some(query.set_expression_attribute_values(bound.values))
    }

    /// The records of a digest: one query.
    async fn looked_up(
        &self,
        partition: String,
        after: Option<RecordPosition>,
        limit: usize,
    ) -> Result<Part<RecordPosition, Key>, FindError> {
        let condition = "#pk = :pk AND #sk < :after";
        let after = after.map_or_else(|| "~".to_owned(), record_at);
        let bound = bind(&[condition], &[("pk", text(partition)), ("after", text(after))]);
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(FILTERED_ROWS))
            .key_condition_expression(condition)
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values);
        let found = request.send().await.map_err(|error| FindError::Unavailable(unavailable(STORE, SEARCH, &error)))?;
        let row = |row: &Item| Ok::<_, Corrupt>((place_of_lookup(row)?, Key::of_looked_up(row)?));
        let rows: Vec<_> = found.items().iter().map(row).collect::<Result<_, _>>().map_err(unreadable(SEARCH))?;
        let reached = rows.last().map(|(place, _)| *place).filter(|_| found.last_evaluated_key.is_some());
        Ok(Part { rows, reached })
    }

    async fn record_of_identification(
        &self,
        id: IdentificationId,
        admin_id: AdminIdentificationId,
    ) -> Result<FoundRecord, FindError> {
        let Some(item) = self.get(FIND, Key::identification(id)).await.map_err(FindError::Unavailable)? else {
            let subject = Subject::Identification { identification_id: id, admin_identification_id: admin_id };
            return Ok(FoundRecord::Gone(subject));
        };
        let identification = decode_identification(&item).map_err(unreadable(FIND))?;
        let scoring = match identification.method.scoring_id() {
            Some(id) => DynamoStore::find(self, FIND, Key::scoring(id), decode_scoring).await?,
            None => None,
        };
        let found = self.found(&item, FoundStep { identification, scoring }).await?;
        Ok(FoundRecord::Identification(Box::new(found)))
    }

    async fn record_of_chain(&self, id: ChainId, admin_id: AdminChainId) -> Result<FoundRecord, FindError> {
        let gone =
            FoundRecord::Gone(Subject::Chain { identification_chain_id: id, admin_identification_chain_id: admin_id });
        let Some(chain) = DynamoStore::find(self, FIND, Key::chain(id), decode_chain).await? else { return Ok(gone) };
        // Without its steps it was deleted since.
        let steps = self.record_steps(&chain).await?;
        Ok(steps.map_or(gone, |steps| FoundRecord::Chain(Box::new(chain), steps)))
    }

    async fn record_steps(&self, chain: &Chain) -> Result<Option<Vec<FoundIdentification>>, FindError> {
        let steps = chain.sequence.steps();
        let keys = steps
            .iter()
            .flat_map(|step| [Some(Key::identification(step.identification_id)), step.scoring_id().map(Key::scoring)]);
        let mut items = HashMap::new();
        for item in self.read_all(FIND, keys.flatten().collect()).await? {
            items.insert(Key::of(&item).map_err(unreadable(FIND))?, item);
        }
        let mut of_steps = Vec::with_capacity(steps.len());
        for step in steps {
            let Some(item) = items.get(&Key::identification(step.identification_id)) else { return Ok(None) };
            let identification = decode_identification(item).map_err(unreadable(FIND))?;
            let scoring = step.scoring_id().and_then(|id| items.get(&Key::scoring(id)));
            let scoring: Option<Scoring> = scoring.map(decode_scoring).transpose().map_err(unreadable(FIND))?;
            of_steps.push(self.found(item, FoundStep { identification, scoring }).await?);
        }
        Ok(Some(of_steps))
    }

    /// A read, if there is a review.
    async fn found(&self, item: &Item, step: FoundStep) -> Result<FoundIdentification, FindError> {
        let deliveries = match step.identification.otp() {
            Some(otp) => decode_deliveries(item, otp).map_err(unreadable(FIND))?,
            None => Vec::new(),
        };
        let review = match step.identification.review {
            Some(mark) => DynamoStore::find(self, FIND, Key::review(mark.id), decode_review).await?,
            None => None,
        };
        Ok(FoundIdentification { step, deliveries, review })
    }
}
