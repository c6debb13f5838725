//! The same over a socket, against the program as users run it: broken HTTP, and the memory that a batch of bombs
//! takes.

use super::{AGENT, MIB, SCORING, bombs, broken_json, png_with_a_comment};
use acceptance::{Call, bodies, program::Program};
use std::fs;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Sends bytes as they are, and reads the status of the answer; `None` if the connection was closed without one.
async fn raw(address: &str, request: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.expect("a connection");
    // The server may refuse and close the connection before all of it was sent.
    let _ = stream.write_all(request).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let line = String::from_utf8_lossy(&answer);
    line.split(' ').nth(1).and_then(|status| status.parse().ok())
}

/// The most memory that a process has ever used, and its present use. Bytes.
fn memory(pid: u32) -> (usize, usize) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process has a status");
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("Linux tells it");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
    };
    (field("VmHWM:"), field("VmRSS:"))
}

#[tokio::test]
async fn broken_http_is_refused_or_hung_up_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &[]).await;
    let token = program.printed("token");
    let host = program.address.trim_start_matches("http://");
    let head = format!("POST /v1/orgs/demo{AGENT} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n");
    let body = bodies::agent(false).to_string();
    let length = body.len();
    for (what, request) in [
        ("no HTTP", "hello\r\n\r\n".to_owned()),
        ("a NUL in a header", format!("{head}x-a: a\0b\r\ncontent-length: {length}\r\n\r\n{body}")),
        ("a NUL in the path", format!("GET /v1/orgs/de\0mo HTTP/1.1\r\nhost: {host}\r\n\r\n")),
        ("two lengths", format!("{head}content-length: {length}\r\ncontent-length: 3\r\n\r\n{body}")),
        ("a negative length", format!("{head}content-length: -1\r\n\r\n{body}")),
        ("a length beyond 64 bits", format!("{head}content-length: 99999999999999999999999\r\n\r\n{body}")),
        ("a length and chunks", format!("{head}content-length: 3\r\ntransfer-encoding: chunked, x\r\n\r\n{body}")),
        ("chunks that are none", format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n{body}")),
        ("half of the body", format!("{head}content-length: {}\r\n\r\n{body}", length + 100)),
        ("a huge header", format!("{head}x-a: {}\r\n\r\n", "y".repeat(2_000_000))),
        ("20,000 headers", format!("{head}{}\r\n", "x-a: b\r\n".repeat(20_000))),
        ("a huge path", format!("GET /{} HTTP/1.1\r\nhost: {host}\r\n\r\n", "z".repeat(200_000))),
    ] {
        let status = raw(&program.address, request.as_bytes()).await;
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{what}: {status:?}");
    }
    let good = Call::org("POST", "demo", AGENT).token(&token).json(&bodies::agent(false));
    program.send(good).await.expect(201);
}

/// The most that a batch of bombs may take at its peak, above the program's memory before: two bodies of the largest
/// size, and their parts.
const ROOM: usize = 96 * MIB;

#[tokio::test]
async fn memory_stays_bounded_under_bombs() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &[]).await;
    let call = |method, path: &str| Call::org(method, "demo", path).token(&program.printed("token"));
    let created = program.send(call("POST", SCORING).json(&bodies::scoring())).await.expect(200);
    let score = format!("{SCORING}/{}/score", created.text("scoring_id"));
    program.send(call("PUT", &score).pictures(&[("front", &bodies::png(1))])).await.expect(204);
    let (_, before) = memory(program.pid());
    fs::write(format!("/proc/{}/clear_refs", program.pid()), "5")
        .expect("the high-water mark is set to what there is now");

    for (what, bytes) in bombs() {
        let answer = program.send(call("PUT", &score).pictures(&[("front", &bytes), ("back", &bytes)])).await;
        assert!(answer.status.is_client_error(), "{what}: {}", answer.status);
    }
    // Small on the wire, and valid: nothing needs to inflate the comment.
    let comment = png_with_a_comment(128 * MIB);
    assert!(comment.len() < MIB);
    program.send(call("PUT", &score).pictures(&[("front", &comment)])).await.expect(204);
    for (what, body) in broken_json() {
        let answer = program.send(call("POST", AGENT).body("application/json", body)).await;
        assert!(answer.status.is_client_error(), "{what}: {}", answer.status);
    }
    let (most, _) = memory(program.pid());
    let grown = most.saturating_sub(before);
    assert!(grown < ROOM, "{} MiB over the {} MiB before", grown / MIB, before / MIB);
    program.send(call("POST", AGENT).json(&bodies::agent(false))).await.expect(201);
}
