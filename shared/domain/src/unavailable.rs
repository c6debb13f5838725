//! Outages of external systems.

/// An external system did not answer, or answered that it could not. The request can be retried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is unavailable")]
pub struct Unavailable(pub &'static str);
