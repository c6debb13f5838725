//! The ports of `acredita-domain` on AWS: DynamoDB for state, S3 for pictures, SQS to wake a worker, Secrets Manager
//! for the keys.
//!
//! This is the only family of adapters: the Lambdas, the local server and the tests run the same code against different
//! endpoints.
//!
//! All state is in one table. A decision of the domain is one write there: a single conditional `UpdateItem` where one
//! item changes, one `TransactWriteItems` where several do. Nothing is read before it is written, and nothing scans.
//! Read it in this order: `items` (the contents of the table and their encoding), `store` (reading and writing), then
//! the port of interest.
//!
//! `shared/service` wires them: an [`sdk_config`] makes the [`AwsClients`], and these make the [`AwsStores`] and the
//! [`SqsQueue`]. [`provision`] creates the table, the bucket and the queues where there is no CloudFormation.

mod clients;
mod credentials;
mod environment;
mod errors;
mod export_files;
mod links;
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
pub use export_files::S3ExportFiles;
pub use pictures::S3Pictures;
pub use queue::{SqsExports, SqsQueue, SqsWakes};
pub use retry::RetryTransactionConflicts;
pub use secrets::SecretKeys;
pub use stores::AwsStores;
pub use system::{SystemClock, SystemEntropy};
pub use table::DynamoStore;
