//! Why a store did not do what it was asked for.

use crate::{Time, unavailable::Unavailable};

/// The answer that a create gave first, as text that only the use case reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAnswer(pub String);

/// Why nothing was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateError {
    /// The same request came before: this was its answer.
    Replay(FirstAnswer),
    /// The key came before, with another body.
    KeyReused,
    /// The destination got too many messages.
    TooManyMessages {
        /// When it may get the next.
        again_at: Time,
    },
    /// Unknown outcome.
    Unavailable(Unavailable),
}

/// Why a step was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepError {
    /// What the step starts from is no longer so, or the entity is gone.
    Lost,
    /// An effect of it would go to a destination that got too many messages.
    TooManyMessages {
        /// When it may get the next.
        again_at: Time,
    },
    /// Unknown outcome.
    Unavailable(Unavailable),
}

/// Why something stored was not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindError {
    /// The store did not answer.
    Unavailable(Unavailable),
    /// What is stored cannot be understood.
    Corrupt(&'static str),
}

/// The outcome of a step that somebody else may have taken as well: `None` where they did, which is fine.
pub fn unless_lost<T>(step: Result<T, StepError>) -> Result<Option<T>, StepError> {
    match step {
        Ok(outcome) => Ok(Some(outcome)),
        Err(StepError::Lost) => Ok(None),
        Err(error) => Err(error),
    }
}
