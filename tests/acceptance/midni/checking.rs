//! The check of a code: its answer, its states, and that a code is presented once.

use super::{agent_with, check, refused};
use acceptance::{
    Call, ORG, OTHER_ORG, World, bodies,
    midni::{body, card, code, nth_code},
    request::base64,
    subject::{Method, Subject},
};
use acredita_domain::ports::Clock;
use acredita_local::midni::{Kind, TestCard, picture};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The members of an answer but for its id and the face.
fn members(answer: &Value) -> Value {
    let mut members = answer.clone();
    let object = members.as_object_mut().expect("an object");
    assert_eq!(object.remove("midni_check_id").and_then(|id| id.as_str().map(str::len)), Some(36));
    let face = object.remove("thumbnail").expect("a face");
    assert!(face.as_str().expect("a text").starts_with("data:image/png;base64,iVBORw0KGgo"));
    members
}

#[tokio::test]
async fn the_answer_has_what_its_kind_carries_and_nothing_else() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let named = json!({
        "kind": "SIMPLE", "valid_until": "2026-11-20T08:38:00Z", "document_number": "12345678A", "name": "JAMES",
        "last_name": "SMITH", "birth_date": "1980-01-31", "sex": "F", "expiry_date": "2034-04-17",
        "declared_match": { "document_number": "PASS", "name": "PASS" },
    });
    let mut complete = named.clone();
    (complete["kind"], complete["support_number"]) = (json!("COMPLETE"), json!("AAA000000"));
    let age = json!({
        "kind": "AGE", "valid_until": "2026-11-20T08:38:00Z", "document_number": "12345678A", "of_age": true,
        "declared_match": { "document_number": "PASS", "name": "NOT_APPLICABLE" },
    });
    for (kind, expected) in [(Kind::Simple, named), (Kind::Complete, complete), (Kind::Age, age)] {
        let answer = check(&world, &subject, &code(&world, &card(kind))).await.expect(200);
        assert_eq!(members(&answer.json()), expected);
    }
    let birth_date = world.clock.now().date_naive() - TimeDelta::days(17 * 366);
    let minor = code(&world, &TestCard { birth_date, ..card(Kind::Age) });
    assert_eq!(check(&world, &subject, &minor).await.expect(200).json()["of_age"], false);
}

#[tokio::test]
async fn the_declared_person_is_compared_as_people_write() {
    let world = World::start().await;
    let card = |number: &str, name: &str, last_name: &str| TestCard {
        document_number: number.to_owned(),
        name: name.to_owned(),
        last_name: last_name.to_owned(),
        ..card(Kind::Simple)
    };
    for (card, number, name) in [
        (card("12345678A", "JAMES", "SMITH"), "PASS", "PASS"),
        (card("12345678Z", "JAMES", "SMITH"), "FAIL", "PASS"),
        (card("87654321X", "EVA", "MUÑOZ GIL"), "FAIL", "FAIL"),
        (card("12345678A", "JAMES", "SMITH JONES"), "PASS", "INCONCLUSIVE"),
        (card("12345678A", "EVA", "SMITH"), "PASS", "FAIL"),
    ] {
        let subject = Subject::create(&world, Method::Agent).await;
        let answer = check(&world, &subject, &code(&world, &card)).await.expect(200).json();
        assert_eq!(answer["declared_match"], json!({ "document_number": number, "name": name }), "{card:?}");
    }
    for (document, expected) in [
        (json!(null), "NOT_APPLICABLE"),
        (json!({ "document_type": "NIF" }), "NOT_APPLICABLE"),
        (json!({ "document_number": "12345678-a", "document_type": "IDENTITY_CARD", "country": "ES" }), "PASS"),
        (json!({ "document_number": "12345678A", "document_type": "PASSPORT" }), "FAIL"),
    ] {
        let mut body = bodies::agent(false);
        body["actor"]["identity_document"] = document.clone();
        let subject = Subject::of(&world, Method::Agent, body).await;
        world.clock.advance(TimeDelta::seconds(1));
        let answer = check(&world, &subject, &nth_code(&world, 0)).await.expect(200).json();
        assert_eq!(answer["declared_match"]["document_number"], expected, "{document}");
    }
}

#[tokio::test]
async fn a_code_comes_in_any_of_the_usual_forms_of_base64_or_as_a_picture() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let path = subject.actor_path("/midni");
    for form in 0..6 {
        let padded = base64(&nth_code(&world, form));
        let lines: Vec<String> =
            padded.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        let text = match form {
            0 => padded,
            1 => padded.trim_end_matches('=').to_owned(),
            2 => lines.join("\r\n") + "\r\n",
            3 => padded.replace('+', "-").replace('/', "_"),
            4 => format!("data:application/octet-stream;base64,{padded}"),
            _ => format!(" {padded}\n"),
        };
        world.call("POST", &path, Some(json!({ "code": text, "picture": null }))).await.expect(200);
    }
    let drawn = picture(&nth_code(&world, 6)).expect("a picture");
    let body = json!({ "picture": format!("data:image/png;base64,{}", base64(&drawn)) });
    let answer = world.call("POST", &path, Some(body.clone())).await.expect(200);
    assert_eq!(answer.text("document_number"), "12345678A");
    world.call("POST", &path, Some(body)).await.expect(409);
}

#[tokio::test]
async fn the_body_has_a_code_or_a_picture() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let text = base64(&nth_code(&world, 0));
    for (body, faults) in [
        (json!({}), &["/code: is required, or a picture", "/picture: is required, or a code"][..]),
        (json!({ "code": null }), &["/code: is required, or a picture", "/picture: is required, or a code"]),
        (json!({ "code": text, "picture": text }), &["/picture: is not taken together with a code"]),
        (json!({ "code": 1 }), &["/code: is not a string"]),
        (json!({ "code": "*" }), &["/code: is not base64"]),
        (json!({ "picture": [text] }), &["/picture: is not a string"]),
    ] {
        let answer = world.call("POST", &subject.actor_path("/midni"), Some(body.clone())).await.expect(400);
        assert_eq!(answer.details(), faults, "{body}");
    }
    let large = world.request("POST", &subject.actor_path("/midni"), None);
    let large = large.body("application/json", format!("{{\"code\":\"{}\"}}", "A".repeat(6 * 1024 * 1024)));
    world.send(large).await.expect(413);
    check(&world, &subject, &nth_code(&world, 0)).await.expect(200);
}

#[tokio::test]
async fn a_code_is_checked_where_it_can_be_used_and_is_not_spent_elsewhere() {
    let world = World::start().await;
    let bytes = nth_code(&world, 0);
    let missing = format!("/identifications/agent/{}/midni", acceptance::NOBODY);
    world.call("POST", &missing, Some(body(b"no seal"))).await.expect(404);
    let otp = Subject::create(&world, Method::Otp).await;
    let as_agent = format!("/identifications/agent/{}/midni", otp.id);
    world.call("POST", &as_agent, Some(body(&bytes))).await.expect(404);

    let subject = Subject::create(&world, Method::Agent).await;
    let foreign = Call::org("POST", OTHER_ORG, &subject.actor_path("/midni")).token(&world.token(OTHER_ORG));
    world.send(foreign.json(&body(&bytes))).await.expect(404);
    let unpermitted = world.token_with(ORG, "identifications:admin identifications:validate");
    let call = Call::org("POST", ORG, &subject.actor_path("/midni")).token(&unpermitted);
    world.send(call.json(&body(&bytes))).await.expect(401);
    let permitted = world.token_with(ORG, "identifications:agent");
    let call = Call::org("POST", ORG, &subject.actor_path("/midni")).token(&permitted);
    let refusing = agent_with(&world, "refused").await;
    check(&world, &refusing, &bytes).await.expect(409);
    for end in ["cancel", "close"] {
        let ended = Subject::create(&world, Method::Agent).await;
        let reason = (end == "cancel").then(bodies::reason);
        world.call("POST", &ended.admin_path(&format!("/{end}")), reason).await.expect(204);
        // Its state counts, whatever was shown.
        check(&world, &ended, b"no seal").await.expect(409);
        check(&world, &ended, &bytes).await.expect(409);
    }
    world.send(call.json(&body(&bytes))).await.expect(200);
}

#[tokio::test]
async fn a_code_is_presented_once_over_all_organisations() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let bytes = nth_code(&world, 0);
    check(&world, &subject, &bytes).await.expect(200);
    check(&world, &subject, &bytes).await.expect(409);
    check(&world, &Subject::create(&world, Method::Agent).await, &bytes).await.expect(409);
    let create = Call::org("POST", OTHER_ORG, "/identifications/agent").token(&world.token(OTHER_ORG));
    let other = world.send(create.json(&bodies::agent(false))).await.expect(201).text("identification_id");
    let foreign = Call::org("POST", OTHER_ORG, &format!("/identifications/agent/{other}/midni"));
    let foreign = foreign.token(&world.token(OTHER_ORG));
    world.send(foreign.clone().json(&body(&bytes))).await.expect(409);
    world.send(foreign.clone().json(&body(&with_other_s(&bytes)))).await.expect(409);
    let drawn = json!({ "picture": base64(&picture(&bytes).expect("a picture")) });
    world.send(foreign.clone().json(&drawn)).await.expect(409);
    world.send(foreign.json(&body(&nth_code(&world, 1)))).await.expect(200);
}

/// The same code with `n − s`, which is as good a signature.
fn with_other_s(code: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD,
        0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ];
    let mut other = code.to_vec();
    let s = other.len() - 32;
    let mut borrow = 0;
    for at in (0..32).rev() {
        let difference = i16::from(ORDER[at]) - i16::from(other[s + at]) - borrow;
        borrow = i16::from(difference < 0);
        other[s + at] = difference.rem_euclid(256) as u8;
    }
    assert_ne!(other, code);
    other
}

#[tokio::test]
async fn a_code_is_remembered_until_it_is_refused_for_its_age() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let bytes = nth_code(&world, 0);
    check(&world, &subject, &bytes).await.expect(200);
    world.clock.advance(TimeDelta::minutes(6));
    check(&world, &subject, &bytes).await.expect(409);
    let mark = world.items_of("MDN#").await.remove(0);
    let dropped_at: i64 = mark["ttl"].as_n().expect("a number").parse().expect("seconds");
    assert!(dropped_at > world.clock.now().timestamp());
    world.clock.advance(TimeDelta::seconds(1));
    refused(check(&world, &subject, &bytes).await, "OUTDATED", "a code that is over");
}

#[tokio::test]
async fn a_check_is_answered_again_for_its_idempotency_key() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let keyed = |code: &[u8]| {
        world.request("POST", &subject.actor_path("/midni"), Some(body(code))).header("idempotency-key", "k")
    };
    let bytes = nth_code(&world, 0);
    let first = world.send(keyed(&bytes)).await.expect(200);
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let confirmation = acceptance::midni::confirmation(&first.text("midni_check_id"));
    world.call("POST", &subject.actor_path("/validate"), Some(confirmation)).await.expect(204);
    // Whatever has become of the identification and of the code.
    for later in [TimeDelta::zero(), TimeDelta::hours(23)] {
        world.clock.advance(later);
        let again = world.send(keyed(&bytes)).await.expect(200);
        assert_eq!(
            (again.json(), &again.headers["idempotent-replayed"]),
            (first.json(), &"true".parse().expect("a value"))
        );
        world.send(keyed(&nth_code(&world, 1))).await.expect(409);
    }
    world.clock.advance(TimeDelta::hours(2));
    world.send(keyed(&bytes)).await.expect(409);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_and_its_code() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let keyed = |code: &[u8]| {
        world.request("POST", &subject.actor_path("/midni"), Some(body(code))).header("idempotency-key", "k")
    };
    world.send(keyed(b"no seal")).await.expect(400);
    world.send(keyed(&nth_code(&world, 0))).await.expect(200);
}
