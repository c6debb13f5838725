//! Sending a message to an endpoint, with what follows for the endpoint.

use crate::{
    App, Error, Request, Time,
    events::{EventData, EventType},
    keys::Keyring,
    ports::{Delivery, Outcome, Post, limits::DELIVERY_LEASE, unless_lost},
    use_cases::{effects, webhooks},
    webhooks::{Endpoint, Failure, FailureWord, Gate, Health, Stream, WebhookMessage},
};
use chrono::TimeDelta;

/// How long a worker's copy of a health that is good counts as such: others may have failed meanwhile.
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// How often a worker tries to record an endpoint's health: after that, the next message will.
const ATTEMPTS: usize = 3;

pub(super) struct Sending<'a> {
    pub app: &'a App,
    pub endpoint: &'a Endpoint,
    keys: &'a Keyring,
    /// As far as this worker knows it.
    pub health: Health,
    known_at: Time,
    /// Whether it has taken the probe.
    probes: bool,
}

/// What became of a message.
pub(super) enum Sent {
    Taken,
    Failed(Failure),
    /// It failed, and the endpoint is disabled.
    Gone,
}

impl<'a> Sending<'a> {
    pub fn new(app: &'a App, endpoint: &'a Endpoint, keys: &'a Keyring) -> Self {
        Self { app, endpoint, keys, health: endpoint.health.clone(), known_at: app.now(), probes: false }
    }

    /// Until when nothing is to be sent; `None` if this worker may send. Of a dead endpoint it takes the probe then.
    pub async fn closed(&mut self) -> Result<Option<Time>, Error> {
        let now = self.app.now();
        match self.health.gate(now) {
            Gate::Open => Ok(None),
            Gate::Closed(until) => Ok(Some(until)),
            Gate::Probe => {
                let until = now + DELIVERY_LEASE;
                let probing = self.health.probing(until);
                if unless_lost(self.app.stores.endpoints.record_health(self.endpoint, &probing).await)?.is_none() {
                    return Ok(Some(until));
                }
                self.health = probing;
                self.probes = true;
                Ok(None)
            }
        }
    }

    /// Sends a message for the `tries`-th time. What a stream of events fails counts against the endpoint.
    pub async fn send(&mut self, message: &WebhookMessage, tries: u32, stream: Option<Stream>) -> Result<Sent, Error> {
        let at = self.app.now();
        let Ok(signatures) = self.endpoint.signatures(self.keys, message.id, at, &message.body) else {
            // Its key was dropped before it was sealed by the next one. Only a new secret helps.
            let failure = Failure::Nothing(FailureWord::Connection);
            return self.gone("SECRET_GONE", failure).await;
        };
        let WebhookMessage { id, body, .. } = message;
        let post = Post { url: &self.endpoint.url, id: *id, timestamp: at, signatures: &signatures, body };
        let outcome = self.app.receivers.post(post).await;
        let milliseconds = u64::try_from((self.app.now() - at).num_milliseconds()).unwrap_or_default();
        let kind = message.kind.clone();
        let delivery = Delivery { event_id: message.id, kind, attempt: tries, at, outcome, milliseconds };
        // The record is for people: what was sent was sent.
        let Endpoint { org, id, .. } = self.endpoint;
        let _ = self.app.stores.deliveries.record(org, *id, &delivery).await;
        let failure = match outcome {
            Outcome::Taken(_) => {
                self.succeeded().await?;
                return Ok(Sent::Taken);
            }
            Outcome::Failed(failure) => failure,
        };
        if let Some(stream) = stream {
            let (now, entropy) = (self.app.now(), self.app.entropy.clone());
            let (subject, probed) = (format!("{stream:?}"), std::mem::take(&mut self.probes));
            let failed = |health: &Health| {
                if probed {
                    health.probe_failed(failure, now, &*entropy)
                } else {
                    health.failed(&subject, failure, now, &*entropy)
                }
            };
            self.record(failed).await?;
        }
        if failure.is_gone() {
            self.gone("GONE", failure).await
        } else if self.health.is_given_up(self.app.now()) {
            self.gone("FAILING", failure).await
        } else {
            Ok(Sent::Failed(failure))
        }
    }

    async fn succeeded(&mut self) -> Result<(), Error> {
        self.probes = false;
        let now = self.app.now();
        if self.health.is_good() && now - self.known_at >= FRESH {
            let Endpoint { org, id, .. } = self.endpoint;
            if let Some(endpoint) = self.app.stores.endpoints.find(org, *id).await? {
                (self.health, self.known_at) = (endpoint.health, now);
            }
        }
        self.record(|_| Health::default()).await
    }

    /// Records a change of the health, on top of whatever other workers recorded.
    async fn record(&mut self, change: impl Fn(&Health) -> Health) -> Result<(), Error> {
        for _ in 0..ATTEMPTS {
            let next = change(&self.health);
            if next == self.health {
                return Ok(());
            }
            let known = Endpoint { health: self.health.clone(), ..self.endpoint.clone() };
            if unless_lost(self.app.stores.endpoints.record_health(&known, &next).await)?.is_some() {
                self.health = next;
                return Ok(());
            }
            match self.app.stores.endpoints.find(&known.org, known.id).await? {
                Some(endpoint) => self.health = endpoint.health,
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// Disables the endpoint, unless its owner has changed it meanwhile: then the message is to be tried there.
    async fn gone(&self, reason: &'static str, failure: Failure) -> Result<Sent, Error> {
        for _ in 0..ATTEMPTS {
            let found = self.app.stores.endpoints.find(&self.endpoint.org, self.endpoint.id).await?;
            let Some(endpoint) = found.filter(Endpoint::is_enabled) else { return Ok(Sent::Gone) };
            if !endpoint.is_reached_like(self.endpoint) {
                return Ok(Sent::Failed(failure));
            }
            let (request, disabled) = (Request::system(&endpoint.org), endpoint.disabled());
            let data = EventData::default().named("reason", reason);
            let kind = EventType::WebhookEndpointDisabled;
            let story = webhooks::story(self.app, &request, &disabled, kind, data, self.app.now());
            if unless_lost(self.app.stores.endpoints.change(&endpoint, &disabled, story).await)?.is_some() {
                effects::wake(self.app, &endpoint.org, Stream::EndpointId(endpoint.id)).await;
                return Ok(Sent::Gone);
            }
        }
        Ok(Sent::Failed(failure))
    }
}
