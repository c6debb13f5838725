//! API Gateway's side of an HTTP API: turns requests into events of payload format 2.0, and answers back.

use acredita_domain::Time;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, net::IpAddr};

/// The largest event: Lambda's limit for a synchronous call.
pub const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;

/// The event of a request. `route` is the route that the gateway matched, such as `GET /v1/…`.
pub fn event(request: &Request<()>, body: &[u8], route: &str, id: &str, source_ip: IpAddr, now: Time) -> Value {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let cookies: Vec<&str> =
        request.headers().get_all(header::COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()).collect();
    let text = is_text(request.headers()).then(|| std::str::from_utf8(body).ok()).flatten();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": request.uri().query().unwrap_or(""),
        "headers": joined(request.headers()),
        "requestContext": {
            "accountId": "000000000000", "apiId": "local", "domainName": "localhost", "domainPrefix": "localhost", "stage": "$default",
            "requestId": id, "routeKey": route, "time": now.format("%d/%b/%Y:%H:%M:%S %z").to_string(), "timeEpoch": now.timestamp_millis(),
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": source_ip.to_string(),
                      "userAgent": request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("") },
        },
        "isBase64Encoded": text.is_none() && !body.is_empty(),
    });
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !body.is_empty() {
        event["body"] = match text {
            Some(text) => json!(text),
            None => json!(BASE64_STANDARD.encode(body)),
        };
    }
    event
}

/// Whether the gateway passes a body on as text: text, JSON, XML or a form by its content type. A body without one is
/// bytes.
fn is_text(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || essence.ends_with("json")
        || essence.ends_with("xml")
        || essence == "application/x-www-form-urlencoded"
}

/// Names in lower case, and the values of a repeated name joined by commas.
fn joined(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| *name != header::COOKIE) {
        let value = String::from_utf8_lossy(value.as_bytes());
        all.entry(name.as_str().to_owned())
            .and_modify(|before| {
                before.push(',');
                before.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    all
}

/// The answer of a function (payload format 2.0).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionAnswer {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The answer for the client; `None` if the function's is invalid, to which API Gateway answers 500.
pub fn answer(payload: &[u8]) -> Option<Response<Body>> {
    let answer: FunctionAnswer = serde_json::from_slice(payload).ok()?;
    let body = match answer.body {
        Some(body) if answer.is_base64_encoded => BASE64_STANDARD.decode(body).ok()?,
        Some(body) => body.into_bytes(),
        None => Vec::new(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status_code).ok()?;
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        headers.insert(name.parse::<HeaderName>().ok()?, value.parse().ok()?);
    }
    for cookie in answer.cookies {
        headers.append(header::SET_COOKIE, cookie.parse().ok()?);
    }
    Some(response)
}

/// An answer of the gateway itself, in its own words.
pub fn refusal(status: StatusCode, message: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(json!({ "message": message }).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests;
