//! Posts one event to a receiver: the body and the headers are made where those for endpoints are.

use crate::{client::visible, events::known_by};
use acredita_aws::SystemClock;
use acredita_domain::{
    Invalid,
    events::{EventHash, StoredEvent},
    ids::OrgId,
    ports::{Clock, Outcome, Post, Receivers},
    webhooks::{EndpointSecret, EndpointUrl, Failure, WebhookMessage},
};
use acredita_outbound::Reach;
use acredita_service::HttpReceivers;
use serde_json::Value;

pub struct Forwarder {
    url: EndpointUrl,
    secret: EndpointSecret,
    receivers: HttpReceivers,
}

impl Forwarder {
    /// Refuses a receiver on a network that is neither this machine nor public.
    pub async fn new(url: EndpointUrl, secret: EndpointSecret) -> Result<Self, Invalid> {
        let receivers = HttpReceivers::new(Reach::PublicAndLoopback);
        receivers.check(&url).await?;
        Ok(Self { url, secret, receivers })
    }

    /// Posts it once, and says in a line what became of it.
    pub async fn forward(&self, org: &OrgId, event: &Value) -> String {
        let name = |name: &str| visible(event[name].as_str().unwrap_or("?"));
        let outcome = match message(org, event) {
            None => "not sent: this version of acredita does not know such events".to_owned(),
            Some(message) => self.post(&message).await,
        };
        format!(
            "{}  {:<30} {} #{}  {}  {outcome}",
            name("created_at"),
            name("type"),
            known_by(&event["subject"]),
            event["sequence"],
            name("event_id"),
        )
    }

    async fn post(&self, message: &WebhookMessage) -> String {
        let at = SystemClock.now();
        let signature = self.secret.sign(message.id, at, &message.body);
        let post = Post { url: &self.url, id: message.id, timestamp: at, signatures: &signature, body: &message.body };
        let outcome = self.receivers.post(post).await;
        let milliseconds = (SystemClock.now() - at).num_milliseconds();
        match outcome {
            Outcome::Taken(status) | Outcome::Failed(Failure::Status { status, .. }) => {
                format!("{status} in {milliseconds} ms")
            }
            Outcome::Failed(Failure::Nothing(word)) => format!("{word} after {milliseconds} ms"),
        }
    }
}

/// The message of an event as the API shows it; `None` if this version does not know it.
fn message(org: &OrgId, event: &Value) -> Option<WebhookMessage> {
    let hash = EventHash::stored(event["hash"].as_str()?)?;
    let reference = event["data"]["client_reference_id"].as_str();
    // Its members are those that were stored. Nothing here depends on their exact bytes, which only the hash is about.
    let event = StoredEvent::read(org.clone(), event.to_string(), hash).ok()?;
    Some(WebhookMessage::of(&event, reference))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown() -> Value {
        json!({
            "event_id": "0197b2a4-93c0-7c3e-8a54-2f6f0b1f6c11", "type": "identification.cancelled",
            "created_at": "2026-11-20T08:33:00.120Z", "sequence": 2,
            "subject": {
                "kind": "IDENTIFICATION", "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
                "admin_identification_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
            },
            "data": { "status": "CANCELLED", "method": "OTP", "client_reference_id": "order-4711" },
            "by": { "kind": "CLIENT", "subject": "back-office", "client_id": "shop" }, "request_id": "JKJaXmPLvHcESHA=",
            "previous_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "hash": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
        })
    }

    #[test]
    fn a_message_says_what_an_endpoint_would_get() {
        let org: OrgId = "demo".parse().expect("a name");
        let message = message(&org, &shown()).expect("an event");
        let body: Value = serde_json::from_str(&message.body).expect("JSON");
        assert_eq!(
            body,
            json!({
                "type": "identification.cancelled", "timestamp": "2026-11-20T08:33:00.120Z",
                "data": {
                    "event_id": "0197b2a4-93c0-7c3e-8a54-2f6f0b1f6c11", "sequence": 2, "subject": shown()["subject"],
                    "status": "CANCELLED", "method": "OTP", "client_reference_id": "order-4711",
                },
            })
        );
    }

    #[tokio::test]
    async fn an_event_of_a_newer_service_is_shown_and_not_sent() {
        let url: EndpointUrl = "http://127.0.0.1:9/hooks".parse().expect("a URL");
        let secret = EndpointSecret::generate(&acredita_aws::SystemEntropy);
        let forwarder = Forwarder::new(url, secret).await.expect("loopback");
        let mut event = shown();
        event["type"] = json!("identification.teleported\u{1b}[2J");
        let line = forwarder.forward(&"demo".parse().expect("a name"), &event).await;
        assert!(line.contains("identification.teleported\u{fffd}[2J") && line.contains("not sent"), "{line}");
    }
}
