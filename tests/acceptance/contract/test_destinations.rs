//! Destinations of a deployment that get no message and have a fixed code.

use acceptance::{
    World, bodies,
    chains::{ChainSubject, steps},
    subject::{Method, Subject},
};
use acredita_domain::test_destinations::TestDestinations;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The published phone, as it is sent to, and its address.
const LISTED: &str = "+346123456789=12345678 example@email.com=k7m2pq";

async fn world_with(listed: &str) -> World {
    let mut world = World::start().await;
    let mut app = world.app.clone();
    app.policy.test_destinations = listed.parse().expect("a list");
    world.serve(app);
    world
}

async fn events_of(world: &World, otp: &Subject) -> Vec<Value> {
    let path = format!("/events?subject_id={}&order=asc", otp.id);
    world.call("GET", &path, None).await.expect(200).json()["events"].as_array().expect("events").clone()
}

#[tokio::test]
async fn a_listed_destination_gets_no_message_and_has_its_code() {
    let world = world_with(LISTED).await;
    let otp = Subject::of(&world, Method::Otp, bodies::otp()).await;
    assert_eq!(world.deliver().await, 0);
    assert!(world.sender.sent().is_empty());
    assert_eq!(otp.metadata(&world).await.json()["code_format"], json!({ "alphabet": "DIGITS", "length": 8 }));
    otp.try_code(&world, "87654321").await.expect(400);
    otp.try_code(&world, "12345678").await.expect(204);
    let events = events_of(&world, &otp).await;
    let kinds: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    assert_eq!(kinds, ["identification.created", "identification.sent", "identification.validated"]);
    assert!(events.iter().all(|event| event["data"]["test"] == true), "{events:?}");
    assert!(!json!(events).to_string().contains("12345678\""));

    let mut body = bodies::otp();
    body["channel"]["type"] = json!("EMAIL");
    let otp = Subject::of(&world, Method::Otp, body).await;
    world.deliver().await;
    otp.try_code(&world, "K7M2PQ").await.expect(204);
    assert!(world.sender.sent().is_empty());
}

#[tokio::test]
async fn reviews_begin_as_often_as_they_like_and_a_new_code_is_the_same() {
    let world = world_with(LISTED).await;
    let mut last = None;
    for _ in 0..7 {
        last = Some(Subject::of(&world, Method::Otp, bodies::otp()).await);
    }
    let otp = last.expect("one");
    world.deliver().await;
    world.clock.advance(TimeDelta::seconds(31));
    world.call("POST", &otp.actor_path("/resend"), None).await.expect(204);
    otp.try_code(&world, "12345678").await.expect(400);
    world.deliver().await;
    otp.try_code(&world, "12345678").await.expect(204);
    assert!(world.sender.sent().is_empty());
}

#[tokio::test]
async fn a_step_of_a_chain_may_be_for_a_test_destination() {
    let world = world_with(LISTED).await;
    let chain = ChainSubject::of(&world, vec![steps::agent(), steps::sent_otp()]).await;
    chain.steps[0].validate(&world).await.expect(204);
    world.deliver().await;
    chain.steps[1].try_code(&world, "12345678").await.expect(204);
    assert!(world.sender.sent().is_empty());
}

#[tokio::test]
async fn a_destination_that_is_not_listed_is_like_any_other() {
    for listed in ["", "+346123456788=12345678", "+34612345678=12345678", "other@email.com=k7m2pq"] {
        let world = world_with(listed).await;
        let otp = Subject::delivered(&world).await;
        assert_eq!(world.sender.sent().len(), 1, "{listed}");
        otp.try_code(&world, "12345678").await.expect(400);
        otp.validate(&world).await.expect(204);
        assert!(events_of(&world, &otp).await.iter().all(|event| event["data"].get("test").is_none()));
    }
    // A code that the caller delivers is the caller's.
    let world = world_with(LISTED).await;
    let external = Subject::of(&world, Method::Otp, bodies::external_otp()).await;
    assert_ne!(external.code(), "12345678");
    external.validate(&world).await.expect(204);
}

/// Whatever the list becomes, what is on it gets no message, and what was on it has no code of its own.
#[tokio::test]
async fn a_list_that_changes_sends_nothing_to_what_was_or_is_on_it() {
    let mut world = world_with(LISTED).await;
    let before = Subject::of(&world, Method::Otp, bodies::otp()).await;
    let mut app = world.app.clone();
    app.policy.test_destinations = TestDestinations::default();
    world.serve(app.clone());
    world.deliver().await;
    before.try_code(&world, "12345678").await.expect(400);
    let after = Subject::of(&world, Method::Otp, bodies::otp()).await;
    app.policy.test_destinations = LISTED.parse().expect("a list");
    world.serve(app);
    world.deliver().await;
    for otp in [&before, &after] {
        let events = events_of(&world, otp).await;
        let last = events.last().expect("an event");
        assert_eq!(
            (&last["type"], &last["data"]["reason"]),
            (&json!("identification.undelivered"), &json!("NOT_SENT"))
        );
    }
    assert!(world.sender.sent().is_empty());
}
