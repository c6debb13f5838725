//! A decision stays what it was made on, and whatever ends an identification ends its scoring (§6).

use super::stage::{in_state, kept_pictures};
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
    assert_eq!(kept["assessment"]["mapping_version"], acredita_domain::scoring::table::TABLE_VERSION);
    assert!(kept["assessment"]["provider_version"].is_string());
    assert!(kept["assessment"].get("extracted").is_none(), "the holder's data stays with the scoring");
    let captures = world.call("GET", &subject.scoring_path("/captures"), None).await.expect(200).json();
    let digests = |captures: &Value| -> Vec<Value> {
        captures.as_array().expect("captures").iter().map(|capture| capture["sha256"].clone()).collect()
    };
    assert_eq!(digests(&kept["captures"]), digests(&captures["captures"]));
    assert!(!digests(&kept["captures"]).is_empty());
}

#[tokio::test]
async fn what_is_uploaded_after_the_end_is_never_used_and_is_erased_when_the_link_is_over() {
    let world = World::start().await;
    for expires in [false, true] {
        let subject = Subject::create(&world, Method::IdentityDocument).await;
        if expires {
            world.clock.advance(TimeDelta::minutes(58));
        }
        let delegated = world.call("POST", &subject.scoring_path("/delegate"), None).await.expect(200).json();
        let link = delegated["metadata"]["uploads"]["front"]["url"].as_str().expect("a link").to_owned();
        if expires {
            world.clock.advance(TimeDelta::minutes(2));
        } else {
            subject.cancel(&world).await.expect(204);
        }
        let put = Client::new().put(link).body(bodies::png(1)).send().await.expect("an answer");
        assert_eq!(put.status(), StatusCode::OK, "nobody tells S3");
        world.call("PUT", &subject.scoring_path("/score"), None).await.expect(409);
        world.settle().await;
        assert_eq!(kept_pictures(&world).await.len(), 1, "somebody may still put something there");
        world.clock.advance(ERASE_AGAIN_AFTER);
        world.settle().await;
        assert!(kept_pictures(&world).await.is_empty());
        world.assert_whole().await;
    }
}

#[tokio::test]
async fn what_was_uploaded_for_a_scoring_that_stands_alone_is_erased_after_its_end() {
    let world = World::start().await;
    for closed in [true, false] {
        let scoring = super::stage::create_scoring(&world, |_| {}).await;
        let delegated = world.call("POST", &format!("{scoring}/delegate"), None).await.expect(200).json();
        let link = delegated["metadata"]["uploads"]["back"]["url"].as_str().expect("a link").to_owned();
        let put = Client::new().put(link).body(bodies::png(1)).send().await.expect("an answer");
        assert_eq!(put.status(), StatusCode::OK);
        if closed {
            world.call("POST", &format!("{scoring}/close"), None).await.expect(204);
        } else {
            world.clock.advance(TimeDelta::hours(1));
        }
        world.settle().await;
        world.clock.advance(ERASE_AGAIN_AFTER);
        world.settle().await;
        assert!(kept_pictures(&world).await.is_empty());
        world.assert_whole().await;
    }
}
