//! The sweep: it may stop anywhere, and the next run continues with the remaining work.

use super::{Run, at_every_call};
use acceptance::{
    World, bodies,
    faults::{Faults, Moment},
    request::base64,
};
use acredita_domain::ports::limits::ERASE_AGAIN_AFTER;
use chrono::TimeDelta;
use serde_json::json;

/// Sweeps with the fault, and then until all work is done.
async fn sweep(world: &mut World, run: &Run) {
    let report = acredita_sweep::sweep(&run.faults.around(&world.app)).await;
    assert_eq!(report.failed, usize::from(run.fault.is_some()), "{report:?}");
    assert_eq!(world.sweep().await.failed, 0);
}

#[tokio::test]
async fn a_message_whose_kick_was_lost_goes_out_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let whole = world.app.clone();
        world.serve(Faults::on("Queue::kick", 0, Moment::Before).around(&whole));
        world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
        world.serve(whole);
        assert!(world.queued().await.is_empty());

        world.clock.advance(TimeDelta::seconds(60));
        sweep(world, run).await;
        assert_eq!(world.deliver().await, 0);
        assert_eq!(world.sender.sent().len(), 1);
        world.settle().await;
        assert_eq!(world.sender.sent().len(), 1);
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_over_is_noted_as_expired() {
    at_every_call(async |world: &mut World, run: &Run| {
        let created = world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
        world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
        world.clock.advance(TimeDelta::hours(1));
        sweep(world, run).await;
        assert_eq!(world.status("agent", &created.text("identification_id")).await, "EXPIRED");
        assert_eq!(world.identifications().await[0]["status"].as_s().map(String::as_str), Ok("EXPIRED"));
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_stored_before_is_listed_and_found() {
    at_every_call(async |world: &mut World, run: &Run| {
        for path in ["/identifications/otp", "/identifications/agent", "/identifications/identity_document"] {
            let body = bodies::referenced(bodies::external_otp());
            world.call("POST", path, Some(body)).await;
        }
        let body = bodies::referenced(bodies::scoring());
        world.call("POST", "/scorings/identity_document", Some(body)).await.expect(200);
        let digests = world.items_of("LKP#").await.len();
        world.go_back_before_records().await;
        sweep(world, run).await;
        let listed = world.call("GET", "/records", None).await.expect(200).json();
        assert_eq!(listed["records"].as_array().map(Vec::len), Some(4), "{listed}");
        let by = json!({ "client_reference_id": bodies::REFERENCE });
        let found = world.call("POST", "/record_searches", Some(by)).await.expect(200).json();
        assert_eq!(found["records"], listed["records"]);
        assert_eq!(world.items_of("LKP#").await.len(), digests);
        world.settle().await;
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn what_retention_takes_is_erased_with_its_pictures() {
    at_every_call(async |world: &mut World, run: &Run| {
        let agent = world.call("POST", "/identifications/agent", Some(bodies::agent(true))).await.expect(201);
        let path = format!("/identifications/agent/{}/validate", agent.text("identification_id"));
        world
            .call("POST", &path, Some(json!({ "agent": "maria", "evidence": base64(&bodies::evidence_png(1)) })))
            .await
            .expect(204);
        let document = world
            .call("POST", "/identifications/identity_document", Some(bodies::identity_document("LOW")))
            .await
            .expect(200);
        let alone = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
        for scoring in [document, alone] {
            let score = world.request(
                "PUT",
                &format!("/scorings/identity_document/{}/score", scoring.text("scoring_id")),
                None,
            );
            world.send(score.pictures(&[("front", &bodies::png(2))])).await.expect(204);
        }
        assert_eq!(world.pictures().await.len(), 3);

        world.clock.advance(TimeDelta::hours(1) + world.app.policy.retention);
        sweep(world, run).await;
        assert!(run.fault.is_some() || world.pictures().await.is_empty(), "pictures do not wait for the second time");
        world.clock.advance(ERASE_AGAIN_AFTER);
        assert_eq!(world.sweep().await.failed, 0);
        for item in world.mortal_items().await {
            let key = item["pk"].as_s().expect("a text");
            let names_nobody = ["NUM#", "SEE#"].iter().any(|kind| key.starts_with(kind));
            assert!(names_nobody && item.contains_key("ttl"), "nothing else is left: {key}");
        }
        assert!(world.pictures().await.is_empty(), "no picture is left");
    })
    .await;
}

#[tokio::test]
async fn pictures_that_a_delete_left_behind_go() {
    at_every_call(async |world: &mut World, run: &Run| {
        let document = world
            .call("POST", "/identifications/identity_document", Some(bodies::identity_document("LOW")))
            .await
            .expect(200);
        let score =
            world.request("PUT", &format!("/scorings/identity_document/{}/score", document.text("scoring_id")), None);
        world.send(score.pictures(&[("front", &bodies::png(1))])).await.expect(204);
        let whole = world.app.clone();
        world.serve(Faults::on("Pictures::erase", 0, Moment::Before).around(&whole));
        let path = format!("/identifications/identity_document/{}", document.text("admin_identification_id"));
        world.call("DELETE", &path, None).await.expect(204);
        world.serve(whole);
        assert_eq!(world.pictures().await.len(), 1);

        world.clock.advance(ERASE_AGAIN_AFTER);
        sweep(world, run).await;
        assert!(world.pictures().await.is_empty());
        world.assert_whole().await;
    })
    .await;
}
