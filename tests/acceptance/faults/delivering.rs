//! Delivering: no message is lost, and a person gets a second one only if nobody could know that the first had been
//! sent.

use super::{Run, WAKE, at_every_call};
use acceptance::{World, bodies};
use acredita_domain::{messages::Refusal, ports::SendError};
use serde_json::json;
use std::sync::Arc;

/// Creates an OTP, and has its message delivered by a worker with the fault.
async fn delivered_once(world: &mut World, run: &Run) -> (String, usize) {
    let created = world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    let sender = run.faults.around_sender(Arc::new(world.sender.clone()));
    let failed = world.deliver_by(&run.faults.around(&world.app), &sender).await;
    (created.text("identification_id"), failed)
}

async fn arrives(world: &World, id: &str) {
    world.settle().await;
    world.assert_whole().await;
    let code = world.code_of(id);
    world.call("PUT", &format!("/identifications/otp/{id}/validate"), Some(json!({ "code": code }))).await.expect(204);
}

#[tokio::test]
async fn a_message_arrives_and_only_a_lost_answer_doubles_it() {
    at_every_call(async |world: &mut World, run: &Run| {
        let (id, failed) = delivered_once(world, run).await;
        let unknown = run.fault.is_some() && !run.hits(WAKE);
        assert_eq!(failed, usize::from(unknown), "a record whose fate is unknown comes again");
        let unknown = run.silenced("Sender::send") || (run.hits("Outbox::settle") && !run.silenced("Outbox::settle"));
        arrives(world, &id).await;
        assert_eq!(world.sender.sent().len(), 1 + usize::from(unknown));
    })
    .await;
}

#[tokio::test]
async fn a_message_that_the_provider_did_not_take_arrives_later() {
    at_every_call(async |world: &mut World, run: &Run| {
        world.sender.fail_next(&[SendError::Unavailable]);
        let (id, failed) = delivered_once(world, run).await;
        assert_eq!(failed, 1);
        world.sender.fail_next(&[]);
        arrives(world, &id).await;
        assert_eq!(world.sender.sent().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_the_provider_refuses_never_goes_out() {
    at_every_call(async |world: &mut World, run: &Run| {
        // Twice, because a refusal that was not recorded is requested again.
        world.sender.fail_next(&[SendError::Refused(Refusal::OptedOut), SendError::Refused(Refusal::OptedOut)]);
        delivered_once(world, run).await;
        world.settle().await;
        world.assert_whole().await;
        assert!(world.sender.sent().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_message_that_nobody_waits_for_never_goes_out() {
    at_every_call(async |world: &mut World, run: &Run| {
        let created = world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
        let cancel = format!("/identifications/otp/{}/cancel", created.text("admin_identification_id"));
        world.call("POST", &cancel, Some(json!({ "reason": "no" }))).await.expect(204);
        world.deliver_with(&run.faults.around(&world.app)).await;
        world.settle().await;
        world.assert_whole().await;
        assert!(world.sender.sent().is_empty());
    })
    .await;
}
