//! The SQS consumer that makes files of records.
//!
//! A worker does some of a file, and hands the rest on through the queue.

use acredita_batches::one_by_one;
use acredita_domain::{
    App,
    ports::ExportWake,
    stores::{AllStores, Stores},
    use_cases::{self, Made},
};
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores { records: all.records(), exports: all.exports(), export_files: all.export_files(), ..Stores::default() }
}

/// Goes on with the exports that a batch wakes for, and reports the records that have to come again.
pub async fn exports(app: &App, event: SqsEvent) -> SqsBatchResponse {
    one_by_one(event, |record| async move { make(app, &record).await }).await
}

/// Whether the queue can forget the record.
async fn make(app: &App, record: &str) -> bool {
    let Ok(wake) = serde_json::from_str::<ExportWake>(record) else {
        tracing::error!("a record is not a wake");
        return false;
    };
    match use_cases::make_record_export(app, &wake).await {
        Ok(Made::Failure) => {
            tracing::error!(target: "acredita::counted", ?wake, export_failed = true, "an export has failed");
            true
        }
        Ok(made) => {
            tracing::info!(target: "acredita::counted", ?wake, ?made, "exported");
            true
        }
        Err(error) => {
            tracing::warn!(?wake, %error, "not exported");
            false
        }
    }
}
