//! §10 `messages.fallback`: another channel for a code that does not arrive.

use acceptance::{
    World, bodies,
    chains::{ChainSubject, steps},
    receipts::told,
    subject::{Method, Subject},
};
use acredita_domain::{messages::Refusal, otp::Channel, ports::SendError};
use acredita_local::reports::Fate;
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

/// An organisation whose messages fall back to these channels after a minute.
async fn falling_back_to(channels: &[&str]) -> World {
    let world = World::start().await;
    choose(&world, json!({ "messages": { "fallback": channels, "fallback_after": "PT1M" } })).await;
    world
}

async fn choose(world: &World, settings: Value) {
    let put = world.request("PUT", "/settings", Some(settings)).header("if-match", "*");
    world.send(put).await.expect(200);
    world.clock.advance(TimeDelta::seconds(61));
}

async fn delivery(world: &World, otp: &Subject) -> (String, String) {
    let delivery = otp.metadata(world).await.expect(200).json()["delivery"].take();
    let text = |name: &str| delivery[name].as_str().expect("a text").to_owned();
    (text("status"), text("channel"))
}

fn state(status: &str, channel: &str) -> (String, String) {
    (status.to_owned(), channel.to_owned())
}

fn channels(world: &World) -> Vec<Channel> {
    world.sender.sent().iter().map(|message| message.channel).collect()
}

/// The sweep and the worker, once.
async fn work(world: &World) {
    assert_eq!(world.sweep().await.failed, 0);
    assert_eq!(world.deliver().await, 0);
}

#[tokio::test]
async fn a_message_that_failed_is_followed_by_a_new_code_on_the_other_channel() {
    let world = falling_back_to(&["WHATSAPP", "EMAIL"]).await;
    let otp = Subject::delivered(&world).await;
    let first = world.latest();
    assert!(world.report(&first, Fate::Block).await);
    assert_eq!(world.deliver().await, 0);
    let second = world.latest();
    assert_eq!((first.channel, second.channel), (Channel::Sms, Channel::Whatsapp), "the first one of the list");
    assert_eq!(delivery(&world, &otp).await, state("SENT", "WHATSAPP"));
    let metadata = otp.metadata(&world).await.json();
    assert_eq!(metadata["channel"]["type"], "SMS", "what was asked for");
    assert_eq!(told(&world, &otp).await, ["created", "sent", "undelivered BLOCKED", "resent", "sent"]);
    otp.try_code(&world, &first.code).await.expect(400);
    otp.try_code(&world, &second.code).await.expect(204);
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_message_that_its_provider_refuses_falls_back_at_once() {
    let world = falling_back_to(&["EMAIL"]).await;
    world.sender.fail_next(&[SendError::Refused(Refusal::OptedOut)]);
    let otp = Subject::of(&world, Method::Otp, bodies::otp()).await;
    assert_eq!(world.deliver().await, 0);
    assert_eq!(channels(&world), [Channel::Email]);
    assert_eq!(told(&world, &otp).await, ["created", "undelivered OPTED_OUT", "resent", "sent"]);
    otp.try_code(&world, &world.code_of(&otp.id)).await.expect(204);
}

#[tokio::test]
async fn a_message_without_a_receipt_falls_back_after_its_time_and_one_with_it_never() {
    let world = falling_back_to(&["EMAIL"]).await;
    let silent = Subject::delivered(&world).await;
    let arrived = Subject::delivered(&world).await;
    assert!(world.report(&world.latest(), Fate::Deliver).await);
    world.clock.advance(TimeDelta::seconds(59));
    work(&world).await;
    assert_eq!(channels(&world), [Channel::Sms; 2], "it is not time yet");
    world.clock.advance(TimeDelta::seconds(1));
    work(&world).await;
    assert_eq!(channels(&world), [Channel::Sms, Channel::Sms, Channel::Email]);
    assert_eq!(delivery(&world, &silent).await, state("SENT", "EMAIL"));
    assert_eq!(delivery(&world, &arrived).await, state("DELIVERED", "SMS"));
    assert_eq!(told(&world, &silent).await, ["created", "sent", "resent", "sent"]);
    for _ in 0..3 {
        world.settle().await;
    }
    assert_eq!(world.sender.sent().len(), 3, "once");
    world.assert_whole().await;
}

#[tokio::test]
async fn a_channel_without_receipts_falls_back_only_when_it_is_refused() {
    let mut world = falling_back_to(&["EMAIL"]).await;
    let mut app = world.app.clone();
    app.policy.receipts = vec![Channel::Email];
    world.serve(app);
    Subject::delivered(&world).await;
    for _ in 0..3 {
        world.settle().await;
    }
    assert_eq!(channels(&world), [Channel::Sms]);
}

#[tokio::test]
async fn another_channel_is_tried_once() {
    let world = falling_back_to(&["EMAIL", "WHATSAPP"]).await;
    let otp = Subject::delivered(&world).await;
    for expected in [1, 2, 2, 2] {
        assert_eq!(world.sender.sent().len(), expected);
        assert!(world.report(&world.latest(), Fate::Bounce).await);
        assert_eq!(world.deliver().await, 0);
        world.settle().await;
    }
    assert_eq!(delivery(&world, &otp).await, state("FAILED", "EMAIL"));
    world.assert_whole().await;
}

#[tokio::test]
async fn nothing_falls_back_to_the_second_factor_or_to_where_nobody_is() {
    let world = falling_back_to(&["SMS", "EMAIL"]).await;
    let mut with_a_factor = bodies::otp();
    with_a_factor["two_factor_type"] = json!("EMAIL");
    let mut without_an_address = bodies::otp();
    without_an_address["actor"].as_object_mut().expect("an actor").remove("email");
    let mut to_nobody = bodies::otp();
    to_nobody["channel"]["type"] = json!("EMAIL");
    to_nobody["actor"]["msisdn"] = json!({ "phone_number": 1, "country_code": "34" });
    for body in [with_a_factor, without_an_address, to_nobody] {
        let sent = world.sender.sent().len();
        Subject::delivered_by(&world, body).await;
        assert!(world.report(&world.latest(), Fate::Block).await);
        for _ in 0..3 {
            world.settle().await;
        }
        assert_eq!(world.sender.sent().len(), sent + 1);
    }
    world.assert_whole().await;
}

#[tokio::test]
async fn without_a_fallback_nothing_follows() {
    let world = World::start().await;
    Subject::delivered(&world).await;
    assert!(world.report(&world.latest(), Fate::Block).await);
    for _ in 0..3 {
        world.settle().await;
    }
    assert_eq!(world.sender.sent().len(), 1);
}

#[tokio::test]
async fn an_end_or_a_resend_comes_before_the_fallback() {
    for end in ["validate", "cancel", "delete", "expire", "resend"] {
        let world = falling_back_to(&["EMAIL"]).await;
        let otp = Subject::delivered(&world).await;
        world.clock.advance(TimeDelta::seconds(31));
        match end {
            "validate" => drop(otp.validate(&world).await.expect(204)),
            "cancel" => drop(otp.cancel(&world).await.expect(204)),
            "delete" => drop(otp.delete(&world).await.expect(204)),
            "expire" => world.clock.advance(TimeDelta::hours(1)),
            _ => {
                world.call("POST", &otp.actor_path("/resend"), None).await.expect(204);
                world.deliver().await;
                assert!(world.report(&world.latest(), Fate::Deliver).await);
            }
        }
        for _ in 0..3 {
            world.settle().await;
        }
        assert!(!channels(&world).contains(&Channel::Email), "{end}");
        world.assert_whole().await;
    }
}

#[tokio::test]
async fn a_resend_goes_where_the_code_arrived() {
    let world = falling_back_to(&["EMAIL"]).await;
    let otp = Subject::delivered(&world).await;
    assert!(world.report(&world.latest(), Fate::Bounce).await);
    world.deliver().await;
    world.call("POST", &otp.actor_path("/resend"), None).await.expect(429);
    world.clock.advance(TimeDelta::seconds(31));
    world.call("POST", &otp.actor_path("/resend"), None).await.expect(204);
    world.deliver().await;
    assert_eq!(channels(&world), [Channel::Sms, Channel::Email, Channel::Email]);
    otp.try_code(&world, &world.code_of(&otp.id)).await.expect(204);
}

#[tokio::test]
async fn a_fallback_counts_and_one_that_a_limit_refuses_is_told_once() {
    let world = falling_back_to(&["SMS"]).await;
    choose(&world, json!({ "messages": { "fallback": ["SMS"] }, "sms": { "daily_budget": 1 } })).await;
    let mut by_email = bodies::otp();
    by_email["channel"]["type"] = json!("EMAIL");
    let first = Subject::delivered_by(&world, by_email.clone()).await;
    assert!(world.report(&world.latest(), Fate::Bounce).await);
    world.deliver().await;
    assert_eq!(delivery(&world, &first).await, state("SENT", "SMS"));
    let second = Subject::delivered_by(&world, by_email).await;
    assert!(world.report(&world.latest(), Fate::Bounce).await);
    for _ in 0..3 {
        world.deliver().await;
        world.settle().await;
    }
    let expected = ["created", "sent", "undelivered INVALID_DESTINATION", "undelivered BUDGET"];
    assert_eq!(told(&world, &second).await, expected);
    assert_eq!(delivery(&world, &second).await, state("FAILED", "EMAIL"));
    world.assert_whole().await;
}

#[tokio::test]
async fn a_fallback_to_a_destination_that_had_enough_is_not_sent() {
    let world = falling_back_to(&["EMAIL"]).await;
    let mut by_email = bodies::otp();
    by_email["channel"]["type"] = json!("EMAIL");
    for _ in 0..5 {
        Subject::delivered_by(&world, by_email.clone()).await;
    }
    let otp = Subject::delivered(&world).await;
    assert!(world.report(&world.latest(), Fate::Block).await);
    world.deliver().await;
    assert_eq!(told(&world, &otp).await, ["created", "sent", "undelivered BLOCKED", "undelivered NOT_SENT"]);
}

#[tokio::test]
async fn a_step_of_a_chain_falls_back_while_it_is_open() {
    let world = falling_back_to(&["EMAIL"]).await;
    let chain = ChainSubject::of(&world, vec![steps::sent_otp(), steps::agent()]).await;
    world.deliver().await;
    let step = &chain.steps[0];
    assert!(world.report(&world.latest(), Fate::Block).await);
    world.deliver().await;
    assert_eq!(channels(&world), [Channel::Sms, Channel::Email]);
    step.try_code(&world, &world.code_of(&step.id)).await.expect(204);
    world.settle().await;
    world.assert_whole().await;

    let over = ChainSubject::of(&world, vec![steps::sent_otp(), steps::agent()]).await;
    world.deliver().await;
    let message = world.latest();
    over.cancel(&world).await.expect(204);
    assert!(world.report(&message, Fate::Block).await);
    world.settle().await;
    assert_eq!(channels(&world), [Channel::Sms, Channel::Email, Channel::Sms]);
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_receipts_and_workers_at_once_one_falls_back() {
    let world = falling_back_to(&["EMAIL"]).await;
    let otp = Subject::delivered(&world).await;
    let message = world.latest();
    // What looks after it is due as well.
    world.clock.advance(TimeDelta::seconds(60));
    world.sweep().await;
    let report = |_| {
        let (batch, app) = (world.report_on(&message, Fate::Block), world.app.clone());
        tokio::spawn(async move { acredita_receipts::receipts(&app, batch).await })
    };
    let receipts = join_all((0..16).map(report));
    let (receipts, ..) = tokio::join!(receipts, world.deliver(), world.deliver());
    assert!(receipts.into_iter().all(|response| response.expect("no panic").batch_item_failures.is_empty()));
    for _ in 0..3 {
        world.settle().await;
    }
    assert_eq!(channels(&world), [Channel::Sms, Channel::Email]);
    otp.try_code(&world, &world.code_of(&otp.id)).await.expect(204);
    world.assert_whole().await;
}
