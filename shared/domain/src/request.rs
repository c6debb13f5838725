//! Who asks for something, in which organisation, and under which id: the author of the events that follow.

use crate::{caller::Caller, ids::OrgId};

/// A request of an organisation's caller, or work of our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub org: OrgId,
    pub by: By,
    /// As logs and the answer's `x-request-id` have it.
    pub id: Option<String>,
}

/// Whoever makes a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A client on the business's side, which is named.
    Business(Caller),
    /// A client on the side of the person, whose subject may be the person.
    Actor(Caller),
    /// A worker or the sweep.
    System,
}

impl Request {
    /// Work that nobody asks for.
    pub fn system(org: &OrgId) -> Self {
        Self { org: org.clone(), by: By::System, id: None }
    }
}

impl By {
    /// The client, if there is one.
    pub fn caller(&self) -> Option<&Caller> {
        match self {
            Self::Business(caller) | Self::Actor(caller) => Some(caller),
            Self::System => None,
        }
    }
}
