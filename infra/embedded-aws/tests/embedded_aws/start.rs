//! Starting and ending the stand-ins.

use std::time::{Duration, Instant};

use acredita_embedded_aws::{Doors, EmbeddedAws, Ports, Service, StartError, Storage};
use aws_sdk_sqs::config::retry::RetryConfig;
use tempfile::TempDir;

use crate::support::{TestClock, sqs, start_in, start_in_memory};

async fn try_start(storage: Storage, ports: Ports) -> Result<EmbeddedAws, StartError> {
    let doors = Doors { ports, ..Doors::default() };
    EmbeddedAws::start_behind(storage, TestClock::new().as_clock(), doors).await
}

#[tokio::test]
async fn a_folder_in_use_is_refused() {
    let folder = TempDir::new().unwrap();
    let _first = start_in(folder.path()).await;
    let second = try_start(Storage::Folder(folder.path().to_owned()), Ports::default()).await;
    assert!(matches!(second, Err(StartError::FolderInUse { folder: named }) if named == folder.path()));
}

#[tokio::test]
async fn a_folder_is_free_after_a_stop_and_after_a_drop() {
    let folder = TempDir::new().unwrap();
    start_in(folder.path()).await.stop().await;
    drop(start_in(folder.path()).await);
    start_in(folder.path()).await.stop().await;
}

#[tokio::test]
async fn a_missing_folder_is_made() {
    let folder = TempDir::new().unwrap();
    let inside = folder.path().join("not/yet");
    start_in(&inside).await.stop().await;
    for made in ["dynamodb.sqlite", "s3", "sqs.sqlite"] {
        assert!(inside.join(made).exists(), "{made}");
    }
}

#[tokio::test]
async fn a_file_in_place_of_the_folder_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let started = try_start(Storage::Folder(file.path().to_owned()), Ports::default()).await;
    assert!(matches!(started, Err(StartError::Folder { .. })));
}

#[tokio::test]
async fn a_chosen_port_is_used_and_a_taken_one_refused() {
    let other = start_in_memory().await;
    let taken = other.sqs_endpoint().rsplit(':').next().unwrap().parse().unwrap();
    let refused = try_start(Storage::Memory, Ports { sqs: taken, ..Ports::default() }).await;
    assert!(matches!(refused, Err(StartError::Listen { service: Service::Sqs, port, .. }) if port == taken));

    other.stop().await;
    let started = try_start(Storage::Memory, Ports { sqs: taken, ..Ports::default() }).await.unwrap();
    assert_eq!(started.sqs_endpoint(), format!("http://127.0.0.1:{taken}"));
}

#[tokio::test]
async fn a_stop_answers_a_waiting_long_poll() {
    let aws = start_in_memory().await;
    let client = sqs(&aws);
    let queue = client.create_queue().queue_name("quiet").send().await.unwrap().queue_url.unwrap();
    let poll = client.receive_message().queue_url(&queue).wait_time_seconds(20).send();
    let poll = tokio::spawn(poll);
    // By the time so many answers have arrived, the server has the long poll.
    for _ in 0..20 {
        client.create_queue().queue_name("quiet").send().await.unwrap();
    }

    let stopping = Instant::now();
    aws.stop().await;
    assert!(poll.await.unwrap().unwrap().messages().is_empty());
    assert!(stopping.elapsed() < Duration::from_secs(4), "the poll was not cut short");
}

#[tokio::test]
async fn a_drop_cuts_connections_off() {
    let aws = start_in_memory().await;
    let client = sqs(&aws);
    client.create_queue().queue_name("gone").send().await.unwrap();
    drop(aws);
    let once = client.config().to_builder().retry_config(RetryConfig::disabled()).build();
    let client = aws_sdk_sqs::Client::from_conf(once);
    assert!(client.create_queue().queue_name("gone").send().await.is_err());
}
