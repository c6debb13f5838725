//! The throttles of a destination: exact sliding windows, counted without a read.
//!
//! The item is a shift register of the latest sends. An update's right-hand sides see the old item, so one update moves
//! every send one place on, and its condition looks at the one that falls out: a new send is allowed when the last
//! one that counts is outside the window.

use super::{
    expressions::Values,
    items::{Item, Key, SCHEMA, SLACK, SLOTS, decode_oldest_send, millis, number, ttl},
    store::{Change, DynamoStore, corrupt},
};
use crate::errors::{STORE, unusable};
use acredita_domain::{
    Time,
    error::Unavailable,
    otp::{DAILY_WINDOW, DESTINATION_WINDOW, MAX_DAILY_SENDS, MAX_DESTINATION_SENDS},
};
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::TimeDelta;
use std::sync::LazyLock;

/// So many sends within so long.
pub(crate) struct Window {
    sends: usize,
    length: TimeDelta,
    update: String,
    condition: String,
}

/// Of one destination in an organisation.
pub(crate) static OF_AN_ORGANISATION: LazyLock<Window> =
    LazyLock::new(|| Window::new(MAX_DESTINATION_SENDS, DESTINATION_WINDOW));
/// Of one destination over all organisations.
pub(crate) static OF_ALL: LazyLock<Window> = LazyLock::new(|| Window::new(MAX_DAILY_SENDS, DAILY_WINDOW));

impl Window {
    fn new(sends: usize, length: TimeDelta) -> Self {
        let slots = &SLOTS[..sends];
        let moves = slots.windows(2).map(|pair| format!("#{} = if_not_exists(#{}, :never)", pair[1], pair[0]));
        let update =
            format!("SET #schema = :schema, #ttl = :ttl, #s1 = :now, {}", moves.collect::<Vec<_>>().join(", "));
        let oldest = slots[sends - 1];
        Self { sends, length, update, condition: format!("attribute_not_exists(#{oldest}) OR #{oldest} <= :cutoff") }
    }

    /// Counts a send at `now`, or refuses the transaction.
    pub fn count_send(&self, store: &DynamoStore, key: Key, now: Time) -> TransactWriteItem {
        let values: Values = vec![
            ("schema", number(SCHEMA)),
            ("ttl", ttl(now + self.length + SLACK)),
            ("now", millis(now)),
            ("never", number(0)),
            ("cutoff", millis(now - self.length)),
        ];
        store.change(Change { key, update: &self.update, condition: &self.condition, values })
    }

    /// When a destination that was refused may get its next message. `refused` is the item in the refusal.
    pub async fn again_at(
        &self,
        store: &DynamoStore,
        operation: &'static str,
        key: Key,
        refused: Option<Item>,
    ) -> Result<Time, Unavailable> {
        let item = match refused {
            Some(item) => Some(item),
            None => store.get(operation, key).await?,
        };
        let item = item.ok_or_else(|| unusable(STORE, operation, "a destination refused without its sends"))?;
        let oldest = decode_oldest_send(&item, self.sends).map_err(|fault| corrupt(operation, fault))?;
        Ok(oldest + self.length)
    }
}
