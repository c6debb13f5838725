//! Identity documents end to end: our own engine reads the pictures, and the identification validates or gives the
//! reason why not (§6).
//!
//! The pictures are those of `tests/fixtures/make.py`: an invented DNI of Ana Muñoz Gil, number 12345678Z, and ways in
//! which one can be wrong.

use super::stage::create_scoring;
use acceptance::{
    World,
    bodies::fixture,
    subject::{Method, Subject, put_pictures},
};
use serde_json::{Value, json};

/// The holder of the DNI.
fn ana() -> Value {
    json!({
        "name": "Ana", "last_name": "Muñoz Gil", "language": "DE",
        "identity_document": { "document_number": "12345678Z", "document_type": "NIF", "country": "ES" },
    })
}

/// An identification of somebody, scored with these pictures.
async fn scored(world: &World, actor: Value, configuration: &str, pictures: &[(&str, &str)]) -> Subject {
    let body = json!({ "actor": actor, "configuration_name": configuration, "expires_in": "PT1H" });
    let subject = Subject::of(world, Method::IdentityDocument, body).await;
    put(world, &subject.scoring_path(""), pictures).await;
    subject
}

async fn put(world: &World, scoring: &str, pictures: &[(&str, &str)]) {
    let bytes: Vec<(&str, Vec<u8>)> = pictures.iter().map(|(side, name)| (*side, fixture(name))).collect();
    let parts: Vec<(&str, &[u8])> = bytes.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    put_pictures(world, scoring, &parts).await.expect(204);
}

async fn read(world: &World, scoring: &str) -> Value {
    world.call("GET", scoring, None).await.expect(200).json()
}

/// The entry of a check.
fn line<'a>(scoring: &'a Value, check: &str) -> &'a Value {
    let lines = scoring["breakdown"].as_array().expect("a list");
    lines.iter().find(|line| line["check"] == check).unwrap_or_else(|| panic!("no line {check}: {scoring}"))
}

const BOTH: [(&str, &str); 2] = [("front", "dni-front.jpg"), ("back", "dni-back.jpg")];

#[tokio::test]
async fn a_good_document_of_the_declared_person_validates_up_to_medium() {
    let world = World::start().await;
    for (configuration, status, becomes) in
        [("LOW", 204, "VALIDATED"), ("MEDIUM", 204, "VALIDATED"), ("HIGH", 409, "CREATED")]
    {
        let subject = scored(&world, ana(), configuration, &BOTH).await;
        subject.validate(&world).await.expect(status);
        assert_eq!(subject.status(&world).await.as_deref(), Some(becomes), "{configuration}");
    }
}

#[tokio::test]
async fn a_zone_without_its_printed_side_is_enough_for_low_only() {
    let world = World::start().await;
    for (configuration, status) in [("LOW", 204), ("MEDIUM", 409)] {
        let subject = scored(&world, ana(), configuration, &[("back", "dni-back.jpg")]).await;
        subject.validate(&world).await.expect(status);
    }
    let subject = scored(&world, ana(), "LOW", &[("front", "attacks/circles.jpg"), ("back", "dni-back.jpg")]).await;
    let scoring = read(&world, &subject.scoring_path("")).await;
    assert_eq!(line(&scoring, "LOOKS_LIKE_DOCUMENT")["reason"], "NOT_A_FRONT", "{scoring}");
    subject.validate(&world).await.expect(409);
}

#[tokio::test]
async fn another_cards_front_is_refused_whatever_the_configuration() {
    let world = World::start().await;
    let sides = [("front", "attacks/front-of-another.jpg"), ("back", "dni-back.jpg")];
    let subject = scored(&world, ana(), "LOW", &sides).await;
    let scoring = read(&world, &subject.scoring_path("")).await;
    let consistent = line(&scoring, "DATA_CONSISTENT");
    assert_eq!((&consistent["result"], &consistent["reason"]), (&json!("FAIL"), &json!("DATA_INCONSISTENT")));
    subject.validate(&world).await.expect(409);
}

#[tokio::test]
async fn the_answer_tells_what_was_read_and_how_sure_that_is() {
    let world = World::start().await;
    let subject = scored(&world, ana(), "MEDIUM", &BOTH).await;
    let scoring = read(&world, &subject.scoring_path("")).await;
    assert_eq!(scoring["score"], 0.89, "{scoring}");
    assert!(scoring["coverage"].as_f64().is_some_and(|coverage| (0.6..0.85).contains(&coverage)), "{scoring}");
    for check in ["AUTHENTICITY", "ORIGINAL_CAPTURED"] {
        let line = line(&scoring, check);
        assert_eq!((&line["result"], &line["reason"]), (&json!("INCONCLUSIVE"), &json!("NOT_CHECKED")), "{check}");
    }
    let expected = json!({
        "document_number": "12345678Z", "name": "ANA", "last_name": "MUNOZ GIL", "nationality": "ESP",
        "birth_date": "1980-02-01", "expiry_date": "2031-06-05", "sex": "F",
    });
    assert_eq!(scoring["extracted"], expected);
    assert!(scoring["provider_version"].is_string() && scoring["mapping_version"].is_string(), "{scoring}");
    let holds = line(&scoring, "MRZ_CHECK_DIGITS");
    assert_eq!(
        (&holds["result"], &holds["details"]),
        (&json!("PASS"), &json!("In Ordnung.")),
        "in the actor's language"
    );
    assert!(holds.get("reason").is_none() && holds.get("advice").is_none());
}

#[tokio::test]
async fn a_passport_needs_one_picture_and_nobody_declared() {
    let world = World::start().await;
    let scoring =
        create_scoring(&world, |body| body["document"] = json!({ "type": "PASSPORT", "country": "PT" })).await;
    put(&world, &scoring, &[("front", "passport.jpg")]).await;
    let scoring = read(&world, &scoring).await;
    assert_eq!(scoring["score"], 0.89, "{scoring}");
    assert_eq!(scoring["extracted"]["document_number"], "CA1234567");
    assert_eq!(line(&scoring, "KIND_MATCH")["result"], "PASS");
    for check in ["DECLARED_MATCH", "NAME_MATCH"] {
        assert_eq!(line(&scoring, check)["result"], "NOT_APPLICABLE", "{check}");
    }
}

#[tokio::test]
async fn what_is_not_the_declared_document_is_refused_whatever_the_configuration_and_says_what() {
    let world = World::start().await;
    let changed = |pointer: &str, value: &str| {
        let mut actor = ana();
        *actor.pointer_mut(pointer).expect("a member") = json!(value);
        actor
    };
    let number = "/identity_document/document_number";
    let back = |name| [("front", "dni-front.jpg"), ("back", name)];
    for (actor, pictures, check, reason, advice) in [
        (changed(number, "87654321X"), BOTH, "DECLARED_MATCH", "NUMBER_MISMATCH", "FINAL"),
        (changed("/name", "Berta"), BOTH, "NAME_MATCH", "NAME_MISMATCH", "FINAL"),
        (changed("/identity_document/document_type", "PASSPORT"), BOTH, "KIND_MATCH", "TYPE_MISMATCH", "FINAL"),
        (changed("/identity_document/country", "PT"), BOTH, "KIND_MATCH", "COUNTRY_MISMATCH", "FINAL"),
        (ana(), back("dni-back-expired.jpg"), "NOT_EXPIRED", "EXPIRED", "FINAL"),
        (ana(), back("dni-back-forged.jpg"), "MRZ_CHECK_DIGITS", "CHECK_DIGITS_WRONG", "FINAL"),
        (ana(), [("front", "dni-back.jpg"), ("back", "dni-back.jpg")], "SIDES_DIFFER", "SIDES_ARE_THE_SAME", "RETRY"),
        (
            ana(),
            [("front", "passport.jpg"), ("back", "dni-back.jpg")],
            "SIDES_CONSISTENT",
            "SIDES_INCONSISTENT",
            "RETRY",
        ),
    ] {
        let subject = scored(&world, actor, "LOW", &pictures).await;
        let scoring = read(&world, &subject.scoring_path("")).await;
        let line = line(&scoring, check);
        assert_eq!(line["result"], "FAIL", "{check}: {scoring}");
        assert_eq!((&line["reason"], &line["advice"]), (&json!(reason), &json!(advice)), "{check}");
        assert!(scoring["score"].as_f64() < Some(0.5), "{check}: {scoring}");
        subject.validate(&world).await.expect(409);
        assert_eq!(subject.status(&world).await.as_deref(), Some("CREATED"), "{check}");
    }
}

#[tokio::test]
async fn a_front_alone_is_refused_until_the_back_comes() {
    let world = World::start().await;
    let subject = scored(&world, ana(), "LOW", &[("front", "dni-front.jpg")]).await;
    let scoring = read(&world, &subject.scoring_path("")).await;
    let zone = line(&scoring, "MRZ_READ");
    assert_eq!(
        (&zone["result"], &zone["reason"], &zone["advice"]),
        (&json!("NOT_APPLICABLE"), &json!("SIDE_MISSING"), &json!("RETRY"))
    );
    assert!(scoring.get("extracted").is_none() && scoring["score"].as_f64() < Some(0.5), "{scoring}");
    subject.validate(&world).await.expect(409);
    put(&world, &subject.scoring_path(""), &[("back", "dni-back.jpg")]).await;
    subject.validate(&world).await.expect(204);
}

#[tokio::test]
async fn a_picture_that_cannot_be_read_is_refused_until_a_better_one_comes() {
    let world = World::start().await;
    let subject =
        scored(&world, ana(), "LOW", &[("front", "dni-front.jpg"), ("back", "dni-back-unreadable.jpg")]).await;
    let scoring = read(&world, &subject.scoring_path("")).await;
    assert_ne!(line(&scoring, "MRZ_READ")["result"], "PASS");
    assert!(scoring.get("extracted").is_none(), "{scoring}");
    for line in scoring["breakdown"].as_array().expect("a list") {
        assert_ne!(line["advice"], "FINAL", "{line}");
    }
    subject.validate(&world).await.expect(409);
    put(&world, &subject.scoring_path(""), &[("back", "dni-back.jpg")]).await;
    subject.validate(&world).await.expect(204);
}

#[tokio::test]
async fn a_document_expires_by_the_clock() {
    let world = World::start().await;
    world.clock.advance(chrono::TimeDelta::days(5 * 365));
    let subject = scored(&world, ana(), "LOW", &BOTH).await;
    assert_eq!(line(&read(&world, &subject.scoring_path("")).await, "NOT_EXPIRED")["reason"], "EXPIRED");
    subject.validate(&world).await.expect(409);
}

#[tokio::test]
async fn no_line_of_an_answer_repeats_what_the_document_says() {
    let world = World::start().await;
    for pictures in [BOTH, [("front", "dni-front.jpg"), ("back", "dni-back-forged.jpg")]] {
        let subject = scored(&world, ana(), "LOW", &pictures).await;
        let breakdown = read(&world, &subject.scoring_path("")).await["breakdown"].to_string().to_uppercase();
        for said in ["12345678", "BAA123456", "MUNOZ", "MUÑOZ", "1980", "800201", "310605"] {
            assert!(!breakdown.contains(said), "{said}");
        }
    }
}
