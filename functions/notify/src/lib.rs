//! The SQS consumer: delivers the messages of the outbox that the queue names.

use acredita_batches::one_by_one;
use acredita_domain::{
    App,
    ports::{MessageRef, Sender},
    stores::{AllStores, Stores},
    use_cases::{Delivered, deliver_message},
};
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};

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

/// Delivers a batch and reports the records that have to be delivered again.
pub async fn notify(app: &App, sender: &dyn Sender, event: SqsEvent) -> SqsBatchResponse {
    one_by_one(event, |record| async move { deliver(app, sender, &record).await }).await
}

/// Whether the queue can forget the record.
async fn deliver(app: &App, sender: &dyn Sender, record: &str) -> bool {
    let Ok(message) = serde_json::from_str::<MessageRef>(record) else {
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
