//! The same picture or number again, for somebody else, and how often a number is scored a day (§6).

use super::stage::{check, create_scoring};
use acceptance::{
    World, bodies,
    look::text,
    subject::{Method, Subject, forcing_token, put_pictures},
};
use acredita_domain::scoring::{CheckName, CheckResult};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// A good score by a provider that establishes authenticity.
const GOOD: f64 = 0.97;

struct Person {
    name: &'static str,
    last_name: &'static str,
    number: &'static str,
}

const ANA: Person = Person { name: "Ana", last_name: "Muñoz Gil", number: "12345678Z" };
const EVA: Person = Person { name: "Eva", last_name: "Sanz Ruiz", number: "87654321X" };

async fn declared(world: &World, actor: Value) -> Subject {
    let body = json!({ "actor": actor, "configuration_name": "HIGH", "expires_in": "PT1H",
        "scoring": { "provider": "EXTERNAL" } });
    Subject::of(world, Method::IdentityDocument, body).await
}

fn actor(Person { name, last_name, number }: &Person) -> Value {
    json!({ "name": name, "last_name": last_name,
        "identity_document": { "document_number": number, "document_type": "NIF", "country": "ES" } })
}

/// Scores the front of a new identification of an actor, and returns the identification, the results of both lines and
/// the score.
async fn scored(world: &World, actor: Value, front: &[u8]) -> (Subject, [String; 2], f64) {
    let subject = declared(world, actor).await;
    world.scorer.answer(GOOD, vec![check(CheckName::Authenticity, CheckResult::Pass)]);
    put_pictures(world, &subject.scoring_path(""), &[("front", front)]).await.expect(204);
    let read = world.call("GET", &subject.scoring_path(""), None).await.expect(200).json();
    let lines = read["breakdown"].as_array().expect("lines");
    let result = |name: &str| {
        let line = lines.iter().find(|line| line["check"] == name).unwrap_or_else(|| panic!("no {name}"));
        line["result"].as_str().expect("a result").to_owned()
    };
    let results = [result("REPEATED_PICTURE"), result("NUMBER_WITH_OTHER_NAME")];
    (subject, results, read["score"].as_f64().expect("a score"))
}

#[tokio::test]
async fn the_same_picture_for_another_person_is_short_of_high_and_of_nothing_else() {
    let world = World::with_external_provider().await;
    let picture = bodies::png(1);
    let (first, lines, score) = scored(&world, actor(&ANA), &picture).await;
    assert_eq!((lines, score), (["PASS".to_owned(), "PASS".to_owned()], GOOD));
    first.validate(&world).await.expect(204);

    let (again, lines, score) = scored(&world, actor(&ANA), &picture).await;
    assert_eq!((lines, score), (["PASS".to_owned(), "PASS".to_owned()], GOOD), "the same person");
    again.validate(&world).await.expect(204);

    let (other, lines, score) = scored(&world, actor(&EVA), &picture).await;
    assert_eq!(lines, ["INCONCLUSIVE", "PASS"]);
    assert_eq!(score, 0.89);
    other.validate(&world).await.expect(409);
    let line = line_of(&world, &other, "REPEATED_PICTURE").await;
    assert_eq!((&line["reason"], &line["advice"]), (&json!("PICTURE_SEEN_BEFORE"), &json!("RETRY")));

    put_pictures(&world, &other.scoring_path(""), &[("front", &bodies::png(2))]).await.expect(204);
    other.validate(&world).await.expect(204);

    let mut medium = json!({ "actor": actor(&EVA), "configuration_name": "MEDIUM", "expires_in": "PT1H" });
    medium["scoring"] = json!({ "provider": "EXTERNAL" });
    let medium = Subject::of(&world, Method::IdentityDocument, medium).await;
    put_pictures(&world, &medium.scoring_path(""), &[("front", &picture)]).await.expect(204);
    medium.validate(&world).await.expect(204);
}

async fn line_of(world: &World, subject: &Subject, name: &str) -> Value {
    let read = world.call("GET", &subject.scoring_path(""), None).await.expect(200).json();
    let line = read["breakdown"].as_array().expect("lines").iter().find(|line| line["check"] == name).cloned();
    line.unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test]
async fn a_picture_is_the_same_with_other_metadata_and_as_either_side() {
    let world = World::with_external_provider().await;
    let picture = bodies::png(1);
    scored(&world, actor(&ANA), &picture).await;
    let trailing: Vec<u8> = picture.iter().copied().chain(*b"and more").collect();
    assert_eq!(scored(&world, actor(&EVA), &trailing).await.1, ["INCONCLUSIVE", "PASS"]);
    let subject = declared(&world, actor(&EVA)).await;
    let sides: [(&str, &[u8]); 2] = [("front", &bodies::png(7)), ("back", &picture)];
    put_pictures(&world, &subject.scoring_path(""), &sides).await.expect(204);
    assert_eq!(line_of(&world, &subject, "REPEATED_PICTURE").await["result"], "INCONCLUSIVE");
}

#[tokio::test]
async fn a_number_with_another_name_is_inconclusive_however_both_are_written() {
    let world = World::with_external_provider().await;
    scored(&world, actor(&ANA), &bodies::png(1)).await;
    let same = Person { name: "ANA", last_name: "MUNOZ-GIL", number: "12.345.678-z" };
    assert_eq!(scored(&world, actor(&same), &bodies::png(2)).await.1, ["PASS", "PASS"]);
    let other = Person { number: "12345678", ..EVA };
    let (subject, lines, score) = scored(&world, actor(&other), &bodies::png(3)).await;
    assert_eq!((lines, score), (["PASS".to_owned(), "INCONCLUSIVE".to_owned()], 0.89));
    subject.validate(&world).await.expect(409);
    let line = line_of(&world, &subject, "NUMBER_WITH_OTHER_NAME").await;
    assert_eq!((&line["reason"], &line["advice"]), (&json!("NUMBER_SEEN_BEFORE"), &json!("FINAL")));
    assert!(!line.to_string().contains("MU"), "nothing of the other person");
}

#[tokio::test]
async fn nothing_is_compared_for_nobody() {
    let world = World::with_external_provider().await;
    let (picture, nobody) = (bodies::png(1), json!({}));
    scored(&world, actor(&ANA), &picture).await;
    assert_eq!(scored(&world, nobody, &picture).await.1, ["NOT_APPLICABLE", "NOT_APPLICABLE"]);
    let only_name = json!({ "name": "Eva" });
    assert_eq!(scored(&world, only_name, &picture).await.1, ["INCONCLUSIVE", "INCONCLUSIVE"], "nobody read a number");
    let only_number = json!({ "identity_document": { "document_number": EVA.number } });
    assert_eq!(scored(&world, only_number, &picture).await.1, ["INCONCLUSIVE", "NOT_APPLICABLE"]);
    let alone = create_scoring(&world, |body| body["provider"] = json!("GOOGLE")).await;
    put_pictures(&world, &alone, &[("front", &picture)]).await.expect(204);
    let items = world.items_of("SEE#").await;
    assert!(items.iter().all(|item| !format!("{item:?}").contains(&alone[alone.len() - 36..])), "for nobody");
}

#[tokio::test]
async fn a_deletion_takes_the_scoring_out_of_what_was_seen() {
    let world = World::with_external_provider().await;
    let picture = bodies::png(1);
    let (first, ..) = scored(&world, actor(&ANA), &picture).await;
    put_pictures(&world, &first.scoring_path(""), &[("front", &bodies::png(2))]).await.expect(204);
    let id = first.scoring_id.clone().expect("a scoring");
    let seen = async || {
        let items = world.items_of("SEE#").await;
        items.iter().filter(|item| format!("{:?}", item.get("seen")).contains(&id)).count()
    };
    assert_eq!(seen().await, 3, "the number, and both pictures");
    first.delete_by_force(&world, true).await.expect(204);
    assert_eq!(seen().await, 0);
    assert_eq!(scored(&world, actor(&EVA), &picture).await.1, ["PASS", "PASS"]);

    let (kept, ..) = scored(&world, actor(&EVA), &bodies::png(5)).await;
    world.clock.advance(TimeDelta::hours(1) + world.app.policy.retention);
    world.sweep().await;
    assert_eq!(kept.status(&world).await, None);
    for item in world.items_of("SEE#").await {
        assert!(!item.contains_key("seen") && item.contains_key("ttl"), "{}", text(&item, "pk"));
    }
}

#[tokio::test]
async fn a_number_is_scored_so_often_a_day_and_no_more() {
    let mut world = World::with_external_provider().await;
    assert_eq!(world.app.policy.scorings_a_day, 100);
    let mut app = world.app.clone();
    app.policy.scorings_a_day = 3;
    world.serve(app);
    world.scorer.go_down();
    let subject = declared(&world, actor(&ANA)).await;
    let score =
        async |subject: &Subject| put_pictures(&world, &subject.scoring_path(""), &[("front", &bodies::png(1))]).await;
    for _ in 0..5 {
        score(&subject).await.expect(503);
    }
    for _ in 0..3 {
        scored(&world, actor(&ANA), &bodies::png(1)).await;
    }
    let refused = score(&subject).await.expect(429);
    assert_eq!(refused.json()["errors"][0]["title"], "UNPROCESSABLE_ENTITY");
    let wait: i64 = refused.headers["retry-after"].to_str().ok().and_then(|text| text.parse().ok()).expect("seconds");
    assert!((1..=86_400).contains(&wait), "{wait}");
    let read = world.call("GET", &subject.scoring_path(""), None).await.expect(200).json();
    assert_eq!((&read["status"], &read["retries"]["used"]), (&json!("CREATED"), &json!(0)));

    scored(&world, actor(&EVA), &bodies::png(2)).await;
    let spelt = Person { number: "012345678-z", ..ANA };
    let spelt = declared(&world, actor(&spelt)).await;
    score(&spelt).await.expect(429);
    world.clock.advance(TimeDelta::seconds(wait));
    let tomorrow = scored(&world, actor(&ANA), &bodies::png(1)).await;
    assert_eq!(tomorrow.1, ["PASS", "PASS"]);
}

#[tokio::test]
async fn what_was_seen_is_in_the_table_under_keys_only() {
    let world = World::with_external_provider().await;
    let (subject, ..) = scored(&world, actor(&ANA), &bodies::png(1)).await;
    let kept = world.items_of("SEE#").await.into_iter().chain(world.items_of("NUM#").await);
    let shown: Vec<String> = kept.map(|item| format!("{item:?}")).collect();
    assert!(shown.len() >= 3);
    for guess in ["12345678Z", "Ana", "Muñoz", "ana gil munoz", "12345678"] {
        let digest = acredita_domain::pictures::Sha256Digest::of(guess.as_bytes());
        for item in &shown {
            assert!(!item.contains(guess) && !item.contains(&digest.as_str()[..32]), "{guess}");
        }
    }
    let token = forcing_token(&world);
    let delete = world.request("DELETE", &subject.admin_path("?force=true"), None);
    world.send(delete.without("authorization").token(&token)).await.expect(204);
}
