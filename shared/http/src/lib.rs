//! HTTP in one place: authority, checked requests, the shape of answers.
//!
//! This crate stands between the routers in `functions/*` and the use cases in `shared/domain`. A handler takes three
//! lines: a [`principal::Principal`] proves the authority, a [`request::Checked`] holds a request without
//! faults, and [`error::ApiError`] knows the status of every refusal. It knows nothing of AWS and nothing
//! of where the router runs.

pub mod actor;
pub mod admin;
pub mod agent;
pub mod answers;
pub mod api;
mod base64;
pub mod device;
pub mod document;
pub mod error;
pub mod event;
pub mod fault;
pub mod fields;
pub mod idempotency;
pub mod json;
pub mod jwks;
mod jws;
pub mod jwt;
pub mod layers;
pub mod listing;
pub mod logs;
pub mod metadata;
pub mod multipart;
pub mod office;
pub mod openapi;
pub mod operations;
pub mod otp;
mod parameters;
pub mod params;
mod parts;
pub mod path;
pub mod permission;
pub mod principal;
pub mod reference;
pub mod request;
pub mod review;
pub mod schemas;
pub mod scoring;
pub mod vocabulary;

pub use api::Api;
pub use error::ApiError;
pub use fault::{Faults, Place, RequestFault};
pub use fields::Fields;
pub use principal::Principal;
pub use request::{Checked, ParseRequest, RequestReader};
