//! Reports of AWS End User Messaging on text messages ("Text Message Delivery Status Updated").

use acredita_domain::{
    delivery::{DeliveryFailure, Receipt},
    ports::MessageRef,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    event_type: EventType,
    /// Whether nothing else will be reported.
    is_final: bool,
    /// What the sender gave along with the message.
    context: MessageRef,
}

#[derive(Clone, Copy, Deserialize)]
enum EventType {
    #[serde(rename = "TEXT_SENT")]
    Sent,
    #[serde(rename = "TEXT_PENDING")]
    Pending,
    #[serde(rename = "TEXT_QUEUED")]
    Queued,
    /// The carrier has taken it. In some countries nobody says more, and then this is final.
    #[serde(rename = "TEXT_SUCCESSFUL")]
    Successful,
    #[serde(rename = "TEXT_DELIVERED")]
    Delivered,
    #[serde(rename = "TEXT_INVALID")]
    Invalid,
    #[serde(rename = "TEXT_INVALID_MESSAGE")]
    InvalidMessage,
    #[serde(rename = "TEXT_UNREACHABLE")]
    Unreachable,
    #[serde(rename = "TEXT_CARRIER_UNREACHABLE")]
    CarrierUnreachable,
    #[serde(rename = "TEXT_TTL_EXPIRED")]
    TtlExpired,
    #[serde(rename = "TEXT_BLOCKED")]
    Blocked,
    #[serde(rename = "TEXT_CARRIER_BLOCKED")]
    CarrierBlocked,
    #[serde(rename = "TEXT_SPAM")]
    Spam,
    #[serde(rename = "TEXT_PROTECT_BLOCKED")]
    ProtectBlocked,
    #[serde(rename = "TEXT_UNKNOWN")]
    Unknown,
}

impl Report {
    pub fn message(&self) -> MessageRef {
        self.context
    }

    pub fn receipt(&self) -> Option<Receipt> {
        let receipt = match self.event_type {
            EventType::Sent | EventType::Pending | EventType::Queued => return None,
            EventType::Successful | EventType::Delivered => Receipt::Arrived,
            EventType::Invalid => Receipt::Failed(DeliveryFailure::InvalidDestination),
            EventType::Unreachable | EventType::CarrierUnreachable | EventType::TtlExpired | EventType::Unknown => {
                Receipt::Failed(DeliveryFailure::Unreachable)
            }
            EventType::Blocked
            | EventType::CarrierBlocked
            | EventType::Spam
            | EventType::ProtectBlocked
            | EventType::InvalidMessage => Receipt::Failed(DeliveryFailure::Blocked),
        };
        self.is_final.then_some(receipt)
    }
}
