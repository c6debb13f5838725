//! The effects of steps: each is a message in the outbox; the queue wakes a worker for it, and the worker carries it
//! out.

use super::{FindError, StepError};
use crate::{
    Time,
    actor::Country,
    code::OtpCode,
    delivery::DeliveryState,
    events::Story,
    ids::{IdentificationId, LeaseId, MessageId, OrgId},
    messages::{Refusal, RenderedMessage},
    otp::{Destination, LiveCode},
    unavailable::Unavailable,
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// The content of the queue: ids, never a code and never personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRef {
    pub message_id: MessageId,
    pub identification_id: IdentificationId,
}

/// The consequence of a step that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The code of this generation is sent to the actor. The outbox holds no code: it is made when the message goes
    /// out.
    Code { generation: u32 },
    /// The message with the code of this generation has failed: another channel takes the place of its own.
    Fallback { generation: u32 },
    /// The receipt of the message with the code of this generation is overdue: the same, if there is none.
    Overdue { generation: u32 },
}

impl Effect {
    /// Of the code that it is about.
    pub const fn generation(self) -> u32 {
        match self {
            Self::Code { generation } | Self::Fallback { generation } | Self::Overdue { generation } => generation,
        }
    }
}

/// An effect in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMessage {
    pub reference: MessageRef,
    pub org: OrgId,
    pub effect: Effect,
    /// How often a worker took it up.
    pub attempts: u32,
}

/// An outbox message that is committed with its step.
#[derive(Clone, Debug)]
pub struct NewOutboxMessage {
    pub message: OutboxMessage,
    /// What it counts against; `None` for effects without a phone or address.
    pub counted: Option<CountedSend>,
}

/// What is committed with the end or the receipt of a message.
#[derive(Clone, Debug)]
pub struct Told {
    pub story: Story,
    /// What may have to be done because of it.
    pub later: Option<LaterMessage>,
}

/// An outbox message that is not carried out before its time.
#[derive(Clone, Debug)]
pub struct LaterMessage {
    pub message: OutboxMessage,
    /// When the sweep wakes a worker for it; `None` if whoever commits it wakes one.
    pub due_at: Option<Time>,
}

/// A send as the limits see it.
#[derive(Clone, Debug)]
pub struct CountedSend {
    /// Identifies the destination without revealing it.
    pub destination: String,
    /// Of what costs by the message; `None` for an e-mail.
    pub budget: Option<SendBudget>,
}

/// How many messages an organisation may send in a day (UTC). The counters are sharded: budgets that were lowered on the
/// day, and two budgets that are used up in different shards, are kept to a shard's share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendBudget {
    /// In all.
    pub daily: u32,
    /// To this country, or to all territories without an ISO code together.
    pub country: Option<Country>,
    pub country_daily: u32,
}

/// The outcome of an attempt to take up a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The caller's until the lease ends.
    Taken(OutboxMessage),
    /// Another worker holds it.
    Leased,
    /// It was settled, or never existed.
    Settled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The provider accepted it.
    Sent,
    /// Nobody is waiting for it any more.
    Dropped,
    /// Another message has taken the place of the one that it was about.
    FellBack,
    /// The provider refused it permanently.
    Refused(Refusal),
}

impl Settlement {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "SENT",
            Self::Dropped => "DROPPED",
            Self::FellBack => "FELL_BACK",
            Self::Refused(_) => "REFUSED",
        }
    }
}

/// The outbox: committed effects that have to be carried out.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes up a message until `until`, if no other worker holds it at `now`. One write.
    async fn claim(&self, message: MessageRef, lease: LeaseId, now: Time, until: Time) -> Result<Claim, FindError>;
    /// For an [`Effect::Code`]: makes `code` the live one of its generation, if the lease still holds and the OTP is
    /// open at `now`. One transaction.
    async fn issue_code(
        &self,
        message: &OutboxMessage,
        lease: LeaseId,
        code: LiveCode,
        now: Time,
    ) -> Result<(), StepError>;
    /// Ends a message, with the event of it, the state of the delivery and what comes later, which are left out if their
    /// subject is gone. What a receipt has said already stays. One transaction, or one write without an event.
    async fn settle(
        &self,
        message: &OutboxMessage,
        lease: LeaseId,
        how: Settlement,
        told: Option<Told>,
    ) -> Result<(), StepError>;
    /// A message by its ids. One read.
    async fn find(&self, message: MessageRef) -> Result<Option<OutboxMessage>, FindError>;
    /// Records what a receipt says of the message of an [`Effect::Code`], with the event of it and what comes later, if its
    /// generation is the
    /// current one and the state is one that follows the known one. One transaction.
    async fn record_receipt(&self, message: &OutboxMessage, state: DeliveryState, told: Told) -> Result<(), StepError>;
    /// Puts a message back for another attempt. It is not due before `stuck_at`: until then the queue hands it out.
    /// After [`super::limits::MAX_DELIVERY_ATTEMPTS`] the sweep leaves it alone. One write.
    async fn release(&self, message: &OutboxMessage, lease: LeaseId, stuck_at: Time) -> Result<(), StepError>;
}

/// The queue: wakes a worker for a message. A lost kick loses nothing; the sweep finds the message.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Wakes a worker. An adapter logs its failures, because callers go on without it.
    async fn kick(&self, message: MessageRef) -> Result<(), Unavailable>;
}

/// An outgoing message. It carries the code, so it has no `Debug`.
pub struct OutgoingMessage<'a> {
    /// Passed to providers that deduplicate by an id.
    pub reference: MessageRef,
    pub destination: &'a Destination,
    /// For channels whose texts are templates of the provider.
    pub code: &'a OtpCode,
    /// For all other channels.
    pub rendered: RenderedMessage,
    /// It is useless from this time on, and must not be delivered any more.
    pub expires_at: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Retry. It may have been sent all the same.
    #[error("the provider is unavailable")]
    Unavailable,
    /// It will never be sent: retrying is useless.
    #[error("the message is refused: {0}")]
    Refused(Refusal),
}

#[async_trait]
pub trait Sender: Send + Sync {
    /// Hands a message to the provider of its channel.
    async fn send(&self, message: OutgoingMessage<'_>) -> Result<(), SendError>;
}
