//! What the operations on reviews read and answer.

use acredita_domain::{
    Invalid, Time,
    ids::{RecordId, ReviewId},
    review::{Review, ReviewStatus},
    scoring::Reason,
    use_cases::{ListReviews, ListedReviews, ReviewDecision},
};
use acredita_http::{
    Faults, ParseRequest, RequestReader,
    answers::Rfc3339,
    fault::Place,
    listing::limit,
    request::{BodyKind, MAX_JSON},
    review::{DecisionName, DecisionReasonName, ReviewStatusName},
    schemas::Lines,
};
use serde::Serialize;
use std::{borrow::Cow, str::FromStr};
use utoipa::{IntoParams, ToSchema};

/// Which reviews to list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReviewsQuery {
    /// Only reviews of this status. Default: all.
    #[param(inline = false)]
    pub status: Option<ReviewStatusName>,
    /// At most this many. Default: 50.
    #[param(minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of an answer to the same query. It is good for 24 hours.
    #[param(example = "eyJrIjoi")]
    pub cursor: Option<String>,
}

pub struct ListReviewsRequest(pub ListReviews);

impl ParseRequest for ListReviewsRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let status = request.query("status", faults);
        let status = status.and_then(|text| faults.value(Place::Query("status"), text.trim().parse()));
        let limit = limit(request, faults);
        let cursor = request.query("cursor", faults).map(Cow::into_owned);
        Some(Self(ListReviews { status: status.map(|Status(status)| status), limit, cursor }))
    }
}

/// In any case.
struct Status(ReviewStatus);

impl FromStr for Status {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.to_ascii_uppercase().parse().map(Self)
    }
}

pub struct ReviewRequest {
    pub id: ReviewId,
}

impl ParseRequest for ReviewRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        Some(Self { id: request.path("review_id", faults)? })
    }
}

/// A decision, and why.
#[derive(ToSchema)]
pub struct DecisionBody {
    /// `APPROVE` or `REJECT`.
    pub decision: DecisionName,
    /// Why.
    pub reason: DecisionReasonName,
    /// For colleagues: at most 1,000 characters, with line breaks. It is kept with the review, is in no event, and goes with the
    /// identification.
    #[schema(value_type = Option<Lines>)]
    pub note: Option<String>,
}

pub struct DecideRequest {
    pub id: ReviewId,
    pub decision: ReviewDecision,
}

impl ParseRequest for DecideRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("review_id", faults);
        let body = request.body(faults)?;
        let decision = body.required_name("decision", faults);
        let reason = body.required_name("reason", faults);
        let note = body.text("note", faults);
        Some(Self { id: id?, decision: ReviewDecision { decision: decision?, reason: reason?, note } })
    }
}

/// A part of a list of reviews.
#[derive(Serialize, ToSchema)]
pub struct ReviewsAnswer {
    /// The longest open first.
    pub reviews: Vec<ReviewAnswer>,
    /// Asks for what comes next. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_cursor: Option<String>,
}

/// The review of a score.
#[derive(Serialize, ToSchema)]
#[schema(as = Review)]
pub struct ReviewAnswer {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub review_id: ReviewId,
    /// The record to look at: `GET /records/{record_id}`.
    #[schema(value_type = uuid::Uuid)]
    pub record_id: RecordId,
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
    /// The score, from 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.62)]
    pub score: f64,
    /// Why the score is not higher.
    #[schema(value_type = Vec<String>, example = json!(["NOT_CHECKED"]))]
    pub reasons: Vec<Reason>,
}

impl From<ListedReviews> for ReviewsAnswer {
    fn from(ListedReviews { reviews, next_cursor, now }: ListedReviews) -> Self {
        Self { reviews: reviews.into_iter().map(|review| ReviewAnswer::of(review, now)).collect(), next_cursor }
    }
}

impl ReviewAnswer {
    fn of(review: Review, now: Time) -> Self {
        let claim = review.claim_at(now).map(|(by, until)| (by.name.expose().to_owned(), Rfc3339(until)));
        let (claimed_by, claimed_until) = claim.unzip();
        Self {
            review_id: review.id,
            record_id: review.record_id,
            status: review.status(now),
            opened_at: Rfc3339(review.opened_at),
            claimed_by,
            claimed_until,
            score: review.about.score.cut().value(),
            reasons: review.about.reasons,
        }
    }
}
