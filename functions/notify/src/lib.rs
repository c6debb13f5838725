//! The SQS consumer: delivers the messages of the outbox that the queue names.
//!
//! Records fail one by one: each is parsed and its panics are caught separately, and only the failed ones are reported as
//! failed (`ReportBatchItemFailures`). A record that cannot be understood fails too, so that the queue's own limit moves
//! it to the dead-letter queue, where somebody sees it.

use acredita_domain::{
    App,
    ports::{MessageRef, Sender},
    use_cases::{Delivered, deliver_message},
};
use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;

/// Delivers a batch and reports the records that have to be delivered again.
pub async fn notify(app: &App, sender: &dyn Sender, event: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        let done = AssertUnwindSafe(deliver(app, sender, &record)).catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!("a record made the worker panic");
            false
        });
        if !done {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = record.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    response
}

/// Whether the queue can forget the record.
async fn deliver(app: &App, sender: &dyn Sender, record: &SqsMessage) -> bool {
    let body = record.body.as_deref().unwrap_or_default();
    let Ok(message) = serde_json::from_str::<MessageRef>(body) else {
        tracing::error!("a record is not a message reference");
        return false;
    };
    let (message_id, identification_id) = (message.message_id, message.identification_id);
    match deliver_message(app, sender, message).await {
        Ok(Delivered::Leased) => {
            tracing::info!(%message_id, %identification_id, "another worker has the message");
            false
        }
        Ok(delivered) => {
            tracing::info!(target: "acredita::counted", %message_id, %identification_id, ?delivered, "settled");
            true
        }
        Err(error) => {
            tracing::warn!(%message_id, %identification_id, %error, "not delivered");
            false
        }
    }
}
