//! The S3 stand-in: signatures, presigned links, and objects that are complete or absent.

use std::path::Path;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Remains, s3, s3_with_secret, start_in, start_in_memory};

const BUCKET: &str = "images";
const KEY: &str = "org/one/front.jpg";

async fn put(client: &Client, body: &'static [u8]) {
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    let putting = client.put_object().bucket(BUCKET).key(KEY).content_type("image/jpeg");
    putting.body(ByteStream::from_static(body)).send().await.unwrap();
}

/// The object's type and bytes.
async fn got(client: &Client) -> (Option<String>, Vec<u8>) {
    let object = client.get_object().bucket(BUCKET).key(KEY).send().await.unwrap();
    (object.content_type, object.body.collect().await.unwrap().to_vec())
}

async fn link(client: &Client, signed_at: SystemTime) -> String {
    let hour = PresigningConfig::builder().start_time(signed_at).expires_in(Duration::from_secs(3600));
    let presigned = client.get_object().bucket(BUCKET).key(KEY).presigned(hour.build().unwrap()).await.unwrap();
    presigned.uri().to_owned()
}

async fn status(link: &str) -> u16 {
    reqwest::get(link).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn an_object_survives_a_restart() {
    let folder = TempDir::new().unwrap();
    let aws = start_in(folder.path()).await;
    put(&s3(&aws), b"picture").await;
    aws.stop().await;
    assert_stored(folder.path()).await;
}

#[tokio::test]
async fn an_object_survives_a_killed_process() {
    let folder = TempDir::new().unwrap();
    let aws = start_in(folder.path()).await;
    put(&s3(&aws), b"picture").await;
    let remains = Remains::of(folder.path());
    assert_stored(&remains.path()).await;
}

async fn assert_stored(folder: &Path) {
    let aws = start_in(folder).await;
    assert_eq!(got(&s3(&aws)).await, (Some("image/jpeg".to_owned()), b"picture".to_vec()));
    aws.stop().await;
}

#[tokio::test]
async fn a_deleted_object_is_gone() {
    let aws = start_in_memory().await;
    let client = s3(&aws);
    put(&client, b"picture").await;
    client.delete_object().bucket(BUCKET).key(KEY).send().await.unwrap();
    let getting = client.get_object().bucket(BUCKET).key(KEY).send();
    assert!(getting.await.unwrap_err().into_service_error().is_no_such_key());
}

#[tokio::test]
async fn a_request_with_another_secret_or_none_is_refused() {
    let aws = start_in_memory().await;
    put(&s3(&aws), b"picture").await;
    let forged = s3_with_secret(&aws, "guessed").get_object().bucket(BUCKET).key(KEY).send().await.unwrap_err();
    assert_eq!(forged.raw_response().unwrap().status().as_u16(), 403);
    assert_eq!(status(&format!("{}/{BUCKET}/{KEY}", aws.s3_endpoint())).await, 403);
}

#[tokio::test]
async fn a_presigned_link_gives_the_object_to_anyone() {
    let aws = start_in_memory().await;
    let client = s3(&aws);
    put(&client, b"picture").await;
    let answer = reqwest::get(link(&client, SystemTime::now()).await).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.bytes().await.unwrap().as_ref(), b"picture");
}

#[tokio::test]
async fn a_link_with_another_authorization_is_refused_as_s3_does() {
    let aws = start_in_memory().await;
    let client = s3(&aws);
    put(&client, b"picture").await;
    let link = link(&client, SystemTime::now()).await;
    for method in [reqwest::Method::GET, reqwest::Method::PUT] {
        let request = reqwest::Client::new().request(method, &link).bearer_auth("a.b.c").body("other");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 400);
        assert!(answer.text().await.unwrap().contains("<Code>InvalidArgument</Code>"));
    }
    assert_eq!(got(&client).await.1, b"picture");
}

#[tokio::test]
async fn a_tampered_presigned_link_is_refused() {
    let aws = start_in_memory().await;
    let client = s3(&aws);
    put(&client, b"picture").await;
    let link = link(&client, SystemTime::now()).await;
    for (part, other) in [("org/one", "org/two"), ("X-Amz-Expires=3600", "X-Amz-Expires=86400")] {
        assert!(link.contains(part));
        assert_eq!(status(&link.replace(part, other)).await, 403, "{part}");
    }
}

#[tokio::test]
async fn an_outdated_presigned_link_is_refused() {
    let aws = start_in_memory().await;
    let client = s3(&aws);
    put(&client, b"picture").await;
    let earlier = |seconds| SystemTime::now() - Duration::from_secs(seconds);
    assert_eq!(status(&link(&client, earlier(3000)).await).await, 200);
    assert_eq!(status(&link(&client, earlier(3700)).await).await, 403);
}

#[tokio::test]
async fn a_link_for_one_file_takes_no_other_and_leaves_what_was_there() {
    let aws = start_in_memory().await;
    let client = s3(&aws);
    put(&client, b"before").await;
    let minute = PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    // SHA-256 of "picture".
    let digest = "LOonTQvtw57Eq2up5Z7IiePtb7VqHPCIpk2bODN43Jc=";
    let putting = client.put_object().bucket(BUCKET).key(KEY).content_type("image/png").content_length(7);
    let link = putting.checksum_sha256(digest).presigned(minute).await.unwrap();
    let signed = [("content-type", "image/png"), ("content-length", "7"), ("x-amz-checksum-sha256", digest)];
    let upload = async |body: &'static str, headers: &[(&'static str, &str)]| {
        let request = reqwest::Client::new().put(link.uri()).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(upload("another", &signed).await, 400, "of the same length");
    assert_eq!(upload("picture!", &signed[..1]).await, 403, "longer");
    assert_eq!(upload("picture", &[("content-type", "text/html"), signed[2]]).await, 403, "of another type");
    assert_eq!(upload("picture", &signed[..1]).await, 403, "without a digest");
    assert_eq!(upload("another", &[signed[0], (signed[2].0, "f")]).await, 403, "with another digest, which is signed");
    assert_eq!(got(&client).await.1, b"before");
    assert_eq!(upload("picture", &[signed[0], signed[2]]).await, 200);
    assert_eq!(got(&client).await, (Some("image/png".to_owned()), b"picture".to_vec()));
}

#[tokio::test]
async fn an_upload_cut_off_half_way_changes_nothing() {
    let aws = start_in_memory().await;
    let client = s3(&aws);
    put(&client, b"picture").await;
    let minute = PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    let presigned = client.put_object().bucket(BUCKET).key(KEY).presigned(minute).await.unwrap();
    let address = aws.s3_endpoint().strip_prefix("http://").unwrap();
    let path = presigned.uri().split_once(address).unwrap().1;

    let mut connection = TcpStream::connect(address).await.unwrap();
    let head = format!("PUT {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 1000\r\n\r\nonly a part");
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.shutdown().await.unwrap();
    // The server has finished the upload once it closes its side.
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    assert!(!answer.starts_with(b"HTTP/1.1 200"));

    assert_eq!(got(&client).await.1, b"picture");
}
