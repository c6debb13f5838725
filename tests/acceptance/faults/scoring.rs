//! Scoring: everything scored has its pictures, and an outage uses up no more retries than there were lost answers.

use super::{Run, at_every_call};
use acceptance::{Call, ORG, World, bodies};
use acredita_domain::{
    pictures::{PictureFormat, PictureKey, Side},
    ports::limits::RETRY_LEASE,
};
use serde_json::{Value, json};

/// A picture left behind an upload link would only be scored again.
const PASSED_OVER: [&str; 1] = ["Pictures::remove"];

async fn new_scoring(world: &World) -> String {
    world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200).text("scoring_id")
}

fn score(world: &World, id: &str, pictures: &[(&str, &[u8])]) -> Call {
    let call = world.request("PUT", &format!("/scorings/identity_document/{id}/score"), None);
    if pictures.is_empty() { call } else { call.pictures(pictures) }
}

async fn read(world: &World, id: &str) -> Value {
    world.call("GET", &format!("/scorings/identity_document/{id}"), None).await.expect(200).json()
}

/// Sends a call again once nothing holds the scoring's retry any more. Only a retry whose giving back failed is still
/// held: until its lease ends.
async fn send_again(world: &World, run: &Run, call: Call) {
    if run.hits("Scorings::give_back_retry") && !run.silenced("Scorings::give_back_retry") {
        world.send(call.clone()).await.expect(409);
        world.clock.advance(RETRY_LEASE);
    }
    world.send(call).await.expect(204);
}

/// Scores with the fault and again without, and requires as many retries as scores, and two existing captures.
async fn is_scored(world: &mut World, run: &Run, id: &str, call: Call) {
    let before = read(world, id).await["retries"]["used"].as_u64().expect("a number");
    let first = run.first_try(world, call.clone()).await;
    run.assert_told(&first, 204, &PASSED_OVER);
    send_again(world, run, call).await;

    let scoring = read(world, id).await;
    let made = 1 + u64::from(first.status == 204 || run.silenced("Scorings::record_score"));
    assert_eq!((&scoring["status"], &scoring["retries"]["used"]), (&json!("SCORED"), &json!(before + made)));
    let captures =
        world.call("GET", &format!("/scorings/identity_document/{id}/captures"), None).await.expect(200).json();
    assert_eq!(captures["captures"].as_array().map(Vec::len), Some(2));
    world.settle().await;
    world.assert_whole().await;
    let uploads = world.pictures().await.into_iter().filter(|name| name.contains("/upload-")).count();
    assert_eq!(uploads, 0, "what was scored does not lie behind its upload link any more");
}

#[tokio::test]
async fn pictures_of_the_request_are_scored() {
    at_every_call(async |world: &mut World, run: &Run| {
        let id = new_scoring(world).await;
        let call = score(world, &id, &[("front", &bodies::png(1)), ("back", &bodies::png(2))]);
        is_scored(world, run, &id, call).await;
    })
    .await;
}

#[tokio::test]
async fn pictures_behind_upload_links_are_scored() {
    at_every_call(async |world: &mut World, run: &Run| {
        let id = new_scoring(world).await;
        let (org, scoring) = (ORG.parse().expect("an organisation"), id.parse().expect("an id"));
        for (seed, side) in [(1, Side::Front), (2, Side::Back)] {
            let key = PictureKey::upload(&org, scoring, side);
            world
                .app
                .stores
                .pictures
                .put(&key, PictureFormat::Png, bodies::png(seed).into())
                .await
                .expect("the bucket answers");
        }
        let call = score(world, &id, &[]);
        is_scored(world, run, &id, call).await;
    })
    .await;
}

#[tokio::test]
async fn captures_are_scored_again() {
    at_every_call(async |world: &mut World, run: &Run| {
        let id = new_scoring(world).await;
        world.send(score(world, &id, &[("front", &bodies::png(1)), ("back", &bodies::png(2))])).await.expect(204);
        let call = score(world, &id, &[]);
        is_scored(world, run, &id, call).await;
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_down_uses_up_nothing() {
    at_every_call(async |world: &mut World, run: &Run| {
        let mut body = bodies::scoring();
        body["provider"] = json!("GOOGLE");
        let id = world.call("POST", "/scorings/identity_document", Some(body)).await.expect(200).text("scoring_id");
        let call = score(world, &id, &[("front", &bodies::png(1))]);
        world.scorer.go_down();
        run.first_try(world, call.clone()).await.expect(503);
        assert_eq!(read(world, &id).await["retries"]["used"], 0);
        let kept = usize::from(run.hits("Pictures::remove") && !run.silenced("Pictures::remove"));
        assert_eq!(world.pictures().await.len(), kept, "what was not scored is not kept");
        world.scorer.answer(0.8, Vec::new());
        send_again(world, run, call).await;
        assert_eq!(read(world, &id).await["retries"]["used"], 1);
        assert_eq!(world.pictures().await.len(), 1);
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_close_closes_whatever_is_lost() {
    at_every_call(async |world: &mut World, run: &Run| {
        let id = new_scoring(world).await;
        let close = world.request("POST", &format!("/scorings/identity_document/{id}/close"), None);
        let first = run.first_try(world, close.clone()).await;
        run.assert_told(&first, 204, &[]);
        world.send(close).await.expect(204);
        assert_eq!(read(world, &id).await["status"], "CLOSED");
    })
    .await;
}

#[tokio::test]
async fn reads_say_that_they_cannot_be_answered_and_change_nothing() {
    at_every_call(async |world: &mut World, run: &Run| {
        let id = new_scoring(world).await;
        world.send(score(world, &id, &[("front", &bodies::png(1))])).await.expect(204);
        for path in ["", "/captures"] {
            // The fault strikes one of the two.
            let answer = run
                .first_try(world, world.request("GET", &format!("/scorings/identity_document/{id}{path}"), None))
                .await;
            assert!(matches!(answer.status.as_u16(), 200 | 503));
        }
        let delegate = world.request("POST", &format!("/scorings/identity_document/{id}/delegate"), None);
        let delegated = run.first_try(world, delegate.clone()).await;
        assert!(matches!(delegated.status.as_u16(), 200 | 503));
        world.send(delegate).await.expect(200);
        assert_eq!(read(world, &id).await["retries"]["used"], 1);
    })
    .await;
}
