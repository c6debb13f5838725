//! The one table: four ports of the domain, and the items that hold what they keep.
//!
//! Read it in this order: `items` (what is stored, and how it is coded), `store` (how it is read and written), then the
//! port of interest.

mod commit;
mod expressions;
mod housekeeping;
mod identifications;
pub(crate) mod items;
mod outbox;
mod scorings;
mod store;
mod throttle;
mod transitions;

pub use store::DynamoStore;
