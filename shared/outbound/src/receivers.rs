//! Posting to addresses that callers chose: guarded, limited, and without a look at what comes back.

use crate::{
    client::{SendFailure, encoded, failure},
    connector::guarded,
    reach::{Reach, literal},
    resolver::{GuardedResolver, refused_address},
};
use aws_smithy_runtime_api::client::{
    dns::ResolveDns,
    http::{HttpConnector, SharedHttpConnector},
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, Uri, header::RETRY_AFTER};
use http_body_util::{BodyExt, Limited};
use std::time::Duration;

/// The limit for one post, up to the headers of its answer.
pub const LONGEST_POST: Duration = Duration::from_secs(15);
/// What is read of an answer's body, to be thrown away: the connection can then be used again.
const MOST_READ: usize = 4 * 1024;
/// How long it is read. What does not come in this time costs a new connection and nothing else.
const DRAIN: Duration = Duration::from_millis(500);
/// The limit for resolving a name that is only looked at.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// Clones share their connections.
#[derive(Clone, Debug)]
pub struct Receivers {
    reach: Reach,
    connector: SharedHttpConnector,
}

/// What counts of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// As it was sent, if it is text.
    pub retry_after: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostFailure {
    /// The name does not lead to an address that may be posted to.
    #[error("address")]
    Address,
    #[error(transparent)]
    Send(#[from] SendFailure),
}

impl Receivers {
    pub fn new(reach: Reach) -> Self {
        Self { reach, connector: guarded(reach) }
    }

    /// Whether a host may be posted to, as far as that can be said before: a name that does not resolve within
    /// [`LONGEST_LOOK`] is judged when something is posted there.
    pub async fn reaches(&self, host: &str) -> bool {
        if !self.reach.includes_host(host) {
            return false;
        }
        if literal(host).is_some() {
            return true;
        }
        let resolver = GuardedResolver(self.reach);
        match tokio::time::timeout(LONGEST_LOOK, resolver.resolve_dns(host)).await {
            Ok(Err(error)) => !refused_address(&error),
            Ok(Ok(_)) | Err(_) => true,
        }
    }

    /// Posts, and returns the answer whatever its status. A redirect is an answer like any other.
    pub async fn post(
        &self,
        url: &str,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: Bytes,
    ) -> Result<Answer, PostFailure> {
        let timely = tokio::time::timeout(LONGEST_POST, self.exchange(url, headers, body));
        let response = timely.await.map_err(|_| PostFailure::Send(SendFailure::Timeout))??;
        let answer = Answer {
            status: response.status().as_u16(),
            retry_after: response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned),
        };
        let _ = tokio::time::timeout(DRAIN, Limited::new(response.into_body(), MOST_READ).collect()).await;
        Ok(answer)
    }

    async fn exchange(
        &self,
        url: &str,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: Bytes,
    ) -> Result<Response<SdkBody>, PostFailure> {
        let uri: Uri = url.parse().map_err(|_| SendFailure::Request)?;
        let host = uri.host().ok_or(SendFailure::Request)?;
        // In the clear a name would reach a resolver that judges nothing.
        let judged = uri.scheme_str() == Some("https") || host == "localhost" || literal(host).is_some();
        if !self.reach.includes_host(host) || !judged {
            return Err(PostFailure::Address);
        }
        let sent = self.connector.call(encoded(Method::POST, url, headers, body)?);
        let response = sent.await.map_err(|error| {
            if refused_address(&error) { PostFailure::Address } else { PostFailure::Send(failure(&error)) }
        })?;
        Ok(response.try_into_http1x().map_err(|_| SendFailure::Connection)?)
    }
}

#[cfg(test)]
mod tests;
