//! Reviews open with a score, change by whoever has read them, and end with their identification.

use crate::{
    samples::{LIFE, assessment, document, now, org, other_org, story, told},
    stage::{Ports, sixteen_at_once},
};
use acredita_aws::SystemEntropy;
use acredita_domain::{
    Time,
    events::{Log, ReviewChange, ReviewsOfStep},
    identification::{Identification, Status, Transition},
    ids::{LeaseId, ReviewId},
    ports::{NewIdentification, ReviewPosition, ReviewQuery, StepError, WaitingReviews},
    review::{Review, ReviewState, ReviewStatus, ReviewedScore, Reviewer},
    scoring::{Score, Scoring},
};
use chrono::TimeDelta;

fn review(identification: &Identification, scoring: &Scoring, opened_at: Time) -> Review {
    Review {
        id: ReviewId::generate(&SystemEntropy),
        org: org(),
        identification_id: identification.id,
        chain_id: None,
        record_id: identification.admin_id.into(),
        reference: identification.reference.clone(),
        about: ReviewedScore { scoring_id: scoring.id, number: 1, score: Score::new(0.6), reasons: Vec::new() },
        four_eyes: false,
        opened_at,
        expires_at: identification.expires_at,
        state: ReviewState::Open,
        decisions: Vec::new(),
        revision: 1,
        log: Log::begin(&SystemEntropy),
    }
}

fn change(before: Option<&Review>, after: Option<&Review>) -> ReviewChange {
    let of = after.or(before).expect("a review");
    let story = story(&of.org, of.subject(), of.log.clone());
    ReviewChange { before: before.cloned(), after: after.cloned(), keep_until: now() + LIFE, story }
}

/// An identity document whose score opened a review then.
async fn opened_at(ports: &Ports, at: Time) -> (Identification, Scoring, Review) {
    let (identification, scoring) = document();
    let new = NewIdentification { scoring: Some(scoring.clone()), ..crate::samples::alone(&identification) };
    ports.identifications.create(new, now()).await.expect("created");
    let review = review(&identification, &scoring, at);
    let reviews = ReviewsOfStep { known: None, changes: vec![change(None, Some(&review))] };
    score(ports, &identification, &scoring, reviews).await.expect("scored");
    let identification = ports.by_id.identification(&org(), identification.id).await.expect("read").expect("there");
    (identification, scoring, found(ports, review.id).await)
}

async fn score(
    ports: &Ports,
    identification: &Identification,
    scoring: &Scoring,
    reviews: ReviewsOfStep,
) -> Result<(), StepError> {
    let (lease, until) = (LeaseId::generate(&SystemEntropy), now() + TimeDelta::minutes(1));
    let reservation = ports.scorings.reserve_retry(scoring, lease, now(), until).await?;
    let story = told(identification).with_reviews(Some(reviews));
    ports.scorings.record_score(&reservation, assessment(0.6), Vec::new(), Vec::new(), story, now()).await
}

async fn found(ports: &Ports, id: ReviewId) -> Review {
    ports.by_id.review(&org(), id).await.expect("read").expect("a review")
}

fn claimed(review: &Review, name: &str) -> Review {
    let by = Reviewer { issuer: None, name: name.parse().expect("a name") };
    review.clone().claimed(by, now()).expect("open")
}

fn query(statuses: &[ReviewStatus], after: Option<ReviewPosition>, limit: usize) -> ReviewQuery {
    ReviewQuery { statuses: statuses.to_vec(), after, limit }
}

async fn a_review_opens_with_a_score_and_is_known_to_its_identification(ports: &Ports) {
    let (identification, scoring, review) = opened_at(ports, now()).await;
    assert_eq!(identification.review, Some(review.mark()));
    let scoring = ports.scorings.find(&org(), scoring.id).await.expect("read").expect("there");
    assert_eq!(scoring.reviews, [review.id]);
    assert_eq!(ports.by_id.review(&other_org(), review.id).await, Ok(None));
    assert_eq!(ports.reviews.waiting().await, Ok(WaitingReviews { open: 1, oldest: Some(now()) }));
}

async fn only_a_review_as_it_was_read_is_changed(ports: &Ports) {
    let (identification, _, review) = opened_at(ports, now()).await;
    let outcomes = sixteen_at_once(|at| {
        let (ports, review) = (ports.clone(), review.clone());
        async move {
            let after = claimed(&review, &format!("reviewer-{at}"));
            ports.reviews.change(change(Some(&review), Some(&after)), now()).await
        }
    })
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let lost = |outcome: &Result<(), StepError>| matches!(outcome, Ok(()) | Err(StepError::ReviewedMeanwhile));
    assert!(outcomes.iter().all(lost), "{outcomes:?}");
    let review = found(ports, review.id).await;
    let identification = ports.by_id.identification(&org(), identification.id).await.expect("read").expect("there");
    assert_eq!(identification.review, Some(review.mark()));
    assert_eq!(ports.reviews.waiting().await, Ok(WaitingReviews::default()), "somebody works on it");
    let over = identification.expires_at;
    let after = review.clone().withdrawn();
    let late = ports.reviews.change(change(Some(&review), Some(&after)), over).await;
    assert_eq!(late, Err(StepError::Lost), "its identification has expired");
}

async fn a_step_ends_the_review_that_it_knows(ports: &Ports) {
    let (identification, scoring, first) = opened_at(ports, now()).await;
    let second = review(&identification, &scoring, now());
    let scored = ports.scorings.find(&org(), scoring.id).await.expect("read").expect("there");
    let reviews = ReviewsOfStep {
        known: Some(first.id),
        changes: vec![change(Some(&first), Some(&first.clone().withdrawn())), change(None, Some(&second))],
    };
    score(ports, &identification, &scored, reviews).await.expect("scored");
    assert_eq!(found(ports, first.id).await.state, ReviewState::Withdrawn);

    let cancel = || Transition::Cancel { reason: "gone".parse().expect("a reason") };
    let end = |known: &Review| ReviewsOfStep {
        known: Some(known.id),
        changes: vec![change(Some(known), Some(&known.clone().withdrawn()))],
    };
    let story = told(&identification).with_reviews(Some(end(&first)));
    let stale = ports.identifications.transition(&identification, cancel(), Vec::new(), story, now()).await;
    assert_eq!(stale, Err(StepError::ReviewedMeanwhile), "another one is the latest");
    let second = found(ports, second.id).await;
    let story = told(&identification).with_reviews(Some(end(&second)));
    ports.identifications.transition(&identification, cancel(), Vec::new(), story, now()).await.expect("cancelled");
    assert_eq!(found(ports, second.id).await.state, ReviewState::Withdrawn);
    let ended = ports.by_id.identification(&org(), identification.id).await.expect("read").expect("there");
    assert_eq!(ended.status(now()), Status::Cancelled);
    assert_eq!(ended.review.map(|mark| mark.status), Some(ReviewStatus::Withdrawn));
}

async fn a_deletion_takes_every_review(ports: &Ports) {
    let (identification, scoring, first) = opened_at(ports, now()).await;
    let scored = ports.scorings.find(&org(), scoring.id).await.expect("read").expect("there");
    let second = review(&identification, &scoring, now());
    let reviews = ReviewsOfStep {
        known: Some(first.id),
        changes: vec![change(Some(&first), Some(&first.clone().withdrawn())), change(None, Some(&second))],
    };
    score(ports, &identification, &scored, reviews).await.expect("scored");
    let second = found(ports, second.id).await;
    let erased = ReviewsOfStep { known: Some(second.id), changes: vec![change(Some(&second), None)] };
    let story = told(&identification).with_reviews(Some(erased));
    ports.identifications.delete(&identification, false, story, now()).await.expect("deleted");
    for id in [first.id, second.id] {
        assert_eq!(ports.by_id.review(&org(), id).await, Ok(None));
    }
}

async fn reviews_are_listed_by_status_and_age(ports: &Ports) {
    let mut opened = Vec::new();
    for minute in [3, 1, 2] {
        opened.push(opened_at(ports, now() + TimeDelta::minutes(minute)).await.2);
    }
    let after = claimed(&opened[1], "ana");
    ports.reviews.change(change(Some(&opened[1]), Some(&after)), now()).await.expect("claimed");
    let ids = |reviews: &[Review]| reviews.iter().map(|review| review.id).collect::<Vec<_>>();
    let open = [ReviewStatus::Open];
    let page = ports.reviews.list(&org(), query(&open, None, 10)).await.expect("read");
    assert_eq!((ids(&page.reviews), page.next), (vec![opened[2].id, opened[0].id], None));
    let both = [ReviewStatus::Open, ReviewStatus::Claimed];
    let page = ports.reviews.list(&org(), query(&both, None, 2)).await.expect("read");
    assert_eq!(ids(&page.reviews), [opened[1].id, opened[2].id]);
    let rest = ports.reviews.list(&org(), query(&both, page.next, 2)).await.expect("read");
    assert_eq!((ids(&rest.reviews), rest.next), (vec![opened[0].id], None));
    let others = ports.reviews.list(&other_org(), query(&both, None, 2)).await.expect("read");
    assert!(others.reviews.is_empty());
}

on_aws! {
    a_review_opens_with_a_score_and_is_known_to_its_identification,
    only_a_review_as_it_was_read_is_changed,
    a_step_ends_the_review_that_it_knows,
    a_deletion_takes_every_review,
    reviews_are_listed_by_status_and_age,
}
