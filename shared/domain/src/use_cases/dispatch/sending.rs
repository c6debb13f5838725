//! Sending a message to an endpoint, with what follows for the endpoint.

use crate::{
    App, Error, Request, Time,
    events::{EventData, EventType},
    keys::Keyring,
    ports::{Delivery, Outcome, Post, limits::DELIVERY_LEASE, unless_lost},
    use_cases::webhooks,
    webhooks::{Endpoint, Failure, Gate, Health, Stream, WebhookMessage},
};

/// How often a worker tries to record an endpoint's health: after that, the next message will.
const ATTEMPTS: usize = 3;

pub(super) struct Sending<'a> {
    pub app: &'a App,
    pub endpoint: &'a Endpoint,
    keys: &'a Keyring,
    /// As far as this worker knows it.
    pub health: Health,
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
        Self { app, endpoint, keys, health: endpoint.health.clone() }
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
                Ok(None)
            }
        }
    }

    /// Sends a message for the `tries`-th time. What a stream of events fails counts against the endpoint.
    pub async fn send(&mut self, message: &WebhookMessage, tries: u32, stream: Option<Stream>) -> Result<Sent, Error> {
        let at = self.app.now();
        let Ok(signatures) = self.endpoint.signatures(self.keys, message.id, at, &message.body) else {
            // Its key was dropped before it was sealed by the next one. Only a new secret helps.
            self.disable("SECRET_GONE").await?;
            return Ok(Sent::Gone);
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
                self.record(|_| Health::default()).await?;
                return Ok(Sent::Taken);
            }
            Outcome::Failed(failure) => failure,
        };
        if let Some(stream) = stream {
            let (now, entropy) = (self.app.now(), self.app.entropy.clone());
            let subject = format!("{stream:?}");
            self.record(|health| health.failed(&subject, failure, now, &*entropy)).await?;
        }
        if failure.is_gone() || self.health.is_given_up(self.app.now()) {
            self.disable(if failure.is_gone() { "GONE" } else { "FAILING" }).await?;
            return Ok(Sent::Gone);
        }
        Ok(Sent::Failed(failure))
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

    /// Whoever owns the endpoint learns of it from the event.
    async fn disable(&self, reason: &'static str) -> Result<(), Error> {
        for _ in 0..ATTEMPTS {
            let found = self.app.stores.endpoints.find(&self.endpoint.org, self.endpoint.id).await?;
            let Some(endpoint) = found.filter(Endpoint::is_enabled) else { return Ok(()) };
            let (request, disabled) = (Request::system(&endpoint.org), endpoint.disabled());
            let data = EventData::default().named("reason", reason);
            let kind = EventType::WebhookEndpointDisabled;
            let story = webhooks::story(self.app, &request, &disabled, kind, data, self.app.now());
            if unless_lost(self.app.stores.endpoints.change(&endpoint, &disabled, story).await)?.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }
}
