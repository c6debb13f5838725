//! The ports of `acredita-domain` on AWS: DynamoDB for what has a state, S3 for pictures, SQS to wake a worker,
//! Secrets Manager for the keys.
//!
//! It is the only family of adapters: the Lambdas, the local server and the tests run this same code against different
//! endpoints.
//!
//! Everything that has a state lies in one table. A decision of the domain is one write there: a single conditional
//! `UpdateItem` where one item changes, one `TransactWriteItems` where several do. Nothing is read before it is
//! written, and nothing scans. Read it in this order: `items` (what lies in the table, and how it is coded), `store`
//! (how it is read and written), then the port of interest.
//!
//! `shared/service` puts them together: an [`sdk_config`] makes the [`AwsClients`], and these make the [`stores`] and the
//! [`SqsQueue`]. [`provision`] makes the table, the bucket and the queues where no CloudFormation does.

mod clients;
mod credentials;
mod environment;
mod errors;
mod pictures;
pub mod provision;
mod queue;
mod retry;
mod secrets;
mod stores;
mod system;
mod table;

pub use clients::{AwsClients, CALL, SECRET_CALL};
pub use credentials::SecretText;
pub use environment::{NoRegion, sdk_config};
pub use pictures::S3Pictures;
pub use queue::SqsQueue;
pub use retry::RetryTransactionConflicts;
pub use secrets::SecretKeys;
pub use stores::stores;
pub use system::{SystemClock, SystemEntropy};
pub use table::DynamoStore;
