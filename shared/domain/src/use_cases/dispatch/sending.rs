//! Sending a message to an endpoint, with what follows for the endpoint.

use crate::{
    App, Error, Request, Time,
    events::{EventData, EventType},
    keys::Keyring,
    ports::{
        Delivery, Outcome, Post,
        limits::{DELIVERY_LEASE, LONGEST_POST},
        unless_lost,
    },
    use_cases::{effects, webhooks},
    webhooks::{Endpoint, Failure, FailureWord, Gate, Health, Stream, WebhookMessage},
};
use chrono::TimeDelta;
use futures_util::future::{Either, select};

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
    held: Held,
}

/// What this worker holds of an endpoint that is not well.
#[derive(Clone, Copy)]
enum Held {
    Nothing,
    Probe,
    /// Until then.
    Place(Time),
}

/// What became of a message.
pub(super) enum Sent {
    Taken,
    Failed(Failure),
    /// It failed, and the endpoint is disabled.
    Gone,
    /// Nobody waited to the end: enough others do. Until when it is to wait for another try.
    Left(Time),
}

impl<'a> Sending<'a> {
    pub fn new(app: &'a App, endpoint: &'a Endpoint, keys: &'a Keyring) -> Self {
        Self { app, endpoint, keys, health: endpoint.health.clone(), known_at: app.now(), held: Held::Nothing }
    }

    /// Until when nothing is to be sent; `None` if this worker may send. Of a dead endpoint it takes the probe then, and of a
    /// slow one a place.
    pub async fn closed(&mut self) -> Result<Option<Time>, Error> {
        let endpoints = &self.app.stores.endpoints;
        for _ in 0..ATTEMPTS {
            let now = self.app.now();
            let until = now + DELIVERY_LEASE;
            let (held, health) = match self.health.gate(now) {
                Gate::Open => return Ok(None),
                Gate::Closed(until) => return Ok(Some(until)),
                Gate::Probe => (Held::Probe, self.health.probing(until)),
                Gate::Place => (Held::Place(until), self.health.sending(now, until)),
            };
            let known = Endpoint { health: self.health.clone(), ..self.endpoint.clone() };
            if unless_lost(endpoints.record_health(&known, &health).await)?.is_some() {
                (self.held, self.health) = (held, health);
                return Ok(None);
            }
            match endpoints.find(&known.org, known.id).await? {
                Some(endpoint) => self.health = endpoint.health,
                None => break,
            }
        }
        // Others are at it.
        Ok(Some(self.app.now() + LONGEST_POST))
    }

    /// Takes a place at an endpoint that keeps this worker waiting, or says until when its message has to wait instead.
    async fn keeps_waiting(&mut self) -> Result<Option<Time>, Error> {
        if !matches!(self.held, Held::Nothing) {
            return Ok(None);
        }
        for _ in 0..ATTEMPTS {
            let now = self.app.now();
            let until = now + DELIVERY_LEASE;
            let Some(health) = self.health.keeping_waiting(now, until) else { break };
            let known = Endpoint { health: self.health.clone(), ..self.endpoint.clone() };
            if unless_lost(self.app.stores.endpoints.record_health(&known, &health).await)?.is_some() {
                (self.held, self.health) = (Held::Place(until), health);
                return Ok(None);
            }
            match self.app.stores.endpoints.find(&known.org, known.id).await? {
                Some(endpoint) => self.health = endpoint.health,
                None => break,
            }
        }
        Ok(Some(self.app.now() + LONGEST_POST))
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
        let receivers = &self.app.receivers;
        let outcome = match select(receivers.post(post), receivers.patience()).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(((), posting)) => {
                if stream.is_some()
                    && let Some(until) = self.keeps_waiting().await?
                {
                    return Ok(Sent::Left(until));
                }
                posting.await
            }
        };
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
            let (subject, held) = (format!("{stream:?}"), std::mem::replace(&mut self.held, Held::Nothing));
            let failed = |health: &Health| match held {
                Held::Nothing => health.failed(&subject, failure, now, &*entropy),
                Held::Probe => health.probe_failed(failure, now, &*entropy),
                Held::Place(until) => health.failed(&subject, failure, now, &*entropy).sent(until),
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
        self.held = Held::Nothing;
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
