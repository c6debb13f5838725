//! The port of idempotency keys.

use super::{
    commit::Commit,
    items::{Key, decode_remembered},
    store::{DynamoStore, corrupt},
};
use acredita_domain::{
    Time,
    error::Unavailable,
    idempotency::{Operation, RequestMark},
    ids::OrgId,
    ports::{CreateError, IdempotencyRecord, IdempotencyRecords, Remembered},
};
use async_trait::async_trait;

const RECALL: &str = "recall request";

#[async_trait]
impl IdempotencyRecords for DynamoStore {
    async fn recall(
        &self,
        org: &OrgId,
        operation: Operation,
        marks: &[RequestMark],
        now: Time,
    ) -> Result<Option<Remembered>, Unavailable> {
        for mark in marks {
            let key = Key::remembered(org, operation.as_str(), &mark.key);
            if let Some(item) = self.get(RECALL, key).await? {
                match decode_remembered(&item).map_err(|fault| corrupt(RECALL, fault))? {
                    remembered if now >= remembered.valid_until => {}
                    remembered if remembered.body_digest != mark.body => return Ok(Some(Remembered::AnotherBody)),
                    remembered => return Ok(Some(Remembered::Answer(remembered.answer))),
                }
            }
        }
        Ok(None)
    }

    async fn remember(&self, org: &OrgId, record: IdempotencyRecord, now: Time) -> Result<(), CreateError> {
        Commit::new(self, "remember request", now).remember(org, Some(record)).create().await
    }
}
