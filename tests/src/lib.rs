//! The harness of the acceptance tests.
//!
//! A [`World`] is the complete service in one process, with the real routers, use cases, adapters and embedded AWS. The
//! test controls three things: the clock, the sender and the scorers. [`World::call`] goes through the gateway as a
//! client's request does. [`faults`] puts a fault at any call of any port. [`program`] runs the `acredita` binary as a
//! user does.

pub mod before;
pub mod bodies;
pub mod chains;
pub mod faults;
pub mod look;
pub mod midni;
pub mod numbers;
pub mod program;
pub mod receipts;
pub mod request;
pub mod reviews;
pub mod subject;
pub mod tokens;
pub mod wire;
pub mod world;

pub use acredita_testing::NOBODY;
pub use request::{Answer, Call};
pub use world::World;

/// The organisation of most tests.
pub const ORG: &str = "yoigo";
/// An organisation that must not see anything of [`ORG`].
pub const OTHER_ORG: &str = "other";
