//! The steps of an identification: validate, cancel, close, resend.

use super::{COUNT_TRY, JUDGE_WRONG, Run, at_every_call};
use acceptance::{
    Call, ORG, World, bodies,
    look::text,
    request::base64,
    subject::{Method, Subject},
};
use acredita_domain::otp::{CODE_LIFE, TRY_LEASE};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// Takes a step with the fault, tries again without, and requires that the step was taken once: the second try finds it
/// already taken if and only if the first one took it and its answer was lost.
async fn is_taken_once(world: &mut World, run: &Run, step: Call, passed_over: &[&str]) {
    let first = run.first_try(world, step.clone()).await;
    run.assert_told(&first, 204, passed_over);
    let taken = first.status == 204 || run.silenced("Identifications::transition");
    world.send(step).await.expect(if taken { 409 } else { 204 });
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_right_code_validates_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = Subject::delivered(world).await;
        is_taken_once(world, run, otp.validation(world), &[]).await;
        let metadata = world.metadata("otp", &otp.id).await;
        assert_eq!(metadata["status"], "VALIDATED");
        assert_eq!(metadata["attempts_left"], 5, "none was judged to be wrong");
    })
    .await;
}

#[tokio::test]
async fn a_new_code_is_made_once_for_each_key() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = Subject::of(world, Method::Otp, bodies::external_otp()).await;
        world.clock.advance(TimeDelta::seconds(30));
        let call = world.request("POST", &otp.admin_path("/code"), None).header("idempotency-key", "k");
        let first = run.first_try(world, call.clone()).await;
        run.assert_told(&first, 200, &[]);
        let again = world.send(call).await.expect(200);
        let made = first.status == 200 || run.silenced("Identifications::transition_once");
        assert_eq!(again.headers.contains_key("idempotent-replayed"), made);
        otp.try_code(world, &again.text("code")).await.expect(204);
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_wrong_code_is_counted_at_least_once_and_at_most_per_try() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = Subject::delivered(world).await;
        let first = run.first_try(world, otp.attempt(world, "untrue")).await;
        run.assert_told(&first, 400, &[JUDGE_WRONG]);
        world.send(otp.attempt(world, "untrue")).await.expect(400);
        world.clock.advance(TRY_LEASE);
        let left = world.metadata("otp", &otp.id).await["attempts_left"].as_u64();
        assert_eq!(left, Some(5 - 1 - u64::from(run.counts_a_try())));
    })
    .await;
}

#[tokio::test]
async fn the_fifth_wrong_code_fails_the_identification_whatever_is_lost() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = Subject::delivered(world).await;
        for _ in 0..4 {
            world.send(otp.attempt(world, "untrue")).await.expect(400);
        }
        let first = run.first_try(world, otp.attempt(world, "untrue")).await;
        run.assert_told(&first, 400, &["Identifications::transition"]);
        let counted = first.status == 400 || run.silenced(COUNT_TRY);
        world.send(otp.attempt(world, "untrue")).await.expect(if counted { 409 } else { 400 });
        world.send(otp.validation(world)).await.expect(409);
        if run.silenced(COUNT_TRY) {
            assert_eq!(world.status("otp", &otp.id).await, "CREATED", "it may be judged yet");
            world.clock.advance(TRY_LEASE);
        }
        assert_eq!(world.status("otp", &otp.id).await, "FAILED");
        assert_eq!(text(&world.identifications().await[0], "status"), "FAILED", "whoever sees the failure notes it");
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn an_outdated_code_costs_no_try_unless_its_answer_is_lost() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = Subject::delivered(world).await;
        world.clock.advance(CODE_LIFE);
        let outdated = otp.validation(world);
        let first = run.first_try(world, outdated.clone()).await;
        run.assert_told(&first, 400, &[]);
        world.send(outdated).await.expect(400);
        world.clock.advance(TRY_LEASE);
        let left = world.metadata("otp", &otp.id).await["attempts_left"].as_u64();
        let not_given_back = run.silenced(COUNT_TRY)
            || (run.hits("Identifications::give_back_try") && !run.silenced("Identifications::give_back_try"));
        assert_eq!(left, Some(5 - u64::from(not_given_back)));
    })
    .await;
}

#[tokio::test]
async fn an_agent_validates_once_and_the_evidence_is_there() {
    at_every_call(async |world: &mut World, run: &Run| {
        let agent = Subject::of(world, Method::Agent, bodies::agent(true)).await;
        let body = json!({ "agent": "maria", "evidence": base64(&bodies::evidence_png(1)), "evidence_metadata": "{}" });
        let step = world.request("POST", &agent.actor_path("/validate"), Some(body));
        is_taken_once(world, run, step, &[]).await;
        assert_eq!(world.status("agent", &agent.id).await, "VALIDATED");
        assert_eq!(world.pictures().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_identity_document_validates_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let mut body = bodies::identity_document("HIGH");
        body["scoring"] = json!({ "provider": "EXTERNAL" });
        let document = Subject::of(world, Method::IdentityDocument, body).await;
        document.score(world, 0.95, Vec::new()).await;
        is_taken_once(world, run, document.validation(world), &[]).await;
        assert_eq!(world.status("identity_document", &document.id).await, "VALIDATED");
    })
    .await;
}

/// One of each method; the code of the OTP waits to be sent.
fn all_methods() -> [(Method, Value); 3] {
    Method::ALL.map(|method| (method, if method == Method::Otp { bodies::otp() } else { method.body() }))
}

#[tokio::test]
async fn a_cancel_cancels_once() {
    for (method, body) in all_methods() {
        at_every_call(async |world: &mut World, run: &Run| {
            let subject = Subject::of(world, method, body.clone()).await;
            is_taken_once(world, run, subject.cancellation(world), &[]).await;
            assert_eq!(subject.status(world).await.as_deref(), Some("CANCELLED"));
            assert!(world.sender.sent().is_empty(), "nobody waits for a code any more");
        })
        .await;
    }
}

#[tokio::test]
async fn a_close_closes_once() {
    for (method, body) in all_methods() {
        at_every_call(async |world: &mut World, run: &Run| {
            let subject = Subject::of(world, method, body.clone()).await;
            is_taken_once(world, run, subject.closing(world), &[]).await;
            assert_eq!(subject.status(world).await.as_deref(), Some("CLOSED"));
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_validated_is_closed_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = Subject::delivered(world).await;
        world.send(otp.validation(world)).await.expect(204);
        is_taken_once(world, run, otp.closing(world), &[]).await;
        assert_eq!(world.status("otp", &otp.id).await, "CLOSED");
    })
    .await;
}

#[tokio::test]
async fn a_resend_sends_one_more_message_and_the_old_code_dies() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = Subject::delivered(world).await;
        world.clock.advance(TimeDelta::seconds(30));
        let resend = Call::org("POST", ORG, &otp.actor_path("/resend")).token(&world.token(ORG));
        let first = run.first_try(world, resend.clone()).await;
        run.assert_told(&first, 204, &["Queue::kick"]);
        let resent = first.status == 204 || run.silenced("Identifications::transition");
        world.send(resend).await.expect(if resent { 429 } else { 204 });
        world.settle().await;
        assert_eq!(world.sender.sent().len(), 2);
        world.assert_whole().await;
        world.send(otp.validation(world)).await.expect(400);
        world.send(otp.attempt(world, &world.code_of(&otp.id))).await.expect(204);
    })
    .await;
}
