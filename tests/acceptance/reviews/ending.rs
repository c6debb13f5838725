//! The end of an identification is the end of its review.

use acceptance::{Answer, World, look::text, reviews::ReviewSubject};
use chrono::TimeDelta;
use serde_json::json;

#[tokio::test]
async fn a_review_is_withdrawn_with_its_identification() {
    let world = World::with_external_provider().await;
    for (state, end) in [("OPEN", "cancel"), ("CLAIMED", "close"), ("APPROVED", "cancel"), ("APPROVED", "close")] {
        let review = in_state(&world, state).await;
        let ended: Answer = match end {
            "cancel" => review.subject.cancel(&world).await,
            _ => review.subject.close(&world).await,
        };
        ended.expect(204);
        assert_eq!(review.status(&world).await, "WITHDRAWN", "{state}, {end}");
        assert_eq!(review.shown(&world).await, json!({ "status": "WITHDRAWN" }), "{state}, {end}");
        let refused = world.send(review.claim(&world, "eva")).await.expect(409);
        assert_eq!(refused.details(), ["the review is WITHDRAWN"]);
    }
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_close_after_the_validation_leaves_the_approval() {
    let world = World::with_external_provider().await;
    let review = in_state(&world, "APPROVED").await;
    review.subject.validate(&world).await.expect(204);
    review.subject.close(&world).await.expect(204);
    assert_eq!(review.status(&world).await, "APPROVED");
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_review_expires_with_its_identification() {
    let world = World::with_external_provider().await;
    let review = in_state(&world, "CLAIMED").await;
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(review.shown(&world).await, json!({ "status": "WITHDRAWN" }), "by the clock");
    world.send(review.decision(&world, "ana", "APPROVE")).await.expect(409);
    world.settle().await;
    assert_eq!(review.status(&world).await, "WITHDRAWN");
    assert_eq!(review.told(&world).await.last().map(String::as_str), Some("review.withdrawn"));
    world.assert_whole().await;
}

#[tokio::test]
async fn a_deletion_takes_every_review_and_note_with_it() {
    let world = World::with_external_provider().await;
    for (state, force) in [("OPEN", false), ("APPROVED", false), ("REJECTED", true), ("WITHDRAWN", true)] {
        let review = in_state(&world, state).await;
        let deleted = if force {
            review.subject.delete_by_force(&world, true).await
        } else {
            review.subject.score(&world, 0.55, Vec::new()).await;
            review.subject.delete(&world).await
        };
        deleted.expect(204);
        assert!(world.items_of("REV#").await.is_empty(), "{state}");
        let expected = if state == "REJECTED" { "review.rejected" } else { "review.withdrawn" };
        assert_eq!(review.told(&world).await.last().map(String::as_str), Some(expected), "{state}");
        world.send(review.claim(&world, "ana")).await.expect(404);
    }
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn what_was_validated_by_an_approval_is_deleted_with_it() {
    let world = World::with_external_provider().await;
    let review = in_state(&world, "APPROVED").await;
    review.subject.validate(&world).await.expect(204);
    review.subject.delete_by_force(&world, true).await.expect(204);
    assert!(world.items_of("REV#").await.is_empty());
    assert_eq!(review.told(&world).await.last().map(String::as_str), Some("review.approved"));
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn retention_takes_reviews_with_it() {
    let world = World::with_external_provider().await;
    in_state(&world, "REJECTED").await;
    in_state(&world, "OPEN").await;
    for time in [TimeDelta::hours(1), world.app.policy.retention] {
        world.clock.advance(time);
        assert_eq!(world.sweep().await.failed, 0);
    }
    assert!(world.items_of("REV#").await.is_empty() && world.identifications().await.is_empty());
}

#[tokio::test]
async fn a_scoring_that_is_closed_alone_leaves_nothing_to_review() {
    let world = World::with_external_provider().await;
    let review = in_state(&world, "CLAIMED").await;
    world.call("POST", &review.subject.scoring_path("/close"), None).await.expect(204);
    assert_eq!(review.status(&world).await, "WITHDRAWN");
    review.subject.cancel(&world).await.expect(204);
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_note_is_kept_with_the_review_alone() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    world.send(review.claim(&world, "ana")).await.expect(204);
    let body = json!({ "decision": "APPROVE", "reason": "OTHER", "note": "the canary\nsang" });
    let path = format!("/reviews/{}/decision", review.id);
    world.send(acceptance::reviews::by(&world, "ana", world.request("POST", &path, Some(body)))).await.expect(204);
    for item in world.items().await {
        let holds = item.values().any(|value| value.as_s().is_ok_and(|text| text.contains("canary")));
        assert_eq!(holds, text(&item, "pk").starts_with("REV#"), "{}", text(&item, "pk"));
    }
}

async fn in_state(world: &World, state: &str) -> ReviewSubject {
    let review = ReviewSubject::open(world).await;
    match state {
        "CLAIMED" => drop(world.send(review.claim(world, "ana")).await.expect(204)),
        "APPROVED" => drop(review.decide(world, "ana", "APPROVE").await.expect(204)),
        "REJECTED" => drop(review.decide(world, "ana", "REJECT").await.expect(204)),
        "WITHDRAWN" => drop(review.subject.cancel(world).await.expect(204)),
        _ => {}
    }
    review
}
