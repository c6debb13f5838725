//! Whose document it is: the data read by a provider, or by our own reader instead, against the declared data.

use super::{PATH, delegate, line, pictures, read, score};
use acceptance::{World, bodies};
use acredita_domain::actor::DocumentType;
use acredita_emulators::Scenario;
use serde_json::{Value, json};

#[tokio::test]
async fn somebody_elses_genuine_document_is_refused_and_ones_own_is_not() {
    let (world, _emulators) = World::with_emulated_providers().await;
    for (number, status) in [("12345678A", 409), ("99999999R", 204)] {
        let mut body = bodies::identity_document("HIGH");
        body["actor"]["identity_document"]["document_number"] = json!(number);
        (body["actor"]["name"], body["actor"]["last_name"]) = (json!("Carmen"), json!("Española Española"));
        body["scoring"] = json!({ "provider": "EXTERNAL" });
        let created = world.call("POST", "/identifications/identity_document", Some(body)).await.expect(200);
        score(&world, &format!("{PATH}/{}", created.text("scoring_id")), &["front", "back"]).await.expect(204);
        let validate = format!("/identifications/identity_document/{}/validate", created.text("identification_id"));
        world.call("POST", &validate, None).await.expect(status);
    }
}

#[tokio::test]
async fn what_a_provider_read_is_compared_as_our_own_engine_compares() {
    for (name, last_name, document_type, name_line, kind_line, status) in [
        ("carmen", "Espanola-Espanola", "NIF", "PASS", "PASS", 204),
        ("Carmen", "Española", "NIF", "INCONCLUSIVE", "PASS", 409),
        ("James", "Smith", "NIF", "FAIL", "PASS", 409),
        ("Carmen", "Española Española", "IDENTITY_CARD", "PASS", "PASS", 204),
    ] {
        let (world, _emulators) = World::with_emulated_providers().await;
        let mut body = bodies::identity_document("HIGH");
        body["actor"]["identity_document"] =
            json!({ "document_number": "99999999R", "document_type": document_type, "country": "ES" });
        (body["actor"]["name"], body["actor"]["last_name"]) = (json!(name), json!(last_name));
        body["scoring"] = json!({ "provider": "EXTERNAL" });
        let created = world.call("POST", "/identifications/identity_document", Some(body)).await.expect(200);
        let scoring = format!("{PATH}/{}", created.text("scoring_id"));
        score(&world, &scoring, &["front", "back"]).await.expect(204);
        let read = read(&world, &scoring).await;
        assert_eq!(
            (line(&read, "NAME_MATCH").0, line(&read, "KIND_MATCH").0),
            (&json!(name_line), &json!(kind_line)),
            "{last_name}"
        );
        let validate = format!("/identifications/identity_document/{}/validate", created.text("identification_id"));
        world.call("POST", &validate, None).await.expect(status);
    }
}

/// Creates an identity document with this provider, declaring only its number.
async fn create_of_number(world: &mut World, provider: &str, number: &str) -> (String, String) {
    create_of(world, provider, json!({ "identity_document": { "document_number": number } }), "LOW").await
}

/// Creates an identity document with this provider, declaring only this about the person.
async fn create_of(world: &mut World, provider: &str, declared: Value, configuration: &str) -> (String, String) {
    let mut app = world.app.clone();
    app.policy.providers = format!("*={provider}").parse().expect("a list");
    world.serve(app);
    let mut body = declared;
    (body["configuration_name"], body["scoring"]) = (json!(configuration), json!({ "provider": "EXTERNAL" }));
    let created = world.call("POST", "/identifications/identity_document", Some(body)).await.expect(200);
    let validate = format!("/identifications/identity_document/{}/validate", created.text("identification_id"));
    (format!("{PATH}/{}", created.text("scoring_id")), validate)
}

#[tokio::test]
async fn our_own_reader_tells_whose_document_it_is_where_the_provider_does_not() {
    let passport = bodies::fixture("passport.jpg");
    for (provider, scenario) in [("GOOGLE", Scenario::Pass), ("VERIDAS", Scenario::Unread)] {
        for (number, picture, result, reason, status) in [
            ("CA1234567", &passport, "PASS", json!(null), 204),
            ("CA7654321", &passport, "FAIL", json!("NUMBER_MISMATCH"), 409),
            ("CA1234567", &bodies::png(1), "INCONCLUSIVE", json!("SIDE_MISSING"), 409),
        ] {
            let (mut world, emulators) = World::with_emulated_providers().await;
            emulators.play(scenario);
            let (scoring, validate) = create_of_number(&mut world, provider, number).await;
            let call = world.request("PUT", &format!("{scoring}/score"), None).pictures(&[("front", picture)]);
            world.send(call).await.expect(204);
            let read = read(&world, &scoring).await;
            assert_eq!(line(&read, "DECLARED_MATCH"), (&json!(result), &reason), "{provider}");
            world.call("POST", &validate, None).await.expect(status);
        }
    }
}

#[tokio::test]
async fn a_number_that_the_provider_read_is_not_read_again() {
    let (mut world, _emulators) = World::with_emulated_providers().await;
    let (scoring, validate) = create_of_number(&mut world, "VERIDAS", "99999999R").await;
    score(&world, &scoring, &["front", "back"]).await.expect(204);
    world.call("POST", &validate, None).await.expect(204);
    assert_eq!(world.numbers.take_reads(), 0);
}

#[tokio::test]
async fn a_capture_elsewhere_whose_number_nobody_read_is_enough_for_no_configuration() {
    let (mut world, emulators) = World::with_emulated_providers().await;
    let (scoring, validate) = create_of_number(&mut world, "VERIDAS", "99999999R").await;
    for (scenario, status) in [(Scenario::Unread, 409), (Scenario::Pass, 204)] {
        let delegated = delegate(&world, &scoring).await.expect(200).json();
        emulators.capture(delegated["metadata"]["validation_id"].as_str().expect("an id"));
        emulators.play(scenario);
        score(&world, &scoring, &[]).await.expect(204);
        world.call("POST", &validate, None).await.expect(status);
    }
    assert_eq!(world.numbers.take_reads(), 0, "there are no pictures of ours");
}

#[tokio::test]
async fn a_passports_back_is_shown_to_nobody_and_proves_nothing() {
    let (without_zone, with_zone) = (bodies::png(1), bodies::png(2));
    let number = json!({ "document_number": "CA1234567", "document_type": "PASSPORT" });
    let mut whole = number.clone();
    whole["country"] = json!("ES");
    for (provider, scenario, declared) in [("GOOGLE", Scenario::Pass, number), ("VERIDAS", Scenario::Unread, whole)] {
        for (front, back, result, status) in
            [(&without_zone, &with_zone, "INCONCLUSIVE", 409), (&with_zone, &without_zone, "PASS", 204)]
        {
            let (mut world, emulators) = World::with_emulated_providers().await;
            world.numbers.show(&with_zone, DocumentType::Passport, &["CA1234567"]);
            emulators.play(scenario);
            let (scoring, validate) =
                create_of(&mut world, provider, json!({ "identity_document": declared.clone() }), "LOW").await;
            let call =
                world.request("PUT", &format!("{scoring}/score"), None).pictures(&[("front", front), ("back", back)]);
            world.send(call).await.expect(204);
            assert_eq!(pictures(&emulators.take_requests()), 1, "{provider}");
            assert_eq!(world.numbers.take_reads(), 1, "{provider}");
            assert_eq!(line(&read(&world, &scoring).await, "DECLARED_MATCH").0, result, "{provider}");
            world.call("POST", &validate, None).await.expect(status);
        }
    }
}

#[tokio::test]
async fn a_printed_number_beside_a_smudged_zone_is_not_enough() {
    let (mut world, _emulators) = World::with_emulated_providers().await;
    let picture = bodies::png(1);
    world.numbers.show(&picture, DocumentType::Passport, &["CA1234567"]);
    let (scoring, validate) = create_of_number(&mut world, "GOOGLE", "CA1234567").await;
    for (smudged, result, reason, status) in
        [(true, "INCONCLUSIVE", json!("ZONE_UNREADABLE"), 409), (false, "PASS", json!(null), 204)]
    {
        if smudged {
            world.numbers.smudge(&picture);
        } else {
            world.numbers.show(&picture, DocumentType::Passport, &["CA1234567"]);
        }
        score(&world, &scoring, &["front"]).await.expect(204);
        assert_eq!(line(&read(&world, &scoring).await, "DECLARED_MATCH"), (&json!(result), &reason));
        world.call("POST", &validate, None).await.expect(status);
    }
}

#[tokio::test]
async fn a_declared_name_that_nobody_compares_is_never_enough_alone_and_short_of_the_highest_with_the_number() {
    let names = json!({ "name": "João", "last_name": "Silva Ferreira" });
    let mut with_number = names.clone();
    with_number["identity_document"] = json!({ "document_number": "CA1234567" });
    for (declared, configuration, number_line, status) in [
        (&names, "LOW", "INCONCLUSIVE", 409),
        (&with_number, "MEDIUM", "PASS", 204),
        (&with_number, "HIGH", "PASS", 409),
    ] {
        let (mut world, _emulators) = World::with_emulated_providers().await;
        let (scoring, validate) = create_of(&mut world, "GOOGLE", declared.clone(), configuration).await;
        let call = world.request("PUT", &format!("{scoring}/score"), None);
        world.send(call.pictures(&[("front", &bodies::fixture("passport.jpg"))])).await.expect(204);
        let read = read(&world, &scoring).await;
        assert_eq!(line(&read, "NAME_MATCH"), (&json!("INCONCLUSIVE"), &json!("PROVIDER_INCONCLUSIVE")), "{declared}");
        assert_eq!(line(&read, "DECLARED_MATCH").0, number_line, "{declared}");
        world.call("POST", &validate, None).await.expect(status);
    }
}
