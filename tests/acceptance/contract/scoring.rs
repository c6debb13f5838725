//! Scorings: create, read, captures, delegate, close, and the number of scores (§5, §6, §7). Pictures are in
//! `multipart`.

use super::stage::{check, create_scoring, kept_pictures, reviewed, time, world_of_today};
use acceptance::{Answer, World, bodies, subject::put_pictures};
use acredita_domain::{
    ports::limits::ERASE_AGAIN_AFTER,
    scoring::{CheckName, CheckResult},
};
use chrono::TimeDelta;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

const PATH: &str = "/scorings/identity_document";

async fn read(world: &World, scoring: &str) -> Value {
    world.call("GET", scoring, None).await.expect(200).json()
}

async fn score(world: &World, scoring: &str) -> Answer {
    put_pictures(world, scoring, &[("front", &bodies::png(1))]).await
}

async fn google(world: &World, retries: Value) -> String {
    create_scoring(world, |body| {
        body["provider"] = json!("GOOGLE");
        body["max_score_retries"] = retries;
    })
    .await
}

#[tokio::test]
async fn the_answers_have_exactly_the_members_of_the_contract() {
    let world = World::with_external_provider().await;
    let created = world.call("POST", PATH, Some(bodies::scoring())).await.expect(200);
    reviewed("scoring_created", created.json());
    let scoring = google(&world, json!(3)).await;
    reviewed("scoring_read_created", read(&world, &scoring).await);
    assert_eq!(
        world.call("GET", &format!("{scoring}/captures"), None).await.expect(200).json(),
        json!({ "captures": [] })
    );
    let mut line = check(CheckName::MrzCheckDigits, CheckResult::Pass);
    line.score = Some(acredita_domain::scoring::Score::new(1.0));
    world.scorer.answer(0.93, vec![line, check(CheckName::NotExpired, CheckResult::Inconclusive)]);
    world.clock.advance(TimeDelta::seconds(5));
    assert!(score(&world, &scoring).await.expect(204).body.is_empty());
    reviewed("scoring_read_scored", read(&world, &scoring).await);
    reviewed("scoring_captures", world.call("GET", &format!("{scoring}/captures"), None).await.expect(200).json());
    let internal = format!("{PATH}/{}", created.text("scoring_id"));
    // The link is its own credential, so there is no `access_token`.
    reviewed("scoring_delegated", world.call("POST", &format!("{internal}/delegate"), None).await.expect(200).json());
}

#[tokio::test]
async fn our_own_engine_explains_itself() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    put_pictures(&world, &scoring, &[("front", &bodies::png(1)), ("back", &bodies::png(2))]).await.expect(204);
    let read = read(&world, &scoring).await;
    let score = read["score"].as_f64().expect("a number");
    assert!((0.0..=1.0).contains(&score));
    let breakdown = read["breakdown"].as_array().expect("a list");
    assert!(breakdown.len() > 5);
    for line in breakdown {
        assert!(
            ["PASS", "FAIL", "INCONCLUSIVE", "NOT_APPLICABLE"].contains(&line["result"].as_str().expect("text")),
            "{line}"
        );
        assert!(line["check"].is_string() && line["details"].as_str().is_some_and(|text| !text.is_empty()), "{line}");
        assert!(
            line.get("score").is_none_or(|score| score.as_f64().is_some_and(|score| (0.0..=1.0).contains(&score))),
            "{line}"
        );
    }
}

#[tokio::test]
async fn the_document_is_required_and_checked() {
    let world = World::start().await;
    for (document, pointer) in [
        (json!(null), "/document"),
        (json!("NIF"), "/document"),
        (json!({ "country": "ES" }), "/document/type"),
        (json!({ "type": "NIF" }), "/document/country"),
        (json!({ "type": "DNI", "country": "ES" }), "/document/type"),
        (json!({ "type": "NIF", "country": "ESP" }), "/document/country"),
    ] {
        let mut body = bodies::scoring();
        body["document"] = document;
        let details = world.call("POST", PATH, Some(body)).await.expect(400).details();
        assert!(details.len() == 1 && details[0].starts_with(&format!("{pointer}: ")), "{details:?}");
    }
    for kind in ["NIF", "NIE", "PASSPORT", "IDENTITY_CARD"] {
        let scoring = create_scoring(&world, |body| body["document"] = json!({ "type": kind, "country": "DE" })).await;
        assert_eq!(read(&world, &scoring).await["document"], json!({ "type": kind, "country": "DE" }));
    }
    let any_case = create_scoring(&world, |body| body["document"] = json!({ "type": "nif", "country": "es" })).await;
    assert_eq!(read(&world, &any_case).await["document"], json!({ "type": "NIF", "country": "ES" }));
}

#[tokio::test]
async fn a_provider_that_is_not_configured_is_not_found() {
    let world = World::start().await;
    for provider in ["GOOGLE", "VERIDAS", "google"] {
        let mut body = bodies::scoring();
        body["provider"] = json!(provider);
        let answer = world.call("POST", PATH, Some(body)).await.expect(404);
        assert_eq!(answer.json()["errors"][0]["title"], "RESOURCE_NOT_FOUND");
    }
    for provider in [json!(null), json!("EXTERNAL"), json!("goo gle"), json!("MITEK"), json!(1)] {
        let mut body = bodies::scoring();
        body["provider"] = provider;
        let details = world.call("POST", PATH, Some(body)).await.expect(400).details();
        assert!(details.len() == 1 && details[0].starts_with("/provider: "), "{details:?}");
    }
    let world = World::with_external_provider().await;
    let scoring = google(&world, json!(1)).await;
    assert_eq!(read(&world, &scoring).await["provider"], "GOOGLE");
}

#[tokio::test]
async fn retries_run_from_one_to_ten_and_are_five_when_nothing_is_said() {
    let world = World::start().await;
    for (said, max) in [(json!(null), 5), (json!(1), 1), (json!(7), 7), (json!(10), 10)] {
        let scoring = create_scoring(&world, |body| body["max_score_retries"] = said).await;
        assert_eq!(read(&world, &scoring).await["retries"], json!({ "used": 0, "max": max }));
    }
    for wrong in
        [json!(0), json!(11), json!(-1), json!(1.5), json!("5"), json!(true), json!(4_294_967_297_u64), json!([5])]
    {
        let mut body = bodies::scoring();
        body["max_score_retries"] = wrong;
        let details = world.call("POST", PATH, Some(body)).await.expect(400).details();
        assert!(details.len() == 1 && details[0].starts_with("/max_score_retries: "), "{details:?}");
    }
}

#[tokio::test]
async fn a_scoring_scores_until_its_retries_run_out() {
    let world = World::with_external_provider().await;
    let scoring = google(&world, json!(3)).await;
    for (used, value) in [(1, 0.1), (2, 0.2), (3, 0.3)] {
        world.scorer.answer(value, vec![]);
        score(&world, &scoring).await.expect(204);
        let read = read(&world, &scoring).await;
        assert_eq!(
            (&read["status"], &read["score"], &read["retries"]),
            (&json!("SCORED"), &json!(value), &json!({ "used": used, "max": 3 }))
        );
    }
    let before = read(&world, &scoring).await;
    score(&world, &scoring).await.expect(409);
    world.call("PUT", &format!("{scoring}/score"), None).await.expect(409);
    world.call("POST", &format!("{scoring}/delegate"), None).await.expect(409);
    assert_eq!(read(&world, &scoring).await, before);
    world.call("POST", &format!("{scoring}/close"), None).await.expect(204);
}

#[tokio::test]
async fn an_outage_uses_up_no_retry_and_can_be_tried_again() {
    let world = World::with_external_provider().await;
    let scoring = google(&world, json!(1)).await;
    world.scorer.go_down();
    for _ in 0..3 {
        score(&world, &scoring).await.expect(503);
        let read = read(&world, &scoring).await;
        assert_eq!((&read["status"], &read["retries"]["used"]), (&json!("CREATED"), &json!(0)));
        assert!(read.get("score").is_none() && read.get("breakdown").is_none() && read.get("scored_at").is_none());
    }
    world.scorer.answer(0.8, vec![]);
    score(&world, &scoring).await.expect(204);
    world.scorer.go_down();
    score(&world, &scoring).await.expect(409);
}

#[tokio::test]
async fn a_closed_scoring_is_read_and_nothing_else() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    score(&world, &scoring).await.expect(204);
    for _ in 0..3 {
        assert!(world.call("POST", &format!("{scoring}/close"), None).await.expect(204).body.is_empty());
    }
    assert_eq!(read(&world, &scoring).await["status"], "CLOSED");
    score(&world, &scoring).await.expect(409);
    world.call("POST", &format!("{scoring}/delegate"), None).await.expect(409);
    world.call("GET", &format!("{scoring}/captures"), None).await.expect(200);
    world.clock.advance(TimeDelta::hours(2));
    assert_eq!(read(&world, &scoring).await["status"], "CLOSED");
}

#[tokio::test]
async fn a_scoring_expires_by_the_clock() {
    let world = World::start().await;
    let [fresh, scored] = [create_scoring(&world, |_| {}).await, create_scoring(&world, |_| {}).await];
    score(&world, &scored).await.expect(204);
    world.clock.advance(TimeDelta::seconds(3_599));
    assert_eq!(read(&world, &fresh).await["status"], "CREATED");
    assert_eq!(read(&world, &scored).await["status"], "SCORED");
    world.clock.advance(TimeDelta::seconds(1));
    for scoring in [&fresh, &scored] {
        assert_eq!(read(&world, scoring).await["status"], "EXPIRED");
        score(&world, scoring).await.expect(409);
        world.call("POST", &format!("{scoring}/delegate"), None).await.expect(409);
        world.call("POST", &format!("{scoring}/close"), None).await.expect(204);
    }
}

#[tokio::test]
async fn a_provider_without_delegated_capture_says_so() {
    let world = World::with_external_provider().await;
    let scoring = google(&world, json!(1)).await;
    world.call("POST", &format!("{scoring}/delegate"), None).await.expect(409);
}

#[tokio::test]
async fn pictures_that_were_uploaded_through_delegate_are_scored_without_a_body() {
    let world = world_of_today().await;
    let scoring = create_scoring(&world, |_| {}).await;
    world.call("PUT", &format!("{scoring}/score"), None).await.expect(409);
    let delegated = world.call("POST", &format!("{scoring}/delegate"), None).await.expect(200).json();
    assert_eq!(read(&world, &scoring).await["retries"]["used"], 0);
    let life = time(delegated["credentials"]["expires_at"].as_str().expect("a time")) - world.app.now();
    assert!((TimeDelta::seconds(299)..=TimeDelta::minutes(5)).contains(&life), "{life}");
    for (side, seed) in [("front", 1), ("back", 2)] {
        let upload = &delegated["metadata"]["uploads"][side];
        assert_eq!(upload["method"], "PUT");
        let mut request = Client::new().put(upload["url"].as_str().expect("a link")).body(bodies::png(seed));
        for (name, value) in upload["headers"].as_object().expect("headers") {
            request = request.header(name, value.as_str().expect("text"));
        }
        assert_eq!(request.send().await.expect("an answer").status(), StatusCode::OK);
    }
    world.call("PUT", &format!("{scoring}/score"), None).await.expect(204);
    let captures = world.call("GET", &format!("{scoring}/captures"), None).await.expect(200).json();
    let sides: Vec<_> =
        captures["captures"].as_array().expect("a list").iter().map(|capture| capture["side"].clone()).collect();
    assert_eq!(sides, ["FRONT", "BACK"]);
    assert_eq!(read(&world, &scoring).await["retries"]["used"], 1);
    assert_eq!(kept_pictures(&world).await.len(), 2, "nothing is left behind the upload links");
}

#[tokio::test]
async fn what_is_put_behind_a_link_after_everything_was_deleted_is_erased_when_the_link_is_over() {
    let world = world_of_today().await;
    let document = world
        .call("POST", "/identifications/identity_document", Some(bodies::identity_document("LOW")))
        .await
        .expect(200);
    let delegate = format!("/scorings/identity_document/{}/delegate", document.text("scoring_id"));
    let delegated = world.call("POST", &delegate, None).await.expect(200).json();
    let link = delegated["metadata"]["uploads"]["front"]["url"].as_str().expect("a link");
    let admin = format!("/identifications/identity_document/{}", document.text("admin_identification_id"));
    world.call("DELETE", &admin, None).await.expect(204);

    assert_eq!(
        Client::new().put(link).body(bodies::png(1)).send().await.expect("an answer").status(),
        StatusCode::OK,
        "nobody tells S3"
    );
    world.settle().await;
    assert_eq!(kept_pictures(&world).await.len(), 1, "somebody may still put something there");
    world.clock.advance(ERASE_AGAIN_AFTER);
    world.settle().await;
    assert!(kept_pictures(&world).await.is_empty());
    assert!(world.mortal_items().await.is_empty(), "nothing is left to do");
}

#[tokio::test]
async fn what_is_no_picture_is_found_out_when_it_is_scored() {
    let world = world_of_today().await;
    let scoring = create_scoring(&world, |_| {}).await;
    let delegated = world.call("POST", &format!("{scoring}/delegate"), None).await.expect(200).json();
    let link = delegated["metadata"]["uploads"]["front"]["url"].as_str().expect("a link");
    let large = bodies::png(1).into_iter().chain(std::iter::repeat_n(0, 10 * 1024 * 1024)).collect();
    for (bytes, status) in [(b"%PDF-1.7".to_vec(), 415), (bodies::png(1)[..60].to_vec(), 400), (large, 413)] {
        assert_eq!(Client::new().put(link).body(bytes).send().await.expect("an answer").status(), StatusCode::OK);
        world.call("PUT", &format!("{scoring}/score"), None).await.expect(status);
        assert_eq!(read(&world, &scoring).await["retries"]["used"], 0);
        assert!(kept_pictures(&world).await.is_empty(), "what was refused is erased");
        world.call("PUT", &format!("{scoring}/score"), None).await.expect(409);
    }
    assert_eq!(Client::new().put(link).body(bodies::png(1)).send().await.expect("an answer").status(), StatusCode::OK);
    world.call("PUT", &format!("{scoring}/score"), None).await.expect(204);
}

#[tokio::test]
async fn a_captures_link_opens_the_picture_for_five_minutes_and_nothing_else() {
    let world = world_of_today().await;
    let scoring = create_scoring(&world, |_| {}).await;
    let [front, back] = [bodies::png(1), bodies::png(2)];
    put_pictures(&world, &scoring, &[("front", &front), ("back", &back)]).await.expect(204);
    let captures = || async {
        world.call("GET", &format!("{scoring}/captures"), None).await.expect(200).json()["captures"].clone()
    };
    let status = |link: String| async move { Client::new().get(link).send().await.expect("an answer").status() };
    for (capture, bytes) in captures().await.as_array().expect("a list").iter().zip([&front, &back]) {
        let link = capture["url"].as_str().expect("a link");
        assert_eq!(capture["size_bytes"], bytes.len());
        assert_eq!(capture["content_type"], "image/png");
        let digest = acredita_domain::pictures::Sha256Digest::of(bytes);
        assert_eq!(capture["sha256"], digest.as_str());
        let life = time(capture["url_expires_at"].as_str().expect("a time")) - world.app.now();
        assert!((TimeDelta::seconds(299)..=TimeDelta::minutes(5)).contains(&life), "{life}");
        let answer = Client::new().get(link).send().await.expect("an answer");
        assert_eq!(
            (answer.status(), answer.headers()["content-type"].to_str().expect("ASCII")),
            (StatusCode::OK, "image/png")
        );
        assert_eq!(&answer.bytes().await.expect("a body")[..], &bytes[..]);
        let other = if digest.as_str().starts_with('0') { "1" } else { "0" };
        let elsewhere = format!("{other}{}", &digest.as_str()[1..]);
        let longer = link.replace("X-Amz-Expires=300", "X-Amz-Expires=3000");
        assert_ne!(longer, link);
        let unsigned = link.split('?').next().expect("a path").to_owned();
        for tampered in [link.replace(digest.as_str(), &elsewhere), longer, unsigned] {
            assert_eq!(status(tampered).await, StatusCode::FORBIDDEN);
        }
        assert_eq!(Client::new().put(link).body("x").send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
        assert_eq!(Client::new().delete(link).send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
    }
    // The same links, had they been requested five minutes ago.
    world.clock.advance(-TimeDelta::seconds(301));
    for capture in captures().await.as_array().expect("a list") {
        assert_eq!(status(capture["url"].as_str().expect("a link").to_owned()).await, StatusCode::FORBIDDEN);
    }
}
