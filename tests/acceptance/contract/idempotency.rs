//! §5: a create with an `Idempotency-Key` creates once, however often it is sent.

use super::operations::{Operation, Requests, creates, with_an_id};
use acceptance::{Answer, Call, NOBODY, OTHER_ORG, World, bodies};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A create with a key.
fn keyed(world: &World, create: &Operation, key: &str) -> Call {
    create.good_call(world, "").header("idempotency-key", key)
}

fn otp(world: &World, key: &str) -> Call {
    world.request("POST", "/identifications/otp", Some(bodies::otp())).header("idempotency-key", key)
}

/// The value that distinguishes two creations.
fn id(answer: &Answer) -> String {
    let body = answer.json();
    ["identification_id", "identification_chain_id", "scoring_id"]
        .iter()
        .find_map(|name| body.get(name))
        .and_then(Value::as_str)
        .expect("an id")
        .to_owned()
}

#[tokio::test]
async fn the_same_key_answers_what_the_first_answered() {
    let world = World::start().await;
    for create in creates() {
        let first = world.send(keyed(&world, create, "order-4711")).await.expect(create.success);
        assert!(!first.headers.contains_key("idempotent-replayed"));
        world.clock.advance(TimeDelta::minutes(5));
        for _ in 0..3 {
            let again = world.send(keyed(&world, create, "order-4711")).await.expect(create.success);
            assert_eq!(again.json(), first.json(), "{}", create.path);
            assert_eq!(again.headers["idempotent-replayed"], "true");
            assert_ne!(again.headers["x-request-id"], first.headers["x-request-id"]);
        }
    }
}

#[tokio::test]
async fn an_external_code_is_told_again() {
    let world = World::start().await;
    let call =
        || world.request("POST", "/identifications/otp", Some(bodies::external_otp())).header("idempotency-key", "k");
    let first = world.send(call()).await.expect(201);
    let again = world.send(call()).await.expect(201);
    assert_eq!(again.text("code"), first.text("code"));
    let path = format!("/identifications/otp/{}/validate", again.text("identification_id"));
    world.call("PUT", &path, Some(json!({ "code": again.text("code") }))).await.expect(204);
}

#[tokio::test]
async fn nothing_is_sent_twice_and_a_replay_is_not_throttled() {
    let world = World::start().await;
    let first = world.send(otp(&world, "first")).await.expect(201);
    for number in 0..4 {
        world.send(otp(&world, &format!("more-{number}"))).await.expect(201);
    }
    world.send(otp(&world, "one too many")).await.expect(400);
    world.send(otp(&world, "one-too-many")).await.expect(429);
    for _ in 0..3 {
        assert_eq!(world.send(otp(&world, "first")).await.expect(201).json(), first.json());
    }
    world.deliver().await;
    assert_eq!(world.sender.sent().len(), 5);
    let of_first = world.sender.sent().iter().filter(|message| message.identification_id == id(&first)).count();
    assert_eq!(of_first, 1);
}

#[tokio::test]
async fn a_key_is_good_for_a_day() {
    let world = World::start().await;
    for create in creates() {
        let first = world.send(keyed(&world, create, "k")).await.expect(create.success);
        world.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
        let again = world.send(keyed(&world, create, "k")).await.expect(create.success);
        assert_eq!(id(&again), id(&first));
        world.clock.advance(TimeDelta::seconds(1));
        let later = world.send(keyed(&world, create, "k")).await.expect(create.success);
        assert_ne!(id(&later), id(&first), "{}", create.path);
    }
}

#[tokio::test]
async fn the_same_key_with_another_body_is_a_conflict() {
    let world = World::start().await;
    for create in creates() {
        let first = world.send(keyed(&world, create, "k")).await.expect(create.success);
        let mut other = create.body().expect("a body");
        other["expires_in"] = json!("PT2H");
        let refused = world.send(keyed(&world, create, "k").json(&other)).await.expect(409);
        assert_eq!(refused.json()["errors"][0]["title"], "CONFLICT");
        assert_eq!(id(&world.send(keyed(&world, create, "k")).await.expect(create.success)), id(&first));
    }
}

#[tokio::test]
async fn white_space_makes_no_other_body() {
    let world = World::start().await;
    for create in creates() {
        let first = world.send(keyed(&world, create, "k")).await.expect(create.success);
        let spaced = serde_json::to_string_pretty(&create.body()).expect("JSON");
        let again =
            world.send(keyed(&world, create, "k").body("application/json", spaced)).await.expect(create.success);
        assert_eq!(id(&again), id(&first));
    }
}

#[tokio::test]
async fn keys_belong_to_their_organisation_and_operation() {
    let world = World::start().await;
    let mut ids = BTreeSet::new();
    for create in creates() {
        ids.insert(id(&world.send(keyed(&world, create, "k")).await.expect(create.success)));
        let elsewhere = create.call(OTHER_ORG, "").token(&world.token(OTHER_ORG)).header("idempotency-key", "k");
        ids.insert(id(&world.send(elsewhere).await.expect(create.success)));
        ids.insert(id(&world.send(keyed(&world, create, "K")).await.expect(create.success)));
        ids.insert(id(&world.send(create.good_call(&world, "")).await.expect(create.success)));
        ids.insert(id(&world.send(create.good_call(&world, "")).await.expect(create.success)));
    }
    assert_eq!(ids.len(), 25);
}

#[tokio::test]
async fn a_create_that_was_refused_uses_up_no_key() {
    let world = World::start().await;
    for create in creates() {
        let mut wrong = create.body().expect("a body");
        wrong["expires_in"] = json!("P1Y");
        world.send(keyed(&world, create, "k").json(&wrong)).await.expect(400);
        world.send(keyed(&world, create, "k").without("authorization")).await.expect(401);
        world.send(keyed(&world, create, "k")).await.expect(create.success);
    }
}

#[tokio::test]
async fn concurrent_duplicates_create_once() {
    let world = World::start().await;
    for create in creates() {
        let calls = (0..8).map(|_| world.send(keyed(&world, create, "at-once")));
        let answers = futures_util::future::join_all(calls).await;
        let mut ids = BTreeSet::new();
        for answer in answers {
            match answer.status.as_u16() {
                409 => {}
                status => {
                    assert_eq!(status, create.success, "{}", answer.json());
                    ids.insert(id(&answer));
                }
            }
        }
        assert_eq!(ids.len(), 1, "{}", create.path);
        let after = world.send(keyed(&world, create, "at-once")).await.expect(create.success);
        assert!(ids.contains(&id(&after)));
    }
    let answers = futures_util::future::join_all((0..8).map(|_| world.send(otp(&world, "sms-at-once")))).await;
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 201 | 409)));
    world.deliver().await;
    assert_eq!(world.sender.sent().len(), 1);
}

#[tokio::test]
async fn a_key_has_1_to_255_visible_characters() {
    let world = World::start().await;
    for create in creates() {
        for key in ["k".to_owned(), "x".repeat(255), "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~".to_owned()] {
            world.send(keyed(&world, create, &key)).await.expect(create.success);
        }
        for key in [String::new(), " ".to_owned(), "x".repeat(256), "a b".to_owned(), "a\tb".to_owned(), "é".to_owned()]
        {
            let answer = world.send(keyed(&world, create, &key)).await.expect(400);
            assert!(
                answer.details().len() == 1 && answer.details()[0].starts_with("header idempotency-key: "),
                "{:?}",
                answer.details()
            );
            assert_eq!(answer.json()["errors"][0]["title"], "PARAMETER_ERROR");
        }
        let twice = keyed(&world, create, "a").header("idempotency-key", "b");
        assert_eq!(world.send(twice).await.expect(400).details(), ["header idempotency-key: is given more than once"]);
    }
}

#[tokio::test]
async fn only_operations_that_take_a_key_look_at_it() {
    let world = World::start().await;
    for operation in with_an_id().filter(|operation| !operation.takes_idempotency_key) {
        world.send(operation.good_call(&world, NOBODY).header("idempotency-key", "a b")).await.expect(404);
    }
}
