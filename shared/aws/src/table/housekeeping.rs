//! What is due: the sparse index `due` of the table, and its tidying.

use super::{
    expressions::bind,
    items::{decode_due, key_of_due, millis, shard_name, text},
    store::{Change, DynamoStore, Refused},
};
use crate::{
    errors::{STORE, unavailable},
    provision::DUE_INDEX,
};
use acredita_domain::{
    Time,
    error::Unavailable,
    ports::{Due, Erasure, FindError, Housekeeping},
};
use async_trait::async_trait;

#[async_trait]
impl Housekeeping for DynamoStore {
    /// A row that cannot be understood is logged and left out, so that it does not keep its whole shard from being
    /// tidied.
    async fn due(&self, shard: u32, now: Time, limit: usize) -> Result<Vec<Due>, FindError> {
        let operation = "find what is due";
        let condition = "#due_shard = :shard AND #due_at <= :now";
        let bound = bind(&[condition], &[("shard", shard_name(shard)), ("now", millis(now))]);
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(DUE_INDEX)
            .key_condition_expression(condition)
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let rows =
            request.send().await.map_err(|error| FindError::Unavailable(unavailable(STORE, operation, &error)))?;
        let understood = rows.items().iter().filter_map(|row| match decode_due(row) {
            Ok(due) => Some(due),
            Err(corrupt) => {
                tracing::error!(operation, problem = corrupt.0, "a row cannot be understood");
                None
            }
        });
        Ok(understood.collect())
    }

    async fn postpone(&self, due: &Due, until: Time) -> Result<(), Unavailable> {
        let mut condition = "attribute_exists(#due_at)".to_owned();
        let mut values = vec![("until", millis(until))];
        if let Due::Identification(org, _) | Due::Scoring(org, _) = due {
            condition.push_str(" AND #org = :org");
            values.push(("org", text(org)));
        }
        let change = Change { key: key_of_due(due), update: "SET #due_at = :until", condition: &condition, values };
        match self.update("postpone", change).await {
            // Gone, or settled: not due any more.
            Ok(_) | Err(Refused::Condition(_)) => Ok(()),
            Err(Refused::Unavailable(unavailable)) => Err(unavailable),
        }
    }

    async fn erased(&self, erasure: &Erasure) -> Result<(), Unavailable> {
        self.remove("erased", key_of_due(&Due::Erasure(erasure.clone()))).await
    }
}
