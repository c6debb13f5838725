//! XpressID: Veridas takes the pictures, and we fetch the result.

use super::{
    Outcome, VeridasScorer,
    calls::{Ask, CallError},
    reference, wire,
};
use crate::{
    deadline::Job,
    http::{JSON, escaped},
};
use acredita_domain::{
    error::Unavailable,
    ports::{CaptureRequest, CollectError, HostedCapture, OpenedCapture, ScoreRequest},
    scoring::{ProviderReference, Verdict},
    text::Private,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use http::Method;

/// How long a person gets. Veridas does not say how long its tokens live; it keeps a validation for about half an hour.
const LIFE: TimeDelta = TimeDelta::minutes(30);

#[async_trait]
impl HostedCapture for VeridasScorer {
    async fn open(&self, request: CaptureRequest) -> Result<OpenedCapture, Unavailable> {
        let mut job = Job::begin();
        let turn = self.gate.enter(&job).await?;
        let opened = self.open_capture(request, &mut job).await;
        self.settle(turn, opened)
    }

    async fn collect(&self, captured: &ProviderReference, request: ScoreRequest<'_>) -> Result<Verdict, CollectError> {
        let mut job = Job::begin();
        let turn = self.gate.enter(&job).await?;
        let fetched = match self.fetch(captured, &mut job).await {
            Err(CallError::Gone) => Ok(Some(Outcome::Lost)),
            fetched => fetched,
        };
        let outcome = self.settle(turn, fetched)?.ok_or(CollectError::NotCaptured)?;
        Ok(self.verdict(&request, outcome))
    }
}

impl VeridasScorer {
    async fn open_capture(&self, request: CaptureRequest, job: &mut Job) -> Result<OpenedCapture, CallError> {
        let ask = Ask {
            name: "delegate",
            method: Method::POST,
            base: &self.settings.xpressid,
            path: "/api/v2/token".to_owned(),
            content_type: Some(JSON),
            body: wire::capture(&self.mapping.document_type(request.document)),
        };
        let reply = self.ask(ask, job).await?;
        if !reply.status.is_success() {
            return Err(CallError::Failed);
        }
        let (access_token, id) = wire::opened(&reply.body).ok_or(CallError::Malformed("delegate"))?;
        let url = format!("{}/v2/?access_token={}", self.settings.xpressid.as_str(), escaped(&access_token));
        Ok(OpenedCapture {
            reference: reference(&id).ok_or(CallError::Malformed("delegate"))?,
            access_token: Private::new(access_token),
            url: Private::new(url),
            expires_at: self.clock.now() + LIFE,
        })
    }

    /// The result; `None` while nothing was captured. That is checked before confirming, which would cut short a person
    /// who is still taking pictures.
    async fn fetch(&self, id: &ProviderReference, job: &mut Job) -> Result<Option<Outcome>, CallError> {
        match self.read(id, job).await? {
            None => return Ok(Some(Outcome::Lost)),
            Some(validation) if !validation.is_judged() => return Ok(None),
            Some(_) => {}
        }
        // An earlier fetch may have confirmed it, and its answer been lost on the way to the store.
        match self.confirm(id, job).await {
            Ok(()) | Err(CallError::Settled) => {}
            Err(error) => return Err(error),
        }
        // Overall scores come with the confirmation.
        Ok(Some(self.read(id, job).await?.map_or(Outcome::Lost, Outcome::Result)))
    }
}
