//! The effects of steps: each lies as a message in the outbox, the queue wakes a worker for it, and the worker carries it
//! out.

use super::{FindError, StepError};
use crate::{
    Time,
    code::OtpCode,
    ids::{IdentificationId, LeaseId, MessageId, OrgId},
    messages::{Refusal, RenderedMessage},
    otp::{Destination, LiveCode},
    unavailable::Unavailable,
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// What travels through the queue: ids, never a code and never personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRef {
    /// The message.
    pub message_id: MessageId,
    /// The identification that it belongs to.
    pub identification_id: IdentificationId,
}

/// What has to happen because of a step that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The code of this generation is sent to the actor. The outbox holds none: it is made when it goes out.
    Code { generation: u32 },
}

/// An effect in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Which message of which identification.
    pub reference: MessageRef,
    pub org: OrgId,
    pub effect: Effect,
    /// How often a worker took it up.
    pub attempts: u32,
}

/// An effect that is committed with its step.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub message: OutboxMessage,
    /// Names the destination that it counts against within the organisation, without giving it away; `None` for what
    /// goes to no phone or address.
    pub destination_digest: Option<String>,
}

/// What became of an attempt to take a message up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is yours until the lease ends.
    Taken(OutboxMessage),
    /// Another worker has it.
    Leased,
    /// It was settled, or never was.
    Settled,
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The provider took it.
    Sent,
    /// Nobody waits for it any more.
    Dropped,
    /// The provider refused it for good.
    Refused(Refusal),
}

impl Settlement {
    /// The name that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "SENT",
            Self::Dropped => "DROPPED",
            Self::Refused(_) => "REFUSED",
        }
    }
}

/// The outbox: effects that were committed and have to be carried out.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes a message up until `until`, if nobody else has it at `now`. One write.
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
    /// Ends a message. One write.
    async fn settle(&self, message: &OutboxMessage, lease: LeaseId, how: Settlement) -> Result<(), StepError>;
    /// Puts a message back, to be taken up again. It is not due before `stuck_at`: until then it is the queue's to give
    /// out. After [`super::limits::MAX_DELIVERY_ATTEMPTS`] the sweep leaves it alone. One write.
    async fn release(&self, message: &OutboxMessage, lease: LeaseId, stuck_at: Time) -> Result<(), StepError>;
}

/// The queue: wakes a worker for a message. Losing a kick loses nothing; the sweep finds the message.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Wakes a worker. An adapter logs its failures, because callers go on without it.
    async fn kick(&self, message: MessageRef) -> Result<(), Unavailable>;
}

/// A message on its way out. It carries the code, so it has no `Debug`.
pub struct OutgoingMessage<'a> {
    /// Which message. Providers that can tell a repeat by an id are given this one.
    pub reference: MessageRef,
    /// Where it goes.
    pub destination: &'a Destination,
    /// The code, for channels whose texts are templates of the provider.
    pub code: &'a OtpCode,
    /// What it says, for all others.
    pub rendered: RenderedMessage,
    /// From then on it is of no use, and must not be delivered.
    pub expires_at: Time,
}

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Try again. It may have been sent all the same.
    #[error("the provider is unavailable")]
    Unavailable,
    /// It never will be: no use in trying again.
    #[error("the message is refused: {0}")]
    Refused(Refusal),
}

/// Sends messages.
#[async_trait]
pub trait Sender: Send + Sync {
    /// Hands a message to the provider of its channel.
    async fn send(&self, message: OutgoingMessage<'_>) -> Result<(), SendError>;
}
