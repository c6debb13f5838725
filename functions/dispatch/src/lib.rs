//! The SQS consumer that delivers events to the endpoints of their organisations.
//!
//! Records fail one by one, as those of `notify` do. What a receiver does is not a failure of a record: its next try is on
//! a schedule of its own.

use acredita_domain::{
    App,
    ports::Wake,
    use_cases::{self, Dispatched},
};
use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;

/// Delivers what a batch wakes for, and reports the records that have to come again.
pub async fn dispatch(app: &App, event: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        let done = AssertUnwindSafe(deliver(app, &record)).catch_unwind().await.unwrap_or_else(|_| {
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
async fn deliver(app: &App, record: &SqsMessage) -> bool {
    let body = record.body.as_deref().unwrap_or_default();
    let Ok(wake) = serde_json::from_str::<Wake>(body) else {
        tracing::error!("a record is not a wake");
        return false;
    };
    match use_cases::dispatch(app, &wake).await {
        Ok(Dispatched { taken, failed }) => {
            tracing::info!(target: "acredita::counted", ?wake, taken, failed, "dispatched");
            true
        }
        Err(error) => {
            tracing::warn!(?wake, %error, "not dispatched");
            false
        }
    }
}
