//! Deletes: the entity is gone at once, and its pictures go at once or with the sweep.

use super::{Run, at_every_call};
use acceptance::{Call, ORG, World, bodies, request::base64};
use acredita_domain::ports::limits::ERASE_AGAIN_AFTER;
use serde_json::json;

/// Calls that the answer does not depend on: the sweep finishes their work.
const LEFT_TO_THE_SWEEP: [&str; 1] = ["Pictures::erase"];

async fn is_deleted_once(world: &mut World, run: &Run, kind: &str, admin_id: &str) {
    let token = world.token_with(ORG, "identifications:admin identifications:force_delete");
    let delete = Call::org("DELETE", ORG, &format!("/identifications/{kind}/{admin_id}?force=true")).token(&token);
    let first = run.first_try(world, delete.clone()).await;
    run.assert_told(&first, 204, &LEFT_TO_THE_SWEEP);
    let gone = first.status == 204 || run.silenced("Identifications::delete");
    world.send(delete).await.expect(if gone { 404 } else { 204 });

    assert!(run.fault.is_some() || world.pictures().await.is_empty(), "pictures do not wait for the sweep");
    world.clock.advance(ERASE_AGAIN_AFTER);
    world.settle().await;
    world.assert_whole().await;
    assert!(world.pictures().await.is_empty(), "no picture is left");
    for prefix in ["SCO#", "ERA#"] {
        assert_eq!(world.items_of(prefix).await.len(), 0, "{prefix}");
    }
    assert!(world.identifications().await.is_empty());
    assert!(world.sender.sent().is_empty(), "nobody waits for a code any more");
}

#[tokio::test]
async fn an_agent_identification_goes_with_its_evidence() {
    at_every_call(async |world: &mut World, run: &Run| {
        let agent = world.call("POST", "/identifications/agent", Some(bodies::agent(true))).await.expect(201);
        let path = format!("/identifications/agent/{}/validate", agent.text("identification_id"));
        let evidence = json!({ "agent": "maria", "evidence": base64(&bodies::evidence_png(1)) });
        world.call("POST", &path, Some(evidence)).await.expect(204);
        assert_eq!(world.pictures().await.len(), 1);
        is_deleted_once(world, run, "agent", &agent.text("admin_identification_id")).await;
    })
    .await;
}

#[tokio::test]
async fn an_otp_goes_with_its_message() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
        is_deleted_once(world, run, "otp", &otp.text("admin_identification_id")).await;
    })
    .await;
}

#[tokio::test]
async fn an_identity_document_goes_with_its_scoring_and_captures() {
    at_every_call(async |world: &mut World, run: &Run| {
        let document = world
            .call("POST", "/identifications/identity_document", Some(bodies::identity_document("LOW")))
            .await
            .expect(200);
        let score =
            world.request("PUT", &format!("/scorings/identity_document/{}/score", document.text("scoring_id")), None);
        world.send(score.pictures(&[("front", &bodies::png(1)), ("back", &bodies::png(2))])).await.expect(204);
        assert_eq!(world.pictures().await.len(), 2);
        is_deleted_once(world, run, "identity_document", &document.text("admin_identification_id")).await;
    })
    .await;
}
