//! §9: the log of events, and its API.

use acceptance::{
    Answer, Call, ORG, OTHER_ORG, World, bodies,
    faults::Faults,
    look::{Item, text},
    subject::{Method, Subject, forcing_token, put_pictures},
    tokens::{ISSUER, claims},
};
use acredita_domain::{events::BrokenChain, use_cases::verify_by_id};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// All events of a subject, the oldest first.
async fn events_of(world: &World, id: &str) -> Vec<Value> {
    let listed = world.call("GET", &format!("/events?subject_id={id}&order=asc&limit=100"), None).await.expect(200);
    listed.json()["events"].as_array().expect("events").clone()
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().expect("a type")).collect()
}

fn listed(answer: &Answer) -> Vec<String> {
    let events = answer.json()["events"].as_array().expect("events").clone();
    events.iter().map(|event| event["event_id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn the_life_of_an_otp_is_told_and_outlives_it() {
    let world = World::start().await;
    let otp = Subject::delivered(&world).await;
    otp.try_code(&world, "untrue").await.expect(400);
    world.clock.advance(TimeDelta::seconds(30));
    world.call("POST", &otp.actor_path("/resend"), None).await.expect(204);
    world.deliver().await;
    let resent = Subject { code: Some(world.code_of(&otp.id)), ..otp };
    resent.validate(&world).await.expect(204);
    resent.close(&world).await.expect(204);
    world.send(resent.deletion(&world).without("authorization").token(&forcing_token(&world))).await.expect(403);
    resent.delete_by_force(&world, true).await.expect(204);

    let expected = ["created", "sent", "resent", "sent", "validated", "closed", "deleted"];
    let expected = expected.map(|name| format!("identification.{name}"));
    for id in [&resent.id, &resent.admin_id] {
        let events = events_of(&world, id).await;
        assert_eq!(types(&events), expected);
        for (at, event) in events.iter().enumerate() {
            assert_eq!(event["sequence"], json!(at + 1));
            let before = at.checked_sub(1).map_or(Value::Null, |before| events[before]["hash"].clone());
            assert_eq!(event["previous_hash"], before);
            assert_eq!(event["subject"]["kind"], "IDENTIFICATION");
            assert_eq!(event["subject"]["admin_identification_id"], resent.admin_id.as_str());
        }
        assert_eq!(events[4]["data"]["wrong_tries"], 1);
        assert_eq!(events[4]["data"]["status"], "VALIDATED");
        assert_eq!(events[6]["data"]["reason"], "FORCED");
    }
    let verified = verified(&world, &resent.id).await;
    assert_eq!(verified, Ok(7));
}

#[tokio::test]
async fn a_callers_own_id_is_joined_while_its_subject_is_there() {
    let world = World::start().await;
    let mut body = bodies::agent(false);
    body["client_reference_id"] = json!("order-4711");
    let agent = Subject::of(&world, Method::Agent, body).await;
    for event in events_of(&world, &agent.id).await {
        assert_eq!(event["data"]["client_reference_id"], "order-4711");
        let path = format!("/events/{}", event["event_id"].as_str().expect("an id"));
        let read = world.call("GET", &path, None).await.expect(200).json();
        assert_eq!(read["data"]["client_reference_id"], "order-4711");
    }
    assert!(world.items_of("EVT#").await.iter().all(|item| !text(item, "event").contains("order-4711")));
    agent.delete(&world).await.expect(204);
    for event in events_of(&world, &agent.id).await {
        assert_eq!(event["data"].get("client_reference_id"), None);
    }
}

/// The hash of an event is of its stored bytes: anybody with those can check it.
#[tokio::test]
async fn each_hash_is_of_the_one_before_and_the_stored_bytes() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    agent.cancel(&world).await.expect(204);
    let mut previous = Vec::new();
    let items = world.items_of("EVT#").await;
    assert_eq!(items.len(), 2);
    for item in &items {
        let hash = Sha256::new().chain_update(&previous).chain_update(text(item, "event")).finalize();
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, text(item, "hash"));
        previous = hash.to_vec();
    }
}

#[tokio::test]
async fn an_event_names_the_client_and_on_the_persons_side_a_digest() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    let signed = |subject: &str| {
        let mut claims = claims(ORG, world.in_almost_thirty_days());
        claims["sub"] = json!(subject);
        claims["client_id"] = json!("shop");
        ISSUER.sign(&claims)
    };
    let cancel = agent.cancellation(&world).without("authorization").token(&signed("maria@example.org"));
    let answer = world.send(cancel).await.expect(204);
    let by = &events_of(&world, &agent.id).await[1];
    assert_eq!(by["by"]["subject"], "maria@example.org");
    assert_eq!(by["by"]["client_id"], "shop");
    assert_eq!(by["by"]["kind"], "CLIENT");
    assert_eq!(by["request_id"], answer.headers["x-request-id"].to_str().expect("text"));

    let otp = Subject::delivered(&world).await;
    let validation = otp.validation(&world).without("authorization").token(&signed("ana@example.org"));
    world.send(validation).await.expect(204);
    let events = events_of(&world, &otp.id).await;
    assert_eq!(events[1]["by"], json!({ "kind": "SYSTEM" }), "sent by a worker");
    let digest = events[2]["by"]["subject"].as_str().expect("a digest");
    assert!(digest.len() == 32 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
}

#[tokio::test]
async fn the_list_is_the_newest_first_and_goes_on_by_cursors_of_its_own() {
    let world = World::start().await;
    let mut ids = Vec::new();
    for _ in 0..7 {
        let agent = Subject::create(&world, Method::Agent).await;
        ids.push(events_of(&world, &agent.id).await[0]["event_id"].as_str().expect("an id").to_owned());
        world.clock.advance(TimeDelta::seconds(1));
    }
    let page = async |query: &str| world.call("GET", &format!("/events?{query}"), None).await;
    let mut found = Vec::new();
    let mut query = "limit=3".to_owned();
    loop {
        let answer = page(&query).await.expect(200);
        found.extend(listed(&answer));
        match answer.json()["next_cursor"].as_str() {
            Some(cursor) => query = format!("limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert!(found.iter().eq(ids.iter().rev()), "{found:?}");
    for id in &ids {
        assert_eq!(world.call("GET", &format!("/events/{id}"), None).await.expect(200).text("event_id"), *id);
    }

    let cursor = page("limit=3").await.text("next_cursor");
    page(&format!("limit=5&cursor={cursor}")).await.expect(200);
    for other in ["type=identification.created", "order=asc", "created_from=2020-01-01T00:00:00Z"] {
        page(&format!("{other}&cursor={cursor}")).await.expect(400);
    }
    page("cursor=eyJrIjoi").await.expect(400);
    let foreign = Call::org("GET", OTHER_ORG, &format!("/events?cursor={cursor}")).token(&world.token(OTHER_ORG));
    world.send(foreign).await.expect(400);
    world.clock.advance(TimeDelta::hours(24));
    let late = page(&format!("cursor={cursor}")).await.expect(400);
    assert_eq!(late.json()["errors"][0]["title"], "PARAMETER_ERROR");
}

#[tokio::test]
async fn from_the_oldest_on_there_is_always_a_cursor_and_nothing_falls_behind_it() {
    let world = World::start().await;
    let page = async |query: &str| world.call("GET", &format!("/events?order=asc{query}"), None).await.expect(200);
    let nothing = page("").await;
    let first = Subject::create(&world, Method::Agent).await;
    let cursor = nothing.text("next_cursor");
    assert!(listed(&page(&format!("&cursor={cursor}")).await).is_empty(), "it is younger than 5 seconds");
    world.clock.advance(TimeDelta::seconds(6));
    let answer = page(&format!("&cursor={cursor}")).await;
    assert_eq!(listed(&answer).len(), 1);
    first.cancel(&world).await.expect(204);
    world.clock.advance(TimeDelta::seconds(6));
    let next = page(&format!("&cursor={}", answer.text("next_cursor"))).await;
    assert_eq!(next.json()["events"][0]["type"], "identification.cancelled");
    assert_eq!(listed(&next).len(), 1);
}

#[tokio::test]
async fn filters_choose_by_type_and_time() {
    let world = World::start().await;
    for at in 0..4 {
        let agent = Subject::create(&world, Method::Agent).await;
        if at % 2 == 0 {
            agent.cancel(&world).await.expect(204);
        }
    }
    let began = world.app.now();
    world.clock.advance(TimeDelta::seconds(10));
    Subject::create(&world, Method::Agent).await;
    let count =
        async |query: &str| listed(&world.call("GET", &format!("/events?{query}"), None).await.expect(200)).len();
    assert_eq!(count("type=identification.cancelled").await, 2);
    assert_eq!(count("type=identification.created").await, 5);
    let time = |at: acredita_domain::Time| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    assert_eq!(count(&format!("created_from={}", time(began + TimeDelta::seconds(5)))).await, 1);
    assert_eq!(count(&format!("created_to={}", time(began + TimeDelta::seconds(5)))).await, 6);
    for wrong in
        ["type=identification.sneezed", "subject_id=1", "created_from=yesterday", "order=up", "limit=0", "limit=101"]
    {
        world.call("GET", &format!("/events?{wrong}"), None).await.expect(400);
    }
}

#[tokio::test]
async fn events_are_read_with_their_permission_and_in_their_organisation_only() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    let event = events_of(&world, &agent.id).await[0]["event_id"].as_str().expect("an id").to_owned();
    let mut everything = claims(ORG, world.in_almost_thirty_days());
    everything.as_object_mut().expect("an object").remove("permissions");
    let everything = ISSUER.sign(&everything);
    for path in ["/events".to_owned(), format!("/events/{event}")] {
        world.send(Call::org("GET", ORG, &path).token(&everything)).await.expect(401);
        world.send(Call::org("GET", ORG, &path).token(&world.token_with(ORG, "events:read"))).await.expect(200);
    }
    let foreign = |path: &str| Call::org("GET", OTHER_ORG, path).token(&world.token(OTHER_ORG));
    world.send(foreign(&format!("/events/{event}"))).await.expect(404);
    for path in ["/events".to_owned(), format!("/events?subject_id={}", agent.id)] {
        assert!(listed(&world.send(foreign(&path)).await.expect(200)).is_empty());
    }
}

#[tokio::test]
async fn a_linked_scoring_tells_in_the_log_of_its_identification_and_looks_are_on_record() {
    let world = World::start().await;
    let document = Subject::create(&world, Method::IdentityDocument).await;
    put_pictures(&world, &document.scoring_path(""), &[("front", &bodies::png(1))]).await.expect(204);
    world.call("POST", &document.scoring_path("/delegate"), None).await.expect(200);
    world.call("GET", &document.scoring_path("/captures"), None).await.expect(200);
    document.cancel(&world).await.expect(204);
    let events = events_of(&world, &document.id).await;
    let expected = [
        "identification.created",
        "scoring.scored",
        "scoring.delegated",
        "pictures.viewed",
        "identification.cancelled",
    ];
    assert_eq!(types(&events), expected);
    assert_eq!(verified(&world, &document.id).await, Ok(5));

    let alone = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    let id = alone.text("scoring_id");
    world.call("POST", &format!("/scorings/identity_document/{id}/close"), None).await.expect(204);
    let events = events_of(&world, &id).await;
    assert_eq!(types(&events), ["scoring.created", "scoring.closed"]);
    assert_eq!(events[0]["subject"], json!({ "kind": "SCORING", "scoring_id": id }));
    assert_eq!(verified(&world, &id).await, Ok(2));
}

#[tokio::test]
async fn what_the_clock_ends_is_told_by_the_sweep() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    let alone = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    world.clock.advance(TimeDelta::hours(1));
    world.sweep().await;
    let events = events_of(&world, &agent.id).await;
    assert_eq!(types(&events), ["identification.created", "identification.expired"]);
    assert!(events[1]["data"]["expires_at"].is_string());
    assert_eq!(types(&events_of(&world, &alone.text("scoring_id")).await), ["scoring.created", "scoring.expired"]);
    world.clock.advance(world.app.policy.retention);
    world.sweep().await;
    let events = events_of(&world, &agent.id).await;
    assert_eq!(events[2]["data"], json!({ "method": "AGENT", "reason": "RETENTION" }));
    assert_eq!(verified(&world, &agent.id).await, Ok(3));
}

/// Whoever follows the list by its times has not passed it yet.
#[tokio::test]
async fn an_event_of_a_slow_commit_says_when_it_was_written() {
    let mut world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    let (whole, wait) = (world.app.clone(), TimeDelta::seconds(10));
    world.serve(Faults::late("Identifications::transition", 0, &world.clock, wait).around(&whole));
    agent.cancel(&world).await.expect(204);
    world.serve(whole);
    let events = events_of(&world, &agent.id).await;
    assert_eq!(events[1]["created_at"], "2026-11-20T08:33:10.000Z");
    assert_eq!(verified(&world, &agent.id).await, Ok(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sweeps_that_overlap_tell_an_expiry_once() {
    let world = World::start().await;
    let mut ids = Vec::new();
    for _ in 0..8 {
        let alone = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
        ids.push(alone.text("scoring_id"));
    }
    world.clock.advance(TimeDelta::hours(1));
    tokio::join!(world.sweep(), world.sweep(), world.sweep(), world.sweep());
    world.sweep().await;
    for id in ids {
        assert_eq!(types(&events_of(&world, &id).await), ["scoring.created", "scoring.expired"]);
    }
}

#[tokio::test]
async fn steps_that_meet_are_all_told_without_a_gap() {
    let world = World::start().await;
    let document = Subject::create(&world, Method::IdentityDocument).await;
    put_pictures(&world, &document.scoring_path(""), &[("front", &bodies::png(1))]).await.expect(204);
    let looks = (0..15).map(|_| world.request("GET", &document.scoring_path("/captures"), None));
    let answers = world.at_once(looks.chain([document.cancellation(&world)]).collect()).await;
    assert!(answers.iter().all(|answer| [200, 204].contains(&answer.status.as_u16())), "none is lost for another");
    assert_eq!(events_of(&world, &document.id).await.len(), 18);
    assert_eq!(verified(&world, &document.id).await, Ok(18));
}

#[tokio::test]
async fn an_endpoint_that_was_turned_to_another_url_behind_its_log_is_found() {
    let world = World::start().await;
    let endpoint = json!({ "url": "https://8.8.8.8/hooks" });
    let id = world.call("POST", "/webhook_endpoints", Some(endpoint)).await.expect(201).text("endpoint_id");
    let path = format!("/webhook_endpoints/{id}");
    world.call("PATCH", &path, Some(json!({ "event_types": ["scoring.*"] }))).await.expect(200);
    assert_eq!(verified(&world, &id).await, Ok(2));
    let kept = world.items_of("ORG#").await.into_iter().find(|item| item.contains_key("url")).expect("the endpoint");
    put(&world, with(&kept, "url", "https://9.9.9.9/hooks")).await;
    assert_eq!(verified(&world, &id).await, Err(BrokenChain::State(2)));
    put(&world, kept).await;
    world.call("DELETE", &path, None).await.expect(204);
    assert_eq!(verified(&world, &id).await, Ok(3));
    let events = events_of(&world, &id).await;
    assert_eq!(types(&events), ["webhook_endpoint.created", "webhook_endpoint.updated", "webhook_endpoint.deleted"]);
}

/// The number of events, or where log and subject part.
async fn verified(world: &World, id: &str) -> Result<usize, BrokenChain> {
    let (org, id) = (ORG.parse().expect("an organisation"), id.parse().expect("an id"));
    let verified = verify_by_id(&world.app.stores, &org, id, world.kept(), world.app.now()).await.expect("an answer");
    let verified = verified.expect("it has events");
    verified.fault.map_or(Ok(verified.events), Err)
}

async fn put(world: &World, item: Item) {
    let put = world.aws.clients.dynamodb.put_item().table_name("acredita").set_item(Some(item));
    put.send().await.expect("put");
}

fn with(item: &Item, name: &str, value: &str) -> Item {
    let mut item = item.clone();
    item.insert(name.to_owned(), AttributeValue::S(value.to_owned()));
    item
}

#[tokio::test]
async fn whatever_is_changed_behind_the_log_is_found() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    agent.cancel(&world).await.expect(204);
    assert_eq!(verified(&world, &agent.id).await, Ok(2));

    let state = world.items_of("IDN#").await.swap_remove(0);
    put(&world, with(&state, "reason", "another one")).await;
    assert_eq!(verified(&world, &agent.id).await, Err(BrokenChain::State(2)));
    put(&world, with(&state, "status", "FAILED")).await;
    assert_eq!(verified(&world, &agent.id).await, Err(BrokenChain::State(2)));
    put(&world, state).await;

    let events = world.items_of("EVT#").await;
    let [first, second] = &events[..] else { panic!("two events") };
    for (item, sequence) in [(first, 1), (second, 2)] {
        let changed = text(item, "event").replace("\"method\":\"AGENT\"", "\"method\":\"OTP\"");
        put(&world, with(item, "event", &changed)).await;
        assert_eq!(verified(&world, &agent.id).await, Err(BrokenChain::Changed(sequence)));
        put(&world, item.clone()).await;
    }
    let delete = world.aws.clients.dynamodb.delete_item().table_name("acredita");
    let delete = delete.key("pk", second["pk"].clone()).key("sk", second["sk"].clone());
    delete.send().await.expect("deleted");
    assert_eq!(verified(&world, &agent.id).await, Err(BrokenChain::End { found: 1, known: 2 }));
}

#[tokio::test]
async fn a_score_that_is_raised_behind_the_log_is_found() {
    let world = World::start().await;
    let document = Subject::create(&world, Method::IdentityDocument).await;
    put_pictures(&world, &document.scoring_path(""), &[("front", &bodies::png(1))]).await.expect(204);
    assert_eq!(verified(&world, &document.id).await, Ok(2));
    let scoring = world.items_of("SCO#").await.swap_remove(0);
    let raised = text(&scoring, "assessment").replacen("\"score\":1", "\"score\":9", 1);
    assert_ne!(raised, text(&scoring, "assessment"));
    put(&world, with(&scoring, "assessment", &raised)).await;
    assert_eq!(verified(&world, &document.id).await, Err(BrokenChain::State(2)));
}

/// A step of one kind and a new code may be taken both; the log says what came of them.
#[tokio::test]
async fn a_cancel_that_meets_a_resend_is_no_fault() {
    let world = World::start().await;
    for _ in 0..8 {
        let otp = Subject::delivered(&world).await;
        world.clock.advance(TimeDelta::seconds(30));
        let resend = world.request("POST", &otp.actor_path("/resend"), None);
        world.at_once(vec![resend, otp.cancellation(&world)]).await;
        world.deliver().await;
        verified(&world, &otp.id).await.expect("as it was left");
        // All go to one phone.
        world.clock.advance(TimeDelta::minutes(10));
    }
}

/// What was written before there were events is read as it is, and its next step begins its log.
#[tokio::test]
async fn what_was_there_before_is_adopted_by_its_next_step() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    let mut before = world.items_of("IDN#").await.swap_remove(0);
    for name in ["log_key", "sequence", "head"] {
        before.remove(name);
    }
    put(&world, before).await;
    for event in world.items_of("EVT#").await {
        let delete = world.aws.clients.dynamodb.delete_item().table_name("acredita");
        delete.key("pk", event["pk"].clone()).key("sk", event["sk"].clone()).send().await.expect("deleted");
    }
    assert_eq!(agent.status(&world).await.as_deref(), Some("CREATED"));
    agent.cancel(&world).await.expect(204);
    let events = events_of(&world, &agent.id).await;
    assert_eq!(types(&events), ["identification.adopted", "identification.cancelled"]);
    assert_eq!(verified(&world, &agent.id).await, Ok(2));
}
