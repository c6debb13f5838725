use super::*;
use axum::body::to_bytes;

fn event_of(request: axum::http::request::Builder, body: &[u8]) -> Value {
    let request = request.body(()).expect("a request");
    let now = "2026-11-20T08:33:00Z".parse().expect("a time");
    event(&request, body, "POST /v1/things/{id}", "an-id", IpAddr::from([192, 0, 2, 1]), now)
}

fn post(content_type: &str) -> axum::http::request::Builder {
    Request::post("/v1/things/1?a=1&b=%20").header("content-type", content_type)
}

#[test]
fn a_request_becomes_an_event_of_payload_format_2() {
    let event = event_of(post("application/json").header("User-Agent", "tests/1"), b"{}");
    assert_eq!((&event["version"], &event["routeKey"]), (&json!("2.0"), &json!("POST /v1/things/{id}")));
    assert_eq!((&event["rawPath"], &event["rawQueryString"]), (&json!("/v1/things/1"), &json!("a=1&b=%20")));
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
    let context = &event["requestContext"];
    assert_eq!((&context["requestId"], &context["timeEpoch"]), (&json!("an-id"), &json!(1_795_163_580_000_i64)));
    assert_eq!(
        context["http"],
        json!({ "method": "POST", "path": "/v1/things/1", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "tests/1" })
    );
}

#[test]
fn repeated_headers_are_joined_and_cookies_stand_apart() {
    let request =
        post("text/plain").header("X-A", "1").header("x-a", "2").header("cookie", "b=1").header("cookie", "c=2");
    let event = event_of(request, b"");
    assert_eq!(event["headers"], json!({ "content-type": "text/plain", "x-a": "1,2" }));
    assert_eq!(event["cookies"], json!(["b=1", "c=2"]));
    assert!(event.get("body").is_none());
}

#[test]
fn what_is_no_text_travels_in_base64() {
    let base64 = |content_type, body: &[u8]| event_of(post(content_type), body)["isBase64Encoded"] == true;
    for content_type in [
        "application/json; charset=utf-8",
        "text/plain",
        "application/problem+json",
        "application/x-www-form-urlencoded",
    ] {
        assert!(!base64(content_type, b"a"), "{content_type}");
        assert!(base64(content_type, b"\xe9"), "{content_type}, and not UTF-8");
    }
    for content_type in ["multipart/form-data; boundary=x", "image/png", "application/octet-stream", ""] {
        assert!(base64(content_type, b"a"), "{content_type}");
    }
    assert_eq!(event_of(post("image/png"), b"\x89PNG")["body"], "iVBORw==");
}

#[tokio::test]
async fn an_answer_of_a_function_becomes_the_clients() {
    let payload = json!({
        "statusCode": 429, "headers": { "retry-after": "30" }, "multiValueHeaders": {}, "cookies": ["a=1", "b=2"],
        "body": "iVBORw==", "isBase64Encoded": true,
    });
    let response = answer(payload.to_string().as_bytes()).expect("an answer");
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &HeaderValue::from_static("30"))
    );
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(to_bytes(response.into_body(), 100).await.expect("a body"), &b"\x89PNG"[..]);
}

#[test]
fn what_is_no_answer_is_none() {
    for payload in
        ["", "null", "{}", r#"{"statusCode":9999}"#, r#"{"statusCode":200,"body":"*","isBase64Encoded":true}"#]
    {
        assert!(answer(payload.as_bytes()).is_none(), "{payload}");
    }
    assert!(answer(br#"{"statusCode":204}"#).is_some());
}
