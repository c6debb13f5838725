//! §6 Delivery: what becomes of messages, as their providers report it.

use acceptance::{
    World, bodies,
    faults::{Faults, Moment},
    receipts::told,
    subject::{Method, Subject},
    world::SentMessage,
};
use acredita_local::reports::Fate;
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

/// The state of the latest message in the metadata.
async fn delivery(world: &World, otp: &Subject) -> Value {
    otp.metadata(world).await.expect(200).json()["delivery"].take()
}

async fn status(world: &World, otp: &Subject) -> String {
    delivery(world, otp).await["status"].as_str().expect("a status").to_owned()
}

async fn by_email(world: &World) -> Subject {
    let mut body = bodies::otp();
    body["channel"]["type"] = json!("EMAIL");
    Subject::delivered_by(world, body).await
}

async fn resent(world: &World, otp: &Subject) {
    world.clock.advance(TimeDelta::seconds(31));
    world.call("POST", &otp.actor_path("/resend"), None).await.expect(204);
    world.deliver().await;
}

#[tokio::test]
async fn a_message_that_arrived_is_delivered_at_the_time_of_its_receipt() {
    let world = World::start().await;
    for email in [false, true] {
        let otp = if email { by_email(&world).await } else { Subject::delivered(&world).await };
        let message = world.latest();
        assert_eq!(status(&world, &otp).await, "SENT");
        world.clock.advance(TimeDelta::seconds(4));
        assert!(world.report(&message, Fate::Deliver).await);
        let delivery = delivery(&world, &otp).await;
        assert_eq!((&delivery["status"], &delivery["channel"]), (&json!("DELIVERED"), &json!(message.channel)));
        let updated_at = delivery["updated_at"].as_str().expect("a time");
        assert_eq!(
            updated_at.parse::<acredita_domain::Time>().expect("a time"),
            acredita_domain::ports::Clock::now(&world.clock)
        );
        assert_eq!(told(&world, &otp).await, ["created", "sent", "delivered"]);
    }
    world.assert_whole().await;
}

#[tokio::test]
async fn a_message_that_does_not_arrive_has_failed_and_only_its_event_says_why() {
    let world = World::start().await;
    for (email, fate, reason) in [
        (false, Fate::Bounce, "UNREACHABLE"),
        (false, Fate::Block, "BLOCKED"),
        (true, Fate::Bounce, "INVALID_DESTINATION"),
        (true, Fate::Block, "BLOCKED"),
    ] {
        let otp = if email { by_email(&world).await } else { Subject::delivered(&world).await };
        assert!(world.report(&world.latest(), fate).await);
        let delivery = delivery(&world, &otp).await;
        assert_eq!((&delivery["status"], delivery.get("reason")), (&json!("FAILED"), None));
        assert_eq!(told(&world, &otp).await, ["created", "sent", &format!("undelivered {reason}")]);
        // The code is still right, if the message has come after all.
        otp.validate(&world).await.expect(204);
        world.clock.advance(TimeDelta::minutes(10));
    }
    world.assert_whole().await;
}

#[tokio::test]
async fn doubled_receipts_and_such_in_another_order_change_nothing_more() {
    for (fates, expected, events) in [
        ([Fate::Deliver, Fate::Deliver, Fate::Deliver], "DELIVERED", vec!["delivered"]),
        ([Fate::Bounce, Fate::Bounce, Fate::Block], "FAILED", vec!["undelivered INVALID_DESTINATION"]),
        ([Fate::Bounce, Fate::Deliver, Fate::Bounce], "FAILED", vec!["undelivered INVALID_DESTINATION"]),
        // A server takes an e-mail, and sends it back later.
        ([Fate::Deliver, Fate::Bounce, Fate::Deliver], "FAILED", vec!["delivered", "undelivered INVALID_DESTINATION"]),
    ] {
        let world = World::start().await;
        let otp = by_email(&world).await;
        let message = world.latest();
        for fate in fates {
            assert!(world.report(&message, fate).await);
        }
        assert_eq!(status(&world, &otp).await, expected, "{fates:?}");
        assert_eq!(told(&world, &otp).await[2..], events, "{fates:?}");
        world.assert_whole().await;
    }
}

#[tokio::test]
async fn a_receipt_of_a_dead_code_changes_nothing() {
    let world = World::start().await;
    let otp = Subject::delivered(&world).await;
    let first = world.latest();
    resent(&world, &otp).await;
    for fate in [Fate::Deliver, Fate::Bounce] {
        assert!(world.report(&first, fate).await);
        assert_eq!(status(&world, &otp).await, "SENT");
    }
    assert!(world.report(&world.latest(), Fate::Deliver).await);
    assert_eq!(told(&world, &otp).await, ["created", "sent", "resent", "sent", "delivered"]);
    world.assert_whole().await;
}

#[tokio::test]
async fn a_receipt_of_something_that_is_gone_is_forgotten() {
    let world = World::start().await;
    let otp = Subject::delivered(&world).await;
    let message = world.latest();
    otp.delete(&world).await.expect(204);
    assert!(world.report(&message, Fate::Deliver).await);
    let never = SentMessage { message_id: "c0a8012e-5f1d-4b8e-9c3e-2f6d7a8b9c01".parse().expect("an id"), ..message };
    assert!(world.report(&never, Fate::Bounce).await);
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_receipt_that_comes_after_the_end_is_told_all_the_same() {
    let world = World::start().await;
    let otp = Subject::delivered(&world).await;
    otp.validate(&world).await.expect(204);
    assert!(world.report(&world.latest(), Fate::Deliver).await);
    assert_eq!(told(&world, &otp).await, ["created", "sent", "validated", "delivered"]);
    assert_eq!(world.status("otp", &otp.id).await, "VALIDATED");
    world.assert_whole().await;
}

#[tokio::test]
async fn a_receipt_that_overtakes_the_worker_that_sent_the_message_stays() {
    let world = World::start().await;
    let otp = Subject::of(&world, Method::Otp, bodies::otp()).await;
    world.deliver_with(&Faults::on("Outbox::settle", 0, Moment::Before).around(&world.app)).await;
    assert_eq!(status(&world, &otp).await, "PENDING");
    assert!(world.report(&world.latest(), Fate::Deliver).await);
    world.settle().await;
    assert_eq!(status(&world, &otp).await, "DELIVERED");
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_receipts_at_once_each_kind_is_told_once() {
    let world = World::start().await;
    let otp = by_email(&world).await;
    let message = world.latest();
    let report = |at: usize| {
        let batch = world.report_on(&message, if at.is_multiple_of(2) { Fate::Deliver } else { Fate::Bounce });
        let app = world.app.clone();
        tokio::spawn(async move { acredita_receipts::receipts(&app, batch).await })
    };
    for response in join_all((0..16).map(report)).await {
        assert!(response.expect("no worker panics").batch_item_failures.is_empty());
    }
    assert_eq!(status(&world, &otp).await, "FAILED");
    let told = told(&world, &otp).await;
    assert_eq!(told.last().map(String::as_str), Some("undelivered INVALID_DESTINATION"), "{told:?}");
    assert!(
        told[2..] == ["undelivered INVALID_DESTINATION"]
            || told[2..4] == ["delivered", "undelivered INVALID_DESTINATION"]
    );
    world.assert_whole().await;
}

/// A receipt, a resend and the right code meet: whatever comes first, all that is told agrees with the state.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_receipt_and_the_end_of_its_code_meet() {
    let world = World::start().await;
    for round in 0..4_u64 {
        let otp = Subject::delivered_by(&world, bodies::otp_to(600_000_100 + round)).await;
        let message = world.latest();
        world.clock.advance(TimeDelta::seconds(31));
        let (batch, app) = (world.report_on(&message, Fate::Deliver), world.app.clone());
        let receipt = tokio::spawn(async move { acredita_receipts::receipts(&app, batch).await });
        let resend = world.request("POST", &otp.actor_path("/resend"), None);
        let answers = world.at_once(vec![resend, otp.validation(&world)]).await;
        assert!(receipt.await.expect("no worker panics").batch_item_failures.is_empty());
        assert!(answers.iter().any(|answer| answer.status == 204));
        world.deliver().await;
        world.assert_whole().await;
    }
}
