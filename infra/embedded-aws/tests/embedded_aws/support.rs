//! Starts stand-ins on a clock that the test sets, and makes SDK clients for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use acredita_embedded_aws::{EmbeddedAws, REGION, Storage, TimeSource};
use tempfile::TempDir;

/// A clock that only moves when a test moves it.
#[derive(Clone)]
pub struct TestClock(Arc<Mutex<SystemTime>>);

impl TestClock {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(UNIX_EPOCH + Duration::from_secs(1_800_000_000))))
    }

    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }

    pub fn as_clock(&self) -> TimeSource {
        let now = Arc::clone(&self.0);
        Arc::new(move || *now.lock().unwrap())
    }
}

pub async fn start_in(folder: &Path) -> EmbeddedAws {
    EmbeddedAws::start(Storage::Folder(folder.to_owned()), TestClock::new().as_clock()).await.unwrap()
}

pub async fn start_in_memory() -> EmbeddedAws {
    EmbeddedAws::start(Storage::Memory, TestClock::new().as_clock()).await.unwrap()
}

/// The remains of a killed process: the files as they are now, while the stand-ins still run. Data that is only in
/// memory is not in it.
pub struct Remains(TempDir);

impl Remains {
    pub fn of(folder: &Path) -> Self {
        let copy = TempDir::new().unwrap();
        copy_folder(folder, copy.path());
        Self(copy)
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The configuration of a client of one service.
macro_rules! config {
    ($sdk:ident, $aws:expr, $secret:expr, $endpoint:expr) => {{
        use $sdk::config::{BehaviorVersion, Config, Credentials, Region};
        Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new(&$aws.credentials().access_key_id, $secret, None, None, "test"))
            .endpoint_url($endpoint)
    }};
}

pub fn sqs(aws: &EmbeddedAws) -> aws_sdk_sqs::Client {
    sqs_with_secret(aws, &aws.credentials().secret_access_key)
}

pub fn sqs_with_secret(aws: &EmbeddedAws, secret: &str) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::from_conf(config!(aws_sdk_sqs, aws, secret, aws.sqs_endpoint()).build())
}

pub fn dynamodb(aws: &EmbeddedAws) -> aws_sdk_dynamodb::Client {
    dynamodb_with_secret(aws, &aws.credentials().secret_access_key)
}

pub fn dynamodb_with_secret(aws: &EmbeddedAws, secret: &str) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::from_conf(config!(aws_sdk_dynamodb, aws, secret, aws.dynamodb_endpoint()).build())
}

pub fn s3(aws: &EmbeddedAws) -> aws_sdk_s3::Client {
    s3_with_secret(aws, &aws.credentials().secret_access_key)
}

pub fn s3_with_secret(aws: &EmbeddedAws, secret: &str) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(config!(aws_sdk_s3, aws, secret, aws.s3_endpoint()).force_path_style(true).build())
}
