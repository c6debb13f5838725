//! The AWS shape on one machine: the nine real Lambda binaries under a runtime API of our own, in front of them a
//! gateway that makes API Gateway's events, behind them the embedded DynamoDB, S3 and SQS, and stand-ins for Secrets
//! Manager, End User Messaging and SES that put messages into the inbox.
//!
//! It is for proving that the deployed system works, not for developing: `acredita serve` starts faster and is one
//! process. The shapes tests of `tests/acceptance` run against both, and must not depend on which.
//!
//! Like AWS:
//! - A process is started when an event finds none free, works on one event at a time, is killed when it takes longer
//!   than the template allows, and loses its event when it dies: the gateway then answers 500, the queue delivers
//!   again.
//! - A request becomes an event of payload format 2.0: header names in lower case, repeated headers joined by commas,
//!   cookies apart, bodies that are not text in base64, at most 6 MiB as an event.
//! - An event can be handed to a function unchanged, by Lambda's `Invoke` at its own path.
//! - Messages are handed over one by one. One that failed comes again when its visibility timeout is over, not sooner;
//!   after five receives it is a dead letter.
//!
//! Unlike AWS:
//! - IAM: no policy is checked, and all functions have the same credentials.
//! - API Gateway's quotas, throttling, access logs, CORS and TLS are missing. A path in an event is as the client wrote
//!   it.
//! - Routes that nothing serves. A method that a path does not support goes to a function of that path (whose `Allow`
//!   then names only its own methods), and any other path to one of the functions, as routes for `ANY` and `$default`
//!   would do: both are answered in our own words. A gateway without such routes answers 404 `{"message":"Not Found"}`
//!   on its own.
//! - Lambda's limits of memory and processor, its freezing between events, and its concurrency beyond `--processes` for
//!   each function are missing: events wait where Lambda would start another environment or throttle. Failed
//!   asynchronous events are not retried; the sweep has none.
//! - The schedule runs every ten seconds rather than every minute, so that nobody waits for it.
//! - Carriers: sent messages are in the inbox at once, and nothing is ever refused. The queue, the table and the bucket
//!   are the embedded ones, with their limitations.

pub mod apigw;
pub mod cli;
pub mod environment;
pub mod front;
pub mod invocations;
pub mod poller;
pub mod runtime;
pub mod serve;
pub mod stand_ins;
