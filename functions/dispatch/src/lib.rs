//! The SQS consumer that delivers events to the endpoints of their organisations.
//!
//! What a receiver does is not a failure of a record: its next try is on a schedule of its own.

use acredita_batches::one_by_one;
use acredita_domain::{
    App,
    ports::Wake,
    stores::{AllStores, Stores},
    use_cases::{self, Dispatched},
};
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores {
        by_id: all.by_id(),
        scorings: all.scorings(),
        events: all.events(),
        endpoints: all.endpoints(),
        deliveries: all.deliveries(),
        ..Stores::default()
    }
}

/// Delivers what a batch wakes for, and reports the records that have to come again.
pub async fn dispatch(app: &App, event: SqsEvent) -> SqsBatchResponse {
    one_by_one(event, |record| async move { deliver(app, &record).await }).await
}

/// Whether the queue can forget the record.
async fn deliver(app: &App, record: &str) -> bool {
    let Ok(wake) = serde_json::from_str::<Wake>(record) else {
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
