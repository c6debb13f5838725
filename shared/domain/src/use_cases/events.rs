//! Reading events.

use super::cursor;
use crate::{
    App, Error, Time,
    events::{EventType, StoredEvent, Subject},
    ids::{EventId, OrgId, SubjectId},
    ports::{EventPosition, EventQuery, Order, limits::SETTLED_AFTER},
    reference::ClientReferenceId,
    stores::Stores,
};
use serde::{Deserialize, Serialize};

/// Events of one subject in one query: fewer than a query of DynamoDB has room for.
const PAGE: usize = 100;
/// Queries for one answer.
const PAGES: usize = 10;

/// Which events to list.
#[derive(Clone, Debug)]
pub struct ListEvents {
    pub filter: EventFilter,
    pub limit: usize,
    pub cursor: Option<String>,
}

/// What a cursor is bound to.
#[derive(Clone, Debug)]
pub struct EventFilter {
    pub kind: Option<EventType>,
    pub subject: Option<SubjectId>,
    pub from: Option<Time>,
    /// Exclusive.
    pub to: Option<Time>,
    pub order: Order,
}

/// An event as callers see it.
pub struct ToldEvent {
    pub event: StoredEvent,
    /// The caller's own id of its subject, if it gave one and the subject is still there. No event keeps it.
    pub client_reference_id: Option<ClientReferenceId>,
}

/// A part of a list of events.
pub struct ListedEvents {
    pub events: Vec<ToldEvent>,
    pub next_cursor: Option<String>,
}

/// A place in the list of an organisation, or in the log of one subject.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    Beginning,
    After(EventPosition),
    AfterSequence(u64),
}

/// Lists events. In ascending order there is always a cursor, by which to ask for what comes next.
pub async fn list_events(app: &App, org: &OrgId, command: ListEvents) -> Result<ListedEvents, Error> {
    let ListEvents { filter, limit, cursor } = command;
    let list = cursor::list_of("events", org, &filter);
    let place = match cursor {
        Some(cursor) => cursor::open(app, &list, &cursor).await?,
        None => Place::Beginning,
    };
    let (events, next) = match filter.subject {
        Some(id) => of_subject(app, org, &filter, id, limit, place).await?,
        None => of_organisation(app, org, &filter, limit, place).await?,
    };
    let next = match (next, filter.order) {
        (None, Order::Ascending) => Some(events.last().map_or(place, |last| place_of(last, filter.subject))),
        (next, _) => next,
    };
    let next_cursor = match next {
        Some(place) => Some(cursor::seal(app, &list, place).await?),
        None => None,
    };
    Ok(ListedEvents { events: with_references(app, org, events).await?, next_cursor })
}

/// One read for all of them.
async fn with_references(app: &App, org: &OrgId, events: Vec<StoredEvent>) -> Result<Vec<ToldEvent>, Error> {
    let mut subjects: Vec<Subject> = Vec::new();
    for event in &events {
        if !subjects.contains(&event.subject()) {
            subjects.push(event.subject());
        }
    }
    let references = app.stores.events.references(org, subjects).await?;
    let told = |event: StoredEvent| {
        let client_reference_id = references.get(&event.subject()).cloned();
        ToldEvent { event, client_reference_id }
    };
    Ok(events.into_iter().map(told).collect())
}

fn place_of(event: &StoredEvent, subject: Option<SubjectId>) -> Place {
    match subject {
        Some(_) => Place::AfterSequence(event.sequence()),
        None => Place::After(EventPosition { millis: event.id().millis(), id: event.id() }),
    }
}

async fn of_organisation(
    app: &App,
    org: &OrgId,
    filter: &EventFilter,
    limit: usize,
    place: Place,
) -> Result<(Vec<StoredEvent>, Option<Place>), Error> {
    let settled = app.now() - SETTLED_AFTER;
    let to = match filter.order {
        Order::Ascending => Some(filter.to.map_or(settled, |to| to.min(settled))),
        Order::Descending => filter.to,
    };
    let after = if let Place::After(position) = place { Some(position) } else { None };
    let EventFilter { kind, from, order, .. } = *filter;
    let page = app.stores.events.list(org, EventQuery { kind, from, to, order, after, limit }).await?;
    Ok((page.events, page.next.map(Place::After)))
}

async fn of_subject(
    app: &App,
    org: &OrgId,
    filter: &EventFilter,
    id: SubjectId,
    limit: usize,
    place: Place,
) -> Result<(Vec<StoredEvent>, Option<Place>), Error> {
    let Some(subject) = app.stores.events.subject_of(org, id).await? else { return Ok((Vec::new(), None)) };
    let mut after = if let Place::AfterSequence(sequence) = place { Some(sequence) } else { None };
    let mut events = Vec::new();
    for _ in 0..PAGES {
        let found = app.stores.events.of_subject(org, subject, after, filter.order, PAGE).await?;
        let complete = found.len() < PAGE;
        let last = found.last().map(StoredEvent::sequence);
        for event in found {
            after = Some(event.sequence());
            if filter.takes(&event) {
                events.push(event);
            }
            if events.len() == limit {
                let more = !complete || after != last;
                return Ok((events, after.filter(|_| more).map(Place::AfterSequence)));
            }
        }
        if complete {
            return Ok((events, None));
        }
    }
    Ok((events, after.map(Place::AfterSequence)))
}

impl EventFilter {
    fn takes(&self, event: &StoredEvent) -> bool {
        let at = event.created_at();
        let in_time = self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to);
        in_time && self.kind.is_none_or(|kind| event.kind() == kind)
    }
}

/// An event by its id.
pub async fn read_event(app: &App, org: &OrgId, id: EventId) -> Result<ToldEvent, Error> {
    let event = app.stores.events.find(org, id).await?.ok_or(Error::NotFound("event"))?;
    with_references(app, org, vec![event]).await?.pop().ok_or(Error::NotFound("event"))
}

/// All events of a subject, in their order.
pub(super) async fn log_of(stores: &Stores, org: &OrgId, subject: Subject) -> Result<Vec<StoredEvent>, Error> {
    let mut events: Vec<StoredEvent> = Vec::new();
    loop {
        let after = events.last().map(StoredEvent::sequence);
        let found = stores.events.of_subject(org, subject, after, Order::Ascending, PAGE).await?;
        let complete = found.len() < PAGE;
        events.extend(found);
        if complete {
            return Ok(events);
        }
    }
}
