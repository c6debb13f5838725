//! The rules of identification, and nothing else.
//!
//! This crate is the foundation of all others: ids and value types that cannot hold an invalid value, the
//! identification and scoring state machines, the ports (traits) that the rules need from outside, and the use cases
//! that tie them together. It has no clock, no randomness and no I/O of its own: they come in through [`ports`]. It
//! knows neither HTTP nor AWS.
//!
//! Read it in this order: [`identification`], [`otp`], [`scoring`], [`chain`], [`ports`], [`error`], [`use_cases`]. A file knows
//! only files below it: values (`text`, `ids`, `actor`, …), then entities, then ports, then errors, then use cases.

pub mod actor;
pub mod app;
pub mod backfill;
pub mod caller;
pub mod chain;
pub mod code;
mod compare;
mod country;
pub mod delivery;
pub mod device;
pub mod document_numbers;
pub mod documents;
pub mod error;
pub mod events;
pub mod expires_in;
pub mod exports;
mod hex;
pub mod idempotency;
pub mod identification;
pub mod ids;
pub mod invalid;
pub mod keys;
pub mod lookups;
pub mod membership;
pub mod messages;
pub mod method;
pub mod midni;
pub mod named;
mod numbering;
pub mod otp;
pub mod pictures;
pub mod ports;
pub mod records;
pub mod reference;
pub mod request;
pub mod review;
pub mod scoring;
pub mod settings;
pub mod sightings;
pub mod stores;
mod system;
pub mod test_destinations;
pub mod text;
mod throttle;
pub mod unavailable;
pub mod use_cases;
mod vocabulary;
pub mod webhooks;

pub use app::App;
pub use error::{Conflict, Error, Invalid};
pub use request::Request;
pub use throttle::{RequestRate, RequestThrottle};

/// Always in UTC.
pub type Time = chrono::DateTime<chrono::Utc>;
