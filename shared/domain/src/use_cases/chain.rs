//! Chains: create, read, validate, cancel, close, delete, and the part that a chain has in the steps of its
//! identifications.

pub(super) mod change;
mod create;
mod end;
pub(super) mod opening;
mod read;
mod remove;
pub(super) mod stories;
mod validate;

pub use create::{ChainCreated, CreateChain, CreateStep, StepCreated, create_chain};
pub use end::{cancel_chain, close_chain};
pub use read::{ReadChain, read_chain};
pub use remove::delete_chain;
pub(super) use remove::delete_found_chain;
pub use validate::validate_chain;
