//! When a review opens.

use acceptance::{
    World, bodies,
    reviews::{ReviewSubject, document, listed, review_from},
    subject::{Method, Subject},
};
use acredita_domain::scoring::{Check, CheckName, CheckResult, Reason};
use serde_json::json;

#[tokio::test]
async fn a_score_that_falls_short_opens_a_review_that_says_why() {
    let world = World::with_external_provider().await;
    review_from(&world, 0.5, false).await;
    let subject = document(&world, "HIGH").await;
    let line = |name, result, reason| Check { reason, ..Check::new(name, result) };
    let lines = vec![
        line(CheckName::MrzRead, CheckResult::Pass, None),
        line(CheckName::Authenticity, CheckResult::Inconclusive, Some(Reason::NotChecked)),
        line(CheckName::Sharpness, CheckResult::Inconclusive, Some(Reason::NotChecked)),
    ];
    subject.score(&world, 0.899, lines).await;
    let reviews = listed(&world, "").await;
    let [review] = &reviews[..] else { panic!("{reviews:?}") };
    assert!(review["review_id"].is_string());
    assert_eq!(review["record_id"], subject.admin_id.as_str());
    assert_eq!(review["status"], "OPEN");
    assert_eq!(review["opened_at"], "2026-11-20T08:33:00Z");
    assert_eq!((review["score"].as_f64(), &review["reasons"]), (Some(0.89), &json!(["NOT_CHECKED"])));
    assert_eq!(review.as_object().expect("an object").len(), 6, "no more than that: {review}");
    let metadata = subject.metadata(&world).await.expect(200).json();
    assert_eq!(metadata["review"], json!({ "status": "OPEN" }), "the person's side learns no more");
    world.assert_whole().await;
}

#[tokio::test]
async fn validating_waits_for_the_review_and_says_so() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    let refused = review.subject.validate(&world).await.expect(409);
    assert_eq!(refused.details(), ["the scoring is being reviewed: try again when the review is decided"]);
    world.send(review.claim(&world, "ana")).await.expect(204);
    review.subject.validate(&world).await.expect(409);
}

#[tokio::test]
async fn without_the_setting_there_are_no_reviews() {
    let world = World::with_external_provider().await;
    let subject = Subject::create(&world, Method::IdentityDocument).await;
    subject.score(&world, 0.69, Vec::new()).await;
    assert!(listed(&world, "").await.is_empty());
    assert!(subject.metadata(&world).await.expect(200).json()["review"].is_null());
    let refused = subject.validate(&world).await.expect(409);
    assert_eq!(refused.details(), ["the scoring does not reach what the configuration asks for"]);
}

#[tokio::test]
async fn neither_too_little_nor_enough_nor_a_decisive_failure_is_reviewed() {
    let world = World::with_external_provider().await;
    review_from(&world, 0.5, false).await;
    let failed = || vec![Check::new(CheckName::NotExpired, CheckResult::Fail)];
    for (score, lines) in [(0.499, Vec::new()), (0.7, Vec::new()), (0.6, failed())] {
        let subject = document(&world, "MEDIUM").await;
        subject.score(&world, score, lines).await;
        assert!(listed(&world, "").await.is_empty(), "{score}");
    }
}

#[tokio::test]
async fn a_scoring_that_stands_alone_is_not_reviewed() {
    let world = World::start().await;
    review_from(&world, 0.0, false).await;
    let id = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    let path = format!("/scorings/identity_document/{}/score", id.text("scoring_id"));
    world.send(world.request("PUT", &path, None).pictures(&[("front", &bodies::png(1))])).await.expect(204);
    assert!(listed(&world, "").await.is_empty());
}

#[tokio::test]
async fn a_new_score_takes_the_place_of_the_one_that_was_looked_at() {
    let world = World::with_external_provider().await;
    let first = ReviewSubject::open(&world).await;
    first.decide(&world, "ana", "APPROVE").await.expect(204);
    first.subject.score(&world, 0.55, Vec::new()).await;
    assert_eq!(first.status(&world).await, "WITHDRAWN");
    first.subject.validate(&world).await.expect(409);
    assert_eq!(first.shown(&world).await, json!({ "status": "OPEN" }));
    first.subject.score(&world, 0.95, Vec::new()).await;
    assert_eq!(first.shown(&world).await, json!({ "status": "WITHDRAWN" }));
    first.subject.validate(&world).await.expect(204);
    assert_eq!(listed(&world, "?status=WITHDRAWN").await.len(), 2);
    assert_eq!(first.told(&world).await, ["review.opened", "review.claimed", "review.approved", "review.withdrawn"]);
    world.settle().await;
    world.assert_whole().await;
}
