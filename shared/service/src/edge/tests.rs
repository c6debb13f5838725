//! Who has not come through the edge is refused, and who has is known by the edge's word.

use super::*;
use axum::{Extension, body::Body, http::StatusCode, routing::get};
use std::net::Ipv4Addr;
use tower::ServiceExt;

const FIRST: &str = "0123456789abcdef0123456789abcdef";
const SECOND: &str = "fedcba9876543210fedcba9876543210";
/// What the gateway saw: the network.
const NETWORK: ClientIp = ClientIp(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));

/// Answers what the handler learns: the client's address, and the headers that were left.
async fn ask(secrets: &str, headers: &[(&str, &str)]) -> (StatusCode, String) {
    let seen = async |ip: Option<Extension<ClientIp>>, headers: HeaderMap| {
        let ip = ip.map_or_else(|| "nobody".to_owned(), |Extension(ClientIp(ip))| ip.to_string());
        format!("{ip}, {} headers", headers.len())
    };
    let edge = Edge::read(secrets).unwrap_or_else(|Invalid(problem)| panic!("{problem}"));
    let router = edge.guard(Router::new().route("/", get(seen)));
    let mut request = Request::builder().uri("/").extension(NETWORK);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let status = answer.status();
    let body = axum::body::to_bytes(answer.into_body(), 10_000).await.expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("a text"))
}

#[tokio::test]
async fn without_an_edge_the_gateways_word_counts_and_nobody_elses() {
    let spoof = [("x-viewer-address", "203.0.113.7"), ("x-origin-secret", FIRST)];
    assert_eq!(ask("", &spoof).await, (StatusCode::OK, "192.0.2.1, 2 headers".to_owned()));
}

#[tokio::test]
async fn whoever_went_around_the_edge_is_refused() {
    let almost = FIRST.replacen('0', "1", 1);
    for headers in [
        &[][..],
        &[("x-viewer-address", "203.0.113.7")],
        &[("x-origin-secret", "")],
        &[("x-origin-secret", &almost)],
        &[("x-origin-secret", &FIRST[1..])],
        &[("x-origin-secret", FIRST), ("x-origin-secret", FIRST)],
    ] {
        let (status, body) = ask(FIRST, headers).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{headers:?}");
        assert!(body.contains("MDOC_002") && body.contains("this address is closed"), "{body}");
    }
}

#[tokio::test]
async fn the_client_is_whom_the_edge_names_and_its_headers_end_there() {
    for (viewer, client) in [("203.0.113.7", "203.0.113.7"), ("2001:db8::7", "2001:db8::7")] {
        let headers = [("x-origin-secret", FIRST), ("x-viewer-address", viewer), ("user-agent", "a phone")];
        assert_eq!(ask(FIRST, &headers).await, (StatusCode::OK, format!("{client}, 1 headers")));
    }
}

#[tokio::test]
async fn an_edge_that_names_nobody_leaves_no_address_rather_than_its_own() {
    for headers in [&[("x-origin-secret", FIRST)][..], &[("x-origin-secret", FIRST), ("x-viewer-address", "a phone")]] {
        assert_eq!(ask(FIRST, headers).await, (StatusCode::OK, "nobody, 0 headers".to_owned()));
    }
}

#[tokio::test]
async fn while_a_secret_is_replaced_both_are_good() {
    let both = format!("{FIRST} {SECOND}");
    for secret in [FIRST, SECOND] {
        assert_eq!(ask(&both, &[("x-origin-secret", secret)]).await.0, StatusCode::OK);
    }
    assert_eq!(ask(FIRST, &[("x-origin-secret", SECOND)]).await.0, StatusCode::FORBIDDEN);
}
