//! Logs at the most verbose level, whatever fails.

use super::{
    CANARIES, EMAIL, KEY, Logs, PHONE, STRAY, assert_none_in, evidence,
    flows::{self, Secrets},
    request, with_actor,
};
use acceptance::{
    Call, World, bodies,
    faults::{Faults, Moment},
    look::{TABLE, text},
    program::Program,
    subject::{Method, Subject, forcing_token},
};
use acredita_local::reports::Fate;
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// Requires that something was logged, but nothing forbidden.
fn assert_harmless(logs: &Logs, secrets: &Secrets, token: &str) {
    let text = logs.text();
    assert!(text.contains("answered"), "requests are logged: {text}");
    assert_none_in(&text, CANARIES);
    assert_none_in(&text, secrets.codes.iter().map(String::as_str));
    let signature = token.rsplit('.').next().expect("a signature");
    let payload = token.split('.').nth(1).expect("a payload");
    assert_none_in(&text, [signature, payload, "Bearer ey"]);
    assert_none_in(&text, [&acceptance::request::base64(&bodies::png(1))[..60]]);
    for refusal in &secrets.refusals {
        assert_none_in(refusal, CANARIES);
        assert_none_in(refusal, secrets.codes.iter().map(String::as_str));
    }
}

#[tokio::test]
async fn good_and_refused_requests_log_nothing_of_what_they_say() {
    let logs = Logs::listen();
    let world = World::with_external_provider().await;
    let mut secrets = Secrets::default();
    flows::agent(&world, &mut secrets).await;
    flows::midni(&world, &mut secrets).await;
    flows::otp(&world, &mut secrets).await;
    flows::picture(&world, &mut secrets).await;
    flows::document(&world, &mut secrets).await;
    flows::nonsense(&world, &mut secrets).await;
    flows::export(&world, &mut secrets).await;
    world.clock.advance(TimeDelta::hours(2) + world.app.policy.retention);
    assert_eq!(world.sweep().await.failed, 0);
    assert!(secrets.codes.len() > 8 && secrets.refusals.len() > 20);
    assert_harmless(&logs, &secrets, &world.token(acceptance::ORG));
}

/// Reports have the number or address; one that is not understood is not quoted either.
#[tokio::test]
async fn receipts_log_nothing_of_whom_they_are_about() {
    let logs = Logs::listen();
    let world = World::start().await;
    let mut secrets = Secrets::default();
    for channel in ["SMS", "EMAIL"] {
        let mut body = with_actor(bodies::otp());
        body["channel"]["type"] = json!(channel);
        for fate in Fate::ALL {
            world.send(request(&world, "POST", "/identifications/otp", Some(body.clone()))).await.expect(201);
            world.deliver().await;
            let message = world.latest();
            let mut report = world.report_on(&message, *fate);
            assert!(world.report(&message, *fate).await);
            let text = report.records[0].body.take().expect("a body").replace("message_id", "another_id");
            assert!(text.contains(PHONE) || text.contains(EMAIL), "{text}");
            report.records[0].body = Some(text);
            assert_eq!(acredita_receipts::receipts(&world.app, report).await.batch_item_failures.len(), 1);
            world.clock.advance(TimeDelta::minutes(10));
        }
    }
    secrets.codes.extend(world.sender.sent().into_iter().map(|message| message.code));
    assert!(logs.text().contains("a receipt"));
    assert_harmless(&logs, &secrets, &world.token(acceptance::ORG));
}

#[tokio::test]
async fn a_deletion_by_force_is_counted_once_however_often_it_is_sent() {
    let logs = Logs::listen();
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    let delete = world.request("DELETE", &agent.admin_path("?force=true"), None).without("authorization");
    let delete = delete.token(&forcing_token(&world)).header("idempotency-key", KEY);
    for _ in 0..3 {
        world.send(delete.clone()).await.expect(204);
    }
    assert_eq!(logs.text().matches("a deletion by force").count(), 1);
    assert_none_in(&logs.text(), [KEY]);
}

/// Requests whose calls to the ports fail one by one.
#[tokio::test]
async fn faults_log_which_call_failed_and_nothing_of_what_it_said() {
    let logs = Logs::listen();
    let mut world = World::start().await;
    let mut secrets = Secrets::default();
    let whole = world.app.clone();
    for at in 0..4 {
        for (path, body) in [
            ("agent", bodies::agent(true)),
            ("otp", bodies::otp_to(600_000_000)),
            ("identity_document", bodies::identity_document("LOW")),
        ] {
            let body = with_actor(body);
            let create = request(&world, "POST", &format!("/identifications/{path}"), Some(body))
                .header("idempotency-key", format!("{KEY}-{path}-{at}"));
            world.serve(Faults::new(at, Moment::After).around(&whole));
            let _ = world.send(create.clone()).await;
            world.serve(whole.clone());
            let created = world.send(create).await;
            let id = created.text("identification_id");
            let (method, body) = match path {
                "agent" => ("POST", Some(evidence())),
                "otp" => ("PUT", Some(json!({ "code": STRAY }))),
                _ => ("POST", None),
            };
            world.serve(Faults::new(at, Moment::Before).around(&whole));
            let refused =
                world.send(request(&world, method, &format!("/identifications/{path}/{id}/validate"), body)).await;
            secrets.refusals.push(String::from_utf8_lossy(&refused.body).into_owned());
            world.serve(whole.clone());
        }
        world.deliver_with(&Faults::new(at, Moment::After).around(&whole)).await;
        world.clock.advance(TimeDelta::seconds(91));
        acredita_sweep::sweep(&Faults::new(at, Moment::Before).around(&whole)).await;
        world.deliver().await;
    }
    secrets.codes.extend(world.sender.sent().into_iter().map(|message| message.code));
    assert!(!secrets.codes.is_empty());
    assert_harmless(&logs, &secrets, &world.token(acceptance::ORG));
}

/// Corrupts attributes of stored items.
#[tokio::test]
async fn items_that_cannot_be_understood_are_named_and_not_shown() {
    let logs = Logs::listen();
    let world = World::start().await;
    let mut secrets = Secrets::default();
    let kinds = [
        ("agent", bodies::agent(true)),
        ("otp", bodies::external_otp()),
        ("identity_document", bodies::identity_document("LOW")),
    ];
    for (kind, body) in kinds {
        let create = request(&world, "POST", &format!("/identifications/{kind}"), Some(with_actor(body)))
            .header("idempotency-key", KEY);
        let created = world.send(create.clone()).await;
        let id = created.text("identification_id");
        for item in world.items().await {
            for (attribute, value) in &item {
                let AttributeValue::S(value) = value else { continue };
                if ["pk", "sk", "due_shard"].contains(&attribute.as_str()) {
                    continue;
                }
                let mut broken = item.clone();
                broken.insert(attribute.clone(), AttributeValue::S(format!("{{{STRAY}{value}")));
                put(&world, broken).await;
                for call in [
                    request(&world, "GET", &format!("/identifications/{kind}/{id}"), None),
                    request(
                        &world,
                        "POST",
                        &format!("/identifications/{kind}/{}/close", created.text("admin_identification_id")),
                        None,
                    ),
                    create.clone(),
                ] {
                    let answer = world.send(call).await;
                    secrets.refusals.extend(
                        (!answer.status.is_success()).then(|| String::from_utf8_lossy(&answer.body).into_owned()),
                    );
                }
                put(&world, item.clone()).await;
            }
        }
        world
            .call("DELETE", &format!("/identifications/{kind}/{}", created.text("admin_identification_id")), None)
            .await;
    }
    assert!(logs.text().contains("cannot be"), "what is broken is logged");
    assert!(secrets.refusals.len() > 20);
    assert_harmless(&logs, &secrets, &world.token(acceptance::ORG));
}

async fn put(world: &World, item: acceptance::look::Item) {
    assert!(!text(&item, "pk").is_empty());
    world
        .aws
        .clients
        .dynamodb
        .put_item()
        .table_name(TABLE)
        .set_item(Some(item))
        .send()
        .await
        .expect("the table answers");
}

#[tokio::test]
async fn records_that_are_no_references_are_not_shown() {
    let logs = Logs::listen();
    let world = World::start().await;
    let mut event = SqsEvent::default();
    event.records =
        [format!("{{\"{STRAY}\": "), json!({ "message_id": STRAY, "identification_id": STRAY }).to_string()]
            .map(|body| {
                let mut record = SqsMessage::default();
                record.message_id = Some("1".to_owned());
                record.body = Some(body);
                record
            })
            .to_vec();
    let response = acredita_notify::notify(&world.app, &world.sender, event).await;
    assert_eq!(response.batch_item_failures.len(), 2);
    assert!(logs.text().contains("not a message reference"));
    assert_none_in(&logs.text(), CANARIES);
}

#[tokio::test]
async fn an_aws_that_is_down_is_logged_without_the_request() {
    let logs = Logs::listen();
    let world = World::start().await;
    let create =
        request(&world, "POST", "/identifications/otp", Some(with_actor(bodies::otp()))).header("idempotency-key", KEY);
    let token = world.token(acceptance::ORG);
    let gateway = world.gateway().clone();
    // All background tasks end here.
    drop(world);
    let answer = gateway.serve(create.into_request()).await;
    assert_eq!(answer.status(), 503);
    assert!(logs.text().contains("is unavailable"));
    assert_harmless(&logs, &Secrets::default(), &token);
}

/// The program itself, at its most verbose log level.
#[tokio::test]
async fn the_program_logs_no_code_and_no_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let program =
        Program::serve_logging_everything(&folder.path().join("data"), std::fs::File::create(&log).expect("a file"))
            .await;
    let token = program.printed("token");
    let call = |method: &str, path: &str, body: Option<Value>| {
        let call = Call::org(method, "demo", path)
            .token(&token)
            .header("x-fingerprint", super::FINGERPRINT)
            .header("x-location", super::LOCATION);
        let call = call
            .header("x-installation_id", "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11")
            .header("user-agent", super::USER_AGENT);
        body.into_iter().fold(call, |call, body| call.json(&body))
    };
    let create = call("POST", "/identifications/otp", Some(with_actor(bodies::otp()))).header("idempotency-key", KEY);
    let id = program.send(create).await.expect(201).text("identification_id");
    let code = loop {
        let inbox =
            Call::new("GET", format!("/local/inbox?identification_id={id}")).header("accept", "application/json");
        let messages = program.send(inbox).await.expect(200).json();
        if let Some(code) = messages["messages"][0]["code"].as_str() {
            break code.to_owned();
        }
        tokio::task::yield_now().await;
    };
    let path = format!("/identifications/otp/{id}/validate");
    program.send(call("PUT", &path, Some(json!({ "code": STRAY })))).await.expect(400);
    program.send(call("PUT", &path, Some(json!({ "code": code })))).await.expect(204);
    program.send(call("PUT", &path, Some(json!({ "code": code })))).await.expect(409);
    assert_eq!(program.interrupt().await, Some(0));

    let text = std::fs::read_to_string(log).expect("a log");
    assert!(text.contains("answered") && text.contains("settled"), "{text}");
    assert_none_in(&text, CANARIES);
    assert_none_in(&text, [code.as_str(), token.as_str(), token.rsplit('.').next().expect("a signature")]);
}
