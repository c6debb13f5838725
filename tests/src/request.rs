//! Requests and answers.

use axum::body::Body;
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;

#[derive(Clone)]
pub struct Call {
    pub method: Method,
    /// With the query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Call {
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        Self { method: method.parse().expect("a method"), path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// A request to a path below an organisation.
    pub fn org(method: &str, org: &str, path: &str) -> Self {
        Self::new(method, format!("/v1/orgs/{org}{path}"))
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Removes a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self
    }

    pub fn token(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// Adds the device headers of a validate.
    pub fn device(self) -> Self {
        self.header("x-installation_id", "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11")
            .header("x-fingerprint", "f6a1c0")
            .header("x-location", "40.4168,-3.7038")
            .header("user-agent", "acceptance/1.0")
    }

    /// Adds the `User-Agent` that chains ask for.
    pub fn agent_of(self, path: &str) -> Self {
        let asks = path.starts_with("/identifications/chain");
        if asks { self.header("user-agent", "acceptance/1.0") } else { self }
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.without("content-type").header("content-type", content_type)
    }

    /// Adds the pictures of a score, as `multipart/form-data`.
    pub fn pictures(self, parts: &[(&str, &[u8])]) -> Self {
        const BOUNDARY: &str = "a-boundary-that-no-picture-has";
        let mut body = Vec::new();
        for (name, bytes) in parts {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.png\"\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.body(&format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }

    /// The request in the form that the routers take.
    pub fn into_request(self) -> Request<Body> {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        request.body(Body::from(self.body)).expect("a request")
    }
}

/// An answer with its complete body.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null when it is empty.
    pub fn json(&self) -> Value {
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).expect("a JSON body") }
    }

    /// Requires a status, and shows the answer if it has another one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// A text field of the body.
    #[track_caller]
    pub fn text(&self, field: &str) -> String {
        self.json()[field].as_str().unwrap_or_else(|| panic!("no {field} in {}", self.json())).to_owned()
    }

    /// The details of all errors in the body, sorted.
    pub fn details(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        let mut details: Vec<String> =
            errors.iter().map(|error| error["details"].as_str().unwrap_or_default().to_owned()).collect();
        details.sort();
        details
    }
}

/// Standard base64, padded.
pub fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}
