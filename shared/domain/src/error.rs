//! What can go wrong, without HTTP. `shared/http` has the one table from these errors to a status.

use crate::{
    Time, chain, identification,
    keys::OpenError,
    midni::CodeRefusal,
    ports::{FindError, ScoreError, StepError},
    review::ReviewRefusal,
    scoring,
};

pub use crate::{invalid::Invalid, unavailable::Unavailable};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The entity does not exist in this organisation. Another organisation's entity gets the same answer.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A field that the entity (rather than the syntax) requires is missing or wrong.
    #[error("{pointer}: {problem}")]
    BadField {
        /// JSON pointer (RFC 6901).
        pointer: &'static str,
        /// Never includes the value.
        problem: &'static str,
    },
    /// Fields that a rule of this deployment refuses.
    #[error("{}", .0.iter().map(|fault| format!("{}: {}", fault.pointer, fault.problem)).collect::<Vec<_>>().join("; "))]
    BadFields(Vec<FieldFault>),
    /// It was changed since the caller read it.
    #[error("it was changed since it was read: the ETag is not that of the current version")]
    Stale,
    /// A parameter of the query does not fit what is stored.
    #[error("{name}: {problem}")]
    BadParameter {
        name: &'static str,
        /// Never includes the value.
        problem: &'static str,
    },
    /// One answer for a wrong code, a wrong second factor and an expired code: which of them it was concerns only the
    /// person.
    #[error("/code: the code or the second factor is not right, or the code is no longer valid")]
    WrongCode,
    /// A code of MiDNI is refused.
    #[error("{pointer}: {refusal}")]
    CodeRefused {
        /// JSON pointer (RFC 6901).
        pointer: &'static str,
        refusal: CodeRefusal,
    },
    /// The state, or a concurrent change, forbids it.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// Deleting what is no longer open requires force and the permission for it.
    #[error("in this state it can only be deleted with force and the permission for it")]
    DeleteForbidden,
    /// What is about persons needs a permission of its own, whatever it is part of.
    #[error("the token lacks the permission for what is about persons")]
    PersonsNotPermitted,
    /// Too many messages: to this identification, or to this destination.
    #[error("too many messages")]
    TooManyMessages {
        /// When the next one may be sent.
        again_at: Time,
    },
    /// The organisation has used up its messages of the day, in all or to this country.
    #[error("the organisation has used up its messages of today")]
    OverBudget {
        /// When the next day begins.
        again_at: Time,
    },
    /// The caller of this identification gets too many codes to deliver.
    #[error("too many codes")]
    TooManyCodes {
        /// When it may get the next one.
        again_at: Time,
    },
    /// The organisation's callers make more requests than they may.
    #[error("too many requests of this organisation")]
    TooManyRequests {
        /// When the next one is admitted.
        again_at: Time,
    },
    /// The declared number was scored as often today as is allowed.
    #[error("too many scorings of one document number today")]
    TooManyScorings {
        /// When it may be scored again.
        again_at: Time,
    },
    #[error("{part}: {fault}")]
    Picture {
        /// The name of the multipart part, or of what takes its place.
        part: &'static str,
        fault: crate::pictures::PictureFault,
    },
    /// A store, queue or provider that the answer depends on did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// A stored item is corrupt. Never the caller's fault.
    #[error("stored data cannot be understood: {0}")]
    Corrupt(&'static str),
    /// This function was assembled without a part that it needs. Never the caller's fault.
    #[error("this function was built without its {0}")]
    NotBuiltIn(&'static str),
}

/// A field that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// JSON pointer (RFC 6901).
    pub pointer: String,
    /// Never includes the value.
    pub problem: &'static str,
}

/// Why a request conflicts with the current state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The identification's state does not allow this.
    #[error("the identification is {0}")]
    State(identification::Status),
    /// The chain's state does not allow this.
    #[error("the chain is {0}")]
    ChainState(identification::Status),
    /// Only the first step that is not VALIDATED is open.
    #[error("an earlier step of the chain is not VALIDATED yet")]
    StepNotOpen,
    #[error("not every step of the chain is VALIDATED yet")]
    StepsLeft,
    /// It is cancelled, closed and deleted with its chain, and not alone.
    #[error("the identification is a step of a chain: cancel, close or delete the chain")]
    StepOfChain,
    #[error("another request changed it at the same time")]
    ConcurrentChange,
    #[error("this idempotency key was used with another body")]
    IdempotencyKeyReused,
    /// An idempotency key created it, and it was deleted since.
    #[error("what this idempotency key created was deleted")]
    CreatedAndDeleted,
    /// It is deleted with its identification, and not before.
    #[error("the scoring belongs to an identification, and is deleted with it")]
    LinkedScoring,
    /// There is nothing to resend: the caller delivers the code.
    #[error("the channel is external: the caller delivers the code")]
    ExternalChannel,
    /// There is no code to hand out: the service sends it.
    #[error("the channel is not external: the service sends the code")]
    NotExternalChannel,
    /// [`crate::otp::MAX_SENDS`] is reached.
    #[error("the identification has used up its messages")]
    NoSendsLeft,
    /// The scoring's state does not allow this.
    #[error("the scoring is {0}")]
    ScoringState(scoring::ScoringStatus),
    /// `max_score_retries` is reached.
    #[error("the scoring has used up its retries")]
    NoRetriesLeft,
    /// Another request holds the scoring's retry.
    #[error("another request is working on the scoring")]
    BeingScored,
    #[error("no picture was uploaded or captured")]
    NothingToScore,
    /// The person has not finished the capture that was delegated to a provider.
    #[error("the delegated capture is not finished")]
    NotCapturedYet,
    #[error("this provider has no delegated capture")]
    NoDelegatedCapture,
    /// The score of the identity document is below the threshold of its configuration.
    #[error("the scoring does not reach what the configuration asks for")]
    ScoreTooLow,
    #[error("the identification does not take the DNI on the phone")]
    MidniRefused,
    /// In whichever organisation.
    #[error("this code was presented before: the person has to show a new one")]
    MidniPresentedBefore,
    #[error("the DNI on the phone is not that of the declared person")]
    MidniOfAnother,
    /// [`crate::webhooks::MAX_ENDPOINTS`] is reached.
    #[error("the organisation has as many endpoints as it may have")]
    TooManyEndpoints,
    #[error("the endpoint is DISABLED")]
    EndpointDisabled,
    /// The score falls short of the threshold, and whoever reviews it has not decided yet.
    #[error("the scoring is being reviewed: try again when the review is decided")]
    UnderReview,
    #[error(transparent)]
    Review(#[from] ReviewRefusal),
    /// A decision needs somebody who made it.
    #[error("the token names neither a subject nor a client")]
    NoReviewer,
    /// It keeps no digests to search by.
    #[error("this deployment has no search of records")]
    NoSearch,
}

impl From<identification::NotOpen> for Error {
    fn from(identification::NotOpen(status): identification::NotOpen) -> Self {
        Conflict::State(status).into()
    }
}

impl From<chain::ChainNotOpen> for Error {
    fn from(chain::ChainNotOpen(status): chain::ChainNotOpen) -> Self {
        Conflict::ChainState(status).into()
    }
}

impl From<scoring::NotOpen> for Error {
    fn from(not_open: scoring::NotOpen) -> Self {
        match not_open {
            scoring::NotOpen::Status(status) => Conflict::ScoringState(status).into(),
            scoring::NotOpen::NoRetriesLeft => Conflict::NoRetriesLeft.into(),
        }
    }
}

impl From<ReviewRefusal> for Error {
    fn from(refusal: ReviewRefusal) -> Self {
        Conflict::Review(refusal).into()
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        Self::Corrupt(match error {
            OpenError::KeyGone => "sealed with a key that is gone",
            OpenError::Damaged => "sealed text",
        })
    }
}

impl From<FindError> for Error {
    fn from(error: FindError) -> Self {
        match error {
            FindError::Unavailable(unavailable) => unavailable.into(),
            FindError::Corrupt(what) => Self::Corrupt(what),
        }
    }
}

/// Of two concurrent steps one is taken; the other is a conflict.
impl From<ScoreError> for Error {
    fn from(error: ScoreError) -> Self {
        match error {
            ScoreError::Picture { side, fault } => Self::Picture { part: side.part(), fault },
            ScoreError::Unavailable(unavailable) => unavailable.into(),
        }
    }
}

impl From<StepError> for Error {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Lost | StepError::SeenMeanwhile | StepError::ReviewedMeanwhile => {
                Conflict::ConcurrentChange.into()
            }
            StepError::TooManyMessages { again_at } => Self::TooManyMessages { again_at },
            StepError::OverBudget { again_at } => Self::OverBudget { again_at },
            StepError::Unavailable(unavailable) => unavailable.into(),
        }
    }
}
