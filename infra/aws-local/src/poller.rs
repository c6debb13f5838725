//! Lambda's poller: hands the queue's messages to the function one by one, as the template has it, several at once.
//!
//! What the function took is deleted. What failed, for whatever reason, stays hidden until its visibility timeout is over: nothing is tried again
//! sooner here than on AWS.

use crate::{functions::NOTIFY, runtime::Runtime};
use acredita_embedded_aws::REGION;
use acredita_local::workers::{Stop, stopped};
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use aws_sdk_sqs::{Client, config::timeout::TimeoutConfig, types::Message};
use std::time::Duration;
use tokio::task::JoinSet;

/// How long a receive waits for a message: the longest that SQS allows. Seconds.
const LONG_POLL: i32 = 20;
/// The time limit of a receive has to be longer than the wait that it asks for.
const LIMIT: Duration = Duration::from_secs(30);
/// After the queue did not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Where messages come from and go to.
#[derive(Clone)]
pub struct Poller {
    /// Invokes the function.
    pub runtime: Runtime,
    /// Reads the queue.
    pub sqs: Client,
    /// Which one.
    pub queue_url: String,
}

impl Poller {
    /// Delivers messages, at most `most` at once, until it is told to stop, and finishes those that it has.
    pub async fn run(self, most: usize, stop: Stop) {
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() >= most {
                under_way.join_next().await;
            }
            while under_way.try_join_next().is_some() {}
            let received = tokio::select! {
                () = stopped(stop.clone()) => break,
                received = self.receive(most - under_way.len()) => received,
            };
            let Some(messages) = received else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            for message in messages {
                let poller = self.clone();
                under_way.spawn(async move { poller.deliver(message).await });
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn receive(&self, most: usize) -> Option<Vec<Message>> {
        let limits = TimeoutConfig::builder().operation_attempt_timeout(LIMIT).operation_timeout(LIMIT).build();
        let config = aws_sdk_sqs::config::Builder::new().timeout_config(limits);
        let receive = self
            .sqs
            .receive_message()
            .queue_url(&self.queue_url)
            .max_number_of_messages(i32::try_from(most.min(10)).unwrap_or(10))
            .wait_time_seconds(LONG_POLL);
        let received = receive.customize().config_override(config).send().await.ok()?;
        Some(received.messages.unwrap_or_default())
    }

    async fn deliver(&self, message: Message) {
        if !self.taken(&message).await {
            return;
        }
        let delete = self.sqs.delete_message().queue_url(&self.queue_url);
        // It may be lost: the message then comes again, and the worker recognizes it.
        let _ = delete.receipt_handle(message.receipt_handle.unwrap_or_default()).send().await;
    }

    /// Whether the function took the message.
    async fn taken(&self, message: &Message) -> bool {
        let mut event = SqsEvent::default();
        event.records = vec![record(message)];
        let Ok(payload) = serde_json::to_vec(&event) else { return false };
        match self.runtime.invoke(NOTIFY, payload).await {
            Ok(answer) => serde_json::from_slice(&answer).is_ok_and(|answer: SqsBatchResponse| answer.batch_item_failures.is_empty()),
            Err(error) => {
                tracing::warn!(%error, "a message was not delivered");
                false
            }
        }
    }
}

fn record(message: &Message) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = message.message_id.clone();
    record.receipt_handle = message.receipt_handle.clone();
    record.body = message.body.clone();
    record.md5_of_body = message.md5_of_body.clone();
    record.event_source = Some("aws:sqs".to_owned());
    record.event_source_arn = Some(format!("arn:aws:sqs:{REGION}:000000000000:messages"));
    record.aws_region = Some(REGION.to_owned());
    record
}
