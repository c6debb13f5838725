//! Errors of the stores.

use crate::{Time, unavailable::Unavailable};

/// The first answer to a create, as text that only the use case reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAnswer(pub String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateError {
    /// The same request came before: this was its answer.
    Replay(FirstAnswer),
    /// The key was used before, with another body.
    KeyReused,
    /// The destination got too many messages.
    TooManyMessages {
        /// When it may get the next one.
        again_at: Time,
    },
    /// The organisation has used up a budget of the day.
    OverBudget {
        /// When the next day begins.
        again_at: Time,
    },
    /// The outcome is unknown.
    Unavailable(Unavailable),
}

/// Why a step was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepError {
    /// The state that the step starts from has changed, or the entity is gone.
    Lost,
    /// One of its effects would go to a destination that got too many messages.
    TooManyMessages {
        /// When it may get the next one.
        again_at: Time,
    },
    /// One of its effects is a message for which the organisation has no budget left today.
    OverBudget {
        /// When the next day begins.
        again_at: Time,
    },
    /// What a score saw was seen by another one since it was looked up.
    SeenMeanwhile,
    /// A review that the step has to do with was changed since it was looked up.
    ReviewedMeanwhile,
    /// The outcome is unknown.
    Unavailable(Unavailable),
}

/// Why a stored item was not returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindError {
    Unavailable(Unavailable),
    /// The stored item is corrupt.
    Corrupt(&'static str),
}

impl From<FindError> for StepError {
    fn from(error: FindError) -> Self {
        Self::Unavailable(match error {
            FindError::Unavailable(unavailable) => unavailable,
            FindError::Corrupt(what) => Unavailable(what),
        })
    }
}

/// The outcome of a step that another request may have taken as well: `None` if it did, which is fine.
pub fn unless_lost<T>(step: Result<T, StepError>) -> Result<Option<T>, StepError> {
    match step {
        Ok(outcome) => Ok(Some(outcome)),
        Err(StepError::Lost) => Ok(None),
        Err(error) => Err(error),
    }
}
