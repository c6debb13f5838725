//! How reviews open and end, in the steps of identifications and their scorings.

use super::super::telling;
use crate::{
    App, Conflict, Error, Request, Time,
    events::{EventData, EventType, Log, ReviewChange, ReviewsOfStep},
    identification::{Identification, Method, State},
    ids::{RecordId, ReviewId},
    ports::FindError,
    review::{DecisionReason, Review, ReviewEvidence, ReviewState, ReviewStatus, ReviewedScore},
    scoring::{CheckResult, Reason, Score, Scoring, Verdict},
};
use chrono::SubsecRound;

/// What a score does to the reviews of its identification: the earlier one was of another score, and a new one opens where
/// the organisation reviews what falls short like this.
pub(in crate::use_cases) async fn after_score(
    app: &App,
    request: &Request,
    identification: &Identification,
    scored: &Scoring,
    now: Time,
) -> Result<ReviewsOfStep, Error> {
    let mut reviews = ending(app, request, identification, now).await?.unwrap_or_default();
    if let Some(review) = opening(app, identification, scored, now).await? {
        reviews.changes.push(change_of(app, request, (None, review), EventType::ReviewOpened, None, now));
    }
    Ok(reviews)
}

async fn opening(
    app: &App,
    identification: &Identification,
    scored: &Scoring,
    now: Time,
) -> Result<Option<Review>, Error> {
    let Method::IdentityDocument { configuration, .. } = identification.method else { return Ok(None) };
    let Some(assessment) = &scored.assessment else { return Ok(None) };
    let verdict = &assessment.verdict;
    let falls_short = |from| configuration.leaves_to_review(verdict, from);
    // The settings are read only for what may be reviewed at all.
    if !falls_short(Score::ZERO) {
        return Ok(None);
    }
    let settings = app.settings(&identification.org).await?;
    if !settings.review_from_score.is_some_and(falls_short) {
        return Ok(None);
    }
    let about = ReviewedScore {
        scoring_id: scored.id,
        number: scored.retries_used,
        score: verdict.score,
        reasons: reasons(verdict),
    };
    Ok(Some(Review {
        id: ReviewId::generate(&*app.entropy),
        org: identification.org.clone(),
        identification_id: identification.id,
        chain_id: identification.membership.map(|place| place.chain_id),
        record_id: record_of(app, identification).await?,
        reference: identification.reference.clone(),
        about,
        four_eyes: settings.four_eyes,
        opened_at: now.trunc_subsecs(3),
        expires_at: identification.expires_at,
        state: ReviewState::Open,
        decisions: Vec::new(),
        revision: 1,
        log: Log::begin(&*app.entropy),
    }))
}

/// What the lines say that did not pass, each reason once.
fn reasons(verdict: &Verdict) -> Vec<Reason> {
    let lines = verdict.breakdown.iter().filter(|line| line.result != CheckResult::Pass);
    lines.filter_map(|line| line.reason).fold(Vec::new(), |mut reasons, reason| {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
        reasons
    })
}

/// What the back office knows an identification by. A read of its chain, if it has one.
async fn record_of(app: &App, identification: &Identification) -> Result<RecordId, Error> {
    match identification.membership {
        Some(place) => Ok(app.find_chain(&identification.org, place.chain_id).await?.admin_id.into()),
        None => Ok(identification.admin_id.into()),
    }
}

/// What the end of an identification, or of its score, does to its review. `None` where there are no reviews. A read, if it
/// has a review that is not over.
pub(in crate::use_cases) async fn ending(
    app: &App,
    request: &Request,
    identification: &Identification,
    now: Time,
) -> Result<Option<ReviewsOfStep>, FindError> {
    if identification.method.scoring_id().is_none() || identification.state != State::Created {
        return Ok(None);
    }
    let Some(mark) = identification.review else { return Ok(Some(ReviewsOfStep::default())) };
    let mut changes = Vec::new();
    if mark.status.is_live()
        && let Some(review) = app.stores.by_id.review(&identification.org, mark.id).await?
        && review.state.status().is_live()
    {
        changes.push(withdrawal(app, request, &review, now));
    }
    Ok(Some(ReviewsOfStep { known: Some(mark.id), changes }))
}

/// The same for a deletion: the review goes, whatever became of it. Earlier ones go with the scoring.
pub(in crate::use_cases) async fn erasing(
    app: &App,
    request: &Request,
    identification: &Identification,
    now: Time,
) -> Result<Option<ReviewsOfStep>, FindError> {
    if identification.method.scoring_id().is_none() {
        return Ok(None);
    }
    let Some(mark) = identification.review else { return Ok(Some(ReviewsOfStep::default())) };
    let found = app.stores.by_id.review(&identification.org, mark.id).await?;
    let erasure = |review: Review| {
        let mut change = withdrawal(app, request, &review, now);
        let is_used = review.state == ReviewState::Approved && identification.state != State::Created;
        if is_used || !review.state.status().is_live() {
            // Its last event says what became of it.
            change.story.events.clear();
        }
        ReviewChange { after: None, ..change }
    };
    Ok(Some(ReviewsOfStep { known: Some(mark.id), changes: found.into_iter().map(erasure).collect() }))
}

fn withdrawal(app: &App, request: &Request, review: &Review, now: Time) -> ReviewChange {
    let after = review.clone().withdrawn();
    change_of(app, request, (Some(review), after), EventType::ReviewWithdrawn, None, now)
}

/// A change of a review with the event of it.
pub(super) fn change_of(
    app: &App,
    request: &Request,
    (before, after): (Option<&Review>, Review),
    kind: EventType,
    reason: Option<DecisionReason>,
    now: Time,
) -> ReviewChange {
    let data = EventData::default()
        .named("status", after.state.status())
        .named("identification_id", after.identification_id)
        .named("record_id", after.record_id)
        .named("scoring_id", after.about.scoring_id)
        .with("score", after.about.score.value())
        .state(after.vouched());
    let data = match kind {
        EventType::ReviewApproved => data.with("approvals_left", after.approvals_left()),
        _ => data,
    };
    let data = reason.into_iter().fold(data, |data, reason| data.named("reason", reason));
    let story = telling::story(app, request, (after.subject(), after.log.clone()), kind, data, now);
    let keep_until = app.policy.keep_until(after.expires_at);
    ReviewChange { before: before.cloned(), after: Some(after), keep_until, story }
}

/// The approval of a score that falls short of its threshold. A read, if its review is approved.
pub(in crate::use_cases) async fn approval(
    app: &App,
    identification: &Identification,
    scored: &Scoring,
) -> Result<ReviewEvidence, Error> {
    let mark = identification.review.ok_or(Conflict::ScoreTooLow)?;
    match mark.status {
        ReviewStatus::Open | ReviewStatus::Claimed => Err(Conflict::UnderReview.into()),
        ReviewStatus::Approved => {
            let review = app.stores.by_id.review(&identification.org, mark.id).await?;
            let evidence = review.and_then(|review| ReviewEvidence::of(&review, scored.id, scored.retries_used));
            Ok(evidence.ok_or(Conflict::ScoreTooLow)?)
        }
        ReviewStatus::Rejected | ReviewStatus::Withdrawn => Err(Conflict::ScoreTooLow.into()),
    }
}
