//! The throttle of a destination: an exact sliding window, counted without a read.
//!
//! The item is a shift register of the latest sends. An update's right-hand sides see the old item, so one update moves
//! every send one place on, and its condition looks at the one that falls out: a new send is allowed when the fifth
//! last one is outside the window.

use super::{
    expressions::Values,
    items::{Item, Key, SCHEMA, SLACK, SLOTS, decode_oldest_send, millis, number, ttl},
    store::{Change, DynamoStore, corrupt},
};
use crate::errors::{STORE, unusable};
use acredita_domain::{Time, error::Unavailable, ids::OrgId, otp::DESTINATION_WINDOW};
use aws_sdk_dynamodb::types::TransactWriteItem;

/// The last of [`SLOTS`] falls out.
const CONDITION: &str = "attribute_not_exists(#s5) OR #s5 <= :cutoff";

/// Counts a send at `now`, or refuses the transaction.
pub(crate) fn count_send(store: &DynamoStore, key: Key, now: Time) -> TransactWriteItem {
    let moves = SLOTS.windows(2).map(|pair| format!("#{} = if_not_exists(#{}, :never)", pair[1], pair[0]));
    let update = format!("SET #schema = :schema, #ttl = :ttl, #s1 = :now, {}", moves.collect::<Vec<_>>().join(", "));
    let values: Values = vec![
        ("schema", number(SCHEMA)),
        ("ttl", ttl(now + DESTINATION_WINDOW + SLACK)),
        ("now", millis(now)),
        ("never", number(0)),
        ("cutoff", millis(now - DESTINATION_WINDOW)),
    ];
    store.change(Change { key, update: &update, condition: CONDITION, values })
}

pub(crate) fn throttle_key(org: &OrgId, digest: &str) -> Key {
    Key::destination(org, digest)
}

/// When a destination that was refused may get its next message. `refused` is the item in the refusal.
pub(crate) async fn again_at(
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
    let oldest = decode_oldest_send(&item).map_err(|fault| corrupt(operation, fault))?;
    Ok(oldest + DESTINATION_WINDOW)
}
