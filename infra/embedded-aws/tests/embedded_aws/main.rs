//! Tests the embedded AWS stand-ins with the real SDK.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "S3 signatures are dated on the wall clock, waits are measured on it")]

mod dynamodb;
mod s3;
mod sqs;
mod sqs_checks;
mod start;
mod support;
