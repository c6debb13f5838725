//! Records: what the back office sees of whatever there is. A step of a chain is part of its chain's.

use crate::{
    Time,
    actor::Actor,
    identification::Status,
    ids::RecordId,
    method::MethodKind,
    reference::{ClientMetadata, ClientReferenceId},
    review::ReviewStatus,
    scoring::{Score, ScoringStatus},
    vocabulary::names,
};
use serde::{Deserialize, Serialize};

names! {
    RecordKind("is not one of AGENT, OTP, IDENTITY_DOCUMENT, CHAIN, SCORING") {
        Agent = "AGENT",
        Otp = "OTP",
        IdentityDocument = "IDENTITY_DOCUMENT",
        Chain = "CHAIN",
        /// One that stands alone.
        Scoring = "SCORING",
    }
}

names! {
    /// The state of what a record is about.
    RecordStatus("is not one of CREATED, SCORED, VALIDATED, CLOSED, CANCELLED, FAILED, EXPIRED, ERASED") {
        Created = "CREATED",
        /// Of a scoring that stands alone.
        Scored = "SCORED",
        Validated = "VALIDATED",
        Closed = "CLOSED",
        Cancelled = "CANCELLED",
        Failed = "FAILED",
        Expired = "EXPIRED",
        /// Only its events are left. No list shows it.
        Erased = "ERASED",
    }
}

impl From<MethodKind> for RecordKind {
    fn from(kind: MethodKind) -> Self {
        match kind {
            MethodKind::Agent => Self::Agent,
            MethodKind::Otp => Self::Otp,
            MethodKind::IdentityDocument => Self::IdentityDocument,
        }
    }
}

impl From<Status> for RecordStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Created => Self::Created,
            Status::Validated => Self::Validated,
            Status::Closed => Self::Closed,
            Status::Cancelled => Self::Cancelled,
            Status::Failed => Self::Failed,
            Status::Expired => Self::Expired,
        }
    }
}

impl From<ScoringStatus> for RecordStatus {
    fn from(status: ScoringStatus) -> Self {
        match status {
            ScoringStatus::Created => Self::Created,
            ScoringStatus::Scored => Self::Scored,
            ScoringStatus::Closed => Self::Closed,
            ScoringStatus::Expired => Self::Expired,
        }
    }
}

/// A record as lists show it. Nothing in it is about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    pub id: RecordId,
    pub kind: RecordKind,
    /// The stored state; [`RecordRow::status`] gives the actual one.
    pub stored: RecordStatus,
    pub created_at: Time,
    pub expires_at: Time,
    pub client_reference_id: Option<ClientReferenceId>,
    /// The latest, of an identity document or of a scoring that stands alone.
    pub score: Option<Score>,
    /// `None` if there never was one.
    pub review: Option<ReviewStatus>,
}

impl RecordRow {
    /// What is over by the clock is over, whether or not a sweep has run.
    pub fn status(&self, now: Time) -> RecordStatus {
        match self.stored {
            RecordStatus::Created | RecordStatus::Scored if now >= self.expires_at => RecordStatus::Expired,
            stored => stored,
        }
    }

    pub fn position(&self) -> RecordPosition {
        RecordPosition::of(self.id, self.created_at)
    }
}

/// The place of a record in the list of its organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordPosition {
    /// Epoch milliseconds of its creation.
    pub millis: u64,
    pub id: RecordId,
}

impl RecordPosition {
    /// That of a record that was created then.
    pub fn of(id: RecordId, created_at: Time) -> Self {
        Self { millis: u64::try_from(created_at.timestamp_millis()).unwrap_or_default(), id }
    }
}

/// The person of a record, as an export has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordPerson {
    /// As declared; `None` if nobody was, as for a scoring that stands alone.
    pub actor: Option<Actor>,
    pub validated_at: Option<Time>,
    pub metadata: ClientMetadata,
}

/// What of a row chooses records, besides their time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordFilter {
    pub kind: Option<RecordKind>,
    pub status: Option<RecordStatus>,
    pub client_reference_id: Option<ClientReferenceId>,
    pub review: Option<ReviewStatus>,
}

impl RecordFilter {
    pub fn takes_all(&self) -> bool {
        *self == Self::default()
    }

    pub fn takes(&self, row: &RecordRow, now: Time) -> bool {
        let Self { kind, status, client_reference_id, review } = self;
        kind.is_none_or(|kind| row.kind == kind)
            && status.is_none_or(|status| row.status(now) == status)
            && client_reference_id.as_ref().is_none_or(|id| row.client_reference_id.as_ref() == Some(id))
            && review.is_none_or(|review| row.review == Some(review))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn row(stored: RecordStatus) -> RecordRow {
        RecordRow {
            id: "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11".parse().expect("an id"),
            kind: RecordKind::Otp,
            stored,
            created_at: Time::UNIX_EPOCH,
            expires_at: Time::UNIX_EPOCH + TimeDelta::minutes(1),
            client_reference_id: "order-4711".parse().ok(),
            score: None,
            review: Some(ReviewStatus::Open),
        }
    }

    #[test]
    fn only_what_waits_expires_by_the_clock() {
        let over = Time::UNIX_EPOCH + TimeDelta::minutes(1);
        for stored in RecordStatus::ALL.iter().copied() {
            let waits = matches!(stored, RecordStatus::Created | RecordStatus::Scored);
            assert_eq!(row(stored).status(over), if waits { RecordStatus::Expired } else { stored });
            assert_eq!(row(stored).status(over - TimeDelta::milliseconds(1)), stored);
        }
    }

    #[test]
    fn every_part_of_a_filter_has_to_hold() {
        let all = RecordFilter {
            kind: Some(RecordKind::Otp),
            status: Some(RecordStatus::Created),
            client_reference_id: "order-4711".parse().ok(),
            review: Some(ReviewStatus::Open),
        };
        let takes = |filter: &RecordFilter| filter.takes(&row(RecordStatus::Created), Time::UNIX_EPOCH);
        assert!(takes(&all) && takes(&RecordFilter::default()));
        for other in [
            RecordFilter { kind: Some(RecordKind::Chain), ..all.clone() },
            RecordFilter { status: Some(RecordStatus::Expired), ..all.clone() },
            RecordFilter { client_reference_id: "order-4712".parse().ok(), ..all.clone() },
            RecordFilter { review: Some(ReviewStatus::Claimed), ..all.clone() },
        ] {
            assert!(!takes(&other), "{other:?}");
        }
    }
}
