//! Access to the table: one read, one conditional write, one transaction.

use super::{
    expressions::{Values, bind},
    items::{Corrupt, Item, Key},
};
use crate::errors::{STORE, unavailable, unusable};
use acredita_domain::{
    error::Unavailable,
    ports::{FindError, StepError},
};
use aws_sdk_dynamodb::{
    Client,
    operation::{transact_write_items::TransactWriteItemsError, update_item::UpdateItemError},
    types::{
        AttributeValue, CancellationReason, ConditionCheck, Delete, KeysAndAttributes, Put, ReturnValue,
        ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    },
};

/// Identifications, scorings, outbox and housekeeping, in one DynamoDB table.
#[derive(Clone, Debug)]
pub struct DynamoStore {
    pub(crate) client: Client,
    pub(crate) table: String,
}

impl DynamoStore {
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }
}

pub(crate) struct Change<'a> {
    pub key: Key,
    pub update: &'a str,
    pub condition: &'a str,
    pub values: Values,
}

/// Why an item was not changed. Like every type that holds an item, it has no `Debug`: items hold personal data.
pub(crate) enum Refused {
    /// The condition did not hold; the current item, if there is one.
    Condition(Option<Item>),
    /// The outcome is unknown.
    Unavailable(Unavailable),
}

impl From<Refused> for StepError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Condition(_) => Self::Lost,
            Refused::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

pub(crate) enum NotCommitted {
    /// Conditions did not hold.
    Cancelled(Reasons),
    /// The outcome is unknown.
    Unavailable(Unavailable),
}

/// Why a transaction was cancelled, by the position of the write.
pub(crate) struct Reasons(Vec<CancellationReason>);

impl Reasons {
    pub fn failed(&self, index: usize) -> bool {
        self.0.get(index).and_then(CancellationReason::code) == Some("ConditionalCheckFailed")
    }

    /// The current item that failed this write's condition.
    pub fn item(&mut self, index: usize) -> Option<Item> {
        self.0.get_mut(index).and_then(|reason| reason.item.take())
    }
}

impl NotCommitted {
    /// The refusal of a transaction in which only the first `guards` writes can refuse.
    pub fn into_step_error(self, operation: &'static str, guards: usize) -> StepError {
        match self {
            Self::Cancelled(reasons) if (0..guards).any(|index| reasons.failed(index)) => StepError::Lost,
            Self::Cancelled(_) => StepError::Unavailable(cancelled(operation)),
            Self::Unavailable(unavailable) => StepError::Unavailable(unavailable),
        }
    }
}

/// Whether the last step carries this mark.
fn taken_by(item: &Item, mark: &str) -> bool {
    item.get("step").and_then(|step| step.as_s().ok()).is_some_and(|step| step == mark)
}

/// A transaction that was cancelled without a relevant condition: contention that outlasted the retries.
pub(crate) fn cancelled(operation: &'static str) -> Unavailable {
    tracing::warn!(operation, code = "TransactionCanceledException", "{STORE} is unavailable");
    Unavailable(STORE)
}

/// A corrupt item, for ports that have no such error.
pub(crate) fn corrupt(operation: &'static str, corrupt: Corrupt) -> Unavailable {
    unusable(STORE, operation, corrupt.0)
}

/// A corrupt item, for ports that have such an error.
pub(crate) fn unreadable(operation: &'static str) -> impl Fn(Corrupt) -> FindError {
    move |corrupt| {
        tracing::error!(operation, problem = corrupt.0, "an item cannot be understood");
        FindError::Corrupt(corrupt.0)
    }
}

impl DynamoStore {
    /// The items with these keys that there are.
    pub(crate) async fn read_all(&self, operation: &'static str, keys: Vec<Key>) -> Result<Vec<Item>, FindError> {
        self.get_all(operation, keys).await.map_err(FindError::Unavailable)
    }

    pub(crate) async fn get(&self, operation: &'static str, key: Key) -> Result<Option<Item>, Unavailable> {
        let request =
            self.client.get_item().table_name(&self.table).set_key(Some(key.attributes())).consistent_read(true);
        match request.send().await {
            Ok(output) => Ok(output.item),
            Err(error) => Err(unavailable(STORE, operation, &error)),
        }
    }

    /// The items with these keys that there are.
    pub(crate) async fn get_all(&self, operation: &'static str, keys: Vec<Key>) -> Result<Vec<Item>, Unavailable> {
        let keys = KeysAndAttributes::builder().set_keys(Some(keys.iter().map(Key::attributes).collect()));
        let mut wanted = Some(keys.consistent_read(true).build().expect("the keys are set"));
        let mut items = Vec::new();
        // What DynamoDB leaves for later, for lack of capacity, is asked for once more.
        for _ in 0..2 {
            let Some(keys) = wanted.take() else { break };
            let request = self.client.batch_get_item().request_items(&self.table, keys);
            let output = request.send().await.map_err(|error| unavailable(STORE, operation, &error))?;
            items.extend(output.responses.unwrap_or_default().into_values().flatten());
            wanted = output.unprocessed_keys.unwrap_or_default().into_values().next();
        }
        match wanted {
            None => Ok(items),
            Some(_) => Err(unusable(STORE, operation, "some items were not read")),
        }
    }

    pub(crate) async fn find<T>(
        &self,
        operation: &'static str,
        key: Key,
        decode: impl FnOnce(&Item) -> Result<T, Corrupt>,
    ) -> Result<Option<T>, FindError> {
        let item = self.get(operation, key).await.map_err(FindError::Unavailable)?;
        item.map(|item| decode(&item)).transpose().map_err(unreadable(operation))
    }

    /// All items that a query finds, page by page.
    pub(crate) async fn query_all(
        &self,
        operation: &'static str,
        condition: &str,
        filter: Option<&str>,
        values: &[(&'static str, AttributeValue)],
    ) -> Result<Vec<Item>, Unavailable> {
        let bound = bind(&[condition, filter.unwrap_or_default()], values);
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(condition)
            .set_filter_expression(filter.map(str::to_owned))
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values);
        let mut pages = request.into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            items.push(item.map_err(|error| unavailable(STORE, operation, &error))?);
        }
        Ok(items)
    }

    /// Changes an item if its condition holds, and returns the new item.
    pub(crate) async fn update(&self, operation: &'static str, change: Change<'_>) -> Result<Item, Refused> {
        let bound = bind(&[change.update, change.condition], &change.values);
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(change.key.attributes()))
            .update_expression(change.update)
            .condition_expression(change.condition)
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(output) => Ok(output.attributes.unwrap_or_default()),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Err(Refused::Condition(failed.item.clone()))
                }
                _ => Err(Refused::Unavailable(unavailable(STORE, operation, &error))),
            },
        }
    }

    /// Changes an item if its condition holds. The change sets `step` to `mark`, which no other call has, so that it is
    /// recognized as this call's own when its answer was lost and the SDK retried. Returns the changed item.
    pub(crate) async fn step(
        &self,
        operation: &'static str,
        change: Change<'_>,
        mark: &str,
    ) -> Result<Item, StepError> {
        match self.update(operation, change).await {
            Ok(item) => Ok(item),
            Err(Refused::Condition(Some(item))) if taken_by(&item, mark) => Ok(item),
            Err(refused) => Err(refused.into()),
        }
    }

    /// Puts an item, replacing any existing one.
    pub(crate) async fn replace(&self, operation: &'static str, item: Item) -> Result<(), Unavailable> {
        let request = self.client.put_item().table_name(&self.table).set_item(Some(item));
        request.send().await.map_err(|error| unavailable(STORE, operation, &error))?;
        Ok(())
    }

    /// Removes an item, whether or not it exists.
    pub(crate) async fn remove(&self, operation: &'static str, key: Key) -> Result<(), Unavailable> {
        let request = self.client.delete_item().table_name(&self.table).set_key(Some(key.attributes()));
        request.send().await.map_err(|error| unavailable(STORE, operation, &error))?;
        Ok(())
    }

    /// Carries out all of the writes or none. The SDK draws a `ClientRequestToken` for each call and keeps it over its
    /// attempts.
    pub(crate) async fn transact(
        &self,
        operation: &'static str,
        writes: Vec<TransactWriteItem>,
    ) -> Result<(), NotCommitted> {
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    Err(NotCommitted::Cancelled(Reasons(cancelled.cancellation_reasons().to_vec())))
                }
                _ => Err(NotCommitted::Unavailable(unavailable(STORE, operation, &error))),
            },
        }
    }

    /// Puts an item, replacing any existing one.
    pub(crate) fn put(&self, item: Item) -> TransactWriteItem {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        TransactWriteItem::builder().put(put.build().expect("table and item are set")).build()
    }

    /// Puts an item if `condition` holds for the existing one.
    pub(crate) fn put_if(&self, item: Item, condition: &str, values: Values) -> TransactWriteItem {
        let bound = bind(&[condition], &values);
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        TransactWriteItem::builder().put(put.build().expect("table and item are set")).build()
    }

    /// Puts an item that must not exist yet.
    pub(crate) fn put_new(&self, item: Item) -> TransactWriteItem {
        self.put_if(item, "attribute_not_exists(#pk)", Vec::new())
    }

    /// A [`Change`] within a transaction.
    pub(crate) fn change(&self, change: Change<'_>) -> TransactWriteItem {
        let bound = bind(&[change.update, change.condition], &change.values);
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(change.key.attributes()))
            .update_expression(change.update)
            .condition_expression(change.condition)
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        TransactWriteItem::builder().update(update.build().expect("table, key and update are set")).build()
    }

    pub(crate) fn delete_if(&self, key: Key, condition: &str, values: Values) -> TransactWriteItem {
        let bound = bind(&[condition], &values);
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        TransactWriteItem::builder().delete(delete.build().expect("table and key are set")).build()
    }

    /// Removes an item, whether or not it exists.
    pub(crate) fn delete_any(&self, key: &Key) -> TransactWriteItem {
        let delete = Delete::builder().table_name(&self.table).set_key(Some(key.attributes()));
        TransactWriteItem::builder().delete(delete.build().expect("table and key are set")).build()
    }

    /// Requires `condition` of an item that the transaction does not change.
    pub(crate) fn check(&self, key: Key, condition: &str, values: Values) -> TransactWriteItem {
        let bound = bind(&[condition], &values);
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values);
        TransactWriteItem::builder().condition_check(check.build().expect("table, key and condition are set")).build()
    }
}
