//! Connections that dawdle, and more of them than there is room for.

use super::*;
use axum::{
    body::Bytes,
    extract::rejection::BytesRejection,
    http::StatusCode,
    routing::{get, post},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

const SOON: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(20);

fn limits() -> Limits {
    Limits { connections: 2, headers: LONG, body: LONG, large: 2 }
}

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Server {
    async fn with(limits: Limits) -> Self {
        let router = Router::new().route("/", get(async || "hello")).route(
            "/length",
            post(async |body: Result<Bytes, BytesRejection>| match body {
                Ok(body) => (StatusCode::OK, body.len().to_string()),
                Err(error) => (StatusCode::REQUEST_TIMEOUT, error.to_string()),
            }),
        );
        let listener = bind(([127, 0, 0, 1], 0).into()).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let stopped = async { drop(stopped.await) };
        let ended = tokio::spawn(serve(listener, router, Access::to(address), limits, stopped));
        Self { address, stop, ended }
    }

    async fn send(&self, head: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        let head = head.replace("HOST", &format!("host: {}", self.address));
        stream.write_all(head.as_bytes()).await.expect("sent");
        stream
    }
}

/// Everything until the server closes the connection.
async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset is an end as well.
    let _ = timeout(LONG / 2, stream.read_to_end(&mut answer)).await.expect("the server closes the connection");
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn half_of_a_request_is_hung_up_on() {
    let server = Server::with(Limits { headers: SOON, ..limits() }).await;
    for head in ["", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHOST\r\nx-more: "] {
        assert_eq!(rest(server.send(head).await).await, "", "{head}");
    }
    let answer = rest(server.send("GET / HTTP/1.1\r\nHOST\r\n\r\n").await).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");
}

#[tokio::test]
async fn half_of_a_body_is_given_up() {
    let server = Server::with(Limits { body: SOON, ..limits() }).await;
    let head = "POST /length HTTP/1.1\r\nHOST\r\ncontent-length: 10\r\n\r\n01234";
    let answer = rest(server.send(head).await).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_large_body_waits_for_another_and_a_small_one_does_not() {
    let server = Server::with(Limits { large: 1, ..limits() }).await;
    let head =
        |length| format!("POST /length HTTP/1.1\r\nHOST\r\nexpect: 100-continue\r\ncontent-length: {length}\r\n\r\n");
    let mut first = server.send(&head(LARGE + 1)).await;
    assert_eq!(first.read_u8().await.expect("the handler reads"), b'H');
    let mut second = server.send(&head(LARGE + 1)).await;
    let waits = timeout(SOON, second.read_u8()).await;
    assert!(waits.is_err(), "{waits:?}");
    drop(first);
    assert_eq!(second.read_u8().await.expect("the handler reads"), b'H');
    let mut small = server.send(&head(LARGE)).await;
    assert_eq!(small.read_u8().await.expect("the handler reads"), b'H');
}

#[tokio::test]
async fn one_connection_too_many_is_answered_503_and_a_closed_one_makes_room() {
    let server = Server::with(limits()).await;
    let mut open = Vec::new();
    for _ in 0..limits().connections {
        let mut stream = server.send("GET / HTTP/1.1\r\nHOST\r\n\r\n").await;
        // It is certainly accepted once it is answered.
        assert_eq!(stream.read_u8().await.expect("an answer"), b'H');
        open.push(stream);
    }
    let busy = rest(server.send("").await).await;
    assert!(busy.starts_with("HTTP/1.1 503") && busy.contains("retry-after"), "{busy}");
    drop(open.pop());
    loop {
        let answer = rest(server.send("GET / HTTP/1.1\r\nHOST\r\nconnection: close\r\n\r\n").await).await;
        // The server may not have seen the end of the other yet.
        if !answer.starts_with("HTTP/1.1 503") && !answer.is_empty() {
            assert!(answer.ends_with("hello"), "{answer}");
            break;
        }
    }
}

#[tokio::test]
async fn a_stop_finishes_the_request_under_way_and_closes_what_is_idle() {
    let server = Server::with(limits()).await;
    let mut idle = server.send("GET / HTTP/1.1\r\nHOST\r\n\r\n").await;
    assert_eq!(idle.read_u8().await.expect("an answer"), b'H');
    let mut busy =
        server.send("POST /length HTTP/1.1\r\nHOST\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n").await;
    let mut proceed = [0; 25];
    busy.read_exact(&mut proceed).await.expect("the handler reads");
    assert_eq!(&proceed, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.stop.send(()).expect("it runs");
    rest(idle).await;
    busy.write_all(b"hello").await.expect("sent");
    assert!(rest(busy).await.ends_with('5'));
    timeout(LONG / 2, server.ended).await.expect("it ends").expect("it does not panic");
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody listens any more");
}
