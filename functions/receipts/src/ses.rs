//! Reports of Amazon SES on e-mails ("Email Delivered", "Email Bounced", "Email Rejected").

use acredita_domain::{
    delivery::{DeliveryFailure, Receipt},
    ids::{IdentificationId, MessageId},
    ports::MessageRef,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(tag = "eventType")]
pub(crate) enum Report {
    /// The recipient's server has taken it.
    Delivery { mail: Mail },
    /// It has not, or has sent it back later.
    Bounce { mail: Mail, bounce: Bounce },
    /// SES found something harmful in it.
    Reject { mail: Mail },
}

#[derive(Deserialize)]
pub(crate) struct Mail {
    tags: Tags,
}

/// What the sender gave along with the message. SES makes a list of each.
#[derive(Deserialize)]
struct Tags {
    message_id: [MessageId; 1],
    identification_id: [IdentificationId; 1],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bounce {
    bounce_type: String,
    bounce_sub_type: String,
}

impl Report {
    pub fn message(&self) -> MessageRef {
        let (Self::Delivery { mail } | Self::Bounce { mail, .. } | Self::Reject { mail }) = self;
        let Tags { message_id: [message_id], identification_id: [identification_id] } = mail.tags;
        MessageRef { message_id, identification_id }
    }

    pub fn receipt(&self) -> Receipt {
        match self {
            Self::Delivery { .. } => Receipt::Arrived,
            Self::Bounce { bounce, .. } => Receipt::Failed(bounce.reason()),
            Self::Reject { .. } => Receipt::Failed(DeliveryFailure::Blocked),
        }
    }
}

impl Bounce {
    /// Of the kinds that SES documents; one that is new is judged by whether it is permanent.
    fn reason(&self) -> DeliveryFailure {
        match (self.bounce_type.as_str(), self.bounce_sub_type.as_str()) {
            (_, "UnsubscribedRecipient") => DeliveryFailure::OptedOut,
            // SES knows the address from earlier bounces and complaints, and sends it nothing.
            (_, "Suppressed" | "OnAccountSuppressionList") => DeliveryFailure::Blocked,
            (_, "MessageTooLarge" | "ContentRejected" | "AttachmentRejected") => DeliveryFailure::Blocked,
            ("Permanent", _) => DeliveryFailure::InvalidDestination,
            _ => DeliveryFailure::Unreachable,
        }
    }
}
