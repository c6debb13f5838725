//! Files of records: who may have them, what is in them, and that there is one right file whatever happens on the way.

mod making;
mod many;

use crate::contract::stage::world_of_today;
use acceptance::{
    Answer, Call, ORG, OTHER_ORG, World, bodies,
    chains::{ChainSubject, body as chain_body, steps},
    subject::{Method, Subject, forcing_token},
};
use acredita_domain::exports::EXPORT_LIFE;
use acredita_local::serve::BUCKET;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Whoever may export, but see no persons.
const PLAINLY: &str = "records:export events:read";

async fn ask(world: &World, columns: &str) -> String {
    world.call("POST", "/record_exports", Some(bodies::export(columns))).await.expect(202).text("export_id")
}

fn path(id: &str) -> String {
    format!("/record_exports/{id}")
}

async fn read(world: &World, id: &str) -> Value {
    world.call("GET", &path(id), None).await.expect(200).json()
}

/// The file of an export that is done.
async fn file(world: &World, id: &str) -> Vec<u8> {
    let get = world.aws.clients.s3.get_object().bucket(BUCKET).key(format!("!exports/{ORG}/{id}"));
    let bytes = get.send().await.expect("a file").body.collect().await.expect("all of it");
    world.wire.take();
    bytes.to_vec()
}

async fn text(world: &World, id: &str) -> String {
    String::from_utf8(file(world, id).await).expect("UTF-8")
}

/// The lines of a file, each by the names of its columns.
async fn lines(world: &World, id: &str) -> Vec<HashMap<String, String>> {
    let bytes = file(world, id).await;
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").expect("a mark of UTF-8");
    let mut reader = csv::Reader::from_reader(text);
    reader.deserialize().map(|line| line.expect("a line")).collect()
}

/// The file of everything, made at once.
async fn export(world: &World, columns: &str) -> Vec<HashMap<String, String>> {
    let id = ask(world, columns).await;
    assert_eq!(world.export().await, 0);
    lines(world, &id).await
}

fn ids(lines: &[HashMap<String, String>]) -> Vec<&str> {
    lines.iter().map(|line| line["record_id"].as_str()).collect()
}

async fn told(world: &World, id: &str) -> Vec<Value> {
    let listed = world.call("GET", &format!("/events?subject_id={id}&order=asc"), None).await.expect(200).json();
    listed["events"].as_array().expect("events").clone()
}

/// An identification of each method, a chain and a scoring that stands alone; the newest first.
async fn one_of_each(world: &World) -> Vec<String> {
    let mut made = Vec::new();
    for method in Method::ALL {
        world.clock.advance(TimeDelta::seconds(1));
        made.insert(0, Subject::create(world, method).await.admin_id);
    }
    world.clock.advance(TimeDelta::seconds(1));
    made.insert(0, ChainSubject::of(world, vec![steps::otp(), steps::agent()]).await.admin_id);
    world.clock.advance(TimeDelta::seconds(1));
    let scoring = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    made.insert(0, scoring.text("scoring_id"));
    made
}

#[tokio::test]
async fn a_file_has_every_record_of_its_time_and_the_newest_first() {
    let world = World::start().await;
    let made = one_of_each(&world).await;
    for columns in ["PLAIN", "PERSONAL"] {
        let lines = export(&world, columns).await;
        assert_eq!(ids(&lines), made, "steps are in their chain");
        let kinds: Vec<&str> = lines.iter().map(|line| line["kind"].as_str()).collect();
        assert_eq!(kinds, ["SCORING", "CHAIN", "IDENTITY_DOCUMENT", "OTP", "AGENT"]);
        assert!(lines.iter().all(|line| line["status"] == "CREATED" && line["created_at"].starts_with("2026-11-20T")));
    }
    // Each came a second after the one before, the first at 08:33:01.
    let body =
        json!({ "created_from": "2026-11-20T08:33:02Z", "created_to": "2026-11-20T08:33:04Z", "columns": "PLAIN" });
    let id = world.call("POST", "/record_exports", Some(body)).await.expect(202).text("export_id");
    assert_eq!(world.export().await, 0);
    assert_eq!(ids(&lines(&world, &id).await), &made[2..4]);
    world.clock.advance(TimeDelta::hours(2));
    let over = export(&world, "PLAIN").await;
    assert!(over.iter().all(|line| line["status"] == "EXPIRED"), "no sweep has passed");
}

#[tokio::test]
async fn an_export_says_how_far_it_is_and_links_to_its_file_when_it_is_done() {
    let world = World::start().await;
    Subject::create(&world, Method::Agent).await;
    let asked = world.call("POST", "/record_exports", Some(bodies::export("plain"))).await.expect(202).json();
    let expected = json!({
        "export_id": asked["export_id"], "status": "RUNNING", "columns": "PLAIN", "created_from": "2026-01-01T00:00:00Z",
        "created_to": "2100-01-01T00:00:00Z", "requested_at": "2026-11-20T08:33:00Z", "expires_at": "2026-11-21T08:33:00Z",
        "records": 0, "size_bytes": 0,
    });
    assert_eq!(asked, expected);
    let id = asked["export_id"].as_str().expect("an id");
    assert_eq!(read(&world, id).await, expected, "nothing is done yet");
    assert_eq!(world.export().await, 0);
    let done = read(&world, id).await;
    assert_eq!(
        (&done["status"], &done["records"], &done["ended_at"]),
        (&json!("DONE"), &json!(1), &json!("2026-11-20T08:33:00Z"))
    );
    assert_eq!(done["url_expires_at"], "2026-11-20T08:38:00Z");
    assert_eq!(world.export().await, 0, "nothing is left of it in the queue");
}

#[tokio::test]
async fn a_file_comes_as_an_attachment_that_is_called_csv() {
    let world = world_of_today().await;
    let id = ask(&world, "PLAIN").await;
    assert_eq!(world.export().await, 0);
    let url = read(&world, &id).await["url"].as_str().expect("a link").to_owned();
    let file = reqwest::get(url).await.expect("an answer of S3");
    assert_eq!(file.status(), 200);
    assert_eq!(file.headers()["content-type"], "text/csv; charset=utf-8");
    assert_eq!(file.headers()["content-disposition"], "attachment; filename=\"records.csv\"");
    let size = read(&world, &id).await["size_bytes"].as_u64().expect("a size");
    assert_eq!(file.bytes().await.expect("a file").len() as u64, size);
}

#[tokio::test]
async fn plain_columns_name_nobody_and_personal_ones_have_the_declared_person() {
    let world = World::start().await;
    let otp = Subject::delivered_by(&world, bodies::referenced(bodies::otp())).await;
    otp.validate(&world).await.expect(204);
    let chain = ChainSubject::by(&world, bodies::referenced(chain_body(vec![steps::agent()]))).await;
    let id = ask(&world, "PLAIN").await;
    assert_eq!(world.export().await, 0);
    let plain = text(&world, &id).await;
    for value in ["James", "Smith", "12345678A", "example@email.com", "6123456789", bodies::NOTE] {
        assert!(!plain.contains(value), "{value}");
    }
    let personal = export(&world, "PERSONAL").await;
    for (id, validated) in [(&otp.admin_id, true), (&chain.admin_id, false)] {
        let line = personal.iter().find(|line| line["record_id"] == **id).expect("a line");
        assert_eq!(line["client_reference_id"], bodies::REFERENCE);
        for (column, value) in [
            ("name", "James"),
            ("last_name", "Smith"),
            ("document_type", "NIF"),
            ("document_number", "12345678A"),
            ("document_country", "ES"),
            ("email", "example@email.com"),
            ("phone", "'+346123456789"),
            ("language", "ES"),
        ] {
            assert_eq!(line[column], value, "{column}");
        }
        assert_eq!(!line["validated_at"].is_empty(), validated);
        assert!(line["metadata"].contains(bodies::NOTE));
    }
}

/// By way of everything that a caller may write.
#[tokio::test]
async fn nothing_that_a_caller_writes_is_a_formula_in_a_file() {
    let world = World::start().await;
    let mut body = bodies::agent(false);
    body["actor"]["name"] = json!("=HYPERLINK(\"http://evil.example\",\"x\")");
    body["actor"]["last_name"] = json!("＝1;=2\",\"+3");
    body["client_reference_id"] = json!("@SUM(A1:A9)");
    body["metadata"] = json!({ "-2+3": "=cmd|' /C calc'!A0" });
    world.call("POST", "/identifications/agent", Some(body)).await.expect(201);
    let line = export(&world, "PERSONAL").await.remove(0);
    assert_eq!(line["name"], "'=HYPERLINK(\"http://evil.example\",\"x\")");
    assert_eq!(line["last_name"], "'＝1;'=2\",\"'+3");
    assert_eq!(line["client_reference_id"], "'@SUM(A1:A9)");
    assert_eq!(line["metadata"], "{\"'-2+3\":\"'=cmd|' /C calc'!A0\"}");
}

#[tokio::test]
async fn personal_columns_need_the_permission_to_see_persons_at_both_operations() {
    let world = World::start().await;
    let plainly = |method, path: &str| Call::org(method, ORG, path).token(&world.token_with(ORG, PLAINLY));
    let lacks = |answer: Answer| {
        let answer = answer.expect(401);
        assert!(answer.headers["www-authenticate"].to_str().expect("a text").contains("insufficient_scope"));
    };
    lacks(world.send(plainly("POST", "/record_exports").json(&bodies::export("PERSONAL"))).await);
    world.send(plainly("POST", "/record_exports").json(&bodies::export("PLAIN"))).await.expect(202);
    let id = ask(&world, "PERSONAL").await;
    lacks(world.send(plainly("GET", &path(&id))).await);
    assert_eq!(world.export().await, 0);
    lacks(world.send(plainly("GET", &path(&id))).await);
    assert_eq!(told(&world, &id).await.len(), 2, "asked for and made: nobody was given a link");
    let without = Call::org("GET", ORG, &path(&id)).token(&world.token_with(ORG, "records:read records:read_personal"));
    lacks(world.send(without).await);
}

#[tokio::test]
async fn an_export_of_another_organisation_is_not_there_and_has_none_of_our_records() {
    let world = World::start().await;
    Subject::create(&world, Method::Agent).await;
    let id = ask(&world, "PLAIN").await;
    let other = |method, path: &str| Call::org(method, OTHER_ORG, path).token(&world.token(OTHER_ORG));
    world.send(other("GET", &path(&id))).await.expect(404);
    let theirs = world.send(other("POST", "/record_exports").json(&bodies::export("PERSONAL"))).await.expect(202);
    assert_eq!(world.export().await, 0);
    let theirs = world.send(other("GET", &path(&theirs.text("export_id")))).await.expect(200).json();
    assert_eq!((&theirs["status"], &theirs["records"]), (&json!("DONE"), &json!(0)));
    world.send(other("GET", &path(&id))).await.expect(404);
}

#[tokio::test]
async fn every_fault_of_a_request_is_reported() {
    let world = World::start().await;
    let body = json!({ "created_from": "yesterday", "columns": "ALL" });
    let answer = world.call("POST", "/record_exports", Some(body)).await.expect(400).json();
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(3), "{answer}");
    let backwards =
        json!({ "created_from": "2026-11-20T00:00:00Z", "created_to": "2026-11-20T00:00:00Z", "columns": "PLAIN" });
    world.call("POST", "/record_exports", Some(backwards)).await.expect(400);
    world.call("GET", "/record_exports/no-id", None).await.expect(400);
    world.call("GET", &path("b3c6a9b2-2a0e-4b59-8f0c-6a5b6f3f7c21"), None).await.expect(404);
}

#[tokio::test]
async fn asking_for_a_file_its_end_and_every_link_are_events_with_who_it_was() {
    let world = World::start().await;
    Subject::create(&world, Method::Agent).await;
    let id = ask(&world, "PERSONAL").await;
    read(&world, &id).await;
    assert_eq!(world.export().await, 0);
    for _ in 0..2 {
        read(&world, &id).await;
    }
    let events = told(&world, &id).await;
    assert!(
        events.iter().all(|event| event["type"] == "record.exported"
            && event["subject"] == json!({ "kind": "EXPORT", "export_id": id }))
    );
    let told: Vec<_> =
        events.iter().map(|event| (&event["by"]["kind"], &event["data"]["status"], &event["data"]["linked"])).collect();
    let (client, system, running, done, nothing, linked) =
        (json!("CLIENT"), json!("SYSTEM"), json!("RUNNING"), json!("DONE"), Value::Null, json!(true));
    assert_eq!(
        told,
        [
            (&client, &running, &nothing),
            (&system, &done, &nothing),
            (&client, &done, &linked),
            (&client, &done, &linked)
        ]
    );
    assert_eq!((&events[0]["data"]["columns"], &events[1]["data"]["records"]), (&json!("PERSONAL"), &json!(1)));
    world.assert_whole().await;
}

#[tokio::test]
async fn a_person_who_was_erased_is_in_no_file_that_is_made_after() {
    let world = World::start().await;
    let kept = Subject::create(&world, Method::Agent).await;
    let mut body = bodies::referenced(bodies::agent(false));
    body["actor"]["name"] = json!("Erasmo");
    let erased = Subject::of(&world, Method::Agent, body).await;
    // It is asked for before, and made after.
    let id = ask(&world, "PERSONAL").await;
    let path = format!("/identifications/agent/{}?force=true", erased.admin_id);
    world.send(Call::org("DELETE", ORG, &path).token(&forcing_token(&world))).await.expect(204);
    assert_eq!(world.export().await, 0);
    let text = text(&world, &id).await;
    assert!(
        !text.contains("Erasmo") && !text.contains(&erased.admin_id) && !text.contains(bodies::REFERENCE),
        "{text}"
    );
    for columns in ["PLAIN", "PERSONAL"] {
        assert_eq!(ids(&export(&world, columns).await), [kept.admin_id.as_str()]);
    }
}

#[tokio::test]
async fn after_a_day_there_is_neither_the_file_nor_the_export() {
    let world = World::start().await;
    Subject::create(&world, Method::Agent).await;
    let (done, begun) = (ask(&world, "PERSONAL").await, {
        assert_eq!(world.export().await, 0);
        ask(&world, "PLAIN").await
    });
    assert!(world.pictures().await.iter().any(|name| name.ends_with(&done)));
    world.clock.advance(EXPORT_LIFE - TimeDelta::seconds(1));
    assert_eq!(read(&world, &done).await["status"], "DONE");
    world.clock.advance(TimeDelta::seconds(1));
    for id in [&done, &begun] {
        world.call("GET", &path(id), None).await.expect(404);
    }
    assert_eq!(world.sweep().await.failed, 0);
    assert_eq!(world.pictures().await.len(), 0, "it was erased");
    assert_eq!(world.export().await, 0, "nothing is made any more");
    assert_eq!(world.items_of("EXP#").await.len(), 0);
    assert_eq!(told(&world, &done).await.len(), 3, "its events are left");
    world.assert_whole().await;
}
