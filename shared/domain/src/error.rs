//! What can go wrong, said without HTTP. `shared/http` holds the one table from here to a status.

use crate::{
    Time, identification,
    keys::OpenError,
    ports::{FindError, ScoreError, StepError},
    scoring,
};

pub use crate::{invalid::Invalid, unavailable::Unavailable};

/// Why a use case refused or could not be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The entity does not exist in this organisation. Another organisation's entity is answered the same.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A field that the entity (rather than the syntax) asks for is missing or not right.
    #[error("{pointer}: {problem}")]
    BadField {
        /// JSON pointer (RFC 6901) of the field.
        pointer: &'static str,
        /// What is wrong with it, without its value.
        problem: &'static str,
    },
    /// The state, or a concurrent change, forbids it.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// Deleting needs the state CREATED, or force with the permission for it.
    #[error("only an identification that is CREATED can be deleted without force and its permission")]
    DeleteForbidden,
    /// Too many messages: to this identification, or to this destination.
    #[error("too many messages")]
    TooManyMessages {
        /// When the next one may go out; none, when this identification has used up its sends.
        again_at: Option<Time>,
    },
    /// A picture that cannot be used.
    #[error("{part}: {fault}")]
    Picture {
        /// The multipart part, or what stands for it.
        part: &'static str,
        /// What is wrong with it.
        fault: crate::pictures::PictureFault,
    },
    /// A store, queue or provider that the answer depends on did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// Something stored cannot be understood. Never the caller's fault.
    #[error("stored data cannot be understood: {0}")]
    Corrupt(&'static str),
    /// This function was put together without a part that it is asked for. Never the caller's fault.
    #[error("this function was built without its {0}")]
    NotBuiltIn(&'static str),
}

/// Why a request collides with what is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The identification is not in a state from which this is possible.
    #[error("the identification is {0}")]
    State(identification::Status),
    /// Another request changed the entity at the same time.
    #[error("another request changed it at the same time")]
    ConcurrentChange,
    /// The idempotency key was used with another body.
    #[error("this idempotency key was used with another body")]
    IdempotencyKeyReused,
    /// Resend makes no sense: the caller delivers the code.
    #[error("the channel is external: the caller delivers the code")]
    ExternalChannel,
    /// The scoring is not in a state from which this is possible.
    #[error("the scoring is {0}")]
    ScoringState(scoring::ScoringStatus),
    /// `max_score_retries` scores were made.
    #[error("the scoring has used up its retries")]
    NoRetriesLeft,
    /// There is no picture to score.
    #[error("no picture was uploaded or captured")]
    NothingToScore,
    /// The person has not finished the capture that was delegated to a provider.
    #[error("the delegated capture is not finished")]
    NotCapturedYet,
    /// The provider has no delegated capture.
    #[error("this provider has no delegated capture")]
    NoDelegatedCapture,
    /// The identity document's scoring does not reach what its configuration asks for.
    #[error("the scoring does not reach what the configuration asks for")]
    ScoreTooLow,
}

impl From<identification::NotOpen> for Error {
    fn from(identification::NotOpen(status): identification::NotOpen) -> Self {
        Conflict::State(status).into()
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
            StepError::Lost => Conflict::ConcurrentChange.into(),
            StepError::TooManyMessages { again_at } => Self::TooManyMessages { again_at: Some(again_at) },
            StepError::Unavailable(unavailable) => unavailable.into(),
        }
    }
}
