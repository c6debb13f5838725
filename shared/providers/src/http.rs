//! The one way out: requests over the HTTP client that the AWS SDK brings, with deadlines, bounds, and at most one
//! repeat.
//!
//! Nothing of what is sent or received is ever logged or put into an error: of a call that fails, its name, its status
//! and a word for why.

use crate::deadline::{Deadlines, Job};
use acredita_domain::{Invalid, ports::Clock, scoring::Provider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Connector,
    tls::{self, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorSettings},
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{AUTHORIZATION, RETRY_AFTER},
};
use http_body_util::{BodyExt, Limited};
use std::{
    fmt,
    str::FromStr,
    sync::{Arc, LazyLock},
    time::Duration,
};

/// This machine.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// The content type of a form.
pub(crate) const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
/// The content type of JSON.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What requests go to: `https`, or `http` on loopback, with nothing after the path. It has no `/` at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The URL below it. `path` begins with `/` and is made of our own words and of ids that were checked.
    fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let uri = self.0.parse::<http::Uri>();
        uri.is_ok_and(|uri| uri.host().is_some_and(|host| LOOPBACK.contains(&host)))
    }

    fn is_secure(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl FromStr for BaseUrl {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const PROBLEM: Invalid =
            Invalid("is not an https URL without query and credentials, or an http one on loopback");
        let text = text.trim_end_matches('/');
        let uri: http::Uri = text.parse().map_err(|_| PROBLEM)?;
        let loopback = uri.host().is_some_and(|host| LOOPBACK.contains(&host));
        let scheme = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => loopback,
            _ => false,
        };
        let plain = !text.contains(['@', '?', '#']);
        if scheme && plain { Ok(Self(text.to_owned())) } else { Err(PROBLEM) }
    }
}

/// A text as it stands in a query or a form: all but the unreserved characters of RFC 3986 §2.3 escaped.
pub(crate) fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
        escaped
    })
}

/// What is asked.
pub struct Call<'a> {
    /// What logs call it.
    pub name: &'static str,
    /// The method.
    pub method: Method,
    /// Where.
    pub base: &'a BaseUrl,
    /// What is added to it.
    pub path: String,
    /// The headers. They are taken for secret.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Bytes,
}

/// What was answered. Its body may name people: it has no `Debug`.
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: Bytes,
    headers: HeaderMap,
}

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not in time.
    #[error("timeout")]
    Timeout,
    /// No connection, or one that broke.
    #[error("connection")]
    Connection,
    /// More bytes than anything of use has.
    #[error("too large")]
    TooLarge,
    /// What is to be sent is not HTTP.
    #[error("request")]
    Request,
}

/// A connector that is made when it is first needed.
type Lazy = LazyLock<Connector, Box<dyn FnOnce() -> Connector + Send>>;

/// The client of one provider.
pub struct Client {
    provider: Provider,
    /// Reading the system's certificates is most of what a start costs, and few starts score with this provider.
    secure: Option<Lazy>,
    loopback: Option<Connector>,
    deadlines: Deadlines,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.provider)
    }
}

impl Client {
    /// A client that reaches these.
    pub fn new(provider: Provider, reaches: &[&BaseUrl], deadlines: Deadlines, clock: Arc<dyn Clock>) -> Self {
        let settings = HttpConnectorSettings::builder().connect_timeout(deadlines.connect).build();
        let builder = Connector::builder().connector_settings(settings).sleep_impl(TokioSleep::new());
        let secure = reaches.iter().any(|base| base.is_secure()).then(|| {
            let builder = builder.clone().tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc));
            Lazy::new(Box::new(|| builder.build()))
        });
        let loopback = reaches.iter().any(|base| !base.is_secure()).then(|| builder.build_http());
        Self { provider, secure, loopback, deadlines, clock }
    }

    /// A new job under this client's deadlines.
    pub fn job(&self) -> Job {
        Job::begin(&self.deadlines)
    }

    /// Calls. An answer of 429 or 5xx that says when to come again is asked once more, if the job has the time.
    /// `most_bytes` bounds the answer.
    pub async fn call(&self, call: &Call<'_>, most_bytes: usize, job: &mut Job) -> Result<Reply, Fault> {
        let first = self.once(call, most_bytes, job).await?;
        let Some(wait) = first.wait(self.clock.now()) else {
            return Ok(first);
        };
        if !job.repeat_after(wait) {
            return Ok(first);
        }
        tracing::info!(provider = %self.provider, call = call.name, status = first.status.as_u16(), "asked to come again");
        tokio::time::sleep(wait).await;
        self.once(call, most_bytes, job).await
    }

    async fn once(&self, call: &Call<'_>, most_bytes: usize, job: &Job) -> Result<Reply, Fault> {
        let reply = match tokio::time::timeout_at(job.ends_at(), self.exchange(call, most_bytes)).await {
            Ok(reply) => reply,
            Err(_) => Err(Fault::Timeout),
        };
        match &reply {
            Ok(reply) if reply.status.is_success() => {}
            Ok(reply) => {
                tracing::warn!(provider = %self.provider, call = call.name, status = reply.status.as_u16(), "the provider refused")
            }
            Err(fault) => {
                tracing::warn!(provider = %self.provider, call = call.name, why = %fault, "the provider did not answer")
            }
        }
        reply
    }

    async fn exchange(&self, call: &Call<'_>, most_bytes: usize) -> Result<Reply, Fault> {
        let connector = if call.base.is_secure() { self.secure.as_deref() } else { self.loopback.as_ref() };
        let sent = connector.ok_or(Fault::Request)?.call(request(call)?);
        let response = tokio::time::timeout(self.deadlines.read, sent).await.map_err(|_| Fault::Timeout)?;
        let response = response.map_err(|error| fault(&error))?.try_into_http1x().map_err(|_| Fault::Connection)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, most_bytes).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() { Fault::TooLarge } else { Fault::Connection }
        })?;
        Ok(Reply { status: parts.status, body: body.to_bytes(), headers: parts.headers })
    }
}

fn request(call: &Call<'_>) -> Result<HttpRequest, Fault> {
    let mut request = http::Request::builder().method(&call.method).uri(call.base.join(&call.path));
    for (name, value) in &call.headers {
        let mut value = value.clone();
        value.set_sensitive(*name == AUTHORIZATION || name.as_str() == "apikey");
        request = request.header(name, value);
    }
    let request = request.body(SdkBody::from(call.body.clone())).map_err(|_| Fault::Request)?;
    HttpRequest::try_from(request).map_err(|_| Fault::Request)
}

fn fault(error: &ConnectorError) -> Fault {
    if error.is_timeout() {
        Fault::Timeout
    } else if error.is_user() {
        Fault::Request
    } else {
        Fault::Connection
    }
}

impl Reply {
    /// How long to wait before the call is made again, if the answer says so: `Retry-After` (RFC 9110 §10.2.3), or
    /// Google's `RetryInfo`.
    fn wait(&self, now: DateTime<Utc>) -> Option<Duration> {
        let again = self.status == StatusCode::TOO_MANY_REQUESTS || self.status.is_server_error();
        let header = self.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        match (again, header) {
            (false, _) => None,
            (true, Some(header)) => retry_after(header.trim(), now),
            (true, None) => retry_info(&self.body),
        }
    }
}

fn retry_after(header: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = header.parse() {
        return Some(Duration::from_secs(seconds));
    }
    // An HTTP date is a date of RFC 5322 in GMT.
    let at = DateTime::parse_from_rfc2822(header).ok()?;
    Some((at.to_utc() - now).to_std().unwrap_or_default())
}

/// `error.details[].retryDelay` of a `google.rpc.RetryInfo`, such as `1.5s`.
fn retry_info(body: &[u8]) -> Option<Duration> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let details = body["error"]["details"].as_array()?;
    let delay = details.iter().find_map(|detail| detail["retryDelay"].as_str())?;
    let seconds: f64 = delay.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(url: &str) -> Result<BaseUrl, Invalid> {
        url.parse()
    }

    #[test]
    fn nothing_leaves_in_the_clear() {
        for url in [
            "https://eu-documentai.googleapis.com",
            "https://api.eu.veri-das.com/validas/v1/",
            "http://127.0.0.1:8080/x",
            "http://[::1]:80",
        ] {
            assert!(base(url).is_ok(), "{url}");
        }
        for url in [
            "http://api.veri-das.com",
            "ftp://127.0.0.1",
            "https://user@host",
            "https://host/?q",
            "https://host/#f",
            "host",
            "",
            "https://",
        ] {
            assert!(base(url).is_err(), "{url}");
        }
        assert_eq!(
            base("https://host/v1/").map(|base| base.join("/validation")),
            Ok("https://host/v1/validation".to_owned())
        );
    }

    #[test]
    fn a_provider_says_in_three_ways_when_to_come_again() {
        let now = DateTime::from_timestamp(1_795_163_580, 0).expect("2026-11-20T08:33:00Z");
        let reply = |status, header: Option<&'static str>, body: &'static str| {
            let headers = header.map(|header| (RETRY_AFTER, HeaderValue::from_static(header))).into_iter().collect();
            Reply { status, body: Bytes::from_static(body.as_bytes()), headers }.wait(now)
        };
        let (busy, down) = (StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(reply(busy, Some("2"), ""), Some(Duration::from_secs(2)));
        assert_eq!(reply(down, Some("Fri, 20 Nov 2026 08:33:07 GMT"), ""), Some(Duration::from_secs(7)));
        assert_eq!(reply(down, Some("Fri, 20 Nov 2026 08:32:00 GMT"), ""), Some(Duration::ZERO));
        let info = r#"{"error":{"code":429,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.5s"}]}}"#;
        assert_eq!(reply(busy, None, info), Some(Duration::from_millis(1500)));
        for (status, header, body) in [
            (busy, None, ""),
            (down, Some("soon"), ""),
            (down, None, r#"{"error":{"details":[{"retryDelay":"-1s"}]}}"#),
        ] {
            assert_eq!(reply(status, header, body), None, "{header:?} {body}");
        }
        assert_eq!(reply(StatusCode::BAD_REQUEST, Some("2"), ""), None, "it would be refused again");
    }
}
