//! Lambda's poller: hands the queue's messages to the function one by one, as the template configures it, several at
//! once.
//!
//! A message that the function accepts is deleted. One that fails, for whatever reason, stays hidden until its
//! visibility timeout is over: nothing is retried sooner here than on AWS.

use crate::runtime::Runtime;
use acredita_local::workers::{self, Stop};
use aws_lambda_events::event::sqs::SqsBatchResponse;
use aws_sdk_sqs::{Client, types::Message};
use tokio::task::JoinSet;

/// As many messages as SQS hands out together.
const MOST_AT_ONCE: usize = 10;

/// The source and the destination of messages.
#[derive(Clone)]
pub struct Poller {
    pub runtime: Runtime,
    pub sqs: Client,
    pub queue_url: String,
    /// The function that gets its messages.
    pub function: &'static str,
}

impl Poller {
    /// Delivers messages, at most `most` at once, until it is stopped, and finishes those that it has.
    pub async fn run(self, most: usize, stop: Stop) {
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() >= most {
                under_way.join_next().await;
            }
            while under_way.try_join_next().is_some() {}
            let free = i32::try_from((most - under_way.len()).min(MOST_AT_ONCE)).expect("a few");
            let receive = self.sqs.receive_message().queue_url(&self.queue_url).max_number_of_messages(free);
            let Some(messages) = workers::next_messages(receive, &stop).await else {
                break;
            };
            for message in messages {
                let poller = self.clone();
                under_way.spawn(async move { poller.deliver(message).await });
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn deliver(&self, message: Message) {
        if !self.taken(&message).await {
            return;
        }
        let delete = self.sqs.delete_message().queue_url(&self.queue_url);
        // It may be lost: the message then comes again, and the worker recognises it.
        let _ = delete.receipt_handle(message.receipt_handle.unwrap_or_default()).send().await;
    }

    /// Whether the function accepted the message.
    async fn taken(&self, message: &Message) -> bool {
        let Ok(payload) = serde_json::to_vec(&workers::event(std::slice::from_ref(message))) else {
            return false;
        };
        match self.runtime.invoke(self.function, payload).await {
            Ok(answer) => serde_json::from_slice(&answer)
                .is_ok_and(|answer: SqsBatchResponse| answer.batch_item_failures.is_empty()),
            Err(error) => {
                tracing::warn!(%error, "a message was not delivered");
                false
            }
        }
    }
}
