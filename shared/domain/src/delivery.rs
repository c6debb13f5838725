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

impl DeliveryState {
    pub fn of(status: DeliveryStatus, updated_at: Time) -> Self {
        Self { status, updated_at, reason: None }
    }

    pub fn failed(reason: DeliveryFailure, updated_at: Time) -> Self {
        Self { status: DeliveryStatus::Failed, updated_at, reason: Some(reason) }
    }
}
