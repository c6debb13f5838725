//! Claiming and deciding.

use acceptance::{
    World,
    look::json,
    reviews::{ReviewSubject, by, review_from},
    subject::{Method, Subject},
};
use acredita_domain::scoring::{Check, CheckName, CheckResult};
use chrono::TimeDelta;
use serde_json::json;

#[tokio::test]
async fn an_approval_stands_in_for_the_threshold_with_the_reviewer_in_the_evidence() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    review.decide(&world, "ana", "APPROVE").await.expect(204);
    assert_eq!(review.shown(&world).await, json!({ "status": "APPROVED" }));
    review.subject.validate(&world).await.expect(204);
    let scoring = world.call("GET", &review.subject.scoring_path(""), None).await.expect(200).json();
    assert_eq!(scoring["score"].as_f64(), Some(0.6), "the score stays what it is");
    assert!(scoring.get("review").is_none(), "the scoring says nothing of it");
    let kept = world.identifications().await;
    let evidence = &json(&kept[0], "validation")["scoring"]["review"];
    assert_eq!(evidence["review_id"], review.id.as_str());
    assert_eq!(evidence["approvals"][0]["by"]["name"], "ana");
    assert_eq!(evidence["approvals"][0]["reason"], "DOCUMENT_CONFIRMED");
    assert_eq!(review.status(&world).await, "APPROVED");
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn what_is_rejected_fails_and_says_why() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    review.decide(&world, "ana", "REJECT").await.expect(204);
    let metadata = review.subject.metadata(&world).await.expect(200).json();
    assert_eq!((&metadata["status"], &metadata["review"]["status"]), (&json!("FAILED"), &json!("REJECTED")));
    assert_eq!(metadata["scoring"]["status"], "CLOSED");
    review.subject.validate(&world).await.expect(409);
    review.subject.cancel(&world).await.expect(409);
    let events = world.call("GET", "/events?type=identification.failed", None).await.expect(200).json();
    assert_eq!(events["events"][0]["data"]["reason"], "SUSPECTED_FORGERY");
    assert_eq!(events["events"][0]["by"]["subject"], "ana");
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_review_is_decided_by_whoever_has_claimed_it() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    for call in [review.decision(&world, "ana", "APPROVE"), review.release(&world, "ana")] {
        let refused = world.send(call).await.expect(409);
        assert_eq!(refused.details(), ["the review is not claimed, or its claim has lapsed: claim it first"]);
    }
    world.send(review.claim(&world, "ana")).await.expect(204);
    let read = review.read(&world).await;
    assert_eq!((&read["status"], &read["claimed_by"]), (&json!("CLAIMED"), &json!("ana")));
    assert_eq!(read["claimed_until"], "2026-11-20T08:48:00Z");
    for call in [review.claim(&world, "eva"), review.release(&world, "eva"), review.decision(&world, "eva", "REJECT")] {
        let refused = world.send(call).await.expect(409);
        assert_eq!(refused.details(), ["another reviewer has claimed the review"]);
    }
    world.send(review.claim(&world, "ana")).await.expect(204);
    world.send(review.release(&world, "ana")).await.expect(204);
    assert_eq!(review.status(&world).await, "OPEN");
    review.decide(&world, "eva", "APPROVE").await.expect(204);
    for call in [review.claim(&world, "ana"), review.decision(&world, "eva", "REJECT"), review.release(&world, "eva")] {
        assert_eq!(world.send(call).await.expect(409).details(), ["the review is APPROVED"]);
    }
    world.assert_whole().await;
}

#[tokio::test]
async fn a_claim_lapses_after_fifteen_minutes() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    world.send(review.claim(&world, "ana")).await.expect(204);
    world.clock.advance(TimeDelta::minutes(15));
    let read = review.read(&world).await;
    assert_eq!((&read["status"], read.get("claimed_by")), (&json!("OPEN"), None));
    world.send(review.decision(&world, "ana", "APPROVE")).await.expect(409);
    assert_eq!(world.sweep().await.lapsed, 1);
    assert_eq!(review.shown(&world).await, json!({ "status": "OPEN" }));
    assert_eq!(review.told(&world).await, ["review.opened", "review.claimed", "review.released"]);
    review.decide(&world, "eva", "APPROVE").await.expect(204);
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn four_eyes_are_two_people() {
    let world = World::with_external_provider().await;
    review_from(&world, 0.5, true).await;
    let review = ReviewSubject::of(&world, Subject::create(&world, Method::IdentityDocument).await).await;
    review.decide(&world, "ana", "APPROVE").await.expect(204);
    assert_eq!(review.status(&world).await, "OPEN");
    review.subject.validate(&world).await.expect(409);
    let again = world.send(review.claim(&world, "ana")).await.expect(409);
    assert_eq!(again.details(), ["another reviewer has to approve, too"]);
    review.decide(&world, "eva", "APPROVE").await.expect(204);
    review.subject.validate(&world).await.expect(204);
    let kept = world.identifications().await;
    let approvals = json(&kept[0], "validation")["scoring"]["review"]["approvals"].clone();
    let names: Vec<_> = approvals.as_array().expect("approvals").iter().map(|one| one["by"]["name"].clone()).collect();
    assert_eq!(names, [json!("ana"), json!("eva")]);
    world.assert_whole().await;
}

#[tokio::test]
async fn a_second_pair_of_eyes_may_reject() {
    let world = World::with_external_provider().await;
    review_from(&world, 0.5, true).await;
    let review = ReviewSubject::of(&world, Subject::create(&world, Method::IdentityDocument).await).await;
    review.decide(&world, "ana", "APPROVE").await.expect(204);
    review.decide(&world, "eva", "REJECT").await.expect(204);
    assert_eq!(review.subject.status(&world).await.as_deref(), Some("FAILED"));
}

#[tokio::test]
async fn a_decision_needs_somebody_who_made_it() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    let claim = world.request("POST", &format!("/reviews/{}/claim", review.id), None);
    let refused = world.send(claim).await.expect(409);
    assert_eq!(refused.details(), ["the token names neither a subject nor a client"]);
}

#[tokio::test]
async fn all_faults_of_a_decision_come_at_once() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    let decide =
        |body| by(&world, "ana", world.request("POST", &format!("/reviews/{}/decision", review.id), Some(body)));
    let body = json!({ "decision": "MAYBE", "note": "n".repeat(1_001) });
    assert_eq!(
        world.send(decide(body)).await.expect(400).details(),
        ["/decision: is neither APPROVE nor REJECT", "/note: is longer than 1,000 characters", "/reason: is required"]
    );
    world.send(review.claim(&world, "ana")).await.expect(204);
    let body = json!({ "decision": "approve", "reason": "other", "note": "first line\r\nsecond line" });
    world.send(decide(body)).await.expect(204);
}

/// It could be approved while a decisive check fails only if the check failed in another score.
#[tokio::test]
async fn an_approval_never_outweighs_a_decisive_failure() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    review.decide(&world, "ana", "APPROVE").await.expect(204);
    review.subject.score(&world, 0.6, vec![Check::new(CheckName::NotExpired, CheckResult::Fail)]).await;
    let refused = review.subject.validate(&world).await.expect(409);
    assert_eq!(refused.details(), ["the scoring does not reach what the configuration asks for"]);
}
