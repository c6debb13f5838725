//! External providers, through the complete service: the real adapters in front of emulators, which record the requests
//! they receive.

mod declared;

use acceptance::{
    Answer, Call, OTHER_ORG, World, bodies,
    faults::{Faults, Moment},
    look::text,
    program::{self, Program},
};
use acredita_emulators::{Emulators, Recorded, Scenario};
use acredita_providers::gate::JOBS;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PATH: &str = "/scorings/identity_document";

/// A provider, and a document that it accepts.
const PROVIDERS: [(&str, &str, &str); 2] = [("GOOGLE", "IDENTITY_CARD", "US"), ("VERIDAS", "NIF", "ES")];

fn scoring(provider: &str, document_type: &str, country: &str) -> Value {
    json!({ "document": { "type": document_type, "country": country }, "provider": provider, "expires_in": "PT1H" })
}

/// Creates a scoring, and returns its path.
async fn create(world: &World, (provider, document_type, country): (&str, &str, &str)) -> String {
    let created = world.call("POST", PATH, Some(scoring(provider, document_type, country))).await.expect(200);
    format!("{PATH}/{}", created.text("scoring_id"))
}

fn score_request(world: &World, scoring: &str, sides: &[&str]) -> Call {
    let call = world.request("PUT", &format!("{scoring}/score"), None);
    let pictures: Vec<(&str, Vec<u8>)> = sides.iter().zip(1..).map(|(side, seed)| (*side, bodies::png(seed))).collect();
    let pictures: Vec<(&str, &[u8])> = pictures.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    if pictures.is_empty() { call } else { call.pictures(&pictures) }
}

async fn score(world: &World, scoring: &str, sides: &[&str]) -> Answer {
    world.send(score_request(world, scoring, sides)).await
}

async fn read(world: &World, scoring: &str) -> Value {
    world.call("GET", scoring, None).await.expect(200).json()
}

/// The result and the reason of a check.
fn line<'a>(scoring: &'a Value, check: &str) -> (&'a Value, &'a Value) {
    let lines = scoring["breakdown"].as_array().expect("a breakdown");
    let line = lines.iter().find(|line| line["check"] == check).unwrap_or_else(|| panic!("no {check} in {scoring}"));
    (&line["result"], &line["reason"])
}

/// The number of pictures sent to a provider.
fn pictures(requests: &[Recorded]) -> usize {
    requests.iter().filter(|request| request.path.ends_with(":process") || request.path.ends_with("/document")).count()
}

#[tokio::test]
async fn both_providers_score_whatever_sides_there_are() {
    for provider in PROVIDERS {
        for sides in [&["front"][..], &["back"], &["front", "back"]] {
            let (world, emulators) = World::with_emulated_providers().await;
            let scoring = create(&world, provider).await;
            score(&world, &scoring, sides).await.expect(204);
            let read = read(&world, &scoring).await;
            assert_eq!((&read["status"], &read["provider"]), (&json!("SCORED"), &json!(provider.0)));
            assert!(read["score"].as_f64().is_some_and(|score| score > 0.9), "{read}");
            assert_eq!(line(&read, "TAMPERING").0, "PASS");
            for version in ["provider_version", "mapping_version"] {
                assert!(read[version].as_str().is_some_and(|text| text.to_uppercase().contains(provider.0)), "{read}");
            }
            assert_eq!(pictures(&emulators.take_requests()), sides.len());
        }
    }
}

#[tokio::test]
async fn an_outage_is_503_uses_up_no_retry_and_stores_nothing_half() {
    for provider in PROVIDERS {
        for scenario in [Scenario::Down, Scenario::Cut, Scenario::Malformed, Scenario::Overloaded] {
            let (world, emulators) = World::with_emulated_providers().await;
            let scoring = create(&world, provider).await;
            let before = read(&world, &scoring).await;
            emulators.play(scenario);
            let refused = score(&world, &scoring, &["front"]).await.expect(503);
            assert!(refused.headers.contains_key("retry-after"));
            assert!(
                !String::from_utf8_lossy(&refused.body).contains("provider-text"),
                "a provider's words are not for callers"
            );
            assert_eq!(read(&world, &scoring).await, before, "{scenario:?}");
            emulators.play(Scenario::Pass);
            score(&world, &scoring, &["front"]).await.expect(204);
            assert_eq!(read(&world, &scoring).await["retries"]["used"], 1);
            world.assert_whole().await;
        }
    }
}

#[tokio::test]
async fn a_provider_is_not_called_while_pictures_cannot_be_stored() {
    for provider in PROVIDERS {
        let (mut world, emulators) = World::with_emulated_providers().await;
        let scoring = create(&world, provider).await;
        let healthy = world.app.clone();
        world.serve(Faults::on("Pictures::put", 0, Moment::Before).around(&healthy));
        score(&world, &scoring, &["front"]).await.expect(503);
        assert_eq!(pictures(&emulators.take_requests()), 0);
        world.serve(healthy);
        score(&world, &scoring, &["front"]).await.expect(204);
        assert_eq!(pictures(&emulators.take_requests()), 1);
    }
}

#[tokio::test]
async fn a_forged_document_is_refused_whatever_the_configuration() {
    let (world, emulators) = World::with_emulated_providers().await;
    emulators.play(Scenario::Fraud);
    let mut body = bodies::identity_document("LOW");
    body["scoring"] = json!({ "provider": "EXTERNAL" });
    let created = world.call("POST", "/identifications/identity_document", Some(body)).await.expect(200);
    let scoring = format!("{PATH}/{}", created.text("scoring_id"));
    score(&world, &scoring, &["front", "back"]).await.expect(204);
    let validate = format!("/identifications/identity_document/{}/validate", created.text("identification_id"));
    world.call("POST", &validate, None).await.expect(409);
}

#[tokio::test]
async fn a_document_that_google_does_not_support_is_neither_refused_nor_sent() {
    let (world, emulators) = World::with_emulated_providers().await;
    let scoring = create(&world, ("GOOGLE", "NIF", "ES")).await;
    score(&world, &scoring, &["front"]).await.expect(204);
    let read = read(&world, &scoring).await;
    assert_eq!(line(&read, "DOCUMENT_SUPPORTED"), (&json!("INCONCLUSIVE"), &json!("UNSUPPORTED_DOCUMENT")));
    assert_eq!(read["coverage"], 0.0);
    assert!(emulators.take_requests().is_empty());
}

#[tokio::test]
async fn which_organisation_may_use_which_provider_is_configuration() {
    let (world, emulators) = World::with_emulated_providers().await;
    let of = |path: &str, body: Value| Call::org("POST", OTHER_ORG, path).token(&world.token(OTHER_ORG)).json(&body);
    for (provider, document_type, country) in PROVIDERS {
        let refused = world.send(of(PATH, scoring(provider, document_type, country))).await.expect(404);
        assert_eq!(refused.details(), ["no such provider for this organisation"]);
    }
    let external = json!({ "scoring": { "provider": "EXTERNAL" } });
    let refused = world.send(of("/identifications/identity_document", external.clone())).await.expect(400);
    assert_eq!(refused.details(), ["/scoring/provider: no external provider is configured for this organisation"]);
    world.send(of(PATH, bodies::scoring())).await.expect(200);
    world.call("POST", "/identifications/identity_document", Some(external)).await.expect(200);
    assert!(emulators.take_requests().is_empty(), "creating asks nobody");
}

#[tokio::test]
async fn an_organisation_that_lost_its_provider_scores_no_more_with_it() {
    let (mut world, emulators) = World::with_emulated_providers().await;
    let scoring = create(&world, PROVIDERS[1]).await;
    let mut app = world.app.clone();
    app.policy.providers = "*=GOOGLE".parse().expect("a list");
    world.serve(app);
    score(&world, &scoring, &["front"]).await.expect(404);
    world.call("POST", &format!("{scoring}/delegate"), None).await.expect(404);
    assert!(emulators.take_requests().is_empty());
}

#[tokio::test]
async fn google_has_no_delegated_capture() {
    let (world, _emulators) = World::with_emulated_providers().await;
    let scoring = create(&world, PROVIDERS[0]).await;
    world.call("POST", &format!("{scoring}/delegate"), None).await.expect(409);
    score(&world, &scoring, &[]).await.expect(409);
}

async fn delegate(world: &World, scoring: &str) -> Answer {
    world.call("POST", &format!("{scoring}/delegate"), None).await
}

#[tokio::test]
async fn veridas_takes_the_pictures_and_a_score_without_a_body_fetches_what_it_found() {
    let (world, emulators) = World::with_emulated_providers().await;
    let scoring = create(&world, PROVIDERS[1]).await;
    let delegated = delegate(&world, &scoring).await.expect(200);
    assert_eq!(delegated.headers["cache-control"], "no-store");
    let answer = delegated.json();
    let id = answer["metadata"]["validation_id"].as_str().expect("an id");
    let url = format!("{}/v2/?access_token=emulated-access-token-1", emulators.xpressid());
    assert_eq!(
        answer,
        json!({
            "provider": "VERIDAS",
            "credentials": { "access_token": "emulated-access-token-1", "token_type": "XpressID", "expires_at": "2026-11-20T09:03:00Z" },
            "metadata": { "url": url, "validation_id": id },
        })
    );

    let too_early = score(&world, &scoring, &[]).await.expect(409);
    assert_eq!(too_early.details(), ["the delegated capture is not finished"]);
    assert!(emulators.capture(id));
    emulators.take_requests();
    score(&world, &scoring, &[]).await.expect(204);
    assert_eq!(pictures(&emulators.take_requests()), 0, "nothing of ours was sent");
    let read = read(&world, &scoring).await;
    assert_eq!(line(&read, "AUTHENTICITY").0, "PASS");
    assert_eq!(read["retries"]["used"], 1);
    score(&world, &scoring, &[]).await.expect(409);
}

#[tokio::test]
async fn a_new_delegation_takes_the_place_of_the_one_before() {
    let (world, emulators) = World::with_emulated_providers().await;
    let scoring = create(&world, PROVIDERS[1]).await;
    let id = |answer: &Answer| answer.json()["metadata"]["validation_id"].as_str().expect("an id").to_owned();
    let first = id(&delegate(&world, &scoring).await.expect(200));
    let second = id(&delegate(&world, &scoring).await.expect(200));
    assert_ne!(first, second);
    emulators.capture(&first);
    score(&world, &scoring, &[]).await.expect(409);
    emulators.capture(&second);
    score(&world, &scoring, &[]).await.expect(204);
}

#[tokio::test]
async fn of_delegations_at_once_one_lives() {
    let (world, _emulators) = World::with_emulated_providers().await;
    let scoring = create(&world, PROVIDERS[1]).await;
    let answers = join_all((0..8).map(|_| delegate(&world, &scoring))).await;
    let statuses: BTreeSet<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert!(statuses.is_subset(&BTreeSet::from([200, 409])) && statuses.contains(&200), "{statuses:?}");
    world.assert_whole().await;
}

#[tokio::test]
async fn a_result_that_is_lost_is_the_end_of_it_and_says_so() {
    let (world, emulators) = World::with_emulated_providers().await;
    let scoring = create(&world, PROVIDERS[1]).await;
    let delegated = delegate(&world, &scoring).await.expect(200).json();
    emulators.capture(delegated["metadata"]["validation_id"].as_str().expect("an id"));
    emulators.play(Scenario::ResultLost);
    score(&world, &scoring, &[]).await.expect(204);
    let lost = read(&world, &scoring).await;
    assert_eq!(line(&lost, "AUTHENTICITY"), (&json!("INCONCLUSIVE"), &json!("PROVIDER_RESULT_LOST")));
    assert_eq!((&lost["status"], &lost["retries"]["used"]), (&json!("SCORED"), &json!(1)));
    score(&world, &scoring, &[]).await.expect(409);
    emulators.play(Scenario::Pass);
    score(&world, &scoring, &["front"]).await.expect(204);
}

#[tokio::test]
async fn an_outage_while_fetching_loses_nothing() {
    for scenario in [Scenario::Down, Scenario::Cut, Scenario::Malformed] {
        let (world, emulators) = World::with_emulated_providers().await;
        let scoring = create(&world, PROVIDERS[1]).await;
        let delegated = delegate(&world, &scoring).await.expect(200).json();
        emulators.capture(delegated["metadata"]["validation_id"].as_str().expect("an id"));
        emulators.play(scenario);
        score(&world, &scoring, &[]).await.expect(503);
        assert_eq!(read(&world, &scoring).await["retries"]["used"], 0);
        emulators.play(Scenario::Pass);
        score(&world, &scoring, &[]).await.expect(204);
    }
}

/// Credentials and texts of a provider must not be stored.
#[tokio::test]
async fn no_token_and_no_word_of_a_provider_is_stored() {
    let (world, emulators) = World::with_emulated_providers().await;
    let delegated = create(&world, PROVIDERS[1]).await;
    delegate(&world, &delegated).await.expect(200);
    for provider in PROVIDERS {
        for scenario in [Scenario::Fraud, Scenario::Contradictory, Scenario::Unsupported, Scenario::Pass] {
            let scoring = create(&world, provider).await;
            emulators.play(scenario);
            score(&world, &scoring, &["front", "back"]).await.expect(204);
        }
    }
    let items = world.items().await;
    assert!(items.iter().any(|item| item.contains_key("delegation")));
    for item in items.iter().filter(|item| text(item, "pk").starts_with("SCO#")) {
        let shown = format!("{item:?}");
        for secret in [
            "emulated-access-token",
            "ya29.",
            "emulated-veridas-key",
            "PRIVATE KEY",
            "provider-text",
            "SPECIMEN",
            "emulated.invalid",
        ] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

/// A newcomer's first steps, with only the program.
#[tokio::test]
async fn the_local_server_shows_an_external_scoring_without_an_account() {
    let data = tempfile::tempdir().expect("a folder");
    let program = Program::serve(data.path(), &["--providers", "emulated"]).await;
    let token = program.printed("token");
    let emulator = program.printed("providers");
    let emulator = emulator.split("/emulator").next().expect("an address");
    let request = |method, path: &str| Call::org(method, "demo", path).token(&token);

    let body = json!({ "scoring": { "provider": "EXTERNAL" }, "identity_document": { "document_number": "99999999R", "document_type": "NIF", "country": "ES" } });
    let created = program.send(request("POST", "/identifications/identity_document").json(&body)).await.expect(200);
    let scoring = format!("{PATH}/{}", created.text("scoring_id"));
    let pictures = [("front", bodies::png(1)), ("back", bodies::png(2))];
    let pictures = pictures.each_ref().map(|(side, bytes)| (*side, bytes.as_slice()));
    for (scenario, status) in [("fraud", 409), ("pass", 204)] {
        program::send(emulator, Call::new("PUT", format!("/emulator/scenario/{scenario}"))).await.expect(200);
        program.send(request("PUT", &format!("{scoring}/score")).pictures(&pictures)).await.expect(204);
        let validate = format!("/identifications/identity_document/{}/validate", created.text("identification_id"));
        program.send(request("POST", &validate).device()).await.expect(status);
    }
}

#[tokio::test]
async fn a_slow_provider_holds_up_nobody_else() {
    async fn all_but_the_slow_ones(world: &World, emulators: &Emulators, slow: usize) {
        emulators.until_running(JOBS.min(slow)).await;
        world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
        let internal = create(world, ("INTERNAL", "IDENTITY_CARD", "ES")).await;
        score(world, &internal, &["front"]).await.expect(204);
        emulators.play(Scenario::Pass);
    }
    let (world, emulators) = World::with_emulated_providers().await;
    let mut scorings = Vec::new();
    for _ in 0..30 {
        scorings.push(create(&world, PROVIDERS[1]).await);
    }
    emulators.play(Scenario::Slow);
    let slow = join_all(scorings.iter().map(|scoring| score(&world, scoring, &["front"])));
    let (answers, ()) = tokio::join!(slow, all_but_the_slow_ones(&world, &emulators, scorings.len()));
    for answer in answers {
        answer.expect(204);
    }
}
