//! How far the events of a subject have come at an endpoint.

use super::{Endpoint, Stream};
use crate::{
    Time,
    events::StoredEvent,
    ids::{EndpointId, EventId, LeaseId, MessageId, OrgId},
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Longer than its last try can wait.
const ERRAND_KEPT: TimeDelta = TimeDelta::days(30);

/// Whose progress it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CursorId {
    Events { org: OrgId, stream: Stream, endpoint: EndpointId },
    Errand { org: OrgId, endpoint: EndpointId, errand: MessageId },
}

/// Something that is sent because somebody asks for it, outside the order of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "errand", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Errand {
    Ping {
        event_id: EventId,
        at: Time,
    },
    Resend {
        event_id: EventId,
    },
    /// Everything that failed in between, in order. `after` is the place it has come to.
    Recover {
        since: Time,
        until: Time,
        after: Option<(u64, EventId)>,
    },
}

/// Progress, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub id: CursorId,
    /// The event that is next. An errand has no such order.
    pub next_sequence: u64,
    /// How often that one was tried.
    pub tries: u32,
    /// When it is tried again.
    pub due_at: Option<Time>,
    /// The worker that has it, and until when.
    pub lease: Option<(LeaseId, Time)>,
    /// Of an errand, what there is to do.
    pub errand: Option<Errand>,
    /// Until when its events are kept. Without it they would be sent again.
    pub keep_until: Time,
    /// Whether it is stored yet.
    pub is_new: bool,
}

/// What there is to do for a subject at an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<'a> {
    /// All that it wants was sent.
    Nothing,
    /// This one.
    Send(&'a StoredEvent),
    /// A try is due later: whatever comes after it waits as well.
    Later(Time),
    /// Another worker has it.
    Leased,
}

impl CursorId {
    pub fn endpoint(&self) -> EndpointId {
        match self {
            Self::Events { endpoint, .. } | Self::Errand { endpoint, .. } => *endpoint,
        }
    }
}

impl Cursor {
    /// Of an errand that is to be run at once.
    pub fn of_errand(endpoint: &Endpoint, id: MessageId, errand: Errand, now: Time) -> Self {
        let id = CursorId::Errand { org: endpoint.org.clone(), endpoint: endpoint.id, errand: id };
        Self {
            id,
            next_sequence: 1,
            tries: 0,
            due_at: None,
            lease: None,
            errand: Some(errand),
            keep_until: now + ERRAND_KEPT,
            is_new: true,
        }
    }

    /// Before the first event that an endpoint gets of a subject.
    pub fn before(endpoint: &Endpoint, stream: Stream, sequence: u64, keep_until: Time) -> Self {
        let id = CursorId::Events { org: endpoint.org.clone(), stream, endpoint: endpoint.id };
        Self {
            id,
            keep_until,
            next_sequence: sequence,
            tries: 0,
            due_at: None,
            lease: None,
            errand: None,
            is_new: true,
        }
    }

    pub fn is_leased(&self, now: Time) -> bool {
        self.lease.is_some_and(|(_, until)| now < until)
    }

    /// Past an event that was taken, or given up. A worker that goes on keeps its lease; should it die, the cursor is due
    /// when the lease ends.
    #[must_use]
    pub fn past(&self, sequence: u64, going_on: Option<(LeaseId, Time)>) -> Self {
        let due_at = going_on.map(|(_, until)| until);
        let next_sequence = sequence + 1;
        Self { next_sequence, tries: 0, due_at, lease: going_on, is_new: false, ..self.clone() }
    }

    /// After a try of the event of this number that failed.
    #[must_use]
    pub fn again(&self, sequence: u64, at: Time) -> Self {
        let parked = self.parked(sequence, at);
        Self { tries: parked.tries + 1, ..parked }
    }

    /// Waiting at an event without a try, because its endpoint is not to be tried.
    #[must_use]
    pub fn parked(&self, sequence: u64, at: Time) -> Self {
        let tries = self.tries_of(sequence);
        Self { next_sequence: sequence, tries, due_at: Some(at), lease: None, is_new: false, ..self.clone() }
    }

    /// Waiting for nothing: what it waited for is not wanted any more.
    #[must_use]
    pub fn at_rest(&self) -> Self {
        Self { due_at: None, lease: None, is_new: false, ..self.clone() }
    }

    /// How often the event of this number was tried: tries count for one event only.
    pub fn tries_of(&self, sequence: u64) -> u32 {
        if sequence == self.next_sequence { self.tries } else { 0 }
    }
}

/// What to do next for a subject at an endpoint, and with which cursor. `events` are all of the subject's, in order, and
/// kept until `keep_until`.
pub fn next_for<'a>(
    endpoint: &Endpoint,
    events: &'a [StoredEvent],
    keep_until: Time,
    cursor: Option<&Cursor>,
    now: Time,
) -> (Option<Cursor>, Next<'a>) {
    let position = cursor.map_or(0, |cursor| cursor.next_sequence);
    let wanted = events.iter().find(|event| {
        event.sequence() >= position && event.created_at() >= endpoint.enabled_at && endpoint.wants(event)
    });
    let Some(event) = wanted else { return (cursor.cloned(), Next::Nothing) };
    let Some(cursor) = cursor else {
        return (
            Some(Cursor::before(endpoint, event.subject().into(), event.sequence(), keep_until)),
            Next::Send(event),
        );
    };
    let next = match cursor.due_at {
        _ if cursor.is_leased(now) => Next::Leased,
        // What it waits for may be an event that the endpoint does not want any more; and what was not tried waits for the
        // endpoint only, which may be well again.
        Some(at) if now < at && cursor.tries_of(event.sequence()) > 0 => Next::Later(at),
        _ => Next::Send(event),
    };
    (Some(Cursor { keep_until: keep_until.max(cursor.keep_until), ..cursor.clone() }), next)
}

#[cfg(test)]
mod tests;
