//! How many requests an organisation's callers made in a window: one item, one update.

use super::{
    expressions::Values,
    items::{Key, SCHEMA, SLACK, number, read_number, ttl},
    store::{Change, DynamoStore, Refused, corrupt},
};
use crate::errors::{STORE, unusable};
use acredita_domain::{Time, error::Unavailable, ids::OrgId, ports::RequestCounts};
use async_trait::async_trait;

const OPERATION: &str = "count requests";

#[async_trait]
impl RequestCounts for DynamoStore {
    async fn add(&self, org: &OrgId, window: Time, requests: u32) -> Result<u64, Unavailable> {
        let values: Values = vec![("schema", number(SCHEMA)), ("ttl", ttl(window + SLACK)), ("more", number(requests))];
        let change = Change {
            key: Key::requests(org, window),
            update: "SET #schema = :schema, #ttl = :ttl ADD #requests :more",
            condition: "attribute_not_exists(#schema) OR #schema = :schema",
            values,
        };
        match self.update(OPERATION, change).await {
            Ok(item) => read_number(&item, "requests").map_err(|fault| corrupt(OPERATION, fault)),
            Err(Refused::Condition(_)) => Err(unusable(STORE, OPERATION, "a count of another version")),
            Err(Refused::Unavailable(unavailable)) => Err(unavailable),
        }
    }
}
