//! Tests the embedded AWS stand-ins with the real SDK.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "S3 signatures are dated, and waits measured, by the wall clock")]

mod doors;
mod dynamodb;
mod s3;
mod sqs;
mod sqs_checks;
mod start;
mod support;
