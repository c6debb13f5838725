//! What became of a message with a code.

use crate::{Time, vocabulary::names};

names! {
    DeliveryStatus("is not one of PENDING, SENT, DELIVERED, FAILED") {
        /// It is on its way to the provider.
        Pending = "PENDING",
        /// The provider has taken it.
        Sent = "SENT",
        /// The provider says that it has arrived.
        Delivered = "DELIVERED",
        /// It does not arrive.
        Failed = "FAILED",
    }
}

names! {
    /// Why a message does not arrive, for the business only.
    DeliveryFailure("is not one of OPTED_OUT, BLOCKED, UNREACHABLE, INVALID_DESTINATION, BUDGET, NOT_SENT") {
        /// The owner of the phone or address does not want messages.
        OptedOut = "OPTED_OUT",
        /// The provider or the carrier does not let it through.
        Blocked = "BLOCKED",
        /// The phone or mailbox could not be reached.
        Unreachable = "UNREACHABLE",
        /// There is no such phone or address.
        InvalidDestination = "INVALID_DESTINATION",
        /// The organisation's messages of the day are used up.
        Budget = "BUDGET",
        /// Its destination had enough messages, or this deployment has no sender for it.
        NotSent = "NOT_SENT",
    }
}

/// What is known of the message of one generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryState {
    pub status: DeliveryStatus,
    pub updated_at: Time,
    /// Of one that failed.
    pub reason: Option<DeliveryFailure>,
}

/// What a provider says of a message that it had taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    Arrived,
    Failed(DeliveryFailure),
}

impl DeliveryState {
    pub fn by(receipt: Receipt, updated_at: Time) -> Self {
        match receipt {
            Receipt::Arrived => Self::of(DeliveryStatus::Delivered, updated_at),
            Receipt::Failed(reason) => Self::failed(reason, updated_at),
        }
    }

    pub fn of(status: DeliveryStatus, updated_at: Time) -> Self {
        Self { status, updated_at, reason: None }
    }

    pub fn failed(reason: DeliveryFailure, updated_at: Time) -> Self {
        Self { status: DeliveryStatus::Failed, updated_at, reason: Some(reason) }
    }
}

impl DeliveryStatus {
    /// The states that a receipt takes a message out of. A failure is the last word: a mailbox may refuse what its server
    /// had taken. So receipts lead to the same state in whichever order they come, and however often.
    pub const fn before(self) -> &'static [Self] {
        match self {
            Self::Pending => &[],
            Self::Sent => &[Self::Pending],
            Self::Delivered => &[Self::Pending, Self::Sent],
            Self::Failed => &[Self::Pending, Self::Sent, Self::Delivered],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_lead_to_the_same_state_in_whichever_order_they_come() {
        let after =
            |known: DeliveryStatus, next: DeliveryStatus| if next.before().contains(&known) { next } else { known };
        for known in DeliveryStatus::ALL {
            for (one, other) in
                [(DeliveryStatus::Delivered, DeliveryStatus::Failed), (DeliveryStatus::Sent, DeliveryStatus::Delivered)]
            {
                assert_eq!(after(after(*known, one), other), after(after(*known, other), one));
                assert_eq!(after(after(*known, one), one), after(*known, one));
            }
        }
    }
}
