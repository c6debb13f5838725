//! The logs of events.

use super::{FindError, StepError};
use crate::{
    Time,
    events::{EventType, StoredEvent, Story, Subject},
    ids::{EventId, OrgId, SubjectId},
    reference::ClientReferenceId,
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Which events of an organisation are listed, and from where on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventQuery {
    pub kind: Option<EventType>,
    pub from: Option<Time>,
    /// Exclusive.
    pub to: Option<Time>,
    pub order: Order,
    /// The event after which the list goes on, in its order.
    pub after: Option<EventPosition>,
    pub limit: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The oldest first.
    Ascending,
    /// The newest first.
    Descending,
}

/// The place of an event in the list of its organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventPosition {
    /// Epoch milliseconds.
    pub millis: u64,
    pub id: EventId,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPage {
    pub events: Vec<StoredEvent>,
    /// The place up to which the list was looked through, which is further than its last event where others were left out;
    /// `None` at its end.
    pub next: Option<EventPosition>,
}

/// Writes events that no other step is committed with. Events are never changed.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// One transaction, and one more for each time that another step came first.
    async fn tell(&self, story: Story) -> Result<(), StepError>;
    /// The same, if no other event came first: the log has to be as the story has it. One transaction.
    async fn tell_next(&self, story: Story) -> Result<(), StepError>;
    /// Writes the events of a subject that is nothing but its events. One transaction.
    async fn tell_alone(&self, story: Story) -> Result<(), StepError>;
}

/// Every method works within one organisation.
#[async_trait]
pub trait Events: Send + Sync {
    /// A subject's events, as they are now: those after the one of this number, in this order, or all of them. One query.
    async fn of_subject(
        &self,
        org: &OrgId,
        subject: Subject,
        after: Option<u64>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, FindError>;
    /// The subject that goes by an id, if it has events. At most nine reads.
    async fn subject_of(&self, org: &OrgId, id: SubjectId) -> Result<Option<Subject>, FindError>;
    /// One query and one read. An event may take a second to be found.
    async fn find(&self, org: &OrgId, id: EventId) -> Result<Option<StoredEvent>, FindError>;
    /// The callers' own ids of these subjects, where they gave one and the subject is still there. One read.
    async fn references(
        &self,
        org: &OrgId,
        subjects: Vec<Subject>,
    ) -> Result<HashMap<Subject, ClientReferenceId>, FindError>;
    /// A query of each shard, and a read of the events found.
    async fn list(&self, org: &OrgId, query: EventQuery) -> Result<EventPage, FindError>;
}
