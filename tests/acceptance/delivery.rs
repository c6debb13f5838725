//! Delivering messages: what is sent, how often, and what happens when workers, providers and processes fail.

use acceptance::{
    World, bodies,
    faults::{Faults, Moment},
    subject::{Method, Subject},
    world::{RecordingSender, Setup},
};
use acredita_domain::{
    App,
    error::Unavailable,
    messages::Refusal,
    ports::limits::{LEASE, RETRY_WITHIN},
    ports::{Clock, MessageRef, OutgoingMessage, SendError, Sender},
    use_cases::{Delivered, deliver_message},
};
use async_trait::async_trait;
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use chrono::TimeDelta;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Notify;

/// Longer than the queue hides a message, so that failed ones are visible again.
const HIDDEN: TimeDelta = TimeDelta::seconds(90);

async fn validate(world: &World, id: &str, code: &str, status: u16) {
    world
        .call("PUT", &format!("/identifications/otp/{id}/validate"), Some(json!({ "code": code })))
        .await
        .expect(status);
}

async fn reference(world: &World) -> MessageRef {
    serde_json::from_str(&world.queued().await[0]).expect("a message reference")
}

#[tokio::test]
async fn the_code_in_the_message_is_the_one_that_validates() {
    let world = World::start().await;
    let id = Subject::of(&world, Method::Otp, bodies::otp()).await.id;
    assert!(world.sender.sent().is_empty(), "nothing goes out before the worker comes");
    assert_eq!(world.deliver().await, 0);
    let sent = world.sender.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].text.matches(&sent[0].code).count(), 1);
    validate(&world, &id, &sent[0].code.to_uppercase(), 204).await;
}

#[tokio::test]
async fn a_code_has_six_characters_that_nobody_mixes_up() {
    let world = World::start().await;
    for phone in 0..20 {
        Subject::of(&world, Method::Otp, bodies::otp_to(600_000_000 + phone)).await;
    }
    world.deliver().await;
    let sent = world.sender.sent();
    assert_eq!(sent.len(), 20);
    for message in sent {
        assert!(
            message.code.len() == 6 && message.code.chars().all(|c| "23456789abcdefghjkmnpqrstuvwxyz".contains(c)),
            "a code of the alphabet"
        );
    }
}

#[tokio::test]
async fn a_message_speaks_the_language_of_the_actor() {
    let world = World::start().await;
    let cases = [
        ("ES", "tu clave es"),
        ("EN", "your code is"),
        ("EU", "zure kodea"),
        ("GL", "a clave é"),
        ("CA", "el codi és"),
        ("DE", "Ihr Code lautet"),
        ("en", "your code is"),
    ];
    for (at, (language, words)) in cases.into_iter().enumerate() {
        let mut body = bodies::otp_to(600_000_000 + at as u64);
        body["actor"]["language"] = json!(language);
        Subject::of(&world, Method::Otp, body).await;
        world.deliver().await;
        let message = world.sender.sent().pop().expect("a message");
        assert!(message.text.contains(words) && message.text.contains("10 "), "{language}");
    }
    let mut body = bodies::otp_to(600_000_100);
    body["actor"].as_object_mut().expect("an object").remove("language");
    Subject::of(&world, Method::Otp, body).await;
    world.deliver().await;
    assert!(world.sender.sent().pop().expect("a message").text.contains("tu clave es"));
}

#[tokio::test]
async fn a_message_goes_where_its_channel_leads() {
    let world = World::start().await;
    for (channel, to) in [("SMS", "+346123456789"), ("WHATSAPP", "+346123456789"), ("EMAIL", "example@email.com")] {
        let mut body = bodies::otp();
        body["channel"]["type"] = json!(channel);
        Subject::of(&world, Method::Otp, body).await;
        world.deliver().await;
        assert_eq!(world.sender.sent().pop().expect("a message").to, to, "{channel}");
    }
}

#[tokio::test]
async fn a_message_promises_no_more_minutes_than_are_left() {
    let world = World::start().await;
    let mut body = bodies::otp();
    body["expires_in"] = json!("PT3M");
    Subject::of(&world, Method::Otp, body).await;
    world.deliver().await;
    let text = world.sender.sent().pop().expect("a message").text;
    assert!(text.contains(" 3 min"), "{text}");
}

#[tokio::test]
async fn an_external_code_is_never_sent() {
    let world = World::start().await;
    Subject::of(&world, Method::Otp, bodies::external_otp()).await;
    world.settle().await;
    assert!(world.sender.sent().is_empty());
}

#[tokio::test]
async fn a_delivery_that_fails_five_times_ends_among_the_dead_letters() {
    let world = World::start().await;
    let id = Subject::of(&world, Method::Otp, bodies::otp()).await.id;
    let message = world.queued().await;
    // Looking into the queue counted as a receive.
    for attempt in 2..=5 {
        world.sender.fail_next(&[SendError::Unavailable]);
        assert_eq!(world.deliver().await, 1, "attempt {attempt}");
        assert_eq!(world.deliver().await, 0, "it is hidden until its time is over");
        world.clock.advance(HIDDEN);
    }
    assert_eq!(world.deliver().await, 0);
    assert_eq!(world.dead_letters().await, message, "it says only which message");
    assert!(world.sender.sent().is_empty());
    assert_eq!(world.status("otp", &id).await, "CREATED", "the person can still ask for another one");
}

#[tokio::test]
async fn while_the_queue_tries_again_the_sweep_does_not_try_beside_it() {
    let world = World::start().await;
    Subject::of(&world, Method::Otp, bodies::otp()).await;
    for attempt in 1..=5 {
        world.sender.fail_next(&[SendError::Unavailable]);
        assert_eq!(world.deliver().await, 1, "attempt {attempt}");
        for _ in 0..3 {
            assert_eq!(world.sweep().await.kicked, 0, "after attempt {attempt}");
            world.clock.advance(HIDDEN / 3);
        }
    }
    assert_eq!(world.deliver().await, 0, "five attempts, and no sixth");
    assert_eq!(world.dead_letters().await.len(), 1);
}

#[tokio::test]
async fn a_failed_message_that_the_queue_lost_is_the_sweeps_again() {
    let world = World::start().await;
    Subject::of(&world, Method::Otp, bodies::otp()).await;
    world.sender.fail_next(&[SendError::Unavailable]);
    assert_eq!(world.deliver().await, 1);
    world.clock.advance(RETRY_WITHIN);
    assert_eq!(world.sweep().await.kicked, 1);
}

#[tokio::test]
async fn after_five_attempts_the_sweep_wakes_nobody_any_more() {
    let world = World::start().await;
    Subject::of(&world, Method::Otp, bodies::otp()).await;
    for _ in 0..5 {
        world.sender.fail_next(&[SendError::Unavailable]);
        assert_eq!(world.deliver().await, 1);
        world.clock.advance(HIDDEN);
    }
    for _ in 0..3 {
        assert_eq!(world.sweep().await.kicked, 0);
        world.clock.advance(HIDDEN);
        assert_eq!(world.deliver().await, 0);
    }
    assert_eq!(world.dead_letters().await.len(), 1);
    assert!(world.sender.sent().is_empty());
}

#[tokio::test]
async fn a_refusal_is_final_and_a_resend_is_possible() {
    let world = World::start().await;
    let id = Subject::of(&world, Method::Otp, bodies::otp()).await.id;
    world.sender.fail_next(&[SendError::Refused(Refusal::OptedOut)]);
    assert_eq!(world.deliver().await, 0, "the queue forgets it");
    world.settle().await;
    assert!(world.sender.sent().is_empty() && world.dead_letters().await.is_empty());
    assert_eq!(world.status("otp", &id).await, "CREATED");

    world.call("POST", &format!("/identifications/otp/{id}/resend"), None).await.expect(204);
    world.deliver().await;
    validate(&world, &id, &world.code_of(&id), 204).await;
}

#[tokio::test]
async fn nothing_is_sent_to_somebody_who_no_longer_waits() {
    for end in ["cancel", "close", "delete", "expire", "fail"] {
        let world = World::start().await;
        let otp = Subject::of(&world, Method::Otp, bodies::otp()).await;
        match end {
            "cancel" => drop(otp.cancel(&world).await.expect(204)),
            "close" => drop(otp.close(&world).await.expect(204)),
            "delete" => drop(otp.delete(&world).await.expect(204)),
            "expire" => world.clock.advance(TimeDelta::hours(1)),
            _ => {
                for _ in 0..5 {
                    otp.try_code(&world, "untrue").await.expect(400);
                }
            }
        }
        assert_eq!(world.deliver().await, 0, "{end}");
        assert!(world.sender.sent().is_empty(), "{end}");
        world.settle().await;
        world.assert_whole().await;
    }
}

#[tokio::test]
async fn a_resend_supersedes_a_message_that_has_not_gone_out() {
    let world = World::start().await;
    let id = Subject::of(&world, Method::Otp, bodies::otp()).await.id;
    world.clock.advance(TimeDelta::seconds(30));
    world.call("POST", &format!("/identifications/otp/{id}/resend"), None).await.expect(204);
    assert_eq!(world.queued().await.len(), 2);
    assert_eq!(world.deliver().await, 0);
    assert_eq!(world.sender.sent().len(), 1, "only the newest generation is sent");
    validate(&world, &id, &world.code_of(&id), 204).await;
}

#[tokio::test]
async fn a_message_that_the_queue_brings_three_times_goes_out_once() {
    let world = World::start().await;
    let id = Subject::of(&world, Method::Otp, bodies::otp()).await.id;
    let message = reference(&world).await;
    for _ in 0..2 {
        world.app.queue.kick(message).await.expect("the queue answers");
    }
    assert_eq!(world.deliver().await, 0);
    assert_eq!(world.sender.sent().len(), 1);
    validate(&world, &id, &world.code_of(&id), 204).await;
}

/// Signals that it was called, and never answers.
struct HangingSender(Arc<Notify>);

#[async_trait]
impl Sender for HangingSender {
    async fn send(&self, _: OutgoingMessage<'_>) -> Result<(), SendError> {
        self.0.notify_one();
        std::future::pending().await
    }
}

/// A worker that claims a message and dies before sending it.
async fn dies_while_it_sends(app: &App, message: MessageRef) {
    let asked = Arc::new(Notify::new());
    let sender = HangingSender(asked.clone());
    tokio::select! {
        _ = deliver_message(app, &sender, message) => panic!("nobody answers"),
        () = asked.notified() => {}
    }
}

#[tokio::test]
async fn what_a_dead_worker_held_goes_out_once_when_its_lease_is_over() {
    let world = World::start().await;
    let id = Subject::of(&world, Method::Otp, bodies::otp()).await.id;
    let message = reference(&world).await;
    dies_while_it_sends(&world.app, message).await;

    world.clock.advance(LEASE - TimeDelta::milliseconds(1));
    assert_eq!(deliver_message(&world.app, &world.sender, message).await, Ok(Delivered::Leased));
    world.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(deliver_message(&world.app, &world.sender, message).await, Ok(Delivered::Sent));
    assert_eq!(deliver_message(&world.app, &world.sender, message).await, Ok(Delivered::NothingToDo));
    world.settle().await;
    assert_eq!(world.sender.sent().len(), 1);
    validate(&world, &id, &world.code_of(&id), 204).await;
}

#[tokio::test]
async fn a_worker_that_dies_between_claiming_and_reading_delays_a_message_and_no_more() {
    let world = World::start().await;
    let id = Subject::of(&world, Method::Otp, bodies::otp()).await.id;
    let message = reference(&world).await;
    // The claim takes effect, but its worker never learns of it.
    let app = Faults::on("Outbox::claim", 0, Moment::After).around(&world.app);
    let lost = deliver_message(&app, &world.sender, message).await;
    assert!(matches!(lost, Err(acredita_domain::Error::Unavailable(Unavailable(_)))));
    world.clock.advance(LEASE);
    assert_eq!(deliver_message(&world.app, &world.sender, message).await, Ok(Delivered::Sent));
    validate(&world, &id, &world.code_of(&id), 204).await;
}

/// Panics at one phone number.
struct PanickingSender(RecordingSender);

#[async_trait]
impl Sender for PanickingSender {
    async fn send(&self, message: OutgoingMessage<'_>) -> Result<(), SendError> {
        assert!(!message.destination.address().expose().ends_with("666"), "a bug in a sender");
        self.0.send(message).await
    }
}

fn record(id: &str, body: Option<String>) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = Some(id.to_owned());
    record.body = body;
    record
}

#[tokio::test]
async fn a_poisoned_record_fails_alone() {
    let world = World::start().await;
    let panics = Subject::of(&world, Method::Otp, bodies::otp_to(600_000_666)).await.id;
    let good = Subject::of(&world, Method::Otp, bodies::otp_to(600_000_001)).await.id;
    let queued = world.queued().await;
    let body_of = |id: &str| queued.iter().find(|body| body.contains(id)).cloned();
    let unknown = json!({ "message_id": "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11", "identification_id": "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c12" });
    let mut event = SqsEvent::default();
    event.records = vec![
        record("not-json", Some("{".to_owned())),
        record("no-body", None),
        record("no-ids", Some("{}".to_owned())),
        record("not-ids", Some(json!({ "message_id": "x", "identification_id": 7 }).to_string())),
        record("unknown", Some(unknown.to_string())),
        record("panics", body_of(&panics)),
        record("good", body_of(&good)),
    ];
    let response = acredita_notify::notify(&world.app, &PanickingSender(world.sender.clone()), event).await;
    let failed: Vec<&str> =
        response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect();
    assert_eq!(failed, ["not-json", "no-body", "no-ids", "not-ids", "panics"], "what is unknown was settled long ago");
    assert_eq!(world.sender.sent().iter().map(|message| &message.identification_id).collect::<Vec<_>>(), [&good]);

    // The bug is fixed: the message that triggered it is sent as well.
    world.settle().await;
    validate(&world, &panics, &world.code_of(&panics), 204).await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_process_that_ends_in_the_middle_of_a_delivery_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::in_folder(folder.path().to_owned(), Setup::default().clock).await;
    let held = Subject::of(&world, Method::Otp, bodies::otp_to(600_000_001)).await.id;
    dies_while_it_sends(&world.app, reference(&world).await).await;
    let waiting = Subject::of(&world, Method::Otp, bodies::otp_to(600_000_002)).await.id;
    let now = world.clock.now();
    drop(world);

    let world = World::in_folder(folder.path().to_owned(), now).await;
    world.deliver().await;
    let sent: Vec<String> = world.sender.sent().into_iter().map(|message| message.identification_id).collect();
    assert_eq!(sent, std::slice::from_ref(&waiting), "what the dead process held waits for its lease");
    world.settle().await;
    assert_eq!(world.sender.sent().len(), 2);
    for id in [held, waiting] {
        validate(&world, &id, &world.code_of(&id), 204).await;
    }
    world.assert_whole().await;
}

#[tokio::test]
async fn a_message_that_was_queued_when_the_queue_forgot_goes_out_by_the_sweep() {
    let world = World::start().await;
    let mut body = bodies::otp();
    body["expires_in"] = json!("P30D");
    let id = Subject::of(&world, Method::Otp, body).await.id;
    world.clock.advance(TimeDelta::days(5));
    assert_eq!(world.deliver().await, 0);
    assert!(world.sender.sent().is_empty(), "the queue has forgotten it");
    world.sweep().await;
    world.deliver().await;
    validate(&world, &id, &world.code_of(&id), 204).await;
}
