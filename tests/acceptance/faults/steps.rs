//! The steps of an identification: validate, cancel, close, resend.

use super::{Run, at_every_call};
use acceptance::{Call, ORG, World, bodies, look::text, request::base64};
use acredita_domain::otp::CODE_LIFE;
use chrono::TimeDelta;
use serde_json::{Value, json};

struct Made {
    id: String,
    admin_id: String,
    scoring_id: String,
}

async fn made(world: &World, kind: &str, body: Value) -> Made {
    let created = world.call("POST", &format!("/identifications/{kind}"), Some(body)).await;
    assert!(created.status.is_success(), "{}", created.json());
    let scoring_id = created.json()["scoring_id"].as_str().unwrap_or_default().to_owned();
    Made { id: created.text("identification_id"), admin_id: created.text("admin_identification_id"), scoring_id }
}

/// Makes a step with the fault, tries again without, and demands that the step was taken once: the second try finds it
/// taken exactly when the first took it without being told.
async fn is_taken_once(world: &mut World, run: &Run, step: Call, passed_over: &[&str]) {
    let first = run.first_try(world, step.clone()).await;
    run.assert_told(&first, 204, passed_over);
    let taken = first.status == 204 || run.silenced("Identifications::transition");
    world.send(step).await.expect(if taken { 409 } else { 204 });
    world.settle().await;
    world.assert_whole().await;
}

fn code(world: &World, id: &str, code: &str) -> Call {
    world.request("PUT", &format!("/identifications/otp/{id}/validate"), Some(json!({ "code": code })))
}

#[tokio::test]
async fn a_right_code_validates_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = world.delivered_otp().await;
        is_taken_once(world, run, code(world, &otp.id, &otp.code), &[]).await;
        let metadata = world.metadata("otp", &otp.id).await;
        assert_eq!(metadata["status"], "VALIDATED");
        assert!(metadata["attempts_left"].as_u64() >= Some(3), "a lost answer costs one try at most: {metadata}");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_code_is_counted_at_least_once_and_at_most_per_try() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = world.delivered_otp().await;
        let first = run.first_try(world, code(world, &otp.id, "000000")).await;
        run.assert_told(&first, 400, &[]);
        world.send(code(world, &otp.id, "000000")).await.expect(400);
        let left = world.metadata("otp", &otp.id).await["attempts_left"].as_u64();
        let counted = 1 + u64::from(run.fault.is_none() || run.silenced("Identifications::count_try"));
        assert_eq!(left, Some(5 - counted));
    })
    .await;
}

#[tokio::test]
async fn the_fifth_wrong_code_fails_the_identification_whatever_is_lost() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = world.delivered_otp().await;
        for _ in 0..4 {
            world.send(code(world, &otp.id, "000000")).await.expect(400);
        }
        let first = run.first_try(world, code(world, &otp.id, "000000")).await;
        // Noting the failure is for those who read the table: the count alone has closed the door.
        run.assert_told(&first, 400, &["Identifications::transition"]);
        let counted = first.status == 400 || run.silenced("Identifications::count_try");
        world.send(code(world, &otp.id, "000000")).await.expect(if counted { 409 } else { 400 });
        world.send(code(world, &otp.id, &otp.code)).await.expect(409);
        assert_eq!(world.status("otp", &otp.id).await, "FAILED");
        let noted = text(&world.identifications().await[0], "status") == "FAILED";
        assert!(noted || run.fault.is_some(), "without a fault the failure is noted");
    })
    .await;
}

#[tokio::test]
async fn an_outdated_code_costs_no_try_unless_its_answer_is_lost() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = world.delivered_otp().await;
        world.clock.advance(CODE_LIFE);
        let outdated = code(world, &otp.id, &otp.code);
        let first = run.first_try(world, outdated.clone()).await;
        run.assert_told(&first, 400, &[]);
        world.send(outdated).await.expect(400);
        let left = world.metadata("otp", &otp.id).await["attempts_left"].as_u64();
        let not_given_back = run.silenced("Identifications::count_try")
            || (run.hits("Identifications::give_back_try") && !run.silenced("Identifications::give_back_try"));
        assert_eq!(left, Some(5 - u64::from(not_given_back)));
    })
    .await;
}

#[tokio::test]
async fn an_agent_validates_once_and_the_evidence_is_there() {
    at_every_call(async |world: &mut World, run: &Run| {
        let agent = made(world, "agent", bodies::agent(true)).await;
        let body = json!({ "agent": "maria", "evidence": base64(&bodies::png(1)), "evidence_metadata": "{}" });
        let step = world.request("POST", &format!("/identifications/agent/{}/validate", agent.id), Some(body));
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
        let document = made(world, "identity_document", body).await;
        world.scorer.answer(0.95, Vec::new());
        let score = world.request("PUT", &format!("/scorings/identity_document/{}/score", document.scoring_id), None);
        world.send(score.pictures(&[("front", &bodies::png(1))])).await.expect(204);
        let step = world.request("POST", &format!("/identifications/identity_document/{}/validate", document.id), None);
        is_taken_once(world, run, step, &[]).await;
        assert_eq!(world.status("identity_document", &document.id).await, "VALIDATED");
    })
    .await;
}

fn all_kinds() -> [(&'static str, Value); 3] {
    [("agent", bodies::agent(false)), ("otp", bodies::otp()), ("identity_document", bodies::identity_document("LOW"))]
}

#[tokio::test]
async fn a_cancel_cancels_once() {
    for (kind, body) in all_kinds() {
        at_every_call(async |world: &mut World, run: &Run| {
            let made = made(world, kind, body.clone()).await;
            let step = world.request(
                "POST",
                &format!("/identifications/{kind}/{}/cancel", made.admin_id),
                Some(json!({ "reason": "no" })),
            );
            is_taken_once(world, run, step, &[]).await;
            assert_eq!(world.status(kind, &made.id).await, "CANCELLED");
            assert!(world.sender.sent().is_empty(), "nobody waits for a code any more");
        })
        .await;
    }
}

#[tokio::test]
async fn a_close_closes_once() {
    for (kind, body) in all_kinds() {
        at_every_call(async |world: &mut World, run: &Run| {
            let made = made(world, kind, body.clone()).await;
            let step = world.request("POST", &format!("/identifications/{kind}/{}/close", made.admin_id), None);
            is_taken_once(world, run, step, &[]).await;
            assert_eq!(world.status(kind, &made.id).await, "CLOSED");
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_validated_is_closed_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = world.delivered_otp().await;
        world.send(code(world, &otp.id, &otp.code)).await.expect(204);
        let step = world.request("POST", &format!("/identifications/otp/{}/close", otp.admin_id), None);
        is_taken_once(world, run, step, &[]).await;
        assert_eq!(world.status("otp", &otp.id).await, "CLOSED");
    })
    .await;
}

#[tokio::test]
async fn a_resend_sends_one_more_message_and_the_old_code_dies() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = world.delivered_otp().await;
        world.clock.advance(TimeDelta::seconds(30));
        let resend =
            Call::org("POST", ORG, &format!("/identifications/otp/{}/resend", otp.id)).token(&world.token(ORG));
        let first = run.first_try(world, resend.clone()).await;
        run.assert_told(&first, 204, &["Queue::kick"]);
        let resent = first.status == 204 || run.silenced("Identifications::resend");
        world.send(resend).await.expect(if resent { 429 } else { 204 });
        world.settle().await;
        assert_eq!(world.sender.sent().len(), 2);
        world.assert_whole().await;
        world.send(code(world, &otp.id, &otp.code)).await.expect(400);
        world.send(code(world, &otp.id, &world.code_of(&otp.id))).await.expect(204);
    })
    .await;
}
