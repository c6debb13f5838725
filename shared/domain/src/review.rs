//! The review of a score by a person of the business: of an identity document that is good, but not good enough.
//!
//! ```text
//!              claim                approve
//!   OPEN ───────────────▶ CLAIMED ─────────▶ APPROVED
//!    ▲  release, its lease    │ │              │
//!    │  ends, or the first    │ │ reject       │ a new score, or the end
//!    │  of two approvals      │ └────▶ REJECTED│ of the identification
//!    └────────────────────────┘                ▼
//!   OPEN, CLAIMED, APPROVED ─────────────▶ WITHDRAWN
//! ```
//!
//! A review is of one score of one scoring, the one that was looked at. An approval stands in for the threshold of that score
//! until the identification is validated; the score stays what it is.

use crate::{
    Time,
    caller::{Caller, CallerName},
    events::{Log, Subject},
    ids::{ChainId, IdentificationId, OrgId, RecordId, ReviewId, ScoringId},
    reference::Reference,
    request::Request,
    scoring::{Reason, Score},
    text::{at_most, clean_lines, private_text},
    vocabulary::names,
};
use chrono::{SubsecRound, TimeDelta};
use serde::{Deserialize, Serialize};

/// How long a claim lasts.
pub const CLAIM_LEASE: TimeDelta = TimeDelta::minutes(15);

names! {
    ReviewStatus("is not one of OPEN, CLAIMED, APPROVED, REJECTED, WITHDRAWN") {
        /// Nobody works on it.
        Open = "OPEN",
        /// One person does.
        Claimed = "CLAIMED",
        Approved = "APPROVED",
        Rejected = "REJECTED",
        /// What it was about is over, or was replaced.
        Withdrawn = "WITHDRAWN",
    }
}

names! {
    Decision("is neither APPROVE nor REJECT") {
        Approve = "APPROVE",
        Reject = "REJECT",
    }
}

names! {
    DecisionReason("is not one of DATA_CONFIRMED, DOCUMENT_CONFIRMED, POOR_PICTURE, NOT_THE_PERSON, SUSPECTED_FORGERY, OTHER") {
        DataConfirmed = "DATA_CONFIRMED",
        DocumentConfirmed = "DOCUMENT_CONFIRMED",
        PoorPicture = "POOR_PICTURE",
        NotThePerson = "NOT_THE_PERSON",
        SuspectedForgery = "SUSPECTED_FORGERY",
        Other = "OTHER",
    }
}

private_text! {
    /// What a reviewer writes for colleagues. It may name the person, so it is in no event and goes with the identification.
    ReviewNote, |text| at_most(clean_lines(text)?, 1_000, "is longer than 1,000 characters")
}

/// Whoever reviews: the subject of a token of one issuer, or its client where it has no subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewer {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<CallerName>,
    pub name: CallerName,
}

impl Reviewer {
    /// `None` if the token names nobody.
    pub fn of(request: &Request) -> Option<Self> {
        let Caller { subject, client_id, issuer } = request.by.caller()?;
        Some(Self { issuer: issuer.clone(), name: subject.clone().or_else(|| client_id.clone())? })
    }
}

/// A decision as it is kept. Later ones change nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub decision: Decision,
    pub reason: DecisionReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<ReviewNote>,
    pub by: Reviewer,
    pub at: Time,
}

/// What a reviewer looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewedScore {
    pub scoring_id: ScoringId,
    /// Which of the scores of the scoring.
    pub number: u32,
    pub score: Score,
    /// Why it is not higher.
    pub reasons: Vec<Reason>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewState {
    Open,
    Claimed { by: Reviewer, until: Time },
    Approved,
    Rejected,
    Withdrawn,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub id: ReviewId,
    pub org: OrgId,
    pub identification_id: IdentificationId,
    /// The chain that the identification is a step of.
    pub chain_id: Option<ChainId>,
    /// Of the identification, or of its chain.
    pub record_id: RecordId,
    /// The identification's, for those who are told of the review.
    pub reference: Reference,
    pub about: ReviewedScore,
    /// Whether two have to approve, as the organisation had chosen when the review opened.
    pub four_eyes: bool,
    pub opened_at: Time,
    /// The end of the identification.
    pub expires_at: Time,
    /// The stored state; [`Review::status`] gives the actual one.
    pub state: ReviewState,
    pub decisions: Vec<Decided>,
    /// One more with each change, from 1.
    pub revision: u64,
    pub log: Log,
}

/// What an identification knows of its latest review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewMark {
    pub id: ReviewId,
    pub status: ReviewStatus,
}

impl ReviewStatus {
    /// Whether the end of the identification ends it.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Open | Self::Claimed | Self::Approved)
    }

    /// Whether a decision is to come.
    pub fn is_undecided(self) -> bool {
        matches!(self, Self::Open | Self::Claimed)
    }
}

impl ReviewState {
    /// Without the clock.
    pub fn status(&self) -> ReviewStatus {
        match self {
            Self::Open => ReviewStatus::Open,
            Self::Claimed { .. } => ReviewStatus::Claimed,
            Self::Approved => ReviewStatus::Approved,
            Self::Rejected => ReviewStatus::Rejected,
            Self::Withdrawn => ReviewStatus::Withdrawn,
        }
    }
}

/// Why somebody may not do something with a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReviewRefusal {
    #[error("the review is {0}")]
    Over(ReviewStatus),
    #[error("another reviewer has claimed the review")]
    ClaimedByAnother,
    #[error("the review is not claimed, or its claim has lapsed: claim it first")]
    NotClaimed,
    #[error("another reviewer has to approve, too")]
    ApprovedAlready,
}

impl Review {
    /// The owner of its events.
    pub fn subject(&self) -> Subject {
        Subject::Review { review_id: self.id }
    }

    pub fn mark(&self) -> ReviewMark {
        ReviewMark { id: self.id, status: self.state.status() }
    }

    /// A claim ends by the clock, and with the identification so does a review that is not decided.
    pub fn status(&self, now: Time) -> ReviewStatus {
        match &self.state {
            ReviewState::Open | ReviewState::Claimed { .. } if now >= self.expires_at => ReviewStatus::Withdrawn,
            ReviewState::Claimed { until, .. } if now >= *until => ReviewStatus::Open,
            state => state.status(),
        }
    }

    /// Whoever works on it at `now`, and until when.
    pub fn claim_at(&self, now: Time) -> Option<(&Reviewer, Time)> {
        match &self.state {
            ReviewState::Claimed { by, until } if self.status(now) == ReviewStatus::Claimed => Some((by, *until)),
            _ => None,
        }
    }

    /// One who has claimed it already has it for longer.
    pub fn claimed(self, by: Reviewer, now: Time) -> Result<Self, ReviewRefusal> {
        self.require_undecided(now)?;
        match self.claim_at(now) {
            Some((other, _)) if *other != by => return Err(ReviewRefusal::ClaimedByAnother),
            _ if self.decisions.iter().any(|decided| decided.by == by) => return Err(ReviewRefusal::ApprovedAlready),
            _ => {}
        }
        let until = (now + CLAIM_LEASE).trunc_subsecs(3);
        Ok(self.changed(ReviewState::Claimed { by, until }))
    }

    pub fn released(self, by: &Reviewer, now: Time) -> Result<Self, ReviewRefusal> {
        self.require_claimed(by, now)?;
        Ok(self.changed(ReviewState::Open))
    }

    /// A claim that nobody used ends by the clock. `None` if there is none.
    pub fn lapsed(self, now: Time) -> Option<Self> {
        let is_lapsed = matches!(&self.state, ReviewState::Claimed { until, .. } if now >= *until);
        is_lapsed.then(|| self.changed(ReviewState::Open))
    }

    /// Of two who have to approve, the first one leaves it to the other.
    pub fn decided(mut self, decided: Decided, now: Time) -> Result<Self, ReviewRefusal> {
        self.require_claimed(&decided.by, now)?;
        let decision = decided.decision;
        self.decisions.push(decided);
        let next = match decision {
            Decision::Reject => ReviewState::Rejected,
            Decision::Approve if self.decisions.len() < self.approvals_needed() => ReviewState::Open,
            Decision::Approve => ReviewState::Approved,
        };
        Ok(self.changed(next))
    }

    pub fn withdrawn(self) -> Self {
        self.changed(ReviewState::Withdrawn)
    }

    fn approvals_needed(&self) -> usize {
        if self.four_eyes { 2 } else { 1 }
    }

    /// How many approvals are still missing.
    pub fn approvals_left(&self) -> usize {
        self.approvals_needed().saturating_sub(self.decisions.len())
    }

    fn changed(self, state: ReviewState) -> Self {
        Self { state, revision: self.revision + 1, ..self }
    }

    fn require_undecided(&self, now: Time) -> Result<(), ReviewRefusal> {
        let status = self.status(now);
        if status.is_undecided() { Ok(()) } else { Err(ReviewRefusal::Over(status)) }
    }

    fn require_claimed(&self, by: &Reviewer, now: Time) -> Result<(), ReviewRefusal> {
        self.require_undecided(now)?;
        match self.claim_at(now) {
            Some((holder, _)) if holder == by => Ok(()),
            Some(_) => Err(ReviewRefusal::ClaimedByAnother),
            None => Err(ReviewRefusal::NotClaimed),
        }
    }

    /// Everything about it that a step changes, as one text: see [`EventData::state`](crate::events::EventData).
    pub fn vouched(&self) -> String {
        let claim = match &self.state {
            ReviewState::Claimed { by, until } => Some((by, until)),
            _ => None,
        };
        let Self { identification_id, record_id, about, four_eyes, opened_at, expires_at, decisions, .. } = self;
        let terms = (identification_id, record_id, about, four_eyes, opened_at, expires_at);
        serde_json::to_string(&(terms, self.state.status(), claim, decisions))
            .expect("values of the domain have text keys and always serialize")
    }
}

/// The approval that an identification was validated with in place of the threshold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewEvidence {
    pub review_id: ReviewId,
    pub approvals: Vec<Approval>,
}

/// Without the note, which stays with the review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub by: Reviewer,
    pub at: Time,
    pub reason: DecisionReason,
}

impl ReviewEvidence {
    /// Of a review that was approved on this score of its scoring; `None` of any other.
    pub fn of(review: &Review, scoring: ScoringId, number: u32) -> Option<Self> {
        let is_of_it = (review.about.scoring_id, review.about.number) == (scoring, number);
        let approval = |decided: &Decided| Approval { by: decided.by.clone(), at: decided.at, reason: decided.reason };
        (is_of_it && review.state == ReviewState::Approved)
            .then(|| Self { review_id: review.id, approvals: review.decisions.iter().map(approval).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Entropy;

    struct Ones;

    impl Entropy for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(1);
        }
    }

    fn at(minutes: i64) -> Time {
        Time::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn reviewer(name: &str) -> Reviewer {
        Reviewer { issuer: None, name: name.parse().expect("a name") }
    }

    fn review(four_eyes: bool) -> Review {
        let scoring_id = ScoringId::generate(&Ones);
        Review {
            id: ReviewId::generate(&Ones),
            org: "yoigo".parse().expect("an organisation"),
            identification_id: IdentificationId::generate(&Ones),
            chain_id: None,
            record_id: crate::ids::AdminIdentificationId::generate(&Ones).into(),
            reference: Reference::default(),
            about: ReviewedScore { scoring_id, number: 1, score: Score::new(0.6), reasons: Vec::new() },
            four_eyes,
            opened_at: at(0),
            expires_at: at(60),
            state: ReviewState::Open,
            decisions: Vec::new(),
            revision: 1,
            log: Log::begin(&Ones),
        }
    }

    fn decided(by: &str, decision: Decision) -> Decided {
        Decided { decision, reason: DecisionReason::DataConfirmed, note: None, by: reviewer(by), at: at(0) }
    }

    #[test]
    fn a_claim_is_of_one_person_for_fifteen_minutes() {
        let claimed = review(false).claimed(reviewer("ana"), at(0)).expect("claimed");
        let other = |now| claimed.clone().claimed(reviewer("eva"), now);
        assert_eq!(other(at(14)), Err(ReviewRefusal::ClaimedByAnother));
        assert!(other(at(15)).is_ok() && claimed.clone().claimed(reviewer("ana"), at(1)).is_ok());
        assert_eq!(claimed.clone().lapsed(at(14)), None);
        assert_eq!(claimed.clone().lapsed(at(15)).map(|review| review.state), Some(ReviewState::Open));
        assert_eq!((claimed.status(at(14)), claimed.status(at(15))), (ReviewStatus::Claimed, ReviewStatus::Open));
        assert_eq!(claimed.clone().decided(decided("ana", Decision::Approve), at(15)), Err(ReviewRefusal::NotClaimed));
        assert_eq!(claimed.released(&reviewer("eva"), at(1)), Err(ReviewRefusal::ClaimedByAnother));
    }

    #[test]
    fn the_same_subject_of_another_issuer_is_somebody_else() {
        let claimed = review(false).claimed(reviewer("ana"), at(0)).expect("claimed");
        let other = Reviewer { issuer: "https://other.example".parse().ok(), ..reviewer("ana") };
        assert_eq!(claimed.released(&other, at(1)), Err(ReviewRefusal::ClaimedByAnother));
    }

    #[test]
    fn four_eyes_are_two_people() {
        let first = review(true).claimed(reviewer("ana"), at(0)).expect("claimed");
        let first = first.decided(decided("ana", Decision::Approve), at(1)).expect("decided");
        assert_eq!((first.state.clone(), first.approvals_left()), (ReviewState::Open, 1));
        assert_eq!(first.clone().claimed(reviewer("ana"), at(2)), Err(ReviewRefusal::ApprovedAlready));
        let second = first.claimed(reviewer("eva"), at(2)).expect("claimed");
        let approved = second.clone().decided(decided("eva", Decision::Approve), at(3)).expect("decided");
        assert_eq!((approved.state.clone(), approved.decisions.len()), (ReviewState::Approved, 2));
        let rejected = second.decided(decided("eva", Decision::Reject), at(3)).expect("decided");
        assert_eq!(rejected.state, ReviewState::Rejected);
    }

    #[test]
    fn what_is_over_is_not_decided_again() {
        let claimed = review(false).claimed(reviewer("ana"), at(0)).expect("claimed");
        let approved = claimed.decided(decided("ana", Decision::Approve), at(1)).expect("decided");
        let again = approved.clone().decided(decided("ana", Decision::Reject), at(2));
        assert_eq!(again, Err(ReviewRefusal::Over(ReviewStatus::Approved)));
        assert_eq!(
            review(false).claimed(reviewer("ana"), at(60)),
            Err(ReviewRefusal::Over(ReviewStatus::Withdrawn)),
            "the identification has expired"
        );
        let evidence = |number| ReviewEvidence::of(&approved, approved.about.scoring_id, number);
        assert!(evidence(1).is_some() && evidence(2).is_none(), "of another score");
        assert_eq!(ReviewEvidence::of(&approved.clone().withdrawn(), approved.about.scoring_id, 1), None);
    }

    #[test]
    fn a_note_never_shows() {
        let note: ReviewNote = "the canary\r\nsang".parse().expect("a note");
        assert!(!format!("{note:?}").contains("canary"));
        assert!("r".repeat(1_001).parse::<ReviewNote>().is_err());
    }
}
