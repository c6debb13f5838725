//! The three AWS services that the product stands on, embedded in this process on loopback: the real `aws-sdk-*` code
//! runs unchanged against them, locally and in tests. Never part of a Lambda binary.
//!
//! | service | implementation | limits |
//! |---|---|---|
//! | DynamoDB | `dynoxide` over one SQLite file | conditions, transactions, indexes; signatures are checked; items past their TTL stay |
//! | S3 | `s3s-fs` over a folder | signatures and presigned links are checked against the wall clock; path-style addresses only |
//! | SQS | a small endpoint of our own over one SQLite file ([`EmbeddedAws::sqs_endpoint`]) | standard queues, the operations the product uses; signatures are checked |
//!
//! These are stand-ins, not AWS: no IAM, no throttling, no eventual consistency, one process per folder.
//! Each runs on a thread of its own, so that its file writes never hold up the caller's runtime.

mod credentials;
mod dynamodb;
mod home;
mod host;
mod ids;
pub mod private;
mod s3;
mod signature;
mod sqs;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use acredita_listener::{Listener, Origin};
pub use credentials::Credentials;
use home::Home;
use host::Host;

/// The region to sign for, and the one in queue ARNs.
pub const REGION: &str = "eu-west-1";

/// The account number in queue URLs and queue ARNs.
pub const ACCOUNT: &str = "000000000000";

/// The time of the SQS stand-in, for delays, visibility and retention. A long poll ends on real time, as its caller
/// waits in real time. Signatures, and DynamoDB's 10 minutes of request tokens, go by the wall clock.
pub type TimeSource = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Where the data is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// In this folder, created if missing: `dynamodb.sqlite`, `s3/`, `sqs.sqlite`, and the key pair in
    /// `aws-credentials`. Closed to other accounts. Survives a stop and a killed process. One [`EmbeddedAws`] at a time.
    Folder(PathBuf),
    /// DynamoDB and SQS in memory, S3 in a temporary folder removed at the end.
    Memory,
}

/// The loopback ports to listen on; 0, the default, is any free port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    pub dynamodb: u16,
    pub s3: u16,
    pub sqs: u16,
}

/// Where to listen, and which web pages may use links to S3 from scripts.
#[derive(Clone, Debug, Default)]
pub struct Doors {
    pub ports: Ports,
    pub pages: Vec<Origin>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    DynamoDb,
    S3,
    Sqs,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Service {
    const fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "DynamoDB",
            Self::S3 => "S3",
            Self::Sqs => "SQS",
        }
    }
}

/// Why the stand-ins did not start. Nothing is left running.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process, or another [`EmbeddedAws`] of this one, is using the folder.
    #[error("{} is in use by another process: stop that one, or use another folder", folder.display())]
    FolderInUse { folder: PathBuf },
    /// The folder cannot be created, locked or written.
    #[error("cannot use {}", folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    /// The data of one service cannot be opened, for instance because a newer version wrote it.
    #[error("cannot open the {service} data: {reason}")]
    Open { service: Service, reason: String },
    /// The loopback port is not available.
    #[error("{service} cannot listen on 127.0.0.1:{port}")]
    Listen {
        service: Service,
        /// 0 for any.
        port: u16,
        source: io::Error,
    },
    #[error("cannot start the {service} thread")]
    Thread { service: Service, source: io::Error },
}

/// Three running stand-ins. Dropping it ends them at once, cuts requests off, and waits for that; [`EmbeddedAws::stop`]
/// lets requests finish first.
pub struct EmbeddedAws {
    // In this order, because fields are dropped in order: the folder is released once nothing writes to it.
    dynamodb: Host,
    s3: Host,
    sqs: Host,
    home: Home,
}

impl EmbeddedAws {
    /// Starts the three stand-ins, each on a free port of 127.0.0.1.
    pub async fn start(storage: Storage, clock: TimeSource) -> Result<Self, StartError> {
        Self::start_behind(storage, clock, Doors::default()).await
    }

    /// [`EmbeddedAws::start`] on ports, and for pages, of the caller's choice.
    pub async fn start_behind(storage: Storage, clock: TimeSource, doors: Doors) -> Result<Self, StartError> {
        let starting = tokio::task::spawn_blocking(move || Self::start_blocking(storage, clock, &doors));
        match starting.await {
            Ok(started) => started,
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }

    fn start_blocking(storage: Storage, clock: TimeSource, doors: &Doors) -> Result<Self, StartError> {
        let home = Home::open(storage)?;
        Ok(Self {
            dynamodb: dynamodb::start(&home, doors)?,
            s3: s3::start(&home, doors)?,
            sqs: sqs::start(&home, clock, doors)?,
            home,
        })
    }

    /// The endpoint URL for `aws-sdk-dynamodb`: `http://127.0.0.1:PORT`.
    pub fn dynamodb_endpoint(&self) -> &str {
        self.dynamodb.endpoint()
    }

    /// The endpoint URL for `aws-sdk-s3`, which must use path-style addresses.
    pub fn s3_endpoint(&self) -> &str {
        self.s3.endpoint()
    }

    /// The endpoint URL for `aws-sdk-sqs`. A queue URL is `{this}/{ACCOUNT}/{queue name}`; only its path counts, so one
    /// made before a restart on another port still works.
    pub fn sqs_endpoint(&self) -> &str {
        self.sqs.endpoint()
    }

    /// The key pair that all three accept, and no other.
    pub fn credentials(&self) -> &Credentials {
        self.home.credentials()
    }

    /// The sockets.
    pub fn listeners(&self) -> [Listener; 3] {
        [self.dynamodb.listener(), self.s3.listener(), self.sqs.listener()]
    }

    /// The environment variables that point a process's SDK at the stand-ins.
    pub fn variables(&self) -> BTreeMap<&'static str, String> {
        let Credentials { access_key_id, secret_access_key } = self.credentials();
        let variables = [
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", access_key_id),
            ("AWS_SECRET_ACCESS_KEY", secret_access_key),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb_endpoint()),
            ("AWS_ENDPOINT_URL_S3", self.s3_endpoint()),
            ("AWS_ENDPOINT_URL_SQS", self.sqs_endpoint()),
        ];
        variables.map(|(name, value)| (name, value.to_owned())).into()
    }

    /// Ends the three stand-ins: no new connections, running requests get up to 5 s, waiting long polls are answered
    /// with nothing. When it returns, another [`EmbeddedAws`] can use the folder.
    pub async fn stop(self) {
        let Self { dynamodb, s3, sqs, home } = self;
        tokio::join!(dynamodb.stop(), s3.stop(), sqs.stop());
        drop(home);
    }
}
