//! What the page of events looks at: the newest events of an organisation, or the log of one subject with its state.

use acredita_domain::{
    Error,
    events::{BrokenChain, EventType, StoredEvent, Subject},
    ids::{EventId, OrgId, SubjectId},
    ports::{Clock, EventPosition, EventQuery, Order},
    reference::ClientReferenceId,
    stores::Stores,
    use_cases::{Kept, Verified, verify_subject},
};
use async_trait::async_trait;
use std::{collections::HashMap, sync::Arc};

/// Events on one page.
const PAGE: usize = 50;

/// Which events to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub org: OrgId,
    pub kind: Option<EventType>,
    pub subject: Option<SubjectId>,
    /// Only those before this one.
    pub before: Option<EventId>,
}

/// The newest first.
#[derive(Default)]
pub struct Seen {
    pub events: Vec<StoredEvent>,
    pub references: HashMap<Subject, ClientReferenceId>,
    /// Where the next page begins, if there is one.
    pub older: Option<EventId>,
    /// Of the one subject, if it is known.
    pub chain: Option<Chain>,
}

/// Whether a subject is what its events say.
#[derive(Debug, PartialEq, Eq)]
pub enum Chain {
    Unbroken {
        events: usize,
    },
    Broken(BrokenChain),
    /// It changed while it was looked at.
    Busy,
}

#[async_trait]
pub trait Events: Send + Sync {
    async fn look(&self, look: &Look) -> Result<Seen, Error>;
}

pub struct EventLog {
    pub stores: Stores,
    pub clock: Arc<dyn Clock>,
    /// How long the deployment keeps what is verified.
    pub kept: Kept,
}

#[async_trait]
impl Events for EventLog {
    async fn look(&self, look: &Look) -> Result<Seen, Error> {
        let mut seen = match look.subject {
            None => self.of_organisation(look).await?,
            Some(id) => match self.stores.events.subject_of(&look.org, id).await? {
                Some(subject) => self.of_subject(look, subject).await?,
                None => Seen::default(),
            },
        };
        let mut subjects: Vec<Subject> = Vec::new();
        for event in &seen.events {
            if !subjects.contains(&event.subject()) {
                subjects.push(event.subject());
            }
        }
        seen.references = self.stores.events.references(&look.org, subjects).await?;
        Ok(seen)
    }
}

impl EventLog {
    async fn of_organisation(&self, look: &Look) -> Result<Seen, Error> {
        let after = look.before.map(|id| EventPosition { millis: id.millis(), id });
        let order = Order::Descending;
        let query = EventQuery { kind: look.kind, from: None, to: None, order, after, limit: PAGE };
        let page = self.stores.events.list(&look.org, query).await?;
        Ok(Seen { events: page.events, older: page.next.map(|place| place.id), ..Seen::default() })
    }

    async fn of_subject(&self, look: &Look, subject: Subject) -> Result<Seen, Error> {
        let before = match look.before {
            Some(id) => self.stores.events.find(&look.org, id).await?.map(|event| event.sequence()),
            None => None,
        };
        let found = self.stores.events.of_subject(&look.org, subject, before, Order::Descending, PAGE).await?;
        let older = if found.len() == PAGE { found.last().map(StoredEvent::id) } else { None };
        let events = found.into_iter().filter(|event| look.kind.is_none_or(|kind| event.kind() == kind)).collect();
        Ok(Seen { events, older, chain: Some(self.chain(&look.org, subject).await?), ..Seen::default() })
    }

    async fn chain(&self, org: &OrgId, subject: Subject) -> Result<Chain, Error> {
        match verify_subject(&self.stores, org, subject, self.kept, self.clock.now()).await {
            Ok(Verified { events, fault: None }) => Ok(Chain::Unbroken { events }),
            Ok(Verified { fault: Some(fault), .. }) => Ok(Chain::Broken(fault)),
            Err(Error::Conflict(_)) => Ok(Chain::Busy),
            Err(error) => Err(error),
        }
    }
}
