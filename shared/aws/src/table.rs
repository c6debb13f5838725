//! The one table: ports of the domain, and the items behind them.
//!
//! Read it in this order: `items` (the stored items and their encoding), `store` (reading and writing), then the port
//! of interest.

mod backfills;
mod budget;
mod by_id;
mod chains;
mod commit;
mod deliveries;
mod endpoints;
mod events;
mod exports;
mod expressions;
mod housekeeping;
mod idempotency;
mod identifications;
pub(crate) mod items;
mod marking;
mod midni;
mod outbox;
mod records;
mod requests;
mod reviews;
mod scorings;
mod settings;
mod shards;
mod sightings;
mod store;
mod throttle;
mod transitions;
mod walk;

pub use store::DynamoStore;
