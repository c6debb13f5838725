//! Waking a worker through SQS.

use crate::errors::{QUEUE, unavailable};
use acredita_domain::{
    error::Unavailable,
    ids::OrgId,
    ports::{ExportQueue, ExportWake, MessageRef, Queue, Wake, Wakes},
};
use async_trait::async_trait;
use aws_sdk_sqs::{Client, operation::send_message::builders::SendMessageFluentBuilder};
use chrono::TimeDelta;
use serde::Serialize;
use std::fmt::Debug;

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

/// The SQS queue of deliveries. Its messages are the JSON of a [`Wake`]: only ids.
#[derive(Clone, Debug)]
pub struct SqsWakes {
    client: Client,
    queue_url: String,
}

impl SqsWakes {
    pub fn new(client: Client, queue_url: String) -> Self {
        Self { client, queue_url }
    }
}

#[async_trait]
impl Wakes for SqsWakes {
    async fn wake(&self, wake: &Wake, after: TimeDelta) -> Result<(), Unavailable> {
        // Not before its time: whole seconds, rounded up.
        let seconds = i32::try_from((after.num_milliseconds() + 999) / 1_000).unwrap_or(i32::MAX);
        let (Wake::Events { org, .. } | Wake::Errand { org, .. }) = wake;
        let message = self.client.send_message().queue_url(&self.queue_url);
        send_fairly(message.set_delay_seconds((seconds > 0).then_some(seconds)), org, wake, "wake").await
    }
}

/// The SQS queue of exports. Its messages are the JSON of an [`ExportWake`]: only ids.
#[derive(Clone, Debug)]
pub struct SqsExports {
    client: Client,
    queue_url: String,
}

impl SqsExports {
    pub fn new(client: Client, queue_url: String) -> Self {
        Self { client, queue_url }
    }
}

#[async_trait]
impl ExportQueue for SqsExports {
    async fn wake(&self, wake: &ExportWake) -> Result<(), Unavailable> {
        let message = self.client.send_message().queue_url(&self.queue_url);
        send_fairly(message, &wake.org, wake, "wake for export").await
    }
}

/// Sends to a fair queue: an organisation with slow receivers or many exports does not hold up the others.
async fn send_fairly(
    message: SendMessageFluentBuilder,
    org: &OrgId,
    wake: &(impl Serialize + Debug),
    operation: &'static str,
) -> Result<(), Unavailable> {
    let body = serde_json::to_string(wake).expect("ids always serialize");
    match message.message_group_id(org.as_str()).message_body(body).send().await {
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::warn!(?wake, "a worker was not woken");
            Err(unavailable(QUEUE, operation, &error))
        }
    }
}
