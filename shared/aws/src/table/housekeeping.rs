//! Due work: the sparse index `due` of the table, and its cleanup.

use super::{
    expressions::bind,
    items::{DuePartitions, decode_due, encode_leftovers, key_of_due, millis, partition_of_due, text},
    store::{Change, DynamoStore, Refused},
};
use crate::{
    errors::{STORE, unavailable},
    provision::DUE_INDEX,
};
use acredita_domain::{
    Time,
    error::Unavailable,
    ids::{OrgId, ScoringId},
    ports::{Due, DueStream, FindError, Housekeeping},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use futures_util::{Stream, StreamExt, stream};

/// Rows per answer.
const PAGE: i32 = 100;

#[async_trait]
impl Housekeeping for DynamoStore {
    fn stuck_messages(&self, now: Time) -> DueStream<'_> {
        self.due(DuePartitions::Messages, now)
    }

    fn undelivered(&self, now: Time) -> DueStream<'_> {
        self.due(DuePartitions::Deliveries, now)
    }

    fn over(&self, now: Time) -> DueStream<'_> {
        self.due(DuePartitions::Ends, now)
    }

    async fn postpone(&self, due: &Due, until: Time) -> Result<(), Unavailable> {
        // What a worker has put off further meanwhile stays so.
        let mut condition = "#due_at < :until".to_owned();
        let mut values = vec![("until", millis(until)), ("partition", partition_of_due(due))];
        if let Due::Identification(org, _) | Due::Chain(org, _) | Due::Scoring(org, _) | Due::Leftovers(org, _) = due {
            condition.push_str(" AND #org = :org");
            values.push(("org", text(org)));
        }
        let update = "SET #due_at = :until, #due_shard = :partition";
        let change = Change { key: key_of_due(due), update, condition: &condition, values };
        match self.update("postpone", change).await {
            // Gone or settled: no longer due.
            Ok(_) | Err(Refused::Condition(_)) => Ok(()),
            Err(Refused::Unavailable(unavailable)) => Err(unavailable),
        }
    }

    async fn leave_leftovers(&self, org: &OrgId, id: ScoringId, now: Time) -> Result<(), Unavailable> {
        self.replace("leave leftovers", encode_leftovers(org, id, now)).await
    }

    async fn erased(&self, due: &Due) -> Result<(), Unavailable> {
        self.remove("erased", key_of_due(due)).await
    }
}

impl DynamoStore {
    /// All of these partitions at once, so that none waits for another to end.
    fn due(&self, partitions: DuePartitions, now: Time) -> DueStream<'_> {
        stream::select_all(partitions.all().map(|partition| self.due_in(partition, now).boxed())).boxed()
    }

    /// A query of the index of what is due, the longest due first.
    pub(super) fn query_of_due(
        &self,
        condition: &str,
        values: &[(&'static str, AttributeValue)],
    ) -> QueryFluentBuilder {
        let bound = bind(&[condition], values);
        self.client
            .query()
            .table_name(&self.table)
            .index_name(DUE_INDEX)
            .key_condition_expression(condition)
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values)
    }

    /// One partition, the longest due first, a page at a time. Each row comes once, whatever becomes of it; a page that
    /// cannot be read ends the stream.
    fn due_in(&self, partition: AttributeValue, now: Time) -> impl Stream<Item = Result<Due, FindError>> + use<> {
        let operation = "find what is due";
        let values = [("partition", partition), ("now", millis(now))];
        let request = self.query_of_due("#due_shard = :partition AND #due_at <= :now", &values);
        let rows = request.into_paginator().page_size(PAGE).items().send();
        stream::unfold(rows, |mut rows| async { rows.next().await.map(|row| (row, rows)) }).map(move |row| {
            let row = row.map_err(|error| FindError::Unavailable(unavailable(STORE, operation, &error)))?;
            decode_due(&row).map_err(|corrupt| {
                tracing::error!(operation, problem = corrupt.0, "a row cannot be understood");
                FindError::Corrupt(corrupt.0)
            })
        })
    }
}
