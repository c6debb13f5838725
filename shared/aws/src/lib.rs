//! The ports of `acredita-domain` on AWS: DynamoDB for what has a state, S3 for pictures, SQS to wake a worker, End
//! User Messaging and SES to send codes, Secrets Manager for the keys.
//!
//! It is the only family of adapters: the Lambdas, the local server and the tests run this same code against different
//! endpoints.
//!
//! Everything that has a state lies in one table. A decision of the domain is one write there: a single conditional
//! `UpdateItem` where one item changes, one `TransactWriteItems` where several do. Nothing is read before it is
//! written, and nothing scans. Read it in this order: `items` (what lies in the table, and how it is coded), `store`
//! (how it is read and written), then the port of interest.
//!
//! A Lambda needs [`lambda`] alone. Any other caller needs [`AwsClients`] from a [`Config`], and from its clients
//! [`DynamoStore`] (four ports), [`S3Pictures`], [`SqsQueue`]; [`SystemClock`] and [`SystemEntropy`]; [`provision`]
//! where there is no CloudFormation to make the table, the bucket and the queues.

mod clients;
mod connector;
mod credentials;
mod environment;
mod errors;
pub mod lambda;
mod pictures;
pub mod provision;
mod queue;
mod retry;
mod secrets;
mod senders;
mod settings;
mod system;
mod table;

pub use clients::{AwsClients, Config, Endpoints, StaticCredentials};
pub use connector::connector;
pub use credentials::SecretText;
pub use pictures::S3Pictures;
pub use queue::SqsQueue;
pub use retry::RetryTransactionConflicts;
pub use secrets::SecretKeys;
pub use senders::{EmailSender, Senders, SmsSender};
pub use system::{SystemClock, SystemEntropy};
pub use table::DynamoStore;
