//! What can go wrong, said without HTTP. `shared/http` holds the one table from here to a status.

use crate::Time;

/// Why a text is not a value of its type. Never contains the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub &'static str);

/// The outside did not answer, or answered that it could not. The request can be tried again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is unavailable")]
pub struct Unavailable(pub &'static str);

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
    /// The state, or another request that came first, forbids it.
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
    State(crate::identification::Status),
    /// Another request changed the entity at the same time, and came first.
    #[error("another request came first")]
    CameSecond,
    /// The idempotency key was used with another body.
    #[error("this idempotency key was used with another body")]
    IdempotencyKeyReused,
    /// Resend makes no sense: the caller delivers the code.
    #[error("the channel is external: the caller delivers the code")]
    ExternalChannel,
    /// The scoring is not in a state from which this is possible.
    #[error("the scoring is {0}")]
    ScoringState(crate::scoring::ScoringStatus),
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
