//! §12: the back office's records.

use acceptance::{
    Answer, Call, ORG, OTHER_ORG, World, bodies,
    chains::{ChainSubject, body as chain_body, steps},
    subject::{Method, Subject, forcing_token},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What in a record is about the person of the bodies, or about their device.
const PERSONAL: [&str; 8] =
    ["James", "Smith", "12345678A", "example@email.com", "6123456789", "f6a1c0", "203.0.113", "example-app"];

/// A reader without the permission to see persons.
fn plainly(world: &World, path: &str) -> Call {
    Call::org("GET", ORG, path).token(&world.token_with(ORG, "records:list records:read"))
}

async fn list(world: &World, query: &str) -> Answer {
    world.call("GET", &format!("/records{query}"), None).await.expect(200)
}

fn records(answer: &Answer) -> Vec<Value> {
    answer.json()["records"].as_array().expect("records").clone()
}

fn ids(answer: &Answer) -> Vec<String> {
    records(answer).iter().map(|record| record["record_id"].as_str().expect("an id").to_owned()).collect()
}

async fn read(world: &World, id: &str) -> Value {
    world.call("GET", &format!("/records/{id}"), None).await.expect(200).json()
}

fn timeline(record: &Value) -> Vec<&str> {
    let events = record["timeline"].as_array().expect("a timeline").iter();
    events.map(|event| event["type"].as_str().expect("a type")).collect()
}

/// One of each kind, the newest last: its kind and its id.
async fn one_of_each(world: &World) -> Vec<(&'static str, String)> {
    let mut made = Vec::new();
    for (kind, method) in ["AGENT", "OTP", "IDENTITY_DOCUMENT"].into_iter().zip(Method::ALL) {
        world.clock.advance(TimeDelta::seconds(1));
        made.push((kind, Subject::create(world, method).await.admin_id));
    }
    world.clock.advance(TimeDelta::seconds(1));
    made.push(("CHAIN", ChainSubject::of(world, vec![steps::otp(), steps::agent()]).await.admin_id));
    world.clock.advance(TimeDelta::seconds(1));
    let scoring = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    made.push(("SCORING", scoring.text("scoring_id")));
    made
}

#[tokio::test]
async fn a_list_has_one_record_of_whatever_was_created_and_the_newest_first() {
    let world = World::start().await;
    let mut made = one_of_each(&world).await;
    made.reverse();
    let listed = list(&world, "").await;
    assert_eq!(ids(&listed), made.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>(), "steps are in their chain");
    assert_eq!(listed.json().get("next_cursor"), None);
    for ((kind, _), record) in made.iter().zip(records(&listed)) {
        assert_eq!((&record["kind"], &record["status"]), (&json!(kind), &json!("CREATED")));
        let members: BTreeSet<&str> = record.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(members, BTreeSet::from(["record_id", "kind", "status", "created_at", "expires_at"]));
    }
    for (kind, id) in &made {
        assert_eq!(ids(&list(&world, &format!("?kind={}", kind.to_lowercase())).await), [id.as_str()]);
    }
    let other = Call::org("GET", OTHER_ORG, "/records").token(&world.token(OTHER_ORG));
    assert_eq!(records(&world.send(other).await.expect(200)), Vec::<Value>::new());
}

#[tokio::test]
async fn a_list_shows_the_state_the_score_and_the_callers_own_id_and_nothing_about_a_person() {
    let world = World::with_external_provider().await;
    let mut body = bodies::referenced(bodies::identity_document("LOW"));
    body["scoring"] = json!({ "provider": "EXTERNAL" });
    let document = Subject::of(&world, Method::IdentityDocument, body).await;
    document.score(&world, 0.857, vec![]).await;
    let listed = list(&world, "").await;
    let record = records(&listed).remove(0);
    assert_eq!((&record["status"], &record["score"]), (&json!("CREATED"), &json!(0.85)));
    assert_eq!(record["client_reference_id"], bodies::REFERENCE);
    document.validate(&world).await.expect(204);
    assert_eq!(records(&list(&world, "").await)[0]["status"], "VALIDATED");
    document.close(&world).await.expect(204);
    let listed = list(&world, "").await;
    assert_eq!(records(&listed)[0]["status"], "CLOSED");
    let text = String::from_utf8_lossy(&listed.body).into_owned();
    for value in PERSONAL.iter().chain(&[bodies::NOTE]) {
        assert!(!text.contains(value), "{value}");
    }
    assert_eq!(ids(&list(&world, &format!("?client_reference_id={}", bodies::REFERENCE)).await), [&*document.admin_id]);
    assert_eq!(ids(&list(&world, "?client_reference_id=order-4712").await), Vec::<String>::new());
}

#[tokio::test]
async fn a_scoring_that_stands_alone_is_scored_closed_or_over() {
    let world = World::start().await;
    let made = one_of_each(&world).await;
    let id = &made.last().expect("a scoring").1;
    let path = format!("/scorings/identity_document/{id}");
    acceptance::subject::put_pictures(&world, &path, &[("front", &bodies::png(1))]).await.expect(204);
    let record = records(&list(&world, "?kind=SCORING").await).remove(0);
    assert_eq!(record["status"], "SCORED");
    assert!(record["score"].is_number(), "{record}");
    world.call("POST", &format!("{path}/close"), None).await.expect(204);
    assert_eq!(ids(&list(&world, "?kind=SCORING&status=closed").await), [id.as_str()]);
}

#[tokio::test]
async fn what_is_over_by_the_clock_is_never_listed_as_created() {
    let world = World::start().await;
    let made = one_of_each(&world).await;
    world.clock.advance(TimeDelta::hours(1));
    let listed = list(&world, "?status=EXPIRED").await;
    assert_eq!(records(&listed).len(), made.len(), "no sweep has passed");
    assert_eq!(records(&list(&world, "?status=CREATED").await), Vec::<Value>::new());
    for (_, id) in made {
        assert_eq!(read(&world, &id).await["status"], "EXPIRED");
    }
}

#[tokio::test]
async fn a_list_goes_on_where_it_ended_until_there_is_no_more() {
    let world = World::start().await;
    let mut expected = Vec::new();
    for _ in 0..11 {
        world.clock.advance(TimeDelta::seconds(1));
        expected.insert(0, Subject::create(&world, Method::Agent).await.admin_id);
    }
    for query in ["", "&kind=AGENT", "&status=CREATED"] {
        let (mut found, mut next) = (Vec::new(), String::new());
        loop {
            let page = list(&world, &format!("?limit=4{query}{next}")).await;
            found.extend(ids(&page));
            match page.json().get("next_cursor") {
                Some(cursor) => next = format!("&cursor={}", cursor.as_str().expect("a cursor")),
                None => break,
            }
        }
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test]
async fn a_list_has_what_was_created_in_its_time() {
    let world = World::start().await;
    let made = one_of_each(&world).await;
    // Each came a second after the one before, the first at 08:33:01.
    let listed = list(&world, "?created_from=2026-11-20T08:33:02Z&created_to=2026-11-20T08:33:04Z").await;
    assert_eq!(ids(&listed), [made[2].1.clone(), made[1].1.clone()]);
    let nothing = list(&world, "?created_from=2026-11-20T08:33:04Z&created_to=2026-11-20T08:33:02Z").await;
    assert_eq!(records(&nothing), Vec::<Value>::new());
}

#[tokio::test]
async fn a_cursor_of_another_organisation_filter_or_day_is_refused() {
    let world = World::start().await;
    one_of_each(&world).await;
    let first = list(&world, "?limit=2&client_reference_id=a").await.json();
    assert_eq!(first.get("next_cursor"), None, "nothing is left to look at");
    let cursor = list(&world, "?limit=2").await.text("next_cursor");
    list(&world, &format!("?limit=3&cursor={cursor}")).await;
    for query in
        ["kind=OTP", "status=CREATED", "client_reference_id=a", "review=OPEN", "created_to=2026-11-21T00:00:00Z"]
    {
        let answer = world.call("GET", &format!("/records?{query}&cursor={cursor}"), None).await.expect(400);
        assert_eq!(answer.json()["errors"][0]["title"], "PARAMETER_ERROR", "{query}");
    }
    world.call("GET", &format!("/events?cursor={cursor}"), None).await.expect(400);
    world.call("GET", "/records?cursor=eyJrIjoi", None).await.expect(400);
    let other = Call::org("GET", OTHER_ORG, &format!("/records?cursor={cursor}")).token(&world.token(OTHER_ORG));
    world.send(other).await.expect(400);
    world.clock.advance(TimeDelta::hours(24));
    world.call("GET", &format!("/records?cursor={cursor}"), None).await.expect(400);
}

#[tokio::test]
async fn every_fault_of_a_query_is_reported() {
    let world = World::start().await;
    let query = "kind=CAT&status=GONE&client_reference_id=%20&created_from=today&created_to=1&review=LATER&limit=0";
    let answer = world.call("GET", &format!("/records?{query}"), None).await.expect(400);
    assert_eq!(answer.json()["errors"].as_array().map(Vec::len), Some(7), "{}", answer.json());
}

#[tokio::test]
async fn a_record_has_everything_about_an_otp() {
    let world = World::start().await;
    let otp = Subject::delivered_by(&world, bodies::referenced(bodies::otp())).await;
    otp.try_code(&world, "untrue").await.expect(400);
    otp.validate(&world).await.expect(204);
    otp.close(&world).await.expect(204);
    let record = read(&world, &otp.admin_id).await;
    for (member, expected) in [
        ("record_id", json!(otp.admin_id)),
        ("kind", json!("OTP")),
        ("status", json!("CLOSED")),
        ("created_at", json!("2026-11-20T08:33:00Z")),
        ("expires_at", json!("2026-11-20T09:33:00Z")),
        ("ended_at", json!("2026-11-20T08:33:00Z")),
        ("identification_id", json!(otp.id)),
        ("client_reference_id", json!(bodies::REFERENCE)),
        ("metadata", json!({ "note": bodies::NOTE })),
        ("method", json!({ "type": "OTP", "channel": { "type": "SMS", "external": false }, "sends": 1 })),
        ("personal", json!(true)),
        ("wrong_tries", json!(1)),
        ("links", json!([])),
    ] {
        assert_eq!(record[member], expected, "{member}");
    }
    assert_eq!(record["actor"]["msisdn"], "+346123456789");
    assert_eq!(record["actor"]["identity_document"]["document_number"], "12345678A");
    assert_eq!(record["validation"]["validated_at"], "2026-11-20T08:33:00Z");
    assert!(record["validation"]["device"]["user_agent"].is_string());
    let delivery = &record["deliveries"][0];
    assert_eq!(
        (&delivery["generation"], &delivery["channel"], &delivery["status"]),
        (&json!(1), &json!("SMS"), &json!("SENT"))
    );
    let expected = ["created", "sent", "validated", "closed"].map(|name| format!("identification.{name}"));
    assert_eq!(timeline(&record), expected.iter().map(String::as_str).chain(["record.viewed"]).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_record_has_the_agent_and_why_something_was_cancelled() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    agent.validate(&world).await.expect(204);
    let record = read(&world, &agent.admin_id).await;
    assert_eq!(record["validation"]["agent"], json!({ "agent": "shop-042/maria", "picture": false }));
    assert_eq!(record["method"]["midni"], "ACCEPTED");
    let cancelled = Subject::create(&world, Method::Otp).await;
    cancelled.cancel(&world).await.expect(204);
    let record = read(&world, &cancelled.admin_id).await;
    assert_eq!((&record["status"], &record["reason"]), (&json!("CANCELLED"), &bodies::reason()["reason"]));
}

#[tokio::test]
async fn a_record_has_the_scoring_with_the_details_for_operators() {
    let world = World::start().await;
    let document = Subject::create(&world, Method::IdentityDocument).await;
    let path = document.scoring_path("");
    acceptance::subject::put_pictures(&world, &path, &[("front", &bodies::png(1))]).await.expect(204);
    let record = read(&world, &document.admin_id).await;
    assert_eq!(record["scoring"], world.call("GET", &path, None).await.expect(200).json());
    assert!(record["scoring"]["breakdown"].to_string().contains("operator_details"));
    assert_eq!(timeline(&record), ["identification.created", "scoring.scored", "record.viewed"]);
}

#[tokio::test]
async fn a_chain_is_one_record_with_its_steps_and_what_happened_to_them() {
    let world = World::start().await;
    let chain = ChainSubject::by(&world, bodies::referenced(chain_body(vec![steps::otp(), steps::agent()]))).await;
    chain.steps[0].validate(&world).await.expect(204);
    let record = read(&world, &chain.admin_id).await;
    assert_eq!(
        (&record["kind"], &record["status"], &record["current_step"]),
        (&json!("CHAIN"), &json!("CREATED"), &json!(1))
    );
    assert_eq!(record["identification_chain_id"], chain.id.as_str());
    assert_eq!(record["actor"]["name"], "James");
    let of_steps: Vec<(&Value, &Value)> =
        record["steps"].as_array().expect("steps").iter().map(|step| (&step["record_id"], &step["status"])).collect();
    let (first, second) = (json!(chain.steps[0].admin_id), json!(chain.steps[1].admin_id));
    assert_eq!(of_steps, [(&first, &json!("VALIDATED")), (&second, &json!("CREATED"))]);
    let told = timeline(&record);
    for kind in ["chain.created", "identification.created", "identification.validated", "chain.step_validated"] {
        assert!(told.contains(&kind), "{kind} of {told:?}");
    }
    assert_eq!(told.last(), Some(&"record.viewed"));
    let step = read(&world, &chain.steps[0].admin_id).await;
    assert_eq!(step["chain"], json!({ "identification_chain_id": chain.id, "step": 0 }), "of a step's own id");
}

#[tokio::test]
async fn who_may_not_see_persons_sees_neither_their_values_nor_a_difference() {
    let world = World::start().await;
    let otp = Subject::delivered(&world).await;
    otp.validate(&world).await.expect(204);
    let mut other = bodies::otp_to(600_000_001);
    other["actor"]["name"] = json!("Ana María");
    other["actor"]["email"] = json!("a@example.org");
    let other = Subject::delivered_by(&world, other).await;
    let mut actors = Vec::new();
    for subject in [&otp, &other] {
        let answer = world.send(plainly(&world, &format!("/records/{}", subject.admin_id))).await.expect(200);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        for value in PERSONAL.iter().chain(&["Ana", "a@example"]) {
            assert!(!text.contains(value), "{value}");
        }
        assert_eq!(answer.json()["personal"], false);
        actors.push(answer.json()["actor"].clone());
    }
    assert_eq!(actors[0], actors[1]);
    assert_eq!(
        actors[0]["identity_document"],
        json!({ "document_number": "***", "document_type": "NIF", "country": "ES" })
    );
    let record = world.send(plainly(&world, &format!("/records/{}", otp.admin_id))).await.expect(200).json();
    assert_eq!(record["validation"]["device"]["user_agent"], "***");
}

#[tokio::test]
async fn every_look_is_an_event_with_who_looked_and_whether_they_saw_the_person() {
    let world = World::start().await;
    for (_, id) in one_of_each(&world).await {
        world.send(plainly(&world, &format!("/records/{id}"))).await.expect(200);
        let record = read(&world, &id).await;
        let looks: Vec<&Value> = record["timeline"]
            .as_array()
            .expect("events")
            .iter()
            .filter(|event| event["type"] == "record.viewed")
            .collect();
        let personal: Vec<&Value> = looks.iter().map(|look| &look["data"]["personal"]).collect();
        assert_eq!(personal, [false, true]);
        assert!(looks.iter().all(|look| look["by"]["kind"] == "CLIENT" && look["by"]["issuer"].is_string()));
        let listed = world.call("GET", &format!("/events?subject_id={id}&type=record.viewed"), None).await.expect(200);
        assert_eq!(listed.json()["events"].as_array().map(Vec::len), Some(2));
    }
}

#[tokio::test]
async fn every_picture_that_is_kept_is_a_link_to_a_file_and_the_look_is_an_event() {
    let world = World::with_external_provider().await;
    let agent = Subject::of(&world, Method::Agent, bodies::agent(true)).await;
    world.call("POST", &agent.actor_path("/validate"), Some(bodies::evidence())).await.expect(204);
    let document = Subject::create(&world, Method::IdentityDocument).await;
    document.score(&world, 0.9, vec![]).await;
    for (id, of, members) in [(&agent.admin_id, "AGENT", 7), (&document.admin_id, "SCORING", 10)] {
        let answer = world.call("GET", &format!("/record_pictures/{id}"), None).await.expect(200).json();
        let [picture] = &answer["pictures"].as_array().expect("pictures")[..] else { panic!("{answer}") };
        assert_eq!((&picture["of"], picture.as_object().map(|picture| picture.len())), (&json!(of), Some(members)));
        assert_eq!(picture["url_expires_at"], "2026-11-20T08:38:00Z");
        let url = picture["url"].as_str().expect("a link");
        assert!(url.contains("attachment") && url.contains(picture["sha256"].as_str().expect("a digest")), "{url}");
        let record = read(&world, id).await;
        let looks: Vec<&Value> = record["timeline"]
            .as_array()
            .expect("events")
            .iter()
            .filter(|event| event["type"] == "pictures.viewed")
            .collect();
        assert_eq!((looks.len(), &looks[0]["data"]["pictures"]), (1, &json!(1)));
    }
    let chain = ChainSubject::of(&world, vec![steps::otp()]).await;
    let answer = world.call("GET", &format!("/record_pictures/{}", chain.admin_id), None).await.expect(200).json();
    assert_eq!(answer, json!({ "pictures": [] }));
    let plain = plainly(&world, &format!("/record_pictures/{}", agent.admin_id));
    world.send(plain).await.expect(401);
    agent.delete_by_force(&world, true).await.expect(204);
    world.call("GET", &format!("/record_pictures/{}", agent.admin_id), None).await.expect(404);
}

#[tokio::test]
async fn only_the_back_offices_ids_open_a_record() {
    let world = World::start().await;
    let document = Subject::create(&world, Method::IdentityDocument).await;
    let scoring = document.scoring_id.as_deref().expect("a scoring");
    for id in [document.id.as_str(), scoring, acceptance::NOBODY] {
        world.call("GET", &format!("/records/{id}"), None).await.expect(404);
    }
    for (_, id) in one_of_each(&world).await {
        let other = Call::org("GET", OTHER_ORG, &format!("/records/{id}")).token(&world.token(OTHER_ORG));
        world.send(other).await.expect(404);
    }
}

#[tokio::test]
async fn after_an_erasure_the_record_says_so_and_no_list_has_it() {
    let world = World::start().await;
    let made = one_of_each(&world).await;
    for (kind, id) in &made {
        let path = match *kind {
            "SCORING" => format!("/scorings/identity_document/{id}"),
            "CHAIN" => format!("/identifications/chain/{id}"),
            kind => format!("/identifications/{}/{id}", kind.to_lowercase()),
        };
        read(&world, id).await;
        let delete = Call::org("DELETE", ORG, &format!("{path}?force=true"));
        world.send(delete.token(&forcing_token(&world))).await.expect(204);
        let record = read(&world, id).await;
        let members: BTreeSet<&str> = record.as_object().expect("an object").keys().map(String::as_str).collect();
        let left = ["record_id", "kind", "status", "erased_at", "personal", "links", "timeline"];
        assert_eq!(members, BTreeSet::from(left), "{kind}");
        assert_eq!((&record["kind"], &record["status"]), (&json!(kind), &json!("ERASED")));
        let told = timeline(&record);
        assert!(told.contains(&"record.viewed") && told.last().expect("an event").ends_with(".deleted"), "{told:?}");
        for value in PERSONAL {
            assert!(!record.to_string().contains(value), "{value}");
        }
    }
    assert_eq!(records(&list(&world, "").await), Vec::<Value>::new());
}

async fn search(world: &World, body: Value) -> Answer {
    world.call("POST", "/record_searches", Some(body)).await.expect(200)
}

#[tokio::test]
async fn a_search_finds_what_was_created_with_exactly_this_value_however_it_is_written() {
    let world = World::start().await;
    let mut body = bodies::referenced(bodies::otp_to(612_345_678));
    body["actor"]["email"] = json!("J.ames+shop@gmail.com");
    let otp = Subject::of(&world, Method::Otp, body).await.admin_id;
    let mut other = bodies::agent(false);
    other["actor"] = json!({ "name": "Ana", "last_name": "Sanz", "email": "ana@example.org" });
    Subject::of(&world, Method::Agent, other).await;
    for by in [
        json!({ "document_number": " 12345678-a" }),
        json!({ "phone": { "phone_number": "612 34 56 78", "country_code": "+34" } }),
        json!({ "email": "james@googlemail.com" }),
        json!({ "client_reference_id": bodies::REFERENCE }),
    ] {
        let found = search(&world, by.clone()).await;
        assert_eq!(ids(&found), [otp.as_str()], "{by}");
        assert!(found.json()["complete_since"].is_string());
        assert_eq!(records(&found), records(&list(&world, "?kind=OTP").await), "as in a list");
    }
    for by in [
        json!({ "document_number": "12345678B" }),
        json!({ "phone": { "phone_number": 612_345_679, "country_code": 34 } }),
        json!({ "email": "james@example.org" }),
        json!({ "client_reference_id": "order-4711" }),
    ] {
        assert_eq!(ids(&search(&world, by.clone()).await), Vec::<String>::new(), "{by}");
    }
    let by = json!({ "client_reference_id": bodies::REFERENCE });
    let elsewhere = Call::org("POST", OTHER_ORG, "/record_searches").token(&world.token(OTHER_ORG)).json(&by);
    assert_eq!(ids(&world.send(elsewhere).await.expect(200)), Vec::<String>::new());
}

#[tokio::test]
async fn a_search_finds_the_chain_and_not_its_steps_page_by_page() {
    let world = World::start().await;
    let mut expected = Vec::new();
    for _ in 0..5 {
        world.clock.advance(TimeDelta::seconds(1));
        expected.insert(0, ChainSubject::of(&world, vec![steps::otp(), steps::agent()]).await.admin_id);
    }
    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let by = json!({ "email": "example@email.com" });
        let page = world.call("POST", &format!("/record_searches?limit=2{next}"), Some(by)).await.expect(200);
        found.extend(ids(&page));
        match page.json().get("next_cursor") {
            Some(cursor) => next = format!("&cursor={}", cursor.as_str().expect("a cursor")),
            None => break,
        }
    }
    assert_eq!(found, expected);
    let other = json!({ "email": "example@email.org" });
    let page = search(&world, json!({ "email": "example@email.com" })).await.json();
    assert_eq!(page.get("next_cursor"), None);
    let first = world.call("POST", "/record_searches?limit=2", Some(json!({ "email": "example@email.com" }))).await;
    let cursor = first.text("next_cursor");
    world.call("POST", &format!("/record_searches?cursor={cursor}"), Some(other)).await.expect(400);
}

#[tokio::test]
async fn every_search_is_an_event_that_does_not_say_what_for() {
    let world = World::start().await;
    let otp = Subject::create(&world, Method::Otp).await;
    search(&world, json!({ "document_number": "12345678A" })).await;
    let events = world.call("GET", "/events?type=record.searched", None).await.expect(200).json();
    let [event] = &events["events"].as_array().expect("events")[..] else { panic!("{events}") };
    assert_eq!((&event["subject"]["kind"], &event["sequence"]), (&json!("SEARCH"), &json!(1)));
    assert_eq!(event["data"], json!({ "by": "DOCUMENT_NUMBER", "found": 1 }));
    assert!(event["by"]["issuer"].is_string());
    let id = event["subject"]["search_id"].as_str().expect("an id");
    let found = world.call("GET", &format!("/events?subject_id={id}"), None).await.expect(200).json();
    assert_eq!(found["events"].as_array().map(Vec::len), Some(1));
    assert_eq!(otp.status(&world).await.as_deref(), Some("CREATED"));
}

#[tokio::test]
async fn a_search_is_by_one_value() {
    let world = World::start().await;
    for body in [
        json!({}),
        json!({ "email": "a@example.org", "document_number": "1" }),
        json!({ "email": "no address" }),
        json!({ "phone": { "phone_number": 1 } }),
        json!({ "name": "James" }),
    ] {
        world.call("POST", "/record_searches", Some(body)).await.expect(400);
    }
}

#[tokio::test]
async fn nobody_is_found_after_an_erasure_or_where_there_is_no_search() {
    let mut world = World::start().await;
    let by = json!({ "email": "example@email.com" });
    for (kind, id) in one_of_each(&world).await {
        let path = match kind {
            "SCORING" => format!("/scorings/identity_document/{id}"),
            "CHAIN" => format!("/identifications/chain/{id}"),
            kind => format!("/identifications/{}/{id}", kind.to_lowercase()),
        };
        assert_eq!(ids(&search(&world, by.clone()).await).contains(&id), kind != "SCORING", "{kind}");
        world.call("DELETE", &path, None).await.expect(204);
        assert!(!ids(&search(&world, by.clone()).await).contains(&id), "{kind}");
    }
    assert!(world.items_of("LKP#").await.is_empty(), "no digest is left");
    let mut app = world.app.clone();
    app.policy.search_since = None;
    world.serve(app);
    one_of_each(&world).await;
    assert!(world.items_of("LKP#").await.is_empty(), "none is written");
    world.call("POST", "/record_searches", Some(by)).await.expect(409);
}
