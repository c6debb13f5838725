//! Events reach the endpoints of their organisation: signed, in order for each subject, at least once.

pub mod receiver;
mod slow;

use acceptance::{OTHER_ORG, World, bodies, request::Call};
use chrono::TimeDelta;
use receiver::{Receiver, Reply};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An endpoint that gets what these patterns say, and its secret.
pub async fn endpoint(world: &World, receiver: &Receiver, event_types: &[&str]) -> (String, String) {
    let body = json!({ "url": receiver.url(), "event_types": event_types });
    let created = world.call("POST", "/webhook_endpoints", Some(body)).await.expect(201);
    (created.text("endpoint_id"), created.text("secret"))
}

/// Creates and cancels an identification by agent. Returns its id.
pub async fn created_and_cancelled(world: &World) -> String {
    let created = world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    let cancel = format!("/identifications/agent/{}/cancel", created.text("admin_identification_id"));
    world.call("POST", &cancel, Some(json!({ "reason": "they left" }))).await.expect(204);
    created.text("identification_id")
}

/// Lets time pass, with a sweep a minute and whatever the queue holds.
pub async fn pass(world: &World, minutes: i64) {
    for _ in 0..minutes {
        world.clock.advance(TimeDelta::minutes(1));
        world.sweep().await;
        assert_eq!(world.dispatch().await, 0);
    }
}

/// The sequences that arrived, by subject, in their order.
pub fn sequences(receiver: &Receiver) -> BTreeMap<String, Vec<u64>> {
    let mut all: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for taken in receiver.taken() {
        let data = taken.body()["data"].clone();
        let subject = data["subject"]["identification_id"].as_str().expect("an id").to_owned();
        all.entry(subject).or_default().push(data["sequence"].as_u64().expect("a number"));
    }
    all
}

/// Requires that a message has the members that the OpenAPI document says, and no other.
fn assert_documented(message: &Value) {
    let document = serde_json::to_value(acredita_local::gateway::document()).expect("a document");
    let body = &document["webhooks"][message["type"].as_str().expect("a type")]["post"]["requestBody"];
    let reference = body["content"]["application/json"]["schema"]["$ref"].as_str().expect("a schema of its own");
    let schema = document.pointer(&reference[1..]).expect("a schema");
    assert_members(schema, message);
    assert_members(&schema["properties"]["data"], &message["data"]);
    let subject = &schema["properties"]["data"]["properties"]["subject"];
    if subject["$ref"].is_null() {
        assert_members(subject, &message["data"]["subject"]);
    }
}

fn assert_members(schema: &Value, value: &Value) {
    let members = value.as_object().expect("an object");
    let properties = schema["properties"].as_object().expect("properties");
    assert!(members.keys().all(|name| properties.contains_key(name)), "{value} is not {schema}");
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(members.contains_key(name.as_str().expect("a name")), "{value} lacks {name}");
    }
}

#[tokio::test]
async fn every_message_is_what_the_document_says() {
    let (world, receiver) = (World::start().await, Receiver::start().await);
    let (id, _) = endpoint(&world, &receiver, &["*"]).await;
    let path = format!("/webhook_endpoints/{id}");
    created_and_cancelled(&world).await;
    world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    world.call("POST", &format!("{path}/ping"), None).await.expect(202);
    world.call("POST", &format!("{path}/rotate_secret"), None).await.expect(200);
    world.call("PATCH", &path, Some(json!({ "description": "the shop's" }))).await.expect(200);
    world.dispatch().await;
    let messages = receiver.taken();
    messages.iter().for_each(|taken| assert_documented(&taken.body()));
    let kinds: std::collections::BTreeSet<String> =
        messages.iter().map(|taken| taken.body()["type"].as_str().expect("a type").to_owned()).collect();
    let expected = [
        "identification.cancelled",
        "identification.created",
        "scoring.created",
        "webhook_endpoint.created",
        "webhook_endpoint.ping",
        "webhook_endpoint.secret_rotated",
        "webhook_endpoint.updated",
    ];
    assert_eq!(kinds, expected.map(str::to_owned).into());
}

#[tokio::test]
async fn an_event_arrives_thin_and_signed() {
    let (world, receiver) = (World::start().await, Receiver::start().await);
    let (_, secret) = endpoint(&world, &receiver, &["identification.*"]).await;
    let mut body = bodies::agent(false);
    body["client_reference_id"] = json!("order-4711");
    let created = world.call("POST", "/identifications/agent", Some(body)).await.expect(201);
    world.dispatch().await;
    let [taken] = &receiver.taken()[..] else { panic!("one message: {:?}", receiver.taken()) };
    let id = taken.header("webhook-id");
    let verifier = standardwebhooks::Webhook::new(&secret).expect("a secret");
    let signed_at = taken.header("webhook-timestamp").parse().expect("seconds");
    let signature = verifier.sign(&id, signed_at, taken.body.as_bytes()).expect("signed");
    assert_eq!((taken.header("webhook-signature"), signed_at), (signature, world.app.now().timestamp()));
    assert_eq!(taken.header("content-type"), "application/json");
    let event = taken.body();
    assert_eq!(event["type"], "identification.created");
    let data = event["data"].as_object().expect("data");
    let names: Vec<&str> = data.keys().map(String::as_str).collect();
    assert_eq!(names, ["client_reference_id", "event_id", "method", "sequence", "status", "subject"]);
    assert_eq!((&data["event_id"], &data["client_reference_id"]), (&json!(id), &json!("order-4711")));
    assert_eq!(data["subject"]["identification_id"], created.text("identification_id"));
    assert!(!taken.body.contains("James"), "nothing personal");
    let read = world.call("GET", &format!("/events/{id}"), None).await.expect(200);
    assert_eq!(read.text("type"), "identification.created");
}

#[tokio::test]
async fn a_wake_that_was_lost_is_made_up_for_by_the_sweep() {
    let (world, receiver) = (World::start().await, Receiver::start().await);
    endpoint(&world, &receiver, &["identification.*"]).await;
    created_and_cancelled(&world).await;
    world.lose_wakes().await;
    assert_eq!(receiver.taken().len(), 0);
    pass(&world, 2).await;
    assert_eq!(sequences(&receiver).into_values().collect::<Vec<_>>(), [vec![1, 2]]);
    pass(&world, 5).await;
    assert_eq!(receiver.taken().len(), 2, "nothing is sent again");
}

#[tokio::test]
async fn an_endpoint_gets_what_it_asks_for_of_its_organisation_from_its_creation_on() {
    let (world, receiver) = (World::start().await, Receiver::start().await);
    created_and_cancelled(&world).await;
    world.clock.advance(TimeDelta::seconds(1));
    endpoint(&world, &receiver, &["identification.cancelled"]).await;
    created_and_cancelled(&world).await;
    let theirs = Call::org("POST", OTHER_ORG, "/identifications/agent").token(&world.token(OTHER_ORG));
    world.send(theirs.json(&bodies::agent(false))).await.expect(201);
    pass(&world, 2).await;
    let kinds: Vec<Value> = receiver.taken().iter().map(|taken| taken.body()["type"].clone()).collect();
    assert_eq!(kinds, [json!("identification.cancelled")]);
}

#[tokio::test]
async fn of_a_receiver_that_fails_every_third_time_nothing_is_lost_and_nothing_out_of_order() {
    let (world, receiver) = (World::start().await, Receiver::start().await);
    endpoint(&world, &receiver, &["identification.*"]).await;
    receiver.answer(|number| if number % 3 == 1 && number < 24 { Reply::Status(500) } else { Reply::Status(204) });
    for _ in 0..10 {
        created_and_cancelled(&world).await;
        world.dispatch().await;
    }
    pass(&world, 45).await;
    let all = sequences(&receiver);
    assert_eq!(all.len(), 10);
    assert!(all.values().all(|sequences| *sequences == [1, 2]), "{all:?}");
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_nobody_follows_it() {
    let (world, receiver, other) = (World::start().await, Receiver::start().await, Receiver::start().await);
    endpoint(&world, &receiver, &["identification.*"]).await;
    let url = other.url();
    receiver.answer(move |number| if number == 0 { Reply::Redirect(url.clone()) } else { Reply::Status(200) });
    created_and_cancelled(&world).await;
    world.dispatch().await;
    assert_eq!(receiver.heard(), 1);
    pass(&world, 1).await;
    assert_eq!((receiver.taken().len(), other.heard()), (2, 0));
}

#[tokio::test]
async fn a_busy_receiver_gets_the_time_that_it_asks_for() {
    let (world, receiver) = (World::start().await, Receiver::start().await);
    endpoint(&world, &receiver, &["identification.*"]).await;
    receiver.answer(|number| if number == 0 { Reply::Later(110) } else { Reply::Status(200) });
    created_and_cancelled(&world).await;
    world.dispatch().await;
    pass(&world, 1).await;
    assert_eq!(receiver.heard(), 1, "it asked for 110 seconds");
    pass(&world, 1).await;
    assert_eq!(receiver.taken().len(), 2);
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_disabled_at_once_and_says_so_in_an_event() {
    let (world, receiver) = (World::start().await, Receiver::start().await);
    let (id, _) = endpoint(&world, &receiver, &["*"]).await;
    receiver.answer(|_| Reply::Status(410));
    created_and_cancelled(&world).await;
    world.dispatch().await;
    let heard = receiver.heard();
    pass(&world, 10).await;
    assert_eq!(receiver.heard(), heard, "nothing more goes there");
    let read = world.call("GET", &format!("/webhook_endpoints/{id}"), None).await.expect(200);
    assert_eq!(read.text("status"), "DISABLED");
    let events = world.call("GET", "/events?type=webhook_endpoint.disabled", None).await.expect(200).json();
    assert_eq!(events["events"].as_array().map(Vec::len), Some(1));
    for path in [format!("/webhook_endpoints/{id}/ping")] {
        world.call("POST", &path, None).await.expect(409);
    }
    let enable = json!({ "status": "ENABLED" });
    world.call("PATCH", &format!("/webhook_endpoints/{id}"), Some(enable)).await.expect(200);
    receiver.answer(|_| Reply::Status(200));
    world.call("POST", &format!("/webhook_endpoints/{id}/ping"), None).await.expect(202);
    world.dispatch().await;
    assert!(receiver.taken().iter().any(|taken| taken.body()["type"] == "webhook_endpoint.ping"));
}

#[tokio::test]
async fn a_dead_endpoint_gets_probes_only_and_its_first_success_releases_the_rest() {
    let (world, receiver) = (World::start().await, Receiver::start().await);
    endpoint(&world, &receiver, &["identification.created"]).await;
    receiver.answer(|_| Reply::Status(503));
    for _ in 0..30 {
        world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    }
    world.dispatch().await;
    assert!(receiver.heard() <= 30);
    let before = receiver.heard();
    pass(&world, 60).await;
    assert!(receiver.heard() - before <= 6, "{} probes in an hour", receiver.heard() - before);
    receiver.answer(|_| Reply::Status(200));
    pass(&world, 200).await;
    assert_eq!(sequences(&receiver).len(), 30, "all of them arrive");
}

#[tokio::test]
async fn an_event_is_sent_again_on_request_and_what_failed_is_recovered() {
    let (world, receiver) = (World::start().await, Receiver::start().await);
    let (id, _) = endpoint(&world, &receiver, &["identification.*"]).await;
    created_and_cancelled(&world).await;
    world.dispatch().await;
    world.clock.advance(TimeDelta::seconds(1));
    let event = receiver.taken()[0].header("webhook-id");
    let resend = Some(json!({ "endpoint_id": id }));
    world.call("POST", &format!("/events/{event}/resend"), resend).await.expect(202);
    world.dispatch().await;
    assert_eq!((receiver.taken().len(), receiver.taken()[2].header("webhook-id")), (3, event));
    // While it is disabled, nothing is sent.
    let path = format!("/webhook_endpoints/{id}");
    world.clock.advance(TimeDelta::minutes(1));
    world.call("PATCH", &path, Some(json!({ "status": "DISABLED" }))).await.expect(200);
    created_and_cancelled(&world).await;
    pass(&world, 2).await;
    world.call("PATCH", &path, Some(json!({ "status": "ENABLED" }))).await.expect(200);
    pass(&world, 2).await;
    assert_eq!(receiver.taken().len(), 3);
    let since = json!({ "since": "2026-11-20T00:00:00Z" });
    world.call("POST", &format!("{path}/recover"), Some(since)).await.expect(202);
    world.dispatch().await;
    let sequences: Vec<u64> = receiver.taken()[3..]
        .iter()
        .map(|taken| taken.body()["data"]["sequence"].as_u64().expect("a number"))
        .collect();
    assert_eq!(sequences, [1, 2], "what was taken before is not sent again");
    let listed = world.call("GET", &format!("{path}/deliveries?limit=3"), None).await.expect(200).json();
    assert_eq!(listed["deliveries"].as_array().map(Vec::len), Some(3));
    assert_eq!(listed["deliveries"][0]["http_status"], 200);
    let next = listed["next_cursor"].as_str().expect("more");
    let rest = world.call("GET", &format!("{path}/deliveries?cursor={next}"), None).await.expect(200).json();
    assert_eq!(rest["deliveries"].as_array().map(Vec::len), Some(2));
    world.call("GET", &format!("{path}/deliveries?cursor=made-up"), None).await.expect(400);
}

#[tokio::test]
async fn a_url_that_nothing_may_be_sent_to_is_refused_with_all_other_faults() {
    let world = World::start().await;
    for url in [
        "http://example.com/",
        "https://10.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest",
        "https://a:b@example.com/",
    ] {
        let refused = world.call("POST", "/webhook_endpoints", Some(json!({ "url": url }))).await.expect(400);
        assert!(refused.details()[0].starts_with("/url: "), "{url}");
    }
    let body = json!({ "url": "ftp://example.com", "event_types": ["*", "unheard.of"], "description": "" });
    let refused = world.call("POST", "/webhook_endpoints", Some(body)).await.expect(400);
    let pointers: Vec<String> =
        refused.details().iter().map(|text| text.split(':').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(pointers, ["/description", "/event_types/1", "/url"]);
}

#[tokio::test]
async fn an_endpoint_that_moves_is_not_disabled_by_a_410_of_where_it_was() {
    let (world, old, new) = (World::start().await, Receiver::start().await, Receiver::start().await);
    let (id, _) = endpoint(&world, &old, &["identification.*"]).await;
    old.answer(|_| Reply::Held(410));
    created_and_cancelled(&world).await;
    let moved = async {
        while old.heard() == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let path = format!("/webhook_endpoints/{id}");
        world.call("PATCH", &path, Some(json!({ "url": new.url() }))).await.expect(200);
        old.release();
    };
    let wakes = world.receive_wakes().await;
    let dispatched = acredita_dispatch::dispatch(&world.app, acredita_local::workers::event(&wakes));
    tokio::join!(dispatched, moved);
    pass(&world, 2).await;
    let read = world.call("GET", &format!("/webhook_endpoints/{id}"), None).await.expect(200);
    assert_eq!(read.text("status"), "ENABLED");
    assert_eq!(sequences(&new).into_values().collect::<Vec<_>>(), [vec![1, 2]]);
}

#[tokio::test]
async fn what_a_dead_endpoint_held_up_goes_out_soon_after_any_success() {
    let (world, receiver) = (World::start().await, Receiver::start().await);
    let (id, _) = endpoint(&world, &receiver, &["identification.created"]).await;
    receiver.answer(|_| Reply::Status(503));
    for _ in 0..30 {
        world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    }
    world.dispatch().await;
    // Until the next probe is hours away.
    pass(&world, 60).await;
    receiver.answer(|_| Reply::Status(200));
    world.call("POST", &format!("/webhook_endpoints/{id}/ping"), None).await.expect(202);
    world.dispatch().await;
    pass(&world, 17).await;
    let created = receiver.taken().iter().filter(|taken| taken.body()["type"] == "identification.created").count();
    assert!((10..=30).contains(&created), "{created} of 30: those that were tried wait for their own time");
}

#[tokio::test]
async fn what_is_on_its_way_is_not_recovered_as_well() {
    let (world, receiver) = (World::start().await, Receiver::start().await);
    let (id, _) = endpoint(&world, &receiver, &["identification.*"]).await;
    receiver.answer(|_| Reply::Status(500));
    created_and_cancelled(&world).await;
    world.dispatch().await;
    receiver.answer(|_| Reply::Status(200));
    let since = json!({ "since": "2026-11-01T00:00:00Z" });
    world.call("POST", &format!("/webhook_endpoints/{id}/recover"), Some(since)).await.expect(202);
    world.dispatch().await;
    assert_eq!(receiver.taken().len(), 0);
    pass(&world, 2).await;
    assert_eq!(sequences(&receiver).into_values().collect::<Vec<_>>(), [vec![1, 2]]);
}

#[tokio::test]
async fn a_sweep_wakes_one_worker_for_all_events_of_a_subject() {
    let (world, receiver) = (World::start().await, Receiver::start().await);
    endpoint(&world, &receiver, &["identification.*"]).await;
    world.dispatch().await;
    created_and_cancelled(&world).await;
    world.lose_wakes().await;
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(world.sweep().await.woken, 1);
}
