//! What a receiver gets: thin, because what it says may be out of date when it arrives.

use crate::{
    Time,
    events::StoredEvent,
    ids::{EndpointId, EventId},
};
use chrono::SecondsFormat;
use serde_json::{Value, json};

/// The type of the message that only shows that an endpoint works.
pub const PING: &str = "webhook_endpoint.ping";

/// A message, and the exact bytes that are signed and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookMessage {
    pub id: EventId,
    pub kind: String,
    pub body: String,
}

/// The members of an event's data that a receiver gets, if the event has them.
const DATA: [&str; 3] = ["status", "method", "reason"];

impl WebhookMessage {
    /// Of an event. `client_reference_id` is its subject's, as it is now.
    pub fn of(event: &StoredEvent, client_reference_id: Option<&str>) -> Self {
        let mut data = serde_json::Map::new();
        data.insert("event_id".to_owned(), json!(event.id()));
        data.insert("sequence".to_owned(), json!(event.sequence()));
        data.insert("subject".to_owned(), json!(event.subject()));
        let said = DATA.iter().filter_map(|name| Some(((*name).to_owned(), event.data().get(*name)?.clone())));
        data.extend(said);
        data.extend(client_reference_id.map(|id| ("client_reference_id".to_owned(), json!(id))));
        Self::with(event.id(), event.kind().as_str(), event.created_at(), data.into())
    }

    pub fn ping(id: EventId, endpoint: EndpointId, now: Time) -> Self {
        let subject = json!({"kind": "WEBHOOK_ENDPOINT", "endpoint_id": endpoint});
        Self::with(id, PING, now, json!({"event_id": id, "subject": subject}))
    }

    fn with(id: EventId, kind: &str, at: Time, data: Value) -> Self {
        let timestamp = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let body = json!({"type": kind, "timestamp": timestamp, "data": data}).to_string();
        Self { id, kind: kind.to_owned(), body }
    }
}
