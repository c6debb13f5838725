//! §5: what every create takes for its caller's own use, and never shows on the actor's side.

use super::operations::{Operation, Requests, creates};
use acceptance::{
    Answer, World, bodies,
    look::json,
    subject::{Method, Subject},
};
use serde_json::{Map, Value, json};

async fn create(world: &World, operation: &Operation, field: &str, value: Value) -> Answer {
    let mut body = operation.body().expect("a create has a body");
    body[field] = value;
    world.call("POST", operation.path, Some(body)).await
}

/// What is kept with the only entity that there is.
async fn kept(operation: &Operation, field: &str, value: Value) -> Value {
    let world = World::start().await;
    create(&world, operation, field, value).await.expect(operation.success);
    let kind = match operation.path {
        "/identifications/chain" => "CHN#",
        path if path.starts_with("/scorings") => "SCO#",
        _ => "IDN#",
    };
    let items = world.items_of(kind).await;
    let item = items.iter().find(|item| item.contains_key("created_at")).expect("what was created");
    if item.contains_key("reference") { json(item, "reference") } else { Value::Null }
}

fn members(number: usize) -> Value {
    (0..number).map(|number| (format!("key-{number}"), json!("text"))).collect::<Map<_, _>>().into()
}

#[tokio::test]
async fn every_create_keeps_its_callers_own_id_and_texts() {
    for operation in creates() {
        let id = kept(operation, "client_reference_id", json!(" order 4711/é \u{200B}")).await;
        assert_eq!(id, json!({ "client_reference_id": "order 4711/é" }), "{}", operation.path);
        let texts = kept(operation, "metadata", json!({ " shop ": " 042\n", "a/b~c {d}": "é" })).await;
        assert_eq!(texts, json!({ "metadata": { "shop": "042", "a/b~c {d}": "é" } }), "{}", operation.path);
        for nothing in [json!({}), Value::Null] {
            assert_eq!(kept(operation, "metadata", nothing).await, Value::Null, "{}", operation.path);
        }
    }
}

#[tokio::test]
async fn they_may_be_as_long_and_as_many_as_promised() {
    let world = World::start().await;
    for operation in creates() {
        for (field, value) in [
            ("client_reference_id", json!("é".repeat(200))),
            ("client_reference_id", Value::Null),
            ("metadata", json!({ "é".repeat(40): "é".repeat(500) })),
            ("metadata", members(50)),
        ] {
            create(&world, operation, field, value).await.expect(operation.success);
        }
    }
}

#[tokio::test]
async fn what_is_no_reference_is_refused_at_its_place() {
    let world = World::start().await;
    let key = "k".repeat(41);
    for operation in creates() {
        for (field, value, place) in [
            ("client_reference_id", json!("é".repeat(201)), "/client_reference_id"),
            ("client_reference_id", json!(4711), "/client_reference_id"),
            ("client_reference_id", json!(" \u{200B} "), "/client_reference_id"),
            ("client_reference_id", json!("order\n4711"), "/client_reference_id"),
            ("client_reference_id", json!("order\u{202E}4711"), "/client_reference_id"),
            ("metadata", json!("shop"), "/metadata"),
            ("metadata", json!([]), "/metadata"),
            ("metadata", members(51), "/metadata"),
            ("metadata", json!({ "shop": 42 }), "/metadata/shop"),
            ("metadata", json!({ "shop": null }), "/metadata/shop"),
            ("metadata", json!({ "shop": { "number": "042" } }), "/metadata/shop"),
            ("metadata", json!({ "shop": "" }), "/metadata/shop"),
            ("metadata", json!({ "shop": "a\u{0}b" }), "/metadata/shop"),
            ("metadata", json!({ "a/b~c": "é".repeat(501) }), "/metadata/a~1b~0c"),
            ("metadata", json!({ "shop[number]": "042" }), "/metadata/shop[number]"),
            ("metadata", json!({ (key.as_str()): "042" }), &format!("/metadata/{key}")),
            ("metadata", json!({ "": "042" }), "/metadata"),
            ("metadata", json!({ "shop\u{202E}": "042" }), "/metadata"),
            ("metadata", json!({ "shop": "042", " shop": "043" }), "/metadata/"),
        ] {
            let refused = create(&world, operation, field, value.clone()).await.expect(400);
            let details = refused.details();
            let at_place = |detail: &String| detail.starts_with(&format!("{place}: ")) || place.ends_with('/');
            assert!(details.len() == 1 && at_place(&details[0]), "{} {value}: {details:?}", operation.path);
        }
    }
}

#[tokio::test]
async fn all_their_faults_come_with_all_the_others() {
    let world = World::start().await;
    for operation in creates() {
        let mut body = operation.body().expect("a create has a body");
        body["expires_in"] = json!("P1Y");
        body["client_reference_id"] = json!(true);
        body["metadata"] = json!({ "a": 1, "b[]": "text", "c": "text", "d": " " });
        let details = world.call("POST", operation.path, Some(body)).await.expect(400).details();
        for place in ["/expires_in", "/client_reference_id", "/metadata/a", "/metadata/b[]", "/metadata/d"] {
            assert!(details.iter().any(|detail| detail.starts_with(&format!("{place}: "))), "{place} {details:?}");
        }
        assert_eq!(details.len(), 5, "{details:?}");
    }
}

/// An answer is much shorter than the longest body, whatever is wrong in it.
#[tokio::test]
async fn a_great_many_faults_are_reported_together() {
    let world = World::start().await;
    let numbers: Map<_, _> = (0..50_000).map(|number| (number.to_string(), json!(1))).collect();
    for operation in creates() {
        let refused = create(&world, operation, "metadata", numbers.clone().into()).await.expect(400);
        assert_eq!(refused.details().len(), 51);
    }
}

#[tokio::test]
async fn another_reference_makes_another_body() {
    let world = World::start().await;
    for operation in creates() {
        let call = |body: &Value| operation.good_call(&world, "").header("idempotency-key", "k").json(body);
        let plain = operation.body().expect("a create has a body");
        let referenced = bodies::referenced(plain.clone());
        world.send(call(&referenced)).await.expect(operation.success);
        world.send(call(&plain)).await.expect(409);
        let again = world.send(call(&referenced)).await.expect(operation.success);
        assert_eq!(again.headers["idempotent-replayed"], "true");
    }
}

#[tokio::test]
async fn the_actors_side_never_sees_them() {
    let world = World::with_external_provider().await;
    for method in Method::ALL {
        let body = match method {
            Method::Agent => bodies::agent(false),
            Method::Otp => bodies::otp(),
            Method::IdentityDocument => bodies::identity_document("LOW"),
        };
        let subject = Subject::of(&world, method, bodies::referenced(body)).await;
        let seen = subject.metadata(&world).await.expect(200);
        let text = String::from_utf8_lossy(&seen.body).into_owned();
        for word in ["client_reference_id", "metadata", bodies::REFERENCE, bodies::NOTE] {
            assert!(!text.contains(word), "{text}");
        }
    }
}
