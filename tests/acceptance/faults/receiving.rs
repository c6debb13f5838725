//! Recording receipts: one that fails comes again, and is told once.

use super::{Run, WAKE, at_every_call};
use acceptance::{World, bodies, subject::Subject};
use acredita_domain::{messages::Refusal, otp::Channel, ports::SendError};
use acredita_local::{reports::Fate, workers};
use chrono::TimeDelta;
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn a_receipt_is_recorded_once_whatever_fails() {
    at_every_call(async |world: &mut World, run: &Run| {
        let otp = Subject::delivered(world).await;
        let message = world.latest();
        let taken = world.report_to(&run.faults.around(&world.app), &message, Fate::Block).await;
        assert_eq!(taken, run.fault.is_none() || run.hits(WAKE), "one whose fate is unknown comes again");
        assert!(world.report(&message, Fate::Block).await);
        assert_eq!(otp.metadata(world).await.json()["delivery"]["status"], "FAILED");
        let path = format!("/events?subject_id={}&type=identification.undelivered", otp.id);
        let undelivered = world.call("GET", &path, None).await.expect(200).json();
        assert_eq!(undelivered["events"].as_array().map(Vec::len), Some(1));
        world.settle().await;
        world.assert_whole().await;
    })
    .await;
}

async fn fall_back(world: &World) {
    let body = json!({ "messages": { "fallback": ["EMAIL"], "fallback_after": "PT1M" } });
    world.send(world.request("PUT", "/settings", Some(body)).header("if-match", "*")).await.expect(200);
    world.clock.advance(TimeDelta::seconds(61));
}

/// The person has one more code in the end, on the other channel, and it is right.
async fn assert_fell_back_once(world: &World, otp: &Subject) {
    for _ in 0..4 {
        world.settle().await;
    }
    let sent = world.sender.sent();
    let by_email = sent.iter().filter(|message| message.channel == Channel::Email).count();
    assert!((1..=2).contains(&by_email), "only a lost answer of the sender doubles it: {by_email}");
    let path = format!("/events?subject_id={}&type=identification.resent", otp.id);
    let resent = world.call("GET", &path, None).await.expect(200).json();
    assert_eq!(resent["events"].as_array().map(Vec::len), Some(1));
    otp.try_code(world, &world.code_of(&otp.id)).await.expect(204);
    world.assert_whole().await;
}

#[tokio::test]
async fn a_failure_that_is_reported_is_followed_by_one_new_code_whatever_fails() {
    at_every_call(async |world: &mut World, run: &Run| {
        fall_back(world).await;
        let otp = Subject::delivered(world).await;
        let message = world.latest();
        world.report_to(&run.faults.around(&world.app), &message, Fate::Block).await;
        assert!(world.report(&message, Fate::Block).await);
        assert_fell_back_once(world, &otp).await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_message_is_followed_by_one_new_code_whatever_fails() {
    at_every_call(async |world: &mut World, run: &Run| {
        fall_back(world).await;
        let created = world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
        let otp = Subject::created(acceptance::subject::Method::Otp, &created);
        world.sender.fail_next(&[SendError::Refused(Refusal::OptedOut)]);
        let sender = run.faults.around_sender(Arc::new(world.sender.clone()));
        let messages = world.receive().await;
        acredita_notify::notify(&run.faults.around(&world.app), &sender, workers::event(&messages)).await;
        for _ in 0..4 {
            world.settle().await;
        }
        otp.try_code(world, &world.code_of(&otp.id)).await.expect(204);
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn an_overdue_receipt_is_followed_by_one_new_code_whatever_fails() {
    at_every_call(async |world: &mut World, run: &Run| {
        fall_back(world).await;
        let otp = Subject::delivered(world).await;
        world.clock.advance(TimeDelta::seconds(61));
        assert_eq!(world.sweep().await.failed, 0);
        let sender = run.faults.around_sender(Arc::new(world.sender.clone()));
        let messages = world.receive().await;
        acredita_notify::notify(&run.faults.around(&world.app), &sender, workers::event(&messages)).await;
        assert_fell_back_once(world, &otp).await;
    })
    .await;
}
