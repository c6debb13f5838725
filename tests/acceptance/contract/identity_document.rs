//! Identification by identity document: its create, its linked scoring, and when a score is sufficient (§5, §6, §7).

use super::stage::{check, kept_pictures, reviewed, time};
use acceptance::{
    World, bodies,
    subject::{Method, Subject, put_pictures},
};
use acredita_domain::scoring::{CheckName, CheckResult};
use serde_json::{Value, json};

const PATH: &str = "/identifications/identity_document";

async fn with_configuration(world: &World, configuration: &str) -> Subject {
    let mut body = bodies::identity_document(configuration);
    body["scoring"] = json!({ "provider": "EXTERNAL" });
    Subject::of(world, Method::IdentityDocument, body).await
}

#[tokio::test]
async fn the_answers_have_exactly_the_members_of_the_contract() {
    let world = World::start().await;
    let created = world.call("POST", PATH, Some(bodies::identity_document("HIGH"))).await.expect(200);
    reviewed("identity_document_created", created.json());
    let metadata = world.call("GET", &format!("{PATH}/{}", created.text("identification_id")), None).await.expect(200);
    assert_eq!(metadata.json()["scoring"]["scoring_id"], created.json()["scoring_id"]);
    reviewed("identity_document_metadata", metadata.json());
}

#[tokio::test]
async fn every_field_is_optional_and_has_its_default() {
    let world = World::start().await;
    let subject = Subject::of(&world, Method::IdentityDocument, json!({})).await;
    let metadata = subject.metadata(&world).await.expect(200).json();
    assert_eq!(metadata["configuration_name"], "MEDIUM");
    assert_eq!(metadata["scoring"]["provider"], "INTERNAL");
    assert_eq!(metadata["scoring"]["status"], "CREATED");
    let text = |name: &str| time(metadata[name].as_str().expect("a time"));
    assert_eq!((text("expires_at") - text("created_at")).num_days(), 30);
    for body in [
        json!({ "scoring": {} }),
        json!({ "scoring": null, "actor": null, "configuration_name": null, "expires_in": null }),
        json!({ "actor": {} }),
    ] {
        world.call("POST", PATH, Some(body)).await.expect(200);
    }
}

#[tokio::test]
async fn the_actor_may_be_flat_and_actor_wins() {
    let world = World::start().await;
    let document = json!({ "document_number": "12345678A", "document_type": "NIF", "country": "ES" });
    let other = json!({ "document_number": "X1", "document_type": "PASSPORT", "country": "DE" });
    for (body, name, kind) in [
        (json!({ "name": "James", "last_name": "Smith", "identity_document": document }), json!("James"), json!("NIF")),
        (
            json!({ "actor": { "name": "Jane", "identity_document": other }, "name": "James", "identity_document": document }),
            json!("Jane"),
            json!("PASSPORT"),
        ),
        (json!({ "actor": { "name": "Jane" }, "identity_document": document }), json!("Jane"), Value::Null),
        (json!({ "name": "James" }), json!("James"), Value::Null),
    ] {
        let subject = Subject::of(&world, Method::IdentityDocument, body.clone()).await;
        assert_eq!(subject.metadata(&world).await.json()["actor"]["name"], name, "{body}");
        let scoring = world.call("GET", &subject.scoring_path(""), None).await.expect(200);
        assert_eq!(scoring.json()["document"]["type"], kind, "{body}");
    }
    for (body, pointer) in [
        (json!({ "name": " " }), "/name"),
        (json!({ "last_name": 5 }), "/last_name"),
        (json!({ "identity_document": { "country": "XX" } }), "/identity_document/country"),
        (json!({ "actor": { "name": "" } }), "/actor/name"),
        (json!({ "actor": "James" }), "/actor"),
    ] {
        let details = world.call("POST", PATH, Some(body)).await.expect(400).details();
        assert!(details.len() == 1 && details[0].starts_with(&format!("{pointer}: ")), "{details:?}");
    }
}

#[tokio::test]
async fn configurations_and_providers_are_the_published_ones() {
    let world = World::with_external_provider().await;
    for configuration in ["LOW", "MEDIUM", "HIGH", " LOW ", "Medium", "high\n"] {
        let subject = with_configuration(&world, configuration).await;
        assert_eq!(subject.metadata(&world).await.json()["configuration_name"], configuration.trim().to_uppercase());
    }
    for (provider, scores) in [("INTERNAL", "INTERNAL"), ("EXTERNAL", "GOOGLE"), (" External ", "GOOGLE")] {
        let subject =
            Subject::of(&world, Method::IdentityDocument, json!({ "scoring": { "provider": provider } })).await;
        assert_eq!(subject.metadata(&world).await.json()["scoring"]["provider"], scores);
    }
    for (body, pointer) in [
        (json!({ "configuration_name": "STRICT" }), "/configuration_name"),
        (json!({ "configuration_name": 1 }), "/configuration_name"),
        (json!({ "scoring": { "provider": "GOOGLE" } }), "/scoring/provider"),
        (json!({ "scoring": { "provider": 1 } }), "/scoring/provider"),
        (json!({ "scoring": "INTERNAL" }), "/scoring"),
    ] {
        let details = world.call("POST", PATH, Some(body)).await.expect(400).details();
        assert!(details.len() == 1 && details[0].starts_with(&format!("{pointer}: ")), "{details:?}");
    }
    let without = World::start().await;
    let details =
        without.call("POST", PATH, Some(json!({ "scoring": { "provider": "EXTERNAL" } }))).await.expect(400).details();
    assert!(details[0].starts_with("/scoring/provider: "), "this deployment has none");
}

#[tokio::test]
async fn the_linked_scoring_lives_and_dies_with_it() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::IdentityDocument).await;
    let scoring = world.call("GET", &subject.scoring_path(""), None).await.expect(200).json();
    let metadata = subject.metadata(&world).await.json();
    assert_eq!((&scoring["created_at"], &scoring["expires_at"]), (&metadata["created_at"], &metadata["expires_at"]));
    assert_eq!(scoring["document"], json!({ "type": "NIF", "country": "ES" }));
    put_pictures(&world, &subject.scoring_path(""), &[("front", &bodies::png(1)), ("back", &bodies::png(2))])
        .await
        .expect(204);
    assert_eq!(subject.metadata(&world).await.json()["scoring"]["status"], "SCORED");
    assert_eq!(kept_pictures(&world).await.len(), 2);
    subject.delete(&world).await.expect(204);
    assert!(kept_pictures(&world).await.is_empty());
    for (method, rest) in
        [("GET", ""), ("GET", "/captures"), ("POST", "/delegate"), ("POST", "/close"), ("PUT", "/score")]
    {
        world.call(method, &subject.scoring_path(rest), None).await.expect(404);
    }
}

#[tokio::test]
async fn a_score_is_enough_from_its_configurations_threshold_on() {
    let world = World::with_external_provider().await;
    for (configuration, score, enough) in [
        ("LOW", 0.0, false),
        ("LOW", 0.4999, false),
        ("LOW", 0.5, true),
        ("MEDIUM", 0.5, false),
        ("MEDIUM", 0.6999, false),
        ("MEDIUM", 0.7, true),
        ("HIGH", 0.7, false),
        ("HIGH", 0.8999, false),
        ("HIGH", 0.9, true),
        ("HIGH", 1.0, true),
    ] {
        let subject = with_configuration(&world, configuration).await;
        subject.score(&world, score, vec![]).await;
        let answer = subject.validate(&world).await;
        let (status, state) = if enough { (204, "VALIDATED") } else { (409, "CREATED") };
        assert_eq!(answer.status.as_u16(), status, "{configuration} {score}");
        assert_eq!(subject.status(&world).await.as_deref(), Some(state));
    }
}

#[tokio::test]
async fn a_decisive_check_that_failed_outweighs_any_score() {
    use CheckName::{Glare, MrzCheckDigits, NotExpired, PortraitMatch, Sharpness};
    let world = World::with_external_provider().await;
    for (configuration, name, decisive) in [
        ("LOW", MrzCheckDigits, true),
        ("MEDIUM", MrzCheckDigits, true),
        ("HIGH", MrzCheckDigits, true),
        ("LOW", NotExpired, true),
        ("MEDIUM", NotExpired, true),
        ("HIGH", NotExpired, true),
        ("LOW", PortraitMatch, false),
        ("MEDIUM", PortraitMatch, true),
        ("HIGH", PortraitMatch, true),
        ("MEDIUM", Glare, false),
        ("HIGH", Glare, true),
        ("HIGH", Sharpness, false),
    ] {
        for result in [CheckResult::Fail, CheckResult::Inconclusive] {
            let subject = with_configuration(&world, configuration).await;
            subject
                .score(&world, 1.0, vec![check(CheckName::Resolution, CheckResult::Pass), check(name, result)])
                .await;
            let refused = decisive && result == CheckResult::Fail;
            let answer = subject.validate(&world).await;
            assert_eq!(answer.status.as_u16(), if refused { 409 } else { 204 }, "{configuration} {name} {result}");
        }
    }
}

#[tokio::test]
async fn only_a_scoring_that_is_scored_validates() {
    let world = World::with_external_provider().await;
    let unscored = with_configuration(&world, "LOW").await;
    unscored.validate(&world).await.expect(409);
    let closed = with_configuration(&world, "LOW").await;
    closed.score(&world, 1.0, vec![]).await;
    world.call("POST", &closed.scoring_path("/close"), None).await.expect(204);
    closed.validate(&world).await.expect(409);
    let down = with_configuration(&world, "LOW").await;
    world.scorer.go_down();
    put_pictures(&world, &down.scoring_path(""), &[("front", &bodies::png(1))]).await.expect(503);
    down.validate(&world).await.expect(409);
    for subject in [&unscored, &closed, &down] {
        assert_eq!(subject.status(&world).await.as_deref(), Some("CREATED"));
    }
}

#[tokio::test]
async fn the_newest_score_counts() {
    let world = World::with_external_provider().await;
    let subject = with_configuration(&world, "MEDIUM").await;
    subject.score(&world, 0.2, vec![]).await;
    subject.validate(&world).await.expect(409);
    subject.score(&world, 0.95, vec![]).await;
    subject.validate(&world).await.expect(204);
    let worse = with_configuration(&world, "MEDIUM").await;
    worse.score(&world, 0.95, vec![]).await;
    worse.score(&world, 0.2, vec![]).await;
    worse.validate(&world).await.expect(409);
}

#[tokio::test]
async fn a_body_of_a_validate_is_not_looked_at() {
    let world = World::with_external_provider().await;
    let subject = with_configuration(&world, "LOW").await;
    subject.score(&world, 1.0, vec![]).await;
    let call = world.request("POST", &subject.actor_path("/validate"), None).body("text/plain", "anything");
    world.send(call).await.expect(204);
}
