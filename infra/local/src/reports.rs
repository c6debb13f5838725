//! What the providers would report of the messages in the inbox: the events of EventBridge, as they are on AWS.

use crate::inbox::{DeliveredMessage, InboxMessage};
use acredita_domain::{Time, names, otp::Channel};
use acredita_embedded_aws::REGION;
use async_trait::async_trait;
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use serde_json::{Value, json};

names! {
    /// What becomes of a message, as the developer chooses.
    Fate("is not one of deliver, bounce, block") {
        Deliver = "deliver",
        /// There is nobody: an address that its server does not know, or a phone that is off.
        Bounce = "bounce",
        /// The carrier, or the provider itself, does not let it through.
        Block = "block",
    }
}

/// Whoever hears the reports of providers: `receipts`, here or in a process of its own.
#[async_trait]
pub trait Reports: Send + Sync {
    /// Whether the batch was taken.
    async fn report(&self, batch: SqsEvent) -> bool;
}

#[async_trait]
impl<Hear, Taken> Reports for Hear
where
    Hear: Fn(SqsEvent) -> Taken + Send + Sync,
    Taken: Future<Output = bool> + Send,
{
    async fn report(&self, batch: SqsEvent) -> bool {
        self(batch).await
    }
}

/// The queue's batch with the report of this fate; `None` for a message that has no provider which reports, or that never
/// went out.
pub fn batch(message: &InboxMessage, fate: Fate, at: Time) -> Option<SqsEvent> {
    let mut record = SqsMessage::default();
    record.message_id = Some(message.message_id.to_string());
    record.body = Some(report(message, fate, at)?.to_string());
    record.event_source = Some("aws:sqs".to_owned());
    let mut batch = SqsEvent::default();
    batch.records = vec![record];
    Some(batch)
}

/// The event of EventBridge.
pub fn report(message: &InboxMessage, fate: Fate, at: Time) -> Option<Value> {
    let delivery = message.delivery()?;
    let (source, kind, detail) = match delivery.channel {
        Channel::Sms => {
            ("aws.sms-voice", "Text Message Delivery Status Updated", text_report(message, delivery, fate, at))
        }
        Channel::Email => {
            let kind = if fate == Fate::Deliver { "Email Delivered" } else { "Email Bounced" };
            ("aws.ses", kind, email_report(message, delivery, fate, at))
        }
        Channel::Whatsapp => return None,
    };
    Some(json!({
        "version": "0", "id": message.message_id, "detail-type": kind, "source": source, "account": "000000000000",
        "time": at, "region": REGION, "resources": [], "detail": detail,
    }))
}

/// Of AWS End User Messaging.
fn text_report(message: &InboxMessage, delivery: &DeliveredMessage, fate: Fate, at: Time) -> Value {
    let (status, description) = match fate {
        Fate::Deliver => ("DELIVERED", "Message has been accepted by phone"),
        Fate::Bounce => ("UNREACHABLE", "Phone is currently unreachable/unavailable"),
        Fate::Block => ("CARRIER_BLOCKED", "Message has been blocked by phone carrier"),
    };
    json!({
        "eventType": format!("TEXT_{status}"), "eventVersion": "1.0", "eventTimestamp": at.timestamp_millis(),
        "isFinal": true, "originationPhoneNumber": "Acredita", "destinationPhoneNumber": delivery.to,
        "isInternationalSend": false, "messageId": message.message_id,
        "messageRequestTimestamp": delivery.sent_at.timestamp_millis(), "messageEncoding": "GSM",
        "messageType": "TRANSACTIONAL", "messageStatus": status, "messageStatusDescription": description,
        "context": { "message_id": message.message_id, "identification_id": message.identification_id },
        "totalMessageParts": 1, "totalMessagePrice": 0.0, "totalCarrierFee": 0.0,
    })
}

/// Of Amazon SES.
fn email_report(message: &InboxMessage, delivery: &DeliveredMessage, fate: Fate, at: Time) -> Value {
    let mail = json!({
        "timestamp": delivery.sent_at, "source": "acredita@example.com", "sendingAccountId": "000000000000",
        "messageId": message.message_id, "destination": [delivery.to], "headersTruncated": false,
        "headers": [{ "name": "To", "value": delivery.to }, { "name": "Subject", "value": delivery.subject }],
        "commonHeaders": { "to": [delivery.to], "subject": delivery.subject },
        "tags": {
            "ses:source-ip": ["127.0.0.1"], "message_id": [message.message_id],
            "identification_id": [message.identification_id],
        },
    });
    let bounced = |sub_type: &str, diagnostic: &str| {
        let recipient = json!({ "emailAddress": delivery.to, "action": "failed", "diagnosticCode": diagnostic });
        json!({ "eventType": "Bounce", "mail": mail, "bounce": {
            "bounceType": "Permanent", "bounceSubType": sub_type, "bouncedRecipients": [recipient], "timestamp": at,
        } })
    };
    match fate {
        Fate::Deliver => json!({ "eventType": "Delivery", "mail": mail, "delivery": {
            "timestamp": at, "recipients": [delivery.to], "smtpResponse": "250 2.0.0 OK",
        } }),
        Fate::Bounce => bounced("General", "smtp; 550 5.1.1 user unknown"),
        Fate::Block => bounced("OnAccountSuppressionList", "Amazon SES did not send the message to this address"),
    }
}
