//! Whether a subject is what its events say.

use super::events::log_of;
use crate::{
    Conflict, Error, Time,
    events::{BrokenChain, EventType, Log, StoredEvent, Subject, left_as, scored_as, unbroken},
    expires_in::ExpiresIn,
    ids::{OrgId, SubjectId},
    scoring::Scoring,
    stores::Stores,
};
use chrono::TimeDelta;

/// The outcome of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub events: usize,
    /// Where log and subject part; `None` if they agree.
    pub fault: Option<BrokenChain>,
}

/// How long a deployment keeps what is verified.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    pub events: TimeDelta,
    /// After they expire.
    pub subjects: TimeDelta,
}

impl Kept {
    /// The time before which an event may have been preceded by one that has ended. A subject may be silent for its whole
    /// life and its retention.
    fn ended_before(self, now: Time) -> Time {
        now - self.events + ExpiresIn::LONGEST.delta() + self.subjects
    }
}

/// Walks the events of the subject that goes by an id against its state. `None` if nothing is known of it.
pub async fn verify_by_id(
    stores: &Stores,
    org: &OrgId,
    id: SubjectId,
    kept: Kept,
    now: Time,
) -> Result<Option<Verified>, Error> {
    match stores.events.subject_of(org, id).await? {
        Some(subject) => verify_subject(stores, org, subject, kept, now).await.map(Some),
        None => Ok(None),
    }
}

/// Walks the events of a subject against its state.
pub async fn verify_subject(
    stores: &Stores,
    org: &OrgId,
    subject: Subject,
    kept: Kept,
    now: Time,
) -> Result<Verified, Error> {
    let mut before = None;
    for _ in 1..LOOKS {
        let events = log_of(stores, org, subject).await?;
        let state = state(stores, org, subject).await?;
        let fault = check(&events, state, kept.ended_before(now)).err();
        // Two reads are not of one moment: a fault counts when it is found again.
        if fault.is_none() || fault == before {
            return Ok(Verified { events: events.len(), fault });
        }
        before = fault;
    }
    Err(Conflict::ConcurrentChange.into())
}

/// How often a subject that does not keep still is looked at.
const LOOKS: usize = 10;

/// What is verified against the log of a subject.
struct State {
    log: Log,
    vouched: String,
    scoring: Option<Scoring>,
}

fn check(events: &[StoredEvent], state: Option<State>, ended_before: Time) -> Result<(), BrokenChain> {
    let head = unbroken(events, ended_before)?;
    let Some(State { log, vouched, scoring }) = state else {
        let deletions = [
            EventType::IdentificationDeleted,
            EventType::ScoringDeleted,
            EventType::ChainDeleted,
            EventType::WebhookEndpointDeleted,
            // It is deleted with its identification, and is over by then.
            EventType::ReviewApproved,
            EventType::ReviewRejected,
            EventType::ReviewWithdrawn,
            // Which is all that there is of it.
            EventType::RecordSearched,
            // It goes by itself, a day after it was asked for.
            EventType::RecordExported,
        ];
        let deleted = |event: &StoredEvent| deletions.contains(&event.kind());
        return if events.last().is_some_and(deleted) { Ok(()) } else { Err(BrokenChain::Gone) };
    };
    if log.head != head {
        let found = head.map_or(0, |head| head.sequence);
        return Err(BrokenChain::End { found, known: log.sequence() });
    }
    left_as(events, &log.key, &vouched)?;
    match scoring {
        Some(scoring) => scored_as(events, &log.key, &scoring.scored(), scoring.assessment.is_some()),
        None => Ok(()),
    }
}

/// A subject as it is; `None` if it is gone.
async fn state(stores: &Stores, org: &OrgId, subject: Subject) -> Result<Option<State>, Error> {
    match subject {
        Subject::Identification { identification_id, .. } => {
            let Some(found) = stores.by_id.identification(org, identification_id).await? else { return Ok(None) };
            let scoring = match found.method.scoring_id() {
                Some(id) => stores.scorings.find(org, id).await?,
                None => None,
            };
            // One from before its scorings knew of it tells of them in a log of their own.
            let scoring = scoring.filter(|scoring| scoring.identification.is_some());
            let vouched = found.vouched();
            Ok(found.log.map(|log| State { log, vouched, scoring }))
        }
        Subject::Scoring { scoring_id } => {
            let found = stores.scorings.find(org, scoring_id).await?;
            Ok(found.and_then(|found| {
                Some(State { log: found.log.clone()?, vouched: found.vouched(), scoring: Some(found) })
            }))
        }
        Subject::Chain { identification_chain_id, .. } => {
            let found = stores.by_id.chain(org, identification_chain_id).await?;
            Ok(found.map(|found| State { vouched: found.vouched(), log: found.log, scoring: None }))
        }
        Subject::Review { review_id } => {
            let found = stores.by_id.review(org, review_id).await?;
            Ok(found.map(|found| State { vouched: found.vouched(), log: found.log, scoring: None }))
        }
        Subject::WebhookEndpoint { endpoint_id } => {
            let found = stores.endpoints.find(org, endpoint_id).await?.map(|found| found.vouched());
            let log = stores.endpoints.log_of(org, endpoint_id).await?;
            Ok(found.zip(log).map(|(vouched, log)| State { log, vouched, scoring: None }))
        }
        Subject::Search { .. } => Ok(None),
        Subject::Export { export_id } => {
            let found = stores.exports.find(org, export_id).await?;
            Ok(found.map(|found| State { vouched: found.vouched(), log: found.log, scoring: None }))
        }
        Subject::Settings { .. } => {
            let found = stores.by_id.settings(org).await?;
            let found = found.filter(|found| found.subject() == subject);
            Ok(found.map(|found| State { vouched: found.vouched(), log: found.log, scoring: None }))
        }
    }
}
