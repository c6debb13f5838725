//! The delivery of events: endpoints, how far they have come, and what waits for a worker.

use super::{FindError, StepError};
use crate::{
    Time,
    events::{Log, StoredEvent, Story},
    ids::{EndpointId, EventId, LeaseId, MessageId, OrgId},
    invalid::Invalid,
    unavailable::Unavailable,
    webhooks::{Cursor, CursorId, Endpoint, EndpointUrl, Failure, Health, Stream},
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// What wakes a worker: ids, never an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Wake {
    /// There are events to deliver.
    Events {
        org: OrgId,
        stream: Stream,
    },
    Errand {
        org: OrgId,
        endpoint_id: EndpointId,
        errand_id: MessageId,
    },
}

/// The queue of deliveries. A lost wake loses nothing: the sweep finds what is due.
#[async_trait]
pub trait Wakes: Send + Sync {
    /// Wakes a worker after a delay of whole seconds, at most [`super::limits::LONGEST_DELAY`]. An adapter logs its
    /// failures, because callers go on without it.
    async fn wake(&self, wake: &Wake, after: chrono::TimeDelta) -> Result<(), Unavailable>;
}

/// Why an endpoint was not created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewEndpointError {
    /// The organisation has as many as it may have.
    Full,
    /// The outcome is unknown.
    Unavailable(Unavailable),
}

/// Every method works within one organisation. Changes are committed with their events.
#[async_trait]
pub trait Endpoints: Send + Sync {
    /// Creates an endpoint if the organisation has less than [`crate::webhooks::MAX_ENDPOINTS`]. One transaction.
    async fn create(&self, endpoint: &Endpoint, story: Story) -> Result<(), NewEndpointError>;
    /// All of the organisation's, the oldest first. One query.
    async fn all(&self, org: &OrgId) -> Result<Vec<Endpoint>, FindError>;
    /// One read.
    async fn find(&self, org: &OrgId, id: EndpointId) -> Result<Option<Endpoint>, FindError>;
    /// Its log, for as long as there is the endpoint. One read.
    async fn log_of(&self, org: &OrgId, id: EndpointId) -> Result<Option<Log>, FindError>;
    /// Replaces `before` if nothing has changed since it was read. One transaction.
    async fn change(&self, before: &Endpoint, after: &Endpoint, story: Story) -> Result<(), StepError>;
    /// One transaction.
    async fn delete(&self, endpoint: &Endpoint, story: Story) -> Result<(), StepError>;
    /// Replaces the secrets by the same ones under another seal, if nothing else has changed. It is no change to anybody,
    /// so it has no event. One write.
    async fn reseal(&self, resealed: &Endpoint) -> Result<(), StepError>;
    /// Replaces the health, if nobody else did since the endpoint was read. One write.
    async fn record_health(&self, endpoint: &Endpoint, health: &Health) -> Result<(), StepError>;
}

/// A subject's events, and how far they have come at each endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamDeliveries {
    /// All, in order.
    pub events: Vec<StoredEvent>,
    /// The numbers of those that still wait for a worker to take them up.
    pub due: Vec<u64>,
    pub cursors: Vec<Cursor>,
    /// Until when the events are kept.
    pub keep_until: Time,
}

/// A try, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub event_id: EventId,
    /// An [`EventType`](crate::events::EventType), or a ping.
    pub kind: String,
    /// From 1.
    pub attempt: u32,
    pub at: Time,
    pub outcome: Outcome,
    pub milliseconds: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With this status, 2xx.
    Taken(u16),
    Failed(Failure),
}

/// Tries, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryPage {
    pub deliveries: Vec<Delivery>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<String>,
}

#[async_trait]
pub trait Deliveries: Send + Sync {
    /// One query.
    async fn of_stream(&self, org: &OrgId, stream: Stream) -> Result<StreamDeliveries, FindError>;
    /// One read.
    async fn errand(&self, id: &CursorId) -> Result<Option<Cursor>, FindError>;
    /// Stores an errand, which the sweep finds if nobody is woken for it. One write.
    async fn add_errand(&self, errand: &Cursor, now: Time) -> Result<(), Unavailable>;
    /// Takes a cursor until `until`, if it is still as it was read and nobody else has it at `now`. One write.
    async fn claim(&self, cursor: &Cursor, lease: LeaseId, now: Time, until: Time) -> Result<(), StepError>;
    /// Moves a cursor that the lease still holds; `after` says whether it goes on doing so. One write.
    async fn settle(&self, after: &Cursor, lease: LeaseId) -> Result<(), StepError>;
    /// Lets a cursor wait that nobody has at `now`. One write.
    async fn park(&self, before: &Cursor, after: &Cursor, now: Time) -> Result<(), StepError>;
    /// Removes an errand that is done. One write.
    async fn done(&self, id: &CursorId, lease: LeaseId) -> Result<(), StepError>;
    /// Events that no worker needs to be woken for any more. One write for each.
    async fn taken_up(&self, stream: Stream, sequences: &[u64]) -> Result<(), Unavailable>;
    /// One write.
    async fn record(&self, org: &OrgId, endpoint: EndpointId, delivery: &Delivery) -> Result<(), Unavailable>;
    /// The events that the endpoint has taken from `since` on. One query, of many pages.
    async fn taken_since(&self, org: &OrgId, endpoint: EndpointId, since: Time) -> Result<HashSet<EventId>, FindError>;
    /// One query. `after` is the `next` of the page before.
    async fn list(
        &self,
        org: &OrgId,
        endpoint: EndpointId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<DeliveryPage, FindError>;
}

/// A message on its way out.
#[derive(Clone, Debug)]
pub struct Post<'a> {
    pub url: &'a EndpointUrl,
    pub id: EventId,
    /// What it was signed with.
    pub timestamp: Time,
    pub signatures: &'a str,
    pub body: &'a str,
}

/// The receivers of events, on the internet.
#[async_trait]
pub trait Receivers: Send + Sync {
    /// Refuses a URL whose host leads to an address that nothing may be sent to. A name that does not resolve is taken.
    async fn check(&self, url: &EndpointUrl) -> Result<(), Invalid>;
    /// Posts, within [`super::limits::LONGEST_POST`]. `now` is when the post begins.
    async fn post(&self, post: Post<'_>) -> Outcome;
    /// Waits for [`super::limits::PATIENCE`].
    async fn patience(&self);
}

impl Wake {
    pub fn of(id: &CursorId) -> Self {
        match id {
            CursorId::Events { org, stream, .. } => Self::Events { org: org.clone(), stream: *stream },
            CursorId::Errand { org, endpoint, errand } => {
                Self::Errand { org: org.clone(), endpoint_id: *endpoint, errand_id: *errand }
            }
        }
    }
}
