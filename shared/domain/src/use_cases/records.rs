//! The back office's records: which there are, and everything about one. Whoever looks at one is on record in its own log.

use super::{
    chain::{change, stories},
    cursor, effects,
    events::ToldEvent,
    telling,
};
use crate::{
    App, Error, Request, Time,
    error::Unavailable,
    events::{EventData, EventType, StoredEvent, Story, Subject},
    identification::MethodKind,
    ids::{OrgId, RecordId},
    ports::{FoundIdentification, FoundRecord, FoundStep, Order, RecordQuery, StepError},
    records::{RecordFilter, RecordKind, RecordPosition, RecordRow, RecordStatus},
    reference::ClientReferenceId,
    review::Review,
    webhooks::Stream,
};
use futures_util::future::try_join_all;

/// Which records to list.
pub struct ListRecords {
    pub filter: RecordFilter,
    pub from: Option<Time>,
    /// Exclusive.
    pub to: Option<Time>,
    pub limit: usize,
    pub cursor: Option<String>,
}

/// A part of a list of records, as they are at `now`.
pub struct ListedRecords {
    pub records: Vec<RecordRow>,
    pub next_cursor: Option<String>,
    pub now: Time,
}

/// Lists records, the newest first.
pub async fn list_records(app: &App, org: &OrgId, command: ListRecords) -> Result<ListedRecords, Error> {
    let ListRecords { filter, from, to, limit, cursor } = command;
    // A caller's own id does not show in its `Debug`, and is a part of the filter.
    let reference = filter.client_reference_id.as_ref().map(|id| id.expose());
    let list = cursor::list_of("records", org, (&filter, reference, from, to));
    let after: Option<RecordPosition> = match cursor {
        Some(cursor) => Some(cursor::open(app, &list, &cursor).await?),
        None => None,
    };
    let now = app.now();
    let page = app.stores.records.list(org, RecordQuery { filter, from, to, after, limit, now }).await?;
    let next_cursor = match page.next {
        Some(place) => Some(cursor::seal(app, &list, place).await?),
        None => None,
    };
    Ok(ListedRecords { records: page.records, next_cursor, now })
}

/// A record as it was at `now`, when somebody looked at it.
pub struct ReadRecord {
    pub id: RecordId,
    pub record: FoundRecord,
    pub now: Time,
    /// The latest [`TIMELINE`] events, the oldest first. The look is one of them.
    pub timeline: Vec<ToldEvent>,
}

/// How many events a record shows.
const TIMELINE: usize = 100;

/// Reads a record. `personal` says whether what is about the person is shown, which is a part of the event.
pub async fn read_record(app: &App, request: &Request, id: RecordId, personal: bool) -> Result<ReadRecord, Error> {
    let add = |data: EventData, _: &FoundRecord| data.with("personal", personal);
    let Look { record, told, now } = look(app, request, id, EventType::RecordViewed, add).await?;
    let timeline = timeline(app, &request.org, &record, told).await?;
    match (&record, &timeline[..]) {
        (FoundRecord::Gone(_), []) => Err(Error::NotFound("record")),
        _ => Ok(ReadRecord { id, record, now, timeline }),
    }
}

impl ReadRecord {
    /// `None` for an identification that was erased without an event of it.
    pub fn kind(&self) -> Option<RecordKind> {
        match &self.record {
            FoundRecord::Identification(found) => Some(found.step.identification.method.kind().into()),
            FoundRecord::Chain(..) | FoundRecord::Gone(Subject::Chain { .. }) => Some(RecordKind::Chain),
            FoundRecord::Scoring(_) | FoundRecord::Gone(Subject::Scoring { .. }) => Some(RecordKind::Scoring),
            FoundRecord::Gone(_) => self.timeline.iter().find_map(|told| {
                let method = told.event.data().get("method")?.as_str()?;
                method.parse::<MethodKind>().ok().map(RecordKind::from)
            }),
        }
    }

    pub fn status(&self) -> RecordStatus {
        match &self.record {
            FoundRecord::Identification(found) => found.step.identification.status(self.now).into(),
            FoundRecord::Chain(chain, steps) => {
                chain.status_with(steps.iter().map(|found| &found.step.identification), self.now).into()
            }
            FoundRecord::Scoring(scoring) => scoring.status(self.now).into(),
            FoundRecord::Gone(_) => RecordStatus::Erased,
        }
    }

    /// The latest review of its score: of a chain, one of its steps at most has a score.
    pub fn review(&self) -> Option<&Review> {
        match &self.record {
            FoundRecord::Identification(found) => found.review.as_ref(),
            FoundRecord::Chain(_, steps) => steps.iter().find_map(|found| found.review.as_ref()),
            FoundRecord::Scoring(_) | FoundRecord::Gone(_) => None,
        }
    }

    /// When it was erased, if it was.
    pub fn erased_at(&self) -> Option<Time> {
        let last = self.timeline.last().filter(|_| matches!(self.record, FoundRecord::Gone(_)))?;
        Some(last.event.created_at())
    }
}

/// How often a record is looked at that does not keep still: of any number of requests that meet, one is taken each time.
const LOOKS: usize = 20;
/// How often a chain is read until it agrees with its steps, which are another read.
const SETTLED_LOOKS: usize = 4;

/// A record that somebody looked at.
pub(super) struct Look {
    pub record: FoundRecord,
    /// The number of the event of it; `None` if nothing is left to look at.
    told: Option<u64>,
    pub now: Time,
}

/// Finds a record and writes the event of the look, which no other event comes before: the record is as that event found
/// it. Nothing is shown without it.
pub(super) async fn look(
    app: &App,
    request: &Request,
    id: RecordId,
    kind: EventType,
    add: impl Fn(EventData, &FoundRecord) -> EventData,
) -> Result<Look, Error> {
    for looks in 1..=LOOKS {
        let record = app.stores.records.find(&request.org, id).await?.ok_or(Error::NotFound("record"))?;
        let now = app.now();
        if looks < SETTLED_LOOKS && !is_settled(&record) {
            continue;
        }
        let Some(story) = story(app, request, &record, (kind, &add), now).await? else {
            return Ok(Look { record, told: None, now });
        };
        let events = story.events.len() + usize::from(story.adopted.is_some());
        let told = story.log.sequence() + events as u64;
        match app.stores.log.tell_next(story).await {
            Ok(()) => {
                wake(app, &record).await;
                return Ok(Look { record, told: Some(told), now });
            }
            // Something else happened to it, or it is gone.
            Err(StepError::Lost) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Unavailable("a record that does not keep still").into())
}

/// Whether a chain was read at one moment with its steps.
fn is_settled(record: &FoundRecord) -> bool {
    let FoundRecord::Chain(chain, steps) = record else { return true };
    let steps: Vec<_> = steps.iter().map(|found| found.step.identification.clone()).collect();
    chain.agrees_with(&steps)
}

/// The event of a look; `None` if nothing is left to look at.
async fn story(
    app: &App,
    request: &Request,
    record: &FoundRecord,
    (kind, add): (EventType, &impl Fn(EventData, &FoundRecord) -> EventData),
    now: Time,
) -> Result<Option<Story>, Error> {
    Ok(Some(match record {
        FoundRecord::Identification(found) => {
            let identification = &found.step.identification;
            let data = add(telling::basics(identification, now), record);
            telling::of_identification(app, request, identification, kind, data, now)
        }
        FoundRecord::Chain(chain, steps) => {
            let steps: Vec<_> = steps.iter().map(|found| found.step.clone()).collect();
            let data = add(stories::basics(chain, change::status(chain, &steps, now)), record);
            stories::of_chain(app, request, chain, kind, data, now)
        }
        FoundRecord::Scoring(scoring) => {
            let data = add(EventData::default().named("status", scoring.status(now)), record);
            telling::of_scoring(app, request, scoring, kind, data, now).await?
        }
        FoundRecord::Gone(_) => return Ok(None),
    }))
}

async fn wake(app: &App, record: &FoundRecord) {
    match record {
        FoundRecord::Identification(found) => effects::told(app, &found.step.identification).await,
        FoundRecord::Chain(chain, _) => effects::wake(app, &chain.org, Stream::ChainId(chain.id)).await,
        FoundRecord::Scoring(scoring) => effects::told_of_scoring(app, scoring).await,
        FoundRecord::Gone(_) => {}
    }
}

/// The latest events up to this one, and with them those of reviews, and of the steps of a chain. A query of each log.
async fn timeline(app: &App, org: &OrgId, record: &FoundRecord, told: Option<u64>) -> Result<Vec<ToldEvent>, Error> {
    let before = told.map(|told| told + 1);
    let logs: Vec<OneLog<'_>> = match record {
        FoundRecord::Identification(found) => logs_of(found, before).collect(),
        FoundRecord::Chain(chain, steps) => {
            let own = (chain.subject(), before, chain.reference.client_reference_id());
            [own].into_iter().chain(steps.iter().flat_map(|step| logs_of(step, None))).collect()
        }
        FoundRecord::Scoring(scoring) => {
            let subject = Subject::Scoring { scoring_id: scoring.id };
            vec![(subject, before, scoring.reference.client_reference_id())]
        }
        FoundRecord::Gone(subject) => vec![(*subject, None, None)],
    };
    let queries = logs.into_iter().map(async |(subject, before, reference)| {
        let events = app.stores.events.of_subject(org, subject, before, Order::Descending, TIMELINE).await?;
        let told = |event: StoredEvent| ToldEvent { event, client_reference_id: reference.cloned() };
        Ok::<_, Error>(events.into_iter().map(told).collect::<Vec<_>>())
    });
    let mut events: Vec<ToldEvent> = try_join_all(queries).await?.into_iter().flatten().collect();
    // Within a log this is the order of their numbers.
    events.sort_by_key(|told| (told.event.created_at(), told.event.id()));
    Ok(events.split_off(events.len().saturating_sub(TIMELINE)))
}

/// Whose events it has, the event before which they are read, and the reference of what it is about.
type OneLog<'a> = (Subject, Option<u64>, Option<&'a ClientReferenceId>);

/// The log of an identification, and those of all reviews of its scores.
fn logs_of(found: &FoundIdentification, before: Option<u64>) -> impl Iterator<Item = OneLog<'_>> {
    let FoundStep { identification, scoring } = &found.step;
    let reference = identification.reference.client_reference_id();
    let reviews = scoring.iter().flat_map(|scoring| &scoring.reviews);
    let of_reviews = reviews.map(move |id| (Subject::Review { review_id: *id }, None, reference));
    [(identification.subject(), before, reference)].into_iter().chain(of_reviews)
}
