//! The SQS operations, between the wire and the store.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::error::SqsError;
use super::messages::{NewMessage, Receipt, body_digest};
use super::queue::{self, MAX_MESSAGE_BYTES, MAX_VISIBILITY_S, MAX_WAIT_S, Queue, Settings};
use super::store::{Received, Store, Taken, VisibilityChange};
use super::wire;
use crate::host::Draining;
use crate::{ACCOUNT, TimeSource};

/// How often a long poll looks again without a signal: messages also become visible by time passing, and the time is an
/// input that may jump.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How many messages a receive can ask for.
const MESSAGES: RangeInclusive<i64> = 1..=10;

pub(super) struct Sqs {
    store: Store,
    clock: TimeSource,
    endpoint: String,
    draining: Draining,
    /// Wakes the long polls of each queue.
    arrivals: Mutex<HashMap<String, Arc<Notify>>>,
}

impl Sqs {
    pub(super) fn new(store: Store, clock: TimeSource, endpoint: String, draining: Draining) -> Self {
        Self { store, clock, endpoint, draining, arrivals: Mutex::default() }
    }

    /// Creating a queue again is fine as long as no given attribute differs.
    pub(super) fn create_queue(&self, request: wire::CreateQueue) -> Result<Value, SqsError> {
        let name = request.queue_name;
        queue::check_name(&name)?;
        let Some(existing) = self.store.queue(&name)? else {
            let settings = Settings::default().with(&request.attributes)?;
            self.check_dead_letter_queue(&settings)?;
            self.store.create_queue(&Queue { name: name.clone(), created_ms: self.now_ms(), settings })?;
            return Ok(self.url(&name));
        };
        for (attribute, value) in request.attributes {
            let wanted = existing.settings.with(&BTreeMap::from([(attribute.clone(), value)]))?;
            if wanted != existing.settings {
                return Err(SqsError::QueueNameExists(attribute));
            }
        }
        Ok(self.url(&name))
    }

    pub(super) fn get_queue_attributes(&self, request: wire::GetQueueAttributes) -> Result<Value, SqsError> {
        let queue = self.queue(&request.queue_url)?;
        let mut attributes = self.attributes(&queue)?;
        for name in &request.attribute_names {
            // A queue without a dead-letter queue has no such attribute, but asking for it is not an error.
            let is_known = attributes.contains_key(name.as_str()) || name == "All" || name == "RedrivePolicy";
            if !is_known {
                return Err(SqsError::InvalidAttributeName(name.clone()));
            }
        }
        attributes.retain(|attribute, _| asks_for(&request.attribute_names, attribute));
        Ok(json!({ "Attributes": attributes }))
    }

    pub(super) fn send_message(&self, request: wire::SendMessage) -> Result<Value, SqsError> {
        let queue = self.queue(&request.queue_url)?;
        let wire::SendMessage { message_body, delay_seconds, message_group_id, .. } = request;
        let message = NewMessage::parse(message_body, delay_seconds, message_group_id.as_deref())?;
        self.store.send(&queue, &message, self.now_ms())?;
        self.arrival(&queue.name).notify_waiters();
        Ok(json!({ "MessageId": message.id, "MD5OfMessageBody": body_digest(&message.body) }))
    }

    /// Waits for a message up to the requested time; a send ends the wait at once, and so does a stop.
    pub(super) async fn receive_message(&self, request: wire::ReceiveMessage) -> Result<Value, SqsError> {
        let queue = self.queue(&request.queue_url)?;
        let limit = in_range("MaxNumberOfMessages", request.max_number_of_messages.unwrap_or(1), MESSAGES)?;
        let visibility_s = request.visibility_timeout.unwrap_or(queue.settings.visibility_timeout);
        let visibility_s = in_range("VisibilityTimeout", visibility_s, 0..=MAX_VISIBILITY_S)?;
        let wait_s = request.wait_time_seconds.unwrap_or(queue.settings.wait);
        let wait_s = in_range("WaitTimeSeconds", wait_s, 0..=MAX_WAIT_S)?;
        let deadline = Instant::now() + Duration::from_secs(wait_s.unsigned_abs());
        let arrival = self.arrival(&queue.name);
        let taken = loop {
            // Listening starts before looking, so that a send in between is not missed.
            let mut arrived = pin!(arrival.notified());
            arrived.as_mut().enable();
            let taken = self.take(&queue, limit, visibility_s)?;
            if !taken.is_empty() || Instant::now() >= deadline || self.draining.has_begun() {
                break taken;
            }
            tokio::select! {
                () = arrived => {}
                () = tokio::time::sleep_until(deadline.min(Instant::now() + LOOK_AGAIN)) => {}
                () = self.draining.clone().begun() => {}
            }
        };
        let messages: Vec<Value> = taken.into_iter().map(|message| shown(message, &request)).collect();
        // AWS leaves the list out rather than sending an empty one.
        Ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
    }

    /// An outdated receipt deletes nothing and is not an error, as on AWS.
    pub(super) fn delete_message(&self, request: wire::DeleteMessage) -> Result<Value, SqsError> {
        let queue = self.queue(&request.queue_url)?;
        self.store.delete(&queue, Receipt::parse(&request.receipt_handle)?)?;
        Ok(json!({}))
    }

    pub(super) fn change_message_visibility(&self, request: wire::ChangeMessageVisibility) -> Result<Value, SqsError> {
        let queue = self.queue(&request.queue_url)?;
        let receipt = Receipt::parse(&request.receipt_handle)?;
        let visibility_s = in_range("VisibilityTimeout", request.visibility_timeout, 0..=MAX_VISIBILITY_S)?;
        match self.store.change_visibility(&queue, receipt, visibility_s, self.now_ms())? {
            VisibilityChange::Done => {
                self.arrival(&queue.name).notify_waiters();
                Ok(json!({}))
            }
            VisibilityChange::NotInFlight => Err(SqsError::MessageNotInflight),
            VisibilityChange::Gone => Err(SqsError::InvalidParameter {
                parameter: "ReceiptHandle",
                reason: "Message does not exist or is not available for visibility timeout change.",
            }),
        }
    }

    fn take(&self, queue: &Queue, limit: i64, visibility_s: i64) -> Result<Vec<Received>, SqsError> {
        let Taken { messages, dead_lettered } = self.store.receive(queue, limit, visibility_s, self.now_ms())?;
        if let Some(redrive) = &queue.settings.redrive
            && dead_lettered > 0
        {
            self.arrival(&redrive.dead_letter_queue).notify_waiters();
        }
        Ok(messages)
    }

    fn attributes(&self, queue: &Queue) -> Result<BTreeMap<&'static str, String>, SqsError> {
        let Queue { name, created_ms, settings } = queue;
        let counts = self.store.counts(queue, self.now_ms())?;
        let mut attributes = BTreeMap::from([
            ("ApproximateNumberOfMessages", counts.visible.to_string()),
            ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
            ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
            ("CreatedTimestamp", (created_ms / 1000).to_string()),
            ("LastModifiedTimestamp", (created_ms / 1000).to_string()),
            ("DelaySeconds", settings.delay.to_string()),
            ("MaximumMessageSize", MAX_MESSAGE_BYTES.to_string()),
            ("MessageRetentionPeriod", settings.retention.to_string()),
            ("QueueArn", queue::arn(name)),
            ("ReceiveMessageWaitTimeSeconds", settings.wait.to_string()),
            ("VisibilityTimeout", settings.visibility_timeout.to_string()),
        ]);
        if let Some(redrive) = &settings.redrive {
            attributes.insert("RedrivePolicy", redrive.to_policy());
        }
        Ok(attributes)
    }

    fn check_dead_letter_queue(&self, settings: &Settings) -> Result<(), SqsError> {
        if let Some(redrive) = &settings.redrive
            && self.store.queue(&redrive.dead_letter_queue)?.is_none()
        {
            let reason = "Dead letter target does not exist.";
            return Err(SqsError::InvalidParameter { parameter: "RedrivePolicy", reason });
        }
        Ok(())
    }

    fn queue(&self, url: &str) -> Result<Queue, SqsError> {
        self.store.queue(queue::name_in_url(url)?)?.ok_or(SqsError::QueueDoesNotExist)
    }

    fn url(&self, name: &str) -> Value {
        json!({ "QueueUrl": format!("{}/{ACCOUNT}/{name}", self.endpoint) })
    }

    fn arrival(&self, queue: &str) -> Arc<Notify> {
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(arrivals.entry(queue.to_owned()).or_default())
    }

    /// Milliseconds since 1970.
    fn now_ms(&self) -> i64 {
        let since = (self.clock)().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX / 2)
    }
}

/// The message with the requested attributes.
fn shown(message: Received, request: &wire::ReceiveMessage) -> Value {
    let mut system = BTreeMap::from([
        ("ApproximateFirstReceiveTimestamp", message.first_receive_ms.to_string()),
        ("ApproximateReceiveCount", message.receive_count.to_string()),
        ("SenderId", ACCOUNT.to_owned()),
        ("SentTimestamp", message.sent_ms.to_string()),
    ]);
    if let Some(source) = &message.came_from {
        system.insert("DeadLetterQueueSourceArn", queue::arn(source));
    }
    system.retain(|name, _| {
        asks_for(&request.message_system_attribute_names, name) || asks_for(&request.attribute_names, name)
    });
    let mut shown = json!({
        "MessageId": message.receipt.message_id,
        "ReceiptHandle": message.receipt.to_handle(),
        "MD5OfBody": body_digest(&message.body),
        "Body": message.body,
    });
    if !system.is_empty() {
        shown["Attributes"] = json!(system);
    }
    shown
}

fn asks_for(names: &[String], attribute: &str) -> bool {
    names.iter().any(|name| name == attribute || name == "All")
}

fn in_range(parameter: &'static str, value: i64, allowed: RangeInclusive<i64>) -> Result<i64, SqsError> {
    if allowed.contains(&value) {
        return Ok(value);
    }
    Err(SqsError::InvalidParameter { parameter, reason: "it is outside the allowed range" })
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn request<T: serde::de::DeserializeOwned>(fields: serde_json::Value) -> T {
        serde_json::from_value(fields).unwrap()
    }

    /// Polled by hand, so that only a send, and not a timer, can have ended the wait.
    #[tokio::test]
    async fn a_send_wakes_a_waiting_receive() {
        let (_serving, draining) = Draining::on_drop();
        let store = Store::open(None).unwrap();
        let sqs = Sqs::new(store, Arc::new(|| UNIX_EPOCH), "http://127.0.0.1:1".to_owned(), draining);
        let created = sqs.create_queue(request(json!({ "QueueName": "q" }))).unwrap();
        let url = &created["QueueUrl"];
        let receive = request(json!({ "QueueUrl": url, "WaitTimeSeconds": 20 }));
        let mut receiving = pin!(sqs.receive_message(receive));
        let mut context = Context::from_waker(Waker::noop());
        assert!(receiving.as_mut().poll(&mut context).is_pending());

        sqs.send_message(request(json!({ "QueueUrl": url, "MessageBody": "a" }))).unwrap();
        let Poll::Ready(Ok(received)) = receiving.as_mut().poll(&mut context) else {
            panic!("the send did not end the wait");
        };
        assert_eq!(received["Messages"][0]["Body"], "a");
    }
}
