//! Whether a subject is what its events say.

use super::events::log_of;
use crate::{
    Error, Time,
    app::Stores,
    events::{BrokenChain, EventType, Log, StoredEvent, Subject, left_as, unbroken},
    expires_in::ExpiresIn,
    ids::{OrgId, SubjectId},
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
    let events = log_of(stores, org, subject).await?;
    let state = state(stores, org, subject).await?;
    let fault = check(&events, state, kept.ended_before(now)).err();
    Ok(Verified { events: events.len(), fault })
}

fn check(events: &[StoredEvent], state: Option<(Log, String)>, ended_before: Time) -> Result<(), BrokenChain> {
    let head = unbroken(events, ended_before)?;
    let Some((log, vouched)) = state else {
        let deleted =
            |event: &StoredEvent| matches!(event.kind(), EventType::IdentificationDeleted | EventType::ScoringDeleted);
        return if events.last().is_some_and(deleted) { Ok(()) } else { Err(BrokenChain::Gone) };
    };
    if log.head != head {
        let found = head.map_or(0, |head| head.sequence);
        return Err(BrokenChain::End { found, known: log.sequence() });
    }
    left_as(events, &log.key, &vouched)
}

/// The log of a subject, as the subject keeps it, and what its events vouch for; `None` if it is gone.
async fn state(stores: &Stores, org: &OrgId, subject: Subject) -> Result<Option<(Log, String)>, Error> {
    match subject {
        Subject::Identification { identification_id, .. } => {
            let found = stores.identifications.find(org, identification_id).await?;
            Ok(found.and_then(|found| Some((found.log.clone()?, found.vouched()))))
        }
        Subject::Scoring { scoring_id } => {
            let found = stores.scorings.find(org, scoring_id).await?;
            Ok(found.and_then(|found| Some((found.log.clone()?, found.vouched()))))
        }
        Subject::WebhookEndpoint { .. } => Err(Error::NotFound("subject that can be verified")),
    }
}
