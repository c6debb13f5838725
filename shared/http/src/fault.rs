//! The faults of a request, collected so that a caller learns of all of them at once.

use acredita_domain::Invalid;
use std::fmt;

/// Where a fault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Path(&'static str),
    Query(&'static str),
    Header(&'static str),
    /// A JSON pointer (RFC 6901) into the body; empty for the body as a whole.
    Body(String),
}

/// One fault of a request. It never repeats what the caller sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestFault {
    pub place: Place,
    pub problem: &'static str,
}

impl fmt::Display for RequestFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Path(name) => write!(f, "path parameter {name}: {}", self.problem),
            Place::Query(name) => write!(f, "query parameter {name}: {}", self.problem),
            Place::Header(name) => write!(f, "header {name}: {}", self.problem),
            Place::Body(pointer) => write!(f, "{pointer}: {}", self.problem),
        }
    }
}

#[derive(Debug, Default)]
pub struct Faults(Vec<RequestFault>);

impl Faults {
    pub fn add(&mut self, place: Place, problem: &'static str) {
        self.0.push(RequestFault { place, problem });
    }

    /// Returns the value, or reports why the text is not one.
    pub fn value<T>(&mut self, place: Place, parsed: Result<T, Invalid>) -> Option<T> {
        parsed.map_err(|Invalid(problem)| self.add(place, problem)).ok()
    }

    /// Whether a fault of the body was reported at this pointer or below it.
    pub fn has_at_or_below(&self, pointer: &str) -> bool {
        let below = |rest: &str| rest.is_empty() || rest.starts_with('/');
        self.0
            .iter()
            .any(|fault| matches!(&fault.place, Place::Body(at) if at.strip_prefix(pointer).is_some_and(below)))
    }

    pub fn into_vec(self) -> Vec<RequestFault> {
        self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
