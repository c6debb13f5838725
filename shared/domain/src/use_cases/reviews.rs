//! Reviews: list, claim, release, decide. How they open and end is in `changes`.

pub(super) mod changes;

use super::{chain::change, cursor, effects, telling};
use crate::{
    App, Conflict, Error, Request, Time,
    events::{EventType, ReviewsOfStep},
    identification::{Identification, Transition},
    ids::{OrgId, ReviewId},
    ports::{ReviewPosition, ReviewQuery},
    review::{Decided, Decision, DecisionReason, Review, ReviewNote, ReviewStatus, Reviewer},
    webhooks::Stream,
};
use changes::change_of;
use chrono::SubsecRound;

/// Which reviews to list: the longest open first.
#[derive(Clone, Debug)]
pub struct ListReviews {
    pub status: Option<ReviewStatus>,
    pub limit: usize,
    pub cursor: Option<String>,
}

/// A part of a list of reviews, as they are at `now`.
pub struct ListedReviews {
    pub reviews: Vec<Review>,
    pub next_cursor: Option<String>,
    pub now: Time,
}

/// What a reviewer decides, and why.
pub struct ReviewDecision {
    pub decision: Decision,
    pub reason: DecisionReason,
    pub note: Option<ReviewNote>,
}

pub async fn list_reviews(app: &App, org: &OrgId, command: ListReviews) -> Result<ListedReviews, Error> {
    let ListReviews { status, limit, cursor } = command;
    let list = cursor::list_of("reviews", org, status);
    let after: Option<ReviewPosition> = match cursor {
        Some(cursor) => Some(cursor::open(app, &list, &cursor).await?),
        None => None,
    };
    let page = app.stores.reviews.list(org, ReviewQuery { statuses: stored_as(status), after, limit }).await?;
    let next_cursor = match page.next {
        Some(place) => Some(cursor::seal(app, &list, place).await?),
        None => None,
    };
    let now = app.now();
    let wanted = |review: &Review| status.is_none_or(|status| review.status(now) == status);
    Ok(ListedReviews { reviews: page.reviews.into_iter().filter(wanted).collect(), next_cursor, now })
}

/// The statuses under which reviews of this one are stored: a claim lapses by the clock.
fn stored_as(status: Option<ReviewStatus>) -> Vec<ReviewStatus> {
    match status {
        None => ReviewStatus::ALL.to_vec(),
        Some(ReviewStatus::Open) => vec![ReviewStatus::Open, ReviewStatus::Claimed],
        Some(status) => vec![status],
    }
}

/// OPEN → CLAIMED, for [`CLAIM_LEASE`](crate::review::CLAIM_LEASE). Whoever has claimed it keeps it for as long again.
pub async fn claim_review(app: &App, request: &Request, id: ReviewId) -> Result<(), Error> {
    let (review, reviewer, now) = found(app, request, id).await?;
    let after = review.clone().claimed(reviewer, now)?;
    take(app, request, (&review, after), EventType::ReviewClaimed, None, now).await
}

/// CLAIMED → OPEN, by whoever has claimed it.
pub async fn release_review(app: &App, request: &Request, id: ReviewId) -> Result<(), Error> {
    let (review, reviewer, now) = found(app, request, id).await?;
    let after = review.clone().released(&reviewer, now)?;
    take(app, request, (&review, after), EventType::ReviewReleased, None, now).await
}

/// CLAIMED → APPROVED or REJECTED, by whoever has claimed it; OPEN again if another one has to approve, too. What is
/// rejected fails.
pub async fn decide_review(
    app: &App,
    request: &Request,
    id: ReviewId,
    ReviewDecision { decision, reason, note }: ReviewDecision,
) -> Result<(), Error> {
    let (review, by, now) = found(app, request, id).await?;
    let decided = Decided { decision, reason, note, by, at: now.trunc_subsecs(3) };
    let after = review.clone().decided(decided, now)?;
    match decision {
        Decision::Approve => take(app, request, (&review, after), EventType::ReviewApproved, Some(reason), now).await,
        Decision::Reject => reject(app, request, (&review, after), reason, now).await,
    }
}

async fn found(app: &App, request: &Request, id: ReviewId) -> Result<(Review, Reviewer, Time), Error> {
    let review = app.stores.by_id.review(&request.org, id).await?.ok_or(Error::NotFound("review"))?;
    let reviewer = Reviewer::of(request).ok_or(Conflict::NoReviewer)?;
    Ok((review, reviewer, app.now()))
}

async fn take(
    app: &App,
    request: &Request,
    (before, after): (&Review, Review),
    kind: EventType,
    reason: Option<DecisionReason>,
    now: Time,
) -> Result<(), Error> {
    let change = change_of(app, request, (Some(before), after), kind, reason, now);
    app.stores.reviews.change(change, now).await?;
    effects::wake(app, &request.org, Stream::ReviewId(before.id)).await;
    Ok(())
}

/// The identification fails with its review, and its chain with it.
async fn reject(
    app: &App,
    request: &Request,
    (before, after): (&Review, Review),
    reason: DecisionReason,
    now: Time,
) -> Result<(), Error> {
    let found = app.stores.by_id.identification(&request.org, before.identification_id).await?;
    let identification = found.ok_or(Error::NotFound("review"))?;
    identification.require_open(now)?;
    let change = change_of(app, request, (Some(before), after), EventType::ReviewRejected, Some(reason), now);
    let reviews = ReviewsOfStep { known: Some(before.id), changes: vec![change] };
    fail(app, request, &identification, reason, reviews, now).await?;
    effects::wake(app, &request.org, Stream::ReviewId(before.id)).await;
    Ok(())
}

async fn fail(
    app: &App,
    request: &Request,
    identification: &Identification,
    reason: DecisionReason,
    reviews: ReviewsOfStep,
    now: Time,
) -> Result<(), Error> {
    if let Some(place) = identification.membership {
        let chain = app.find_chain(&request.org, place.chain_id).await?;
        let steps = change::steps_of(app, &chain).await?;
        return Ok(change::reject(app, request, (&chain, &steps), reason, reviews, now).await?);
    }
    let step = Transition::Reject { reason };
    let story = telling::of_step(app, request, identification, &step, now).with_reviews(Some(reviews));
    app.stores.identifications.transition(identification, step, Vec::new(), story, now).await?;
    effects::told(app, identification).await;
    Ok(())
}

/// Records that a claim has lapsed. Says whether there was one, and nobody else did anything.
pub(super) async fn end_lapsed_claim(app: &App, org: &OrgId, id: ReviewId) -> Result<bool, Error> {
    let now = app.now();
    let Some(review) = app.stores.by_id.review(org, id).await? else { return Ok(false) };
    let Some(after) = review.clone().lapsed(now) else { return Ok(false) };
    match take(app, &Request::system(org), (&review, after), EventType::ReviewReleased, None, now).await {
        Err(Error::Conflict(Conflict::ConcurrentChange)) => Ok(false),
        taken => taken.map(|()| true),
    }
}
