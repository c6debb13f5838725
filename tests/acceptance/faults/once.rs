//! Steps with an idempotency key: whatever is lost, the second try succeeds, and says whether the first one did it.

use super::{Run, at_every_call};
use acceptance::{
    Call, World, bodies,
    subject::{Method, Subject},
};
use chrono::TimeDelta;

/// Takes a step with the fault, and twice without. `takes` are the calls that take it.
async fn is_taken_once(world: &mut World, run: &Run, step: Call, takes: &str, passed_over: &[&str]) {
    let step = step.header("idempotency-key", "k");
    let first = run.first_try(world, step.clone()).await;
    run.assert_told(&first, 204, passed_over);
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let mut taken = first.status == 204 || run.silenced(takes);
    for _ in 0..2 {
        let again = world.send(step.clone()).await.expect(204);
        assert_eq!(again.headers.contains_key("idempotent-replayed"), taken);
        taken = true;
    }
    world.settle().await;
    world.assert_whole().await;
}

const TRANSITION: &str = "Identifications::transition";

#[tokio::test]
async fn a_validate_with_a_key_validates_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = Subject::of(world, Method::Otp, bodies::external_otp()).await;
        is_taken_once(world, run, otp.validation(world), TRANSITION, &[]).await;
        assert_eq!(otp.status(world).await.as_deref(), Some("VALIDATED"));
    })
    .await;
}

#[tokio::test]
async fn a_close_with_a_key_closes_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let document = Subject::create(world, Method::IdentityDocument).await;
        is_taken_once(world, run, document.closing(world), TRANSITION, &[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_resend_with_a_key_sends_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = Subject::delivered(world).await;
        world.clock.advance(TimeDelta::seconds(30));
        let resend = world.request("POST", &otp.actor_path("/resend"), None);
        is_taken_once(world, run, resend, TRANSITION, &["Queue::kick"]).await;
        assert_eq!(world.sender.sent().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_delete_with_a_key_deletes_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let agent = Subject::create(world, Method::Agent).await;
        is_taken_once(world, run, agent.deletion(world), "Identifications::delete", &["Pictures::erase"]).await;
    })
    .await;
}

async fn scoring(world: &World) -> String {
    let created = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    format!("/scorings/identity_document/{}", created.text("scoring_id"))
}

#[tokio::test]
async fn a_scoring_with_keys_is_scored_closed_and_deleted_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let scoring = scoring(world).await;
        let score = world.request("PUT", &format!("{scoring}/score"), None).pictures(&[("front", &bodies::png(1))]);
        is_taken_once(world, run, score, "Scorings::record_score", &["Pictures::remove"]).await;
        let read = world.call("GET", &scoring, None).await.json();
        assert_eq!(read["retries"]["used"], 1);
    })
    .await;
    at_every_call(async |world: &mut World, run: &Run| {
        let close = world.request("POST", &format!("{}/close", scoring(world).await), None);
        is_taken_once(world, run, close, "Scorings::close", &[]).await;
    })
    .await;
    at_every_call(async |world: &mut World, run: &Run| {
        let delete = world.request("DELETE", &scoring(world).await, None);
        is_taken_once(world, run, delete, "Scorings::delete", &["Pictures::erase"]).await;
    })
    .await;
}
