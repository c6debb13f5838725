//! The receivers of events, over HTTP.

use crate::Root;
use acredita_domain::{
    App, Invalid,
    named::Named,
    ports::{Outcome, Post, Receivers, limits::PATIENCE},
    webhooks::{EndpointUrl, Failure, FailureWord, schedule::retry_after},
};
use acredita_outbound::{Answer, PostFailure, Reach, SendFailure};
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use std::sync::Arc;

const AGENT: &str = concat!("acredita/", env!("CARGO_PKG_VERSION"));

/// Posts within a reach: public addresses and, for a local server, this machine's.
#[derive(Clone, Debug)]
pub struct HttpReceivers(acredita_outbound::Receivers);

impl HttpReceivers {
    /// No connection is open yet.
    pub fn new(reach: Reach) -> Self {
        Self(acredita_outbound::Receivers::new(reach))
    }
}

#[async_trait]
impl Receivers for HttpReceivers {
    async fn check(&self, url: &EndpointUrl) -> Result<(), Invalid> {
        if self.0.reaches(url.host()).await { Ok(()) } else { Err(Invalid("is not a public address")) }
    }

    async fn post(&self, post: Post<'_>) -> Outcome {
        let Some(headers) = headers(&post) else { return Outcome::Failed(Failure::Nothing(FailureWord::Connection)) };
        match self.0.post(post.url.as_str(), headers, Bytes::copy_from_slice(post.body.as_bytes())).await {
            Ok(Answer { status: status @ 200..=299, .. }) => Outcome::Taken(status),
            Ok(Answer { status, retry_after: asked }) => {
                let retry_after = asked.and_then(|asked| retry_after(&asked, post.timestamp));
                Outcome::Failed(Failure::Status { status, retry_after })
            }
            Err(failure) => Outcome::Failed(Failure::Nothing(word(failure))),
        }
    }

    async fn patience(&self) {
        tokio::time::sleep(PATIENCE.to_std().unwrap_or_default()).await;
    }
}

/// For functions that have endpoints.
pub fn public(_: &Root, app: App) -> App {
    App { receivers: Named::new(Arc::new(HttpReceivers::new(Reach::Public))), ..app }
}

/// As Standard Webhooks 1.0 has them.
fn headers(post: &Post<'_>) -> Option<Vec<(HeaderName, HeaderValue)>> {
    let value = |text: &str| HeaderValue::from_str(text).ok();
    Some(vec![
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::USER_AGENT, HeaderValue::from_static(AGENT)),
        (HeaderName::from_static("webhook-id"), value(&post.id.to_string())?),
        (HeaderName::from_static("webhook-timestamp"), value(&post.timestamp.timestamp().to_string())?),
        (HeaderName::from_static("webhook-signature"), value(post.signatures)?),
    ])
}

fn word(failure: PostFailure) -> FailureWord {
    match failure {
        PostFailure::Address => FailureWord::Address,
        PostFailure::Send(SendFailure::Timeout) => FailureWord::Timeout,
        PostFailure::Send(_) => FailureWord::Connection,
    }
}
