//! Validating with a check: who may, for how long, and what is kept.

use super::{agent_with, check};
use acceptance::{
    Answer, Call, ORG, World, bodies,
    look::json,
    midni::{card, code, confirmation, nth_code},
    subject::{Method, Subject},
    tokens::{ISSUER, claims},
    world::AUTHORITY,
};
use acredita_domain::pictures::Sha256Digest;
use acredita_local::midni::{Kind, TestCard};
use chrono::TimeDelta;
use serde_json::{Value, json as value};

async fn checked(world: &World, subject: &Subject, number: i64) -> String {
    check(world, subject, &nth_code(world, number)).await.expect(200).text("midni_check_id")
}

async fn validate(world: &World, subject: &Subject, body: Value) -> Answer {
    world.call("POST", &subject.actor_path("/validate"), Some(body)).await
}

/// Requires that a check cannot be used.
#[track_caller]
fn unusable(answer: Answer) {
    let details = answer.expect(400).details();
    assert!(details.len() == 1 && details[0].starts_with("/midni_check_id: "), "{details:?}");
}

#[tokio::test]
async fn a_check_validates_once_and_leaves_words_and_digests() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let bytes = nth_code(&world, 0);
    let id = check(&world, &subject, &bytes).await.expect(200).text("midni_check_id");
    validate(&world, &subject, confirmation(&id)).await.expect(204);
    validate(&world, &subject, confirmation(&id)).await.expect(409);

    let kept = json(&world.identifications().await[0], "validation")["agent"]["midni"].clone();
    let signed = &bytes[..bytes.len() - 66];
    assert_eq!(
        kept,
        value!({
            "kind": "SIMPLE", "declared_match": { "document_number": "PASS", "name": "PASS" },
            "certificate": AUTHORITY.reference().as_str(), "digest": Sha256Digest::of(signed).as_str(),
            "valid_until": "2026-11-20T08:38:00Z", "checked_at": "2026-11-20T08:33:00Z",
        })
    );
    let events = world.call("GET", "/events?type=identification.validated", None).await.expect(200).json();
    let data = &events["events"][0]["data"];
    assert_eq!([&data["midni_kind"], &data["midni_number"], &data["midni_name"]], ["SIMPLE", "PASS", "PASS"]);
    assert!(data["digests"]["midni"].is_string() && !data.to_string().contains(Sha256Digest::of(signed).as_str()));
    let told = world.call("GET", "/events", None).await.expect(200).json();
    assert_eq!(told["events"].as_array().map(Vec::len), Some(2), "a check alone is no event");
}

#[tokio::test]
async fn a_check_is_good_for_five_minutes() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let late = checked(&world, &subject, 0).await;
    world.clock.advance(TimeDelta::minutes(5));
    unusable(validate(&world, &subject, confirmation(&late)).await);
    let id = checked(&world, &subject, 1).await;
    world.clock.advance(TimeDelta::minutes(5) - TimeDelta::milliseconds(1));
    validate(&world, &subject, confirmation(&id)).await.expect(204);
}

#[tokio::test]
async fn a_check_is_good_for_its_identification_and_its_subject_alone() {
    let world = World::start().await;
    let (subject, other) = (Subject::create(&world, Method::Agent).await, Subject::create(&world, Method::Agent).await);
    let by = |name: &str| {
        let mut claims = claims(ORG, world.in_almost_thirty_days());
        claims["sub"] = value!(name);
        ISSUER.sign(&claims)
    };
    let check = Call::org("POST", ORG, &subject.actor_path("/midni")).token(&by("maria"));
    let id = world.send(check.json(&acceptance::midni::body(&nth_code(&world, 0)))).await.expect(200);
    let id = id.text("midni_check_id");
    let validation = |subject: &Subject, name: &str, id: &str| {
        let call = Call::org("POST", ORG, &subject.actor_path("/validate")).token(&by(name)).device();
        call.json(&confirmation(id))
    };
    unusable(world.send(validation(&subject, "eva", &id)).await);
    unusable(world.send(validation(&other, "maria", &id)).await);
    unusable(world.send(validation(&subject, "maria", acceptance::NOBODY)).await);
    unusable(world.send(validation(&subject, "maria", "1")).await);
    world.send(validation(&subject, "maria", &id)).await.expect(204);
}

#[tokio::test]
async fn another_persons_card_validates_nothing() {
    let world = World::start().await;
    let of = |number: &str, name: &str, kind| TestCard {
        document_number: number.to_owned(),
        name: name.to_owned(),
        ..card(kind)
    };
    for (card, status) in [
        (of("87654321X", "JAMES", Kind::Simple), 409),
        (of("12345678A", "EVA", Kind::Simple), 409),
        (of("87654321X", "JAMES", Kind::Age), 409),
        (of("12345678A", "JAMES", Kind::Age), 204),
        (of("12345678A", "JAMES", Kind::Complete), 204),
    ] {
        let subject = Subject::create(&world, Method::Agent).await;
        let id = check(&world, &subject, &code(&world, &card)).await.expect(200).text("midni_check_id");
        validate(&world, &subject, confirmation(&id)).await.expect(status);
        if status == 409 {
            validate(&world, &subject, bodies::confirmation()).await.expect(204);
        }
    }
}

#[tokio::test]
async fn the_terms_say_whether_a_check_is_needed() {
    let world = World::start().await;
    for (said, kept) in [(value!(null), "ACCEPTED"), (value!("accepted"), "ACCEPTED"), (value!("Required"), "REQUIRED")]
    {
        let mut body = bodies::agent(false);
        body["midni"] = said;
        let subject = Subject::of(&world, Method::Agent, body).await;
        assert_eq!(subject.metadata(&world).await.expect(200).text("midni"), kept);
    }
    for wrong in [value!("PERHAPS"), value!(true), value!("")] {
        let mut body = bodies::agent(false);
        body["midni"] = wrong;
        let details = world.call("POST", "/identifications/agent", Some(body)).await.expect(400).details();
        assert!(details[0].starts_with("/midni: "), "{details:?}");
    }
    let required = agent_with(&world, "REQUIRED").await;
    unusable(validate(&world, &required, bodies::confirmation()).await);
    let id = checked(&world, &required, 0).await;
    validate(&world, &required, confirmation(&id)).await.expect(204);

    let refusing = agent_with(&world, "REFUSED").await;
    unusable(validate(&world, &refusing, confirmation(&id)).await);
    validate(&world, &refusing, bodies::confirmation()).await.expect(204);
    let accepting = agent_with(&world, "ACCEPTED").await;
    validate(&world, &accepting, value!({ "agent": "maria", "midni_check_id": null })).await.expect(204);
}
