//! Reviews of the step of a chain.

use acceptance::{
    World,
    chains::{ChainSubject, steps},
    look::text,
    reviews::{ReviewSubject, review_from},
    subject::Subject,
};
use serde_json::json;

/// A chain whose document, the first step, is reviewed.
async fn reviewed(world: &World) -> (ChainSubject, ReviewSubject) {
    review_from(world, 0.5, false).await;
    let mut chain = ChainSubject::of(world, vec![steps::document(), steps::agent()]).await;
    let step: Subject = chain.steps.remove(0);
    (chain, ReviewSubject::of(world, step).await)
}

#[tokio::test]
async fn a_step_is_validated_by_an_approval() {
    let world = World::with_external_provider().await;
    let (chain, review) = reviewed(&world).await;
    assert_eq!(review.read(&world).await["record_id"], chain.admin_id.as_str());
    let step = |read: serde_json::Value| read["sequence"][0].clone();
    assert_eq!(step(chain.read(&world).await.json())["review"], json!({ "status": "OPEN" }));
    review.subject.validate(&world).await.expect(409);
    review.decide(&world, "ana", "APPROVE").await.expect(204);
    review.subject.validate(&world).await.expect(204);
    assert_eq!(text(&world.items_of("CHN#").await[0], "review"), "APPROVED", "for the list of records");
    assert_eq!(chain.read(&world).await.json()["current_step"], 1);
    chain.steps[0].validate(&world).await.expect(204);
    chain.validate(&world).await.expect(204);
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_step_that_is_rejected_fails_its_chain() {
    let world = World::with_external_provider().await;
    let (chain, review) = reviewed(&world).await;
    review.decide(&world, "ana", "REJECT").await.expect(204);
    let (status, _, steps) = chain.state(&world).await;
    assert_eq!(text(&world.items_of("CHN#").await[0], "review"), "REJECTED");
    assert_eq!((status.as_str(), steps), ("FAILED", vec!["FAILED".to_owned(), "CANCELLED".to_owned()]));
    let events = world.call("GET", "/events?type=chain.failed", None).await.expect(200).json();
    assert_eq!(events["events"][0]["data"]["reason"], "SUSPECTED_FORGERY");
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn the_end_of_a_chain_withdraws_the_review_of_its_step() {
    let world = World::with_external_provider().await;
    for end in ["cancel", "close", "delete"] {
        let (chain, review) = reviewed(&world).await;
        world.send(review.claim(&world, "ana")).await.expect(204);
        match end {
            "cancel" => chain.cancel(&world).await,
            "close" => chain.close(&world).await,
            _ => world.send(chain.deletion(&world)).await,
        }
        .expect(204);
        assert_eq!(review.told(&world).await.last().map(String::as_str), Some("review.withdrawn"), "{end}");
        let expected = if end == "delete" { 404 } else { 409 };
        world.send(review.decision(&world, "ana", "APPROVE")).await.expect(expected);
    }
    world.settle().await;
    world.assert_whole().await;
}
