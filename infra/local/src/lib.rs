//! The whole service in one process, for developing, trying and testing: the routers, the worker and the sweep that run
//! on AWS, over the same adapters, with DynamoDB, S3 and SQS embedded on loopback.
//!
//! It is not a second implementation: [`gateway`] stands in for API Gateway (which router serves a path), [`workers`] for
//! the triggers of the queue and the schedule, [`inbox`] for the carriers; everything else is the code of the Lambdas.
//!
//! The commands [`listen`], [`trigger`] and [`events`] are callers of a service that runs already, here or on AWS: they
//! use its API ([`client`]) and nothing else. [`check_sender`] asks the providers of messages themselves.

mod address;
pub mod check_sender;
pub mod cli;
pub mod client;
mod drain;
pub mod event_log;
pub mod events;
pub mod gateway;
pub mod inbox;
pub mod keys;
pub mod listen;
pub mod midni;
mod office;
pub mod pages;
pub mod providers;
pub mod reports;
pub mod serve;
pub mod trigger;
pub mod verify;
pub mod workers;

pub use acredita_http::logs;
