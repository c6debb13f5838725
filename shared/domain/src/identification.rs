//! The identification: what was asked for, and how far it has come.
//!
//! ```text
//!             validate             close
//!   CREATED ───────────▶ VALIDATED ─────▶ CLOSED
//!      │ close ──────────────────────────▶ CLOSED
//!      │ resend ─▶ CREATED, with another code
//!      │ cancel ─▶ CANCELLED
//!      │ fifth wrong try ─▶ FAILED
//!      └ the clock ─▶ EXPIRED
//! ```
//!
//! Only what is CREATED expires, and it does so by the clock: [`Identification::status`] says EXPIRED from `expires_at`
//! on, whether or not a sweep has passed. What was validated stays validated, because somebody relies on it.

use crate::{
    Time,
    actor::Actor,
    device::DeviceEvidence,
    ids::{AdminIdentificationId, IdentificationId, OrgId},
    otp::{MAX_TRIES, Otp},
    pictures::{Capture, Sha256Digest},
    text::{AgentName, CancellationReason, Private},
    vocabulary::names,
};
use serde::{Deserialize, Serialize};

pub use crate::method::{Method, MethodKind};

names! {
    /// Where an identification stands, as its callers see it.
    Status("is not a status") {
        /// Waiting for the actor.
        Created = "CREATED",
        /// The person is who they say they are.
        Validated = "VALIDATED",
        /// Ended by the back office.
        Closed = "CLOSED",
        /// Called off by the back office.
        Cancelled = "CANCELLED",
        /// The tries were used up.
        Failed = "FAILED",
        /// Nothing happened in time.
        Expired = "EXPIRED",
    }
}

/// An identification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identification {
    /// The actor's side.
    pub id: IdentificationId,
    /// The back office's handle.
    pub admin_id: AdminIdentificationId,
    /// Whose it is.
    pub org: OrgId,
    /// Who is to be identified.
    pub actor: Actor,
    /// How.
    pub method: Method,
    /// What is stored of its state. Ask [`Identification::status`] where it stands.
    pub state: State,
    /// When it was created, to the second.
    pub created_at: Time,
    /// From then on it cannot be validated.
    pub expires_at: Time,
}

/// The stored state. EXPIRED is stored only once a sweep has passed; the clock decides before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Waiting for the actor.
    Created,
    /// Validated.
    Validated(Validation),
    /// Closed, with what validated it before, if anything did.
    Closed {
        /// When.
        at: Time,
        /// The validation that came before.
        validation: Option<Validation>,
    },
    /// Cancelled.
    Cancelled {
        /// When.
        at: Time,
        /// Why.
        reason: CancellationReason,
    },
    /// The tries were used up.
    Failed {
        /// When.
        at: Time,
    },
    /// A sweep found that its time was over.
    Expired,
}

/// What is kept of a validation: who, when, from which device, with which evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validation {
    /// When.
    pub at: Time,
    /// From where.
    pub device: DeviceEvidence,
    /// What the agent left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentEvidence>,
    /// The pictures of the document that was an OTP's second factor; the bytes are in the picture store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures: Vec<Capture>,
}

/// What a shop agent left as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentEvidence {
    /// Who they are.
    pub agent: AgentName,
    /// The picture of the document, by its digest; the bytes are in the picture store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Sha256Digest>,
    /// The caller's own notes on the evidence: a JSON object, kept as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Private<String>>,
}

impl Identification {
    /// The OTP side, if it is an OTP identification.
    pub fn otp(&self) -> Option<&Otp> {
        self.method.otp()
    }

    /// Where it stands at `now`.
    pub fn status(&self, now: Time) -> Status {
        match &self.state {
            State::Created if self.tries_used_up() => Status::Failed,
            State::Created if now >= self.expires_at => Status::Expired,
            State::Created => Status::Created,
            State::Validated(_) => Status::Validated,
            State::Closed { .. } => Status::Closed,
            State::Cancelled { .. } => Status::Cancelled,
            State::Failed { .. } => Status::Failed,
            State::Expired => Status::Expired,
        }
    }

    /// Validate, cancel and resend start from CREATED.
    pub fn require_open(&self, now: Time) -> Result<(), NotOpen> {
        match self.status(now) {
            Status::Created => Ok(()),
            other => Err(NotOpen(other)),
        }
    }

    /// Close starts from CREATED or VALIDATED; which of them is what the store has to guard.
    pub fn require_closable(&self, now: Time) -> Result<Closable, NotOpen> {
        match self.status(now) {
            Status::Created => Ok(Closable::Created),
            Status::Validated => Ok(Closable::Validated),
            other => Err(NotOpen(other)),
        }
    }

    /// A process that died between counting the last try and noting the failure must not leave an identification open.
    fn tries_used_up(&self) -> bool {
        self.otp().is_some_and(|otp| otp.tries >= MAX_TRIES)
    }
}

/// The state in which an identification is, and from which a step cannot start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the identification is {0}")]
pub struct NotOpen(pub Status);

/// A state that can be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closable {
    /// Nothing happened yet.
    Created,
    /// The person was identified.
    Validated,
}

/// One step of the state machine, with everything that the store has to guard and to write. A step is taken completely,
/// with its effects, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// CREATED → VALIDATED, while it has not expired.
    Validate {
        /// What is kept of it.
        validation: Box<Validation>,
        /// For an OTP: only while this generation's code is the live one.
        generation: Option<u32>,
    },
    /// CREATED → CREATED, while it has not expired and has a send left: the live code dies, and this generation, which
    /// is the next one, begins. Its effect sends the new code.
    Resend { generation: u32 },
    /// CREATED → CANCELLED, while it has not expired.
    Cancel {
        /// Why.
        reason: CancellationReason,
    },
    /// CREATED (while it has not expired) or VALIDATED → CLOSED.
    Close {
        /// The state that the decision was made on.
        from: Closable,
    },
    /// CREATED → FAILED, when the tries are used up.
    Fail,
    /// CREATED → EXPIRED, when its time is over.
    Expire,
}
