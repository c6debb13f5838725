//! Waking a worker through SQS.

use crate::errors::{QUEUE, unavailable};
use acredita_domain::{
    error::Unavailable,
    ports::{MessageRef, Queue},
};
use async_trait::async_trait;
use aws_sdk_sqs::Client;

/// An SQS queue. Its messages are the JSON of a [`MessageRef`]: only ids.
#[derive(Clone, Debug)]
pub struct SqsQueue {
    client: Client,
    queue_url: String,
}

impl SqsQueue {
    pub fn new(client: Client, queue_url: String) -> Self {
        Self { client, queue_url }
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn kick(&self, message: MessageRef) -> Result<(), Unavailable> {
        let body = serde_json::to_string(&message).expect("two ids always serialize");
        match self.client.send_message().queue_url(&self.queue_url).message_body(body).send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::warn!(message_id = %message.message_id, identification_id = %message.identification_id, "a worker was not woken");
                Err(unavailable(QUEUE, "kick", &error))
            }
        }
    }
}
