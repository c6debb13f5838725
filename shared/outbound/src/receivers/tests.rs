use super::*;
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

/// A receiver that answers once, in these pieces, and returns what it read.
async fn receiver(pieces: Vec<Vec<u8>>) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        let mut request = vec![0; 4096];
        let read = stream.read(&mut request).await.expect("readable");
        request.truncate(read);
        for piece in pieces {
            // A client that has seen enough hangs up.
            let _ = stream.write_all(&piece).await;
        }
        request
    });
    (address, heard)
}

async fn post(reach: Reach, url: &str) -> Result<Answer, PostFailure> {
    Receivers::new(reach).post(url, Vec::new(), Bytes::from_static(b"{}")).await
}

#[tokio::test]
async fn an_answer_is_its_status_and_when_to_come_back() {
    let answer = b"HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\nno".to_vec();
    let (address, heard) = receiver(vec![answer]).await;
    let answer = post(Reach::PublicAndLoopback, &format!("http://{address}/hooks?a=%2Fb&&c")).await;
    assert_eq!(answer, Ok(Answer { status: 429, retry_after: Some("7".to_owned()) }));
    let request = String::from_utf8(heard.await.expect("heard")).expect("text");
    assert!(request.starts_with("POST /hooks?a=%2Fb&&c HTTP/1.1\r\n"), "the URL byte for byte: {request}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (target, mut heard) = receiver(vec![]).await;
    let redirect = format!("HTTP/1.1 301 Moved\r\nlocation: http://{target}/\r\ncontent-length: 0\r\n\r\n");
    let (address, _) = receiver(vec![redirect.into_bytes()]).await;
    let answer = post(Reach::PublicAndLoopback, &format!("http://{address}/")).await;
    assert_eq!(answer.map(|answer| answer.status), Ok(301));
    assert!(tokio::time::timeout(Duration::from_millis(100), &mut heard).await.is_err(), "nobody came");
}

#[tokio::test]
async fn an_endless_body_is_not_read() {
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let chunk = [b"1000\r\n".to_vec(), vec![b'x'; 4096], b"\r\n".to_vec()].concat();
    let pieces = std::iter::once(head).chain(std::iter::repeat_n(chunk, 20_000)).collect();
    let (address, _) = receiver(pieces).await;
    assert_eq!(
        post(Reach::PublicAndLoopback, &format!("http://{address}/")).await.map(|answer| answer.status),
        Ok(200)
    );
}

#[tokio::test]
async fn no_address_that_is_not_public_is_dialled() {
    let (address, heard) = receiver(vec![]).await;
    let port = address.port();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"] {
        for scheme in ["http", "https"] {
            let posted = post(Reach::Public, &format!("{scheme}://{host}:{port}/")).await;
            // TLS refuses names that are none before they are resolved.
            let no_name = posted == Err(PostFailure::Send(SendFailure::Connection)) && !host.contains("127.0.0.1");
            assert!(posted == Err(PostFailure::Address) || no_name, "{scheme}://{host}: {posted:?}");
        }
    }
    assert!(!heard.is_finished(), "nobody came");
}

#[tokio::test]
async fn what_nobody_answers_is_a_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let posted = post(Reach::PublicAndLoopback, &format!("http://{address}/")).await;
    assert_eq!(posted, Err(PostFailure::Send(SendFailure::Connection)));
}

#[tokio::test]
async fn a_host_is_looked_at_before_anything_is_posted_there() {
    let (public, local) = (Receivers::new(Reach::Public), Receivers::new(Reach::PublicAndLoopback));
    for host in ["127.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]", "localhost"] {
        assert!(!public.reaches(host).await, "{host}");
    }
    assert!(local.reaches("localhost").await);
    assert!(public.reaches("8.8.8.8").await);
    assert!(public.reaches("does-not-resolve.invalid").await, "judged when something is posted there");
}
