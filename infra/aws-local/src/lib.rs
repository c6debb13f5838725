//! The AWS shape on one machine: the nine real Lambda binaries under a runtime API of our own, in front of them a gateway that makes API Gateway's
//! events, behind them the embedded DynamoDB, S3 and SQS, and stand-ins for Secrets Manager, End User Messaging and SES that put what is sent into
//! the inbox.
//!
//! It is for proving that what is deployed works, not for developing: `acredita serve` starts faster and is one process. It checks no IAM policy,
//! and its API Gateway has the real one's events and payload limit, but not its quotas.

pub mod apigw;
pub mod cli;
pub mod functions;
pub mod runtime;
pub mod serve;
pub mod stand_ins;
