//! Walks through the HTTP contract, section by section. Where the contract is a table, so is the test.
//!
//! `operations` holds the contract's list of operations, and `stage` brings identifications into a state; the other
//! modules are tests.

mod agent;
mod claims;
mod cleaning;
mod device;
mod documents;
mod erasure;
mod errors;
mod events;
mod frozen;
mod idempotency;
mod identity_document;
mod ids;
mod lifecycle;
mod masking;
mod multipart;
mod once;
mod operations;
mod otp;
mod otp_codes;
mod otp_destinations;
mod otp_document;
mod otp_evidence;
mod otp_limits;
mod otp_sends;
mod published;
mod records;
mod reference;
mod repetitions;
mod requests;
mod roles;
mod scoring;
mod settings;
pub mod stage;
mod statuses;
mod test_destinations;
mod throttle;
mod tokens;
mod uploads;
