//! The grants and refusals of a token endpoint.

use crate::{
    deadline::Job,
    http::{Call, Client},
};
use acredita_domain::{Time, text::Private};
use acredita_outbound::BaseUrl;
use bytes::Bytes;
use chrono::TimeDelta;
use http::StatusCode;
use serde::Deserialize;

/// The scope of a token.
pub(super) const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// An answer is a token and two words.
const MOST_BYTES: usize = 64 * 1024;

/// Why no token was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Why {
    /// No answer. The credential may still be good.
    #[error("no answer")]
    Unanswered,
    #[error("refused")]
    Refused,
    /// The credential, or the answer, is malformed.
    #[error("{0}")]
    Unusable(&'static str),
}

pub(super) struct Granted {
    pub token: Private<String>,
    pub ends_at: Time,
}

impl Granted {
    /// A token with a lifetime, which is capped at a day.
    pub fn lasting(token: Private<String>, seconds: i64, now: Time) -> Self {
        Self { token, ends_at: now + TimeDelta::seconds(seconds.clamp(0, 24 * 60 * 60)) }
    }
}

/// The URL that a credential names, if it is this address of Google's, or an emulator's on loopback. A credential that
/// was tampered with must not direct our signed requests elsewhere, where they could be used.
pub(super) fn of_google(url: &str, address: &str) -> Option<BaseUrl> {
    let base: BaseUrl = url.parse().ok()?;
    (base.is_loopback() || base.as_str() == address).then_some(base)
}

/// Asks an endpoint for a token, and returns the body of an answer that grants one.
pub(super) async fn grant(call: &Call<'_>, client: &Client, job: &mut Job) -> Result<Bytes, Why> {
    let reply = client.call(call, MOST_BYTES, job).await.map_err(|_| Why::Unanswered)?;
    match reply.status {
        StatusCode::OK => Ok(reply.body),
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => Err(Why::Unanswered),
        _ => Err(Why::Refused),
    }
}

/// The grant of an OAuth endpoint (RFC 6749 §5.1).
pub(super) fn granted(body: &[u8], now: Time) -> Result<Granted, Why> {
    #[derive(Deserialize)]
    struct Answer {
        access_token: Private<String>,
        expires_in: i64,
    }
    let Answer { access_token, expires_in } =
        serde_json::from_slice(body).map_err(|_| Why::Unusable("the answer is not a token"))?;
    Ok(Granted::lasting(access_token, expires_in, now))
}
