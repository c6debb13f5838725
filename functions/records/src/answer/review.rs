//! The review of a record's score.

use super::personal::shown;
use acredita_domain::{
    Time,
    ids::ReviewId,
    review::{Decided, Decision, DecisionReason, Review, ReviewStatus},
    scoring::Reason,
};
use acredita_http::{
    answers::Rfc3339,
    review::{DecisionName, DecisionReasonName, ReviewStatusName},
};
use serde::Serialize;
use utoipa::ToSchema;

/// The review of a score, with what was decided.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordReview)]
pub struct ReviewAnswer {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub review_id: ReviewId,
    /// How far it has come.
    #[schema(value_type = ReviewStatusName)]
    pub status: ReviewStatus,
    /// When it opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Rfc3339,
    /// Whoever works on it: the subject of a token, or its client.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "ana")]
    pub claimed_by: Option<String>,
    /// When that claim lapses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub claimed_until: Option<Rfc3339>,
    /// The score that is reviewed, from 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.62)]
    pub score: f64,
    /// Why that score is not higher.
    #[schema(value_type = Vec<String>, example = json!(["NOT_CHECKED"]))]
    pub reasons: Vec<Reason>,
    /// Whether two have to approve.
    pub four_eyes: bool,
    /// What was decided, the oldest first.
    pub decisions: Vec<DecisionAnswer>,
}

/// What a reviewer decided, and why.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordDecision)]
pub struct DecisionAnswer {
    /// What.
    #[schema(value_type = DecisionName)]
    pub decision: Decision,
    /// Why.
    #[schema(value_type = DecisionReasonName)]
    pub reason: DecisionReason,
    /// Whose decision it is: the subject of a token, or its client.
    #[schema(example = "ana")]
    pub decided_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub decided_at: Rfc3339,
    /// What the reviewer wrote for colleagues, which may name the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Looks like the one that she showed in the shop.")]
    pub note: Option<String>,
}

impl ReviewAnswer {
    pub fn of(review: &Review, personal: bool, now: Time) -> Self {
        let claim = review.claim_at(now).map(|(by, until)| (by.name.expose().to_owned(), Rfc3339(until)));
        let (claimed_by, claimed_until) = claim.unzip();
        Self {
            review_id: review.id,
            status: review.status(now),
            opened_at: Rfc3339(review.opened_at),
            claimed_by,
            claimed_until,
            score: review.about.score.cut().value(),
            reasons: review.about.reasons.clone(),
            four_eyes: review.four_eyes,
            decisions: review.decisions.iter().map(|decided| DecisionAnswer::of(decided, personal)).collect(),
        }
    }
}

impl DecisionAnswer {
    fn of(decided: &Decided, personal: bool) -> Self {
        Self {
            decision: decided.decision,
            reason: decided.reason,
            decided_by: decided.by.name.expose().to_owned(),
            decided_at: Rfc3339(decided.at),
            note: decided.note.as_ref().map(|note| shown(note.expose(), personal)),
        }
    }
}
