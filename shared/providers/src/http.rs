//! Calls to a provider: through the shared connector, under the deadlines of a job, and repeated at most once.
//!
//! Nothing that is sent or received is ever logged or put into an error: only a failed call's name, its status and a
//! word for the reason.

use crate::deadline::{Job, READ};
use acredita_domain::{ports::Clock, scoring::Provider};
use acredita_outbound::{BaseUrl, Outbound, Request, ResponseLimits, SendFailure};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header::RETRY_AFTER};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::{fmt, sync::Arc, time::Duration};

pub(crate) const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Escapes a text for a query or a form: everything but the unreserved characters of RFC 3986 §2.3.
pub(crate) fn escaped(text: &str) -> String {
    const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, &RESERVED).to_string()
}

pub struct Call<'a> {
    /// The call's name in logs.
    pub name: &'static str,
    pub method: Method,
    pub base: &'a BaseUrl,
    /// Appended to `base`.
    pub path: String,
    /// Treated as secret.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Bytes,
}

/// Has no `Debug`: its body may name people.
pub struct Reply {
    pub status: StatusCode,
    pub body: Bytes,
    headers: HeaderMap,
}

pub struct Client {
    provider: Provider,
    outbound: Outbound,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.provider)
    }
}

impl Client {
    pub fn new(provider: Provider, outbound: Outbound, clock: Arc<dyn Clock>) -> Self {
        Self { provider, outbound, clock }
    }

    /// Makes a call. An answer of 429 or 5xx that says when to come back is followed by one repeat, if the job has the
    /// time. `most_bytes` bounds the answer.
    pub async fn call(&self, call: &Call<'_>, most_bytes: usize, job: &mut Job) -> Result<Reply, SendFailure> {
        let first = self.once(call, most_bytes, job).await?;
        let Some(wait) = first.wait(self.clock.now()) else {
            return Ok(first);
        };
        if !job.repeat_after(wait) {
            return Ok(first);
        }
        tracing::info!(provider = %self.provider, call = call.name, status = first.status.as_u16(), "asked to retry later");
        tokio::time::sleep(wait).await;
        self.once(call, most_bytes, job).await
    }

    async fn once(&self, call: &Call<'_>, most_bytes: usize, job: &Job) -> Result<Reply, SendFailure> {
        let reply = match tokio::time::timeout_at(job.ends_at(), self.exchange(call, most_bytes)).await {
            Ok(reply) => reply,
            Err(_) => Err(SendFailure::Timeout),
        };
        match &reply {
            Ok(reply) if reply.status.is_success() => {}
            Ok(reply) => {
                tracing::warn!(provider = %self.provider, call = call.name, status = reply.status.as_u16(), "the provider refused")
            }
            Err(failure) => {
                tracing::warn!(provider = %self.provider, call = call.name, why = %failure, "the provider did not answer")
            }
        }
        reply
    }

    async fn exchange(&self, call: &Call<'_>, most_bytes: usize) -> Result<Reply, SendFailure> {
        let Call { method, base, path, headers, body, .. } = call;
        let (method, headers, body) = (method.clone(), headers.clone(), body.clone());
        let request = Request { method, url: base.join(path), headers, body };
        let limits = ResponseLimits { headers: READ, body: most_bytes };
        let (parts, body) = self.outbound.send(request, limits).await?.into_parts();
        Ok(Reply { status: parts.status, body, headers: parts.headers })
    }
}

impl Reply {
    /// How long to wait before the call is repeated, if the answer says so: `Retry-After` (RFC 9110 §10.2.3), or
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

    #[test]
    fn a_provider_says_in_three_ways_when_to_come_again() {
        let now = acredita_testing::beginning();
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
