//! Who is let in.

use acredita_embedded_aws::{Doors, EmbeddedAws, Storage};
use aws_sdk_sqs::error::ProvideErrorMetadata;
use reqwest::Method;
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

use crate::support::{TestClock, dynamodb, dynamodb_with_secret, s3, s3_with_secret, sqs, sqs_with_secret, start_in};

const PAGE: &str = "http://localhost:3000";

#[tokio::test]
async fn every_data_folder_has_its_own_key_pair_and_keeps_it() {
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let first = start_in(folder.path()).await;
    let pair = first.credentials().clone();
    first.stop().await;
    assert!(start_in(folder.path()).await.credentials() == &pair);
    assert!(start_in(other.path()).await.credentials() != &pair);
    let mode = folder.path().join("aws-credentials").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn another_secret_opens_nothing() {
    let folder = TempDir::new().unwrap();
    let aws = start_in(folder.path()).await;
    sqs(&aws).create_queue().queue_name("a").send().await.unwrap();
    let refused = sqs_with_secret(&aws, "guessed").create_queue().queue_name("b").send().await.unwrap_err();
    assert_eq!(refused.into_service_error().code(), Some("SignatureDoesNotMatch"));
    dynamodb(&aws).list_tables().send().await.unwrap();
    let refused = dynamodb_with_secret(&aws, "guessed").list_tables().send().await.unwrap_err();
    assert_eq!(refused.into_service_error().code(), Some("InvalidSignatureException"));
    s3(&aws).create_bucket().bucket("pictures").send().await.unwrap();
    let refused = s3_with_secret(&aws, "guessed").list_buckets().send().await.unwrap_err();
    assert_eq!(refused.into_service_error().code(), Some("SignatureDoesNotMatch"));
}

#[tokio::test]
async fn links_to_s3_work_from_allowed_pages_and_nothing_else_does() {
    use aws_sdk_s3::presigning::PresigningConfig;
    let doors = Doors { pages: vec![PAGE.parse().unwrap()], ..Doors::default() };
    let aws = EmbeddedAws::start_behind(Storage::Memory, TestClock::new().as_clock(), doors).await.unwrap();
    let client = s3(&aws);
    client.create_bucket().bucket("pictures").send().await.unwrap();
    let within = PresigningConfig::expires_in(std::time::Duration::from_secs(60)).unwrap();
    let link = client.put_object().bucket("pictures").key("a").presigned(within).await.unwrap();
    let send = async |method: Method, url: &str, origin: &str| {
        let request = reqwest::Client::new().request(method, url).header("access-control-request-method", "PUT");
        let request = if origin.is_empty() { request } else { request.header("origin", origin) };
        let answer = request.body("a picture").send().await.unwrap();
        let allowed =
            answer.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), allowed)
    };
    let upload = |origin| send(Method::PUT, link.uri(), origin);
    assert_eq!(upload("").await, (200, None), "from a program");
    assert_eq!(upload(PAGE).await, (200, Some(PAGE.to_owned())));
    assert_eq!(upload("http://evil.example").await, (403, None));
    assert_eq!(send(Method::OPTIONS, link.uri(), PAGE).await, (200, Some(PAGE.to_owned())));
    assert_eq!(send(Method::OPTIONS, link.uri(), "http://evil.example").await, (403, None));
    for other in [aws.dynamodb_endpoint(), aws.sqs_endpoint()] {
        assert_eq!(send(Method::OPTIONS, other, PAGE).await, (403, None), "{other}");
        assert_eq!(send(Method::POST, other, PAGE).await, (403, None), "{other}");
    }
}

#[tokio::test]
async fn what_an_older_version_left_open_is_closed() {
    let folder = TempDir::new().unwrap();
    start_in(folder.path()).await.stop().await;
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let files = ["dynamodb.sqlite", "sqs.sqlite", "s3", "lock"].map(|name| folder.path().join(name));
    for path in files.iter().map(std::path::PathBuf::as_path).chain([folder.path()]) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let _aws = start_in(folder.path()).await;
    assert_eq!(mode(folder.path()), 0o700);
    for entry in folder.path().read_dir().unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
    }
}
