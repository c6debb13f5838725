//! A decision stays what it was made on, and whatever ends an identification ends its scoring (§6).

use super::stage::{create_scoring, in_state, kept_pictures, world_of_today};
use acceptance::{
    World, bodies,
    look::json,
    subject::{Method, Subject, put_pictures},
};
use acredita_domain::ports::limits::ERASE_AGAIN_AFTER;
use chrono::TimeDelta;
use reqwest::{Client, StatusCode};
use serde_json::Value;

async fn scoring_of(world: &World, subject: &Subject) -> Value {
    world.call("GET", &subject.scoring_path(""), None).await.expect(200).json()
}

/// Requires that nothing can be scored any more, and that the pictures and what they scored are still there to read.
async fn assert_frozen(world: &World, subject: &Subject, before: &Value, status: &str) {
    put_pictures(world, &subject.scoring_path(""), &[("front", &bodies::png(7)), ("back", &bodies::png(8))])
        .await
        .expect(409);
    world.call("PUT", &subject.scoring_path("/score"), None).await.expect(409);
    world.call("POST", &subject.scoring_path("/delegate"), None).await.expect(409);
    world.call("POST", &subject.scoring_path("/close"), None).await.expect(204);
    world.call("GET", &subject.scoring_path("/captures"), None).await.expect(200);
    let mut expected = before.clone();
    expected["status"] = status.into();
    assert_eq!(scoring_of(world, subject).await, expected);
}

#[tokio::test]
async fn what_ends_an_identification_ends_its_scoring() {
    let world = World::with_external_provider().await;
    for end in ["VALIDATED", "CANCELLED", "CLOSED"] {
        let subject = in_state(&world, Method::IdentityDocument, "CREATED").await.expect("one by document");
        let before = scoring_of(&world, &subject).await;
        assert_eq!(before["status"], "SCORED");
        match end {
            "VALIDATED" => subject.validate(&world).await,
            "CANCELLED" => subject.cancel(&world).await,
            _ => subject.close(&world).await,
        }
        .expect(204);
        assert_frozen(&world, &subject, &before, "CLOSED").await;
        assert_eq!(subject.status(&world).await.as_deref(), Some(end));
        assert_eq!(subject.metadata(&world).await.json()["scoring"]["status"], "CLOSED");
    }
    let subject = in_state(&world, Method::IdentityDocument, "CREATED").await.expect("one by document");
    let before = scoring_of(&world, &subject).await;
    world.clock.advance(TimeDelta::hours(1));
    assert_frozen(&world, &subject, &before, "EXPIRED").await;
    world.sweep().await;
    assert_frozen(&world, &subject, &before, "EXPIRED").await;
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_validation_keeps_the_score_the_checks_and_the_pictures_that_it_relied_on() {
    let world = World::with_external_provider().await;
    let subject = in_state(&world, Method::IdentityDocument, "VALIDATED").await.expect("one by document");
    let scoring = scoring_of(&world, &subject).await;
    let item = world.identifications().await.pop().expect("an identification");
    let kept = &json(&item, "validation")["scoring"];
    assert_eq!(kept["scoring_id"], scoring["scoring_id"]);
    assert_eq!(kept["version"], 1, "the first score");
    assert_eq!(kept["assessment"]["score"], 9_500, "in ten thousandths");
    assert_eq!(kept["assessment"]["mapping_version"], scoring["mapping_version"]);
    assert_eq!(kept["assessment"]["provider_version"], scoring["provider_version"]);
    assert!(kept["assessment"].get("extracted").is_none(), "the holder's data stays with the scoring");
    let captures = world.call("GET", &subject.scoring_path("/captures"), None).await.expect(200).json();
    let digests = |captures: &Value| -> Vec<Value> {
        captures.as_array().expect("captures").iter().map(|capture| capture["sha256"].clone()).collect()
    };
    assert_eq!(digests(&kept["captures"]), digests(&captures["captures"]));
    assert!(!digests(&kept["captures"]).is_empty());
}

async fn upload(world: &World, scoring_path: &str) {
    let delegated = world.call("POST", &format!("{scoring_path}/delegate"), None).await.expect(200).json();
    let link = delegated["metadata"]["uploads"]["front"]["url"].as_str().expect("a link").to_owned();
    put(link).await;
}

async fn put(link: String) {
    let answer = Client::new().put(link).body(bodies::png(1)).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
}

/// Requires that one upload is left until links are over, and none after it.
async fn assert_erased_later(world: &World) {
    world.settle().await;
    assert_eq!(kept_pictures(world).await.len(), 1, "somebody may still put something there");
    world.clock.advance(ERASE_AGAIN_AFTER);
    world.settle().await;
    assert!(kept_pictures(world).await.is_empty());
    world.assert_whole().await;
}

#[tokio::test]
async fn what_is_uploaded_after_the_end_is_never_used_and_is_erased_when_the_link_is_over() {
    let world = world_of_today().await;
    let subject = Subject::create(&world, Method::IdentityDocument).await;
    let delegated = world.call("POST", &subject.scoring_path("/delegate"), None).await.expect(200).json();
    subject.cancel(&world).await.expect(204);
    put(delegated["metadata"]["uploads"]["front"]["url"].as_str().expect("a link").to_owned()).await;
    world.call("PUT", &subject.scoring_path("/score"), None).await.expect(409);
    assert_erased_later(&world).await;
}

#[tokio::test]
async fn what_was_uploaded_in_time_and_never_scored_is_erased_after_the_end() {
    let world = world_of_today().await;
    let linked = Subject::create(&world, Method::IdentityDocument).await;
    upload(&world, &linked.scoring_path("")).await;
    world.clock.advance(TimeDelta::hours(1));
    assert_erased_later(&world).await;

    for closed in [true, false] {
        let world = world_of_today().await;
        let alone = create_scoring(&world, |_| {}).await;
        upload(&world, &alone).await;
        if closed {
            world.call("POST", &format!("{alone}/close"), None).await.expect(204);
        } else {
            world.clock.advance(TimeDelta::hours(1));
        }
        assert_erased_later(&world).await;
    }
}
