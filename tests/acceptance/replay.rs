//! Replays `events/`: the events of API Gateway, SQS and the scheduler, in their real form. Each test replaces their
//! placeholders with values of a fresh world.

use crate::events::{
    ADMIN_CHAIN_ID, ADMIN_ID, CHAIN_ID, CODE, ENDPOINT_ID, EVENT_ID, EXPORT_ID, Event, IDENTIFICATION_ID, MIDNI,
    REVIEW_ID, SCORING_ID, TOKEN, event, events,
};
use acceptance::{
    World, bodies,
    chains::{ChainSubject, steps},
    midni::nth_code,
    request::{Answer, base64},
    reviews::{self, ReviewSubject},
};
use acredita_domain::{
    ids::{OrgId, ScoringId},
    otp::DAILY_WINDOW,
    pictures::{PictureFormat, PictureKey, Side},
    scoring::ScoringStatus,
};
use acredita_http::{jwt::TokenPolicy, office::Office};
use acredita_local::gateway;
use acredita_manifest::{FUNCTIONS, OPERATIONS, Operation, PAGE, PAGE_ROUTES, Trigger};
use aws_lambda_events::event::sqs::SqsEvent;
use axum::body::Body;
use chrono::TimeDelta;
use lambda_http::{RequestExt, request::RequestContext};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tower::ServiceExt;

/// The events of the functions behind the gateway.
pub fn http_events() -> Vec<Event> {
    let serves = |event: &Event| {
        FUNCTIONS.iter().any(|function| function.name == event.function && function.trigger == Trigger::Http)
    };
    events().into_iter().filter(serves).collect()
}

#[test]
fn every_event_is_of_a_function_that_there_is() {
    let known = FUNCTIONS.iter().map(|function| function.name.to_owned());
    let used: BTreeSet<String> = events().into_iter().map(|event| event.function).collect();
    assert_eq!(used, known.collect());
}

#[test]
fn every_operation_has_an_event() {
    let served: BTreeSet<String> = OPERATIONS.iter().map(Operation::route).collect();
    let replayed: BTreeSet<String> = http_events().iter().map(Event::route).collect();
    assert_eq!(replayed, served);
}

#[test]
fn every_event_has_the_whole_envelope_of_payload_format_2() {
    for event in http_events() {
        let payload = event.json();
        let (name, route) = (event.name(), event.route());
        let (method, template) = route.split_once(' ').expect("a method and a path");
        let params = payload["pathParameters"].as_object().expect("path parameters");
        let value = |value: &Value| value.as_str().expect("a string").to_owned();
        let path = params
            .iter()
            .fold(template.to_owned(), |path, (param, id)| path.replace(&format!("{{{param}}}"), &value(id)));
        assert_eq!(payload["version"], "2.0", "{name}");
        let stage = match payload["requestContext"]["stage"].as_str().expect("a stage") {
            "$default" => String::new(),
            named => format!("/{named}"),
        };
        assert_eq!(payload["rawPath"], format!("{stage}{path}"), "{name}");
        assert_eq!(payload["requestContext"]["http"]["path"], payload["rawPath"], "{name}");
        assert_eq!(payload["requestContext"]["http"]["method"], method, "{name}");
        assert_eq!(payload["requestContext"]["routeKey"], route.as_str(), "{name}");
        assert!(payload["isBase64Encoded"].is_boolean(), "{name}");
    }
}

#[test]
fn the_quirks_of_the_gateway_are_among_the_events() {
    let payloads: Vec<Value> = http_events().iter().map(Event::json).collect();
    let some = |quirk: &dyn Fn(&Value) -> bool| payloads.iter().any(quirk);
    assert!(some(&|payload| payload["isBase64Encoded"] == true), "a body in base64");
    assert!(some(&|payload| payload["cookies"].is_array()), "cookies");
    assert!(some(&|payload| payload["headers"]["AUTHORIZATION"].is_string()), "headers in upper case");
    assert!(
        some(&|payload| payload["queryStringParameters"].to_string().contains(",b")),
        "a query parameter with several values"
    );
    assert!(some(&|payload| payload["headers"]["accept"] == "application/json,*/*"), "a header that came twice");
    assert!(some(&|payload| payload["requestContext"]["stage"] == "prod"), "a stage with a name");
}

/// Without a world: the page reads nothing.
#[tokio::test]
async fn every_event_of_the_page_is_answered_with_its_file() {
    let of_page: Vec<Event> = events().into_iter().filter(|event| event.function == PAGE.name).collect();
    assert!(of_page.iter().all(|event| PAGE_ROUTES.contains(&event.route().as_str())));
    for event in of_page {
        let request = lambda_http::request::from_str(&event.text).expect("an event");
        let request = acredita_service::prepare(request).map(|_| Body::empty());
        let page = acredita_page::router(Office {
            sign_in: None,
            claims: (&TokenPolicy::default()).into(),
            asks: Vec::new(),
            pictures: None,
        });
        let answer = page.oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), 200, "{}", event.name());
    }
}

#[tokio::test]
async fn every_http_event_is_answered_with_its_documented_success() {
    let world = World::with_external_provider().await;
    for event in http_events() {
        let (name, route) = (event.name(), event.route());
        let success = OPERATIONS.iter().find(|operation| operation.route() == route).map(|operation| operation.success);
        // Staging sends codes to the one phone of all events.
        world.clock.advance(DAILY_WINDOW / 10);
        let values = stage(&world, &event, &route).await;
        let answer = replay(&world, &event, &values).await;
        assert_eq!(Some(answer.status.as_u16()), success, "{name}: {}", String::from_utf8_lossy(&answer.body));
    }
}

/// Sends an event through the gateway, which must route it to the function that the event is named after.
pub async fn replay(world: &World, event: &Event, values: &[(&str, String)]) -> Answer {
    let name = event.name();
    let request =
        lambda_http::request::from_str(&event.filled(values)).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(
        matches!(request.request_context_ref(), Some(RequestContext::ApiGatewayV2(_))),
        "{name} is not of payload format 2.0"
    );
    let request = acredita_service::prepare(request);
    let function = gateway::function(request.method(), request.uri().path());
    assert_eq!(function, Some(event.function.as_str()), "{name}");
    let request = request.map(|body| match body {
        lambda_http::Body::Text(text) => Body::from(text),
        lambda_http::Body::Binary(bytes) => Body::from(bytes),
        _ => Body::empty(),
    });
    world.send_request(request).await
}

/// Creates the entity that an event is about, and returns the values of its placeholders.
pub async fn stage(world: &World, event: &Event, route: &str) -> Vec<(&'static str, String)> {
    let mut values = vec![(TOKEN, world.token(acceptance::ORG))];
    let is_validate = route.ends_with("/validate");
    if route.contains("/webhook_endpoints/{") {
        let endpoint = json!({ "url": "https://example.com/hooks" });
        let created = world.call("POST", "/webhook_endpoints", Some(endpoint)).await.expect(201);
        values.push((ENDPOINT_ID, created.text("endpoint_id")));
    } else if route.contains("/events") {
        let created = world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
        values.push((IDENTIFICATION_ID, created.text("identification_id")));
        if route.ends_with("/resend") {
            let endpoint = json!({ "url": "https://example.com/hooks" });
            let created = world.call("POST", "/webhook_endpoints", Some(endpoint)).await.expect(201);
            values.push((ENDPOINT_ID, created.text("endpoint_id")));
        }
        let listed = world.call("GET", "/events", None).await.expect(200).json();
        values.push((EVENT_ID, listed["events"][0]["event_id"].as_str().expect("an event").to_owned()));
    } else if route.contains("/record_exports/{") {
        let created = world.call("POST", "/record_exports", Some(bodies::export("PERSONAL"))).await.expect(202);
        values.push((EXPORT_ID, created.text("export_id")));
        assert_eq!(world.export().await, 0);
    } else if route.contains("/reviews") {
        return stage_review(world, route).await;
    } else if route.contains("/records/{") && event.text.contains(ADMIN_CHAIN_ID) {
        values.extend(stage_chain(world, false).await);
    } else if route.contains("/records/{") && event.text.contains(SCORING_ID) {
        values.push((SCORING_ID, stage_scoring(world, false).await));
    } else if route.contains("/records/{") || route.contains("/record_pictures/{") {
        values.extend(stage_identity_document(world, true).await);
    } else if route.contains("/chain/{") {
        values.extend(stage_chain(world, is_validate).await);
    } else if route.contains("/agent/{") {
        let created = world
            .call("POST", "/identifications/agent", Some(bodies::agent(event.text.contains("\\\"evidence\\\""))))
            .await;
        values.extend(ids(&created));
        if route.ends_with("/midni") {
            values.push((MIDNI, base64(&nth_code(world, 0))));
        }
    } else if route.contains("/otp/{") {
        values.extend(stage_otp(world, event, is_validate, route).await);
    } else if route.contains("/identity_document/{") && !route.contains("/scorings/") {
        values.extend(stage_identity_document(world, is_validate).await);
    } else if route.contains("/scorings/identity_document/{") {
        values.push((
            SCORING_ID,
            stage_scoring(world, route.ends_with("/score") && event.json()["body"].is_null()).await,
        ));
    }
    values
}

fn ids(created: &Answer) -> [(&'static str, String); 2] {
    [(ADMIN_ID, created.text("admin_identification_id")), (IDENTIFICATION_ID, created.text("identification_id"))]
}

/// With a step of each kind, or with one that is validated.
async fn stage_chain(world: &World, validated: bool) -> [(&'static str, String); 3] {
    let steps = if validated { vec![steps::agent()] } else { vec![steps::otp(), steps::agent(), steps::document()] };
    let chain = ChainSubject::of(world, steps).await;
    if validated {
        chain.steps[0].validate(world).await.expect(204);
    }
    [(CHAIN_ID, chain.id), (ADMIN_CHAIN_ID, chain.admin_id), (IDENTIFICATION_ID, chain.steps[0].id.clone())]
}

async fn stage_otp(world: &World, event: &Event, is_validate: bool, route: &str) -> Vec<(&'static str, String)> {
    let is_resend = route.ends_with("/resend");
    let mut body = if is_validate || is_resend { bodies::otp() } else { bodies::external_otp() };
    if event.text.contains("\\\"two_factor\\\":{") {
        body["two_factor_type"] = json!("PERSONAL_DOCUMENT_IMAGE");
        // The contents of the picture in the event.
        body["actor"]["identity_document"]["document_number"] = json!("12345678Z");
    } else if event.text.contains("two_factor") {
        body["two_factor_type"] = json!("DOCUMENT_NUMBER");
    }
    let created = world.call("POST", "/identifications/otp", Some(body)).await.expect(201);
    world.deliver().await;
    let mut values = ids(&created).to_vec();
    if is_validate {
        values.push((CODE, world.code_of(&created.text("identification_id"))));
    }
    if is_resend || route.ends_with("/code") {
        world.clock.advance(TimeDelta::seconds(31));
    }
    values
}

/// To be validated it needs a sufficient score, which the scripted provider gives.
async fn stage_identity_document(world: &World, scored: bool) -> Vec<(&'static str, String)> {
    let mut body = bodies::identity_document("HIGH");
    body["scoring"] = json!({ "provider": "EXTERNAL" });
    let created = world.call("POST", "/identifications/identity_document", Some(body)).await.expect(200);
    if scored {
        world.scorer.answer(0.95, Vec::new());
        let path = format!("/scorings/identity_document/{}/score", created.text("scoring_id"));
        world.send(world.request("PUT", &path, None).pictures(&[("front", &bodies::png(1))])).await.expect(204);
    }
    ids(&created).to_vec()
}

/// One that the reviewer has claimed, unless that is to come.
async fn stage_review(world: &World, route: &str) -> Vec<(&'static str, String)> {
    let review = ReviewSubject::open(world).await;
    if !route.ends_with("/claim") {
        world.send(review.claim(world, "ana")).await.expect(204);
    }
    vec![(TOKEN, reviews::token(world, "ana")), (REVIEW_ID, review.id)]
}

/// `captured`: with a picture behind its upload link, as a delegated capture leaves it.
async fn stage_scoring(world: &World, captured: bool) -> String {
    let created = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    let id = created.text("scoring_id");
    if captured {
        let (org, scoring): (OrgId, ScoringId) =
            (acceptance::ORG.parse().expect("an organisation"), id.parse().expect("an id"));
        let key = PictureKey::upload(&org, scoring, Side::Front);
        world.app.stores.pictures.put(&key, PictureFormat::Png, bodies::png(1).into()).await.expect("S3 answers");
    }
    id
}

#[tokio::test]
async fn a_picture_in_a_base64_event_arrives_byte_by_byte() {
    let world = World::start().await;
    let event = event("scoring.score.json");
    let values = stage(&world, &event, &event.route()).await;
    replay(&world, &event, &values).await.expect(204);
    let id = &values.iter().find(|(placeholder, _)| *placeholder == SCORING_ID).expect("a scoring").1;
    let read = world.call("GET", &format!("/scorings/identity_document/{id}"), None).await.expect(200);
    assert_eq!(read.text("status"), ScoringStatus::Scored.to_string());
    let captures = world.call("GET", &format!("/scorings/identity_document/{id}/captures"), None).await.expect(200);
    let sides: Vec<Value> = captures.json()["captures"]
        .as_array()
        .expect("captures")
        .iter()
        .map(|capture| capture["side"].clone())
        .collect();
    assert_eq!(sides, [json!("FRONT"), json!("BACK")]);
}

/// Takes all messages off the queue, and returns their bodies.
async fn queued(world: &World) -> Vec<String> {
    let messages = world.receive().await;
    let bodies = messages.iter().filter_map(|message| message.body.clone()).collect();
    for message in messages {
        world.take(message).await;
    }
    bodies
}

/// An SQS event, with those bodies replaced that refer to a message.
fn with_references(event: &Event, mut bodies: Vec<String>) -> SqsEvent {
    let mut sqs: SqsEvent = serde_json::from_str(&event.text).expect("an SQS event");
    for record in &mut sqs.records {
        if record.body.as_deref().is_some_and(|body| body.contains("message_id")) {
            record.body = Some(bodies.pop().expect("a message for each record"));
        }
    }
    sqs
}

#[tokio::test]
async fn a_batch_of_the_queue_is_delivered_whole() {
    let world = World::start().await;
    for phone in [600_000_001, 600_000_002] {
        world.call("POST", "/identifications/otp", Some(bodies::otp_to(phone))).await.expect(201);
    }
    let event = with_references(&event("notify.sqs-batch.json"), queued(&world).await);
    let response = acredita_notify::notify(&world.app.with(acredita_notify::stores), &world.sender, event).await;
    assert!(response.batch_item_failures.is_empty());
    assert_eq!(world.sender.sent().len(), 2);
}

#[tokio::test]
async fn a_record_that_nobody_understands_fails_alone() {
    let world = World::start().await;
    world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    let event = with_references(&event("notify.sqs-poison.json"), queued(&world).await);
    let poison = event.records[0].message_id.clone().expect("an id");
    let response = acredita_notify::notify(&world.app.with(acredita_notify::stores), &world.sender, event).await;
    let failed: Vec<String> = response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
    assert_eq!(failed, [poison]);
    assert_eq!(world.sender.sent().len(), 1);
}

#[tokio::test]
async fn a_tick_of_the_schedule_finds_a_message_that_the_queue_lost() {
    assert_eq!(event("sweep.schedule.json").json()["detail-type"], "Scheduled Event");
    let world = World::start().await;
    world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    assert_eq!(queued(&world).await.len(), 1);
    world.clock.advance(TimeDelta::seconds(61));
    assert_eq!(acredita_sweep::sweep(&world.app.with(acredita_sweep::stores)).await.kicked, 1);
    world.deliver().await;
    assert_eq!(world.sender.sent().len(), 1);
}

#[tokio::test]
async fn a_wake_of_the_queue_delivers_and_one_that_nobody_understands_fails() {
    let world = World::start().await;
    let created = world.call("POST", "/identifications/otp", Some(bodies::external_otp())).await.expect(201);
    let wake = event("dispatch.sqs-wake.json").filled(&[(IDENTIFICATION_ID, created.text("identification_id"))]);
    let wake: SqsEvent = serde_json::from_str(&wake).expect("an SQS event");
    let response = acredita_dispatch::dispatch(&world.app.with(acredita_dispatch::stores), wake.clone()).await;
    assert!(response.batch_item_failures.is_empty());
    let mut poison = wake;
    poison.records[0].body = Some("{}".to_owned());
    assert_eq!(
        acredita_dispatch::dispatch(&world.app.with(acredita_dispatch::stores), poison).await.batch_item_failures.len(),
        1
    );
}

#[tokio::test]
async fn a_wake_of_the_queue_makes_a_file_and_one_that_nobody_understands_fails() {
    let world = World::start().await;
    let created = world.call("POST", "/record_exports", Some(bodies::export("PLAIN"))).await.expect(202);
    let wake = event("exports.sqs-wake.json").filled(&[(EXPORT_ID, created.text("export_id"))]);
    let wake: SqsEvent = serde_json::from_str(&wake).expect("an SQS event");
    let response = acredita_exports::exports(&world.app.with(acredita_exports::stores), wake.clone()).await;
    assert!(response.batch_item_failures.is_empty());
    let path = format!("/record_exports/{}", created.text("export_id"));
    assert_eq!(world.call("GET", &path, None).await.expect(200).text("status"), "DONE");
    let mut poison = wake;
    poison.records[0].body = Some("{}".to_owned());
    assert_eq!(
        acredita_exports::exports(&world.app.with(acredita_exports::stores), poison).await.batch_item_failures.len(),
        1
    );
}

#[tokio::test]
async fn a_batch_of_receipts_is_recorded_and_one_that_nobody_understands_fails_alone() {
    let world = World::start().await;
    let mut by_email = bodies::otp();
    by_email["channel"]["type"] = json!("EMAIL");
    let mut event = event("receipts.sqs-batch.json").text;
    let placeholders = [
        ("c0a8012e-5f1d-4b8e-9c3e-2f6d7a8b9c01", IDENTIFICATION_ID),
        ("c0a8012e-5f1d-4b8e-9c3e-2f6d7a8b9c02", "550e8400-e29b-41d4-a716-446655440000"),
    ];
    for (body, (message_id, identification_id)) in [bodies::otp(), by_email].into_iter().zip(placeholders) {
        world.call("POST", "/identifications/otp", Some(body)).await.expect(201);
        world.deliver().await;
        let sent = world.latest();
        event = event.replace(message_id, &sent.message_id.to_string());
        event = event.replace(identification_id, &sent.identification_id);
    }
    let mut batch: SqsEvent = serde_json::from_str(&event).expect("an SQS event");
    let mut poison = batch.records[0].clone();
    poison.message_id = Some("poison".to_owned());
    poison.body = Some("{}".to_owned());
    batch.records.insert(0, poison);
    let response = acredita_receipts::receipts(&world.app.with(acredita_receipts::stores), batch).await;
    let failed: Vec<&str> =
        response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect();
    assert_eq!(failed, ["poison"]);
    for (sent, status) in world.sender.sent().iter().zip(["DELIVERED", "FAILED"]) {
        let metadata = world.metadata("otp", &sent.identification_id).await;
        assert_eq!(metadata["delivery"]["status"], status);
    }
}
