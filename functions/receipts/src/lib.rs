//! The SQS consumer of receipts: what providers report of the messages that they had taken.
//!
//! Reports come as events of EventBridge, one file for each provider. They name the message by the ids that its sender gave
//! the provider with it, so none has to be remembered. They also have the number or address, and more; the rules in
//! `template.yaml` leave that out before anything is queued, and whatever comes here beyond what is read is dropped as it
//! is parsed.

mod end_user_messaging;
mod ses;

use acredita_batches::one_by_one;
use acredita_domain::{
    App,
    delivery::Receipt,
    ports::MessageRef,
    stores::{AllStores, Stores},
    use_cases::{Recorded, record_receipt},
};
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use serde::Deserialize;

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores {
        by_id: all.by_id(),
        identifications: all.identifications(),
        chains: all.chains(),
        outbox: all.outbox(),
        ..Stores::default()
    }
}

/// Records what a batch reports, and reports the records that have to come again.
pub async fn receipts(app: &App, event: SqsEvent) -> SqsBatchResponse {
    one_by_one(event, |record| async move { take(app, &record).await }).await
}

/// A report of a provider, as EventBridge passes it on.
#[derive(Deserialize)]
#[serde(tag = "source", content = "detail")]
enum Report {
    #[serde(rename = "aws.sms-voice")]
    EndUserMessaging(end_user_messaging::Report),
    #[serde(rename = "aws.ses")]
    Ses(ses::Report),
}

impl Report {
    fn message(&self) -> MessageRef {
        match self {
            Self::EndUserMessaging(report) => report.message(),
            Self::Ses(report) => report.message(),
        }
    }

    /// `None` while it is not known what becomes of the message.
    fn receipt(&self) -> Option<Receipt> {
        match self {
            Self::EndUserMessaging(report) => report.receipt(),
            Self::Ses(report) => Some(report.receipt()),
        }
    }
}

/// Whether the queue can forget the record.
async fn take(app: &App, record: &str) -> bool {
    // The error would quote what it does not understand.
    let Ok(report) = serde_json::from_str::<Report>(record) else {
        tracing::error!("a record is not a report of a provider");
        return false;
    };
    let Some(receipt) = report.receipt() else { return true };
    let message = report.message();
    let (message_id, identification_id) = (message.message_id, message.identification_id);
    match record_receipt(app, message, receipt).await {
        Ok(Recorded::NothingNew) => true,
        Ok(Recorded::Changed) => {
            let undelivered = match receipt {
                Receipt::Arrived => None,
                Receipt::Failed(reason) => Some(reason.as_str()),
            };
            tracing::info!(target: "acredita::counted", %message_id, %identification_id, undelivered, "a receipt");
            true
        }
        Err(error) => {
            tracing::warn!(%message_id, %identification_id, %error, "a receipt is not recorded");
            false
        }
    }
}

#[cfg(test)]
mod tests;
