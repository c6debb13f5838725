//! An outage of something outside.

/// The outside did not answer, or answered that it could not. The request can be tried again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is unavailable")]
pub struct Unavailable(pub &'static str);
