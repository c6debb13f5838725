//! Batches of a queue, as Lambda passes them on. Records fail one by one: each is handled on its own, its panics are caught,
//! and only the failed ones are reported as failed (`ReportBatchItemFailures`). One that cannot be understood fails too, so
//! that the queue's own limit moves it to the dead letters, where somebody sees it.

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;

/// Passes the body of each record to `handle`, which says whether the queue can forget the record.
pub async fn one_by_one<Done>(event: SqsEvent, handle: impl Fn(String) -> Done) -> SqsBatchResponse
where
    Done: Future<Output = bool>,
{
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        let done =
            AssertUnwindSafe(handle(record.body.unwrap_or_default())).catch_unwind().await.unwrap_or_else(|_| {
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
