//! The messages of an OTP: their content, their destination, and how many are sent (§5, §6).

use super::stage::time;
use acceptance::{
    Answer, Call, OTHER_ORG, World, bodies,
    subject::{Method, Subject},
};
use acredita_domain::{messages::Refusal, ports::SendError};
use chrono::TimeDelta;
use serde_json::{Value, json};

const OTP: &str = "/identifications/otp";

async fn create(world: &World, phone: u64) -> Answer {
    world.call("POST", OTP, Some(bodies::otp_to(phone))).await
}

async fn resend(world: &World, subject: &Subject) -> Answer {
    world.call("POST", &subject.actor_path("/resend"), None).await
}

async fn sms(world: &World, phone: u64) -> Subject {
    Subject::of(world, Method::Otp, bodies::otp_to(phone)).await
}

fn retry_after(answer: &Answer) -> TimeDelta {
    TimeDelta::seconds(answer.headers["retry-after"].to_str().expect("ASCII").parse().expect("seconds"))
}

#[tokio::test]
async fn each_channel_sends_to_its_own_destination() {
    let world = World::start().await;
    for (channel, to) in [("SMS", "+346123456789"), ("WHATSAPP", "+346123456789"), ("EMAIL", "example@email.com")] {
        let mut body = bodies::otp();
        body["channel"] = json!({ "type": channel });
        let subject = Subject::of(&world, Method::Otp, body).await;
        world.deliver().await;
        let sent = world.sender.sent();
        let message = sent.last().expect("a message");
        assert_eq!((message.identification_id.as_str(), message.to.as_str()), (subject.id.as_str(), to), "{channel}");
        assert_eq!(message.text.matches(&message.code).count(), 1);
        subject.try_code(&world, &message.code).await.expect(204);
    }
}

#[tokio::test]
async fn a_message_is_in_the_language_of_the_actor() {
    let world = World::start().await;
    let mut texts = std::collections::BTreeSet::new();
    for (number, language) in ["ES", "EN", "EU", "GL", "CA", "DE"].into_iter().enumerate() {
        let mut body = bodies::otp_to(600_000_000 + number as u64);
        body["actor"]["language"] = json!(language.to_lowercase());
        Subject::of(&world, Method::Otp, body).await;
        world.deliver().await;
        let message = world.sender.sent().pop().expect("a message");
        texts.insert(message.text.replace(&message.code, "CODE"));
    }
    assert_eq!(texts.len(), 6);
    let mut body = bodies::otp_to(600_000_010);
    body["actor"]["language"] = Value::Null;
    Subject::of(&world, Method::Otp, body).await;
    world.deliver().await;
    assert!(world.sender.sent().pop().expect("a message").text.contains("tu clave es "));
}

#[tokio::test]
async fn a_resend_waits_thirty_seconds() {
    let world = World::start().await;
    let subject = sms(&world, 600_000_001).await;
    let metadata = subject.metadata(&world).await;
    let available = time(&metadata.text("resend_available_at"));
    assert_eq!(available - time(&metadata.text("created_at")), TimeDelta::seconds(30));
    for wait in [0, 15, 14] {
        world.clock.advance(TimeDelta::seconds(wait));
        let refused = resend(&world, &subject).await.expect(429);
        assert!(world.app.now() + retry_after(&refused) >= available);
        assert!(world.app.now() + retry_after(&refused) <= available + TimeDelta::seconds(1));
    }
    world.clock.advance(TimeDelta::seconds(1));
    assert!(resend(&world, &subject).await.expect(204).body.is_empty());
    resend(&world, &subject).await.expect(429);
    assert_eq!(
        time(&subject.metadata(&world).await.text("resend_available_at")),
        world.app.now() + TimeDelta::seconds(30)
    );
    world.deliver().await;
    assert_eq!(world.sender.sent().len(), 1, "the first message was outdated before it went out");
}

#[tokio::test]
async fn a_resend_brings_a_new_code_and_the_old_one_dies_at_once() {
    let world = World::start().await;
    let subject = sms(&world, 600_000_001).await;
    world.deliver().await;
    let old = world.code_of(&subject.id);
    world.clock.advance(TimeDelta::seconds(30));
    resend(&world, &subject).await.expect(204);
    subject.try_code(&world, &old).await.expect(400);
    world.deliver().await;
    let new = world.code_of(&subject.id);
    assert_ne!(new, old);
    subject.try_code(&world, &old).await.expect(400);
    subject.try_code(&world, &new).await.expect(204);
}

#[tokio::test]
async fn a_resent_code_has_its_own_ten_minutes() {
    let world = World::start().await;
    let subject = sms(&world, 600_000_001).await;
    world.deliver().await;
    world.clock.advance(TimeDelta::minutes(9));
    resend(&world, &subject).await.expect(204);
    world.deliver().await;
    world.clock.advance(TimeDelta::seconds(599));
    subject.try_code(&world, &world.code_of(&subject.id)).await.expect(204);
}

#[tokio::test]
async fn a_resend_does_not_reset_the_tries() {
    let world = World::start().await;
    let subject = sms(&world, 600_000_001).await;
    for _ in 0..4 {
        subject.try_code(&world, "untrue").await.expect(400);
    }
    world.clock.advance(TimeDelta::seconds(30));
    resend(&world, &subject).await.expect(204);
    assert_eq!(subject.attempts_left(&world).await, 1);
    subject.try_code(&world, "untrue").await.expect(400);
    assert_eq!(subject.status(&world).await.as_deref(), Some("FAILED"));
    world.clock.advance(TimeDelta::seconds(30));
    resend(&world, &subject).await.expect(409);
}

#[tokio::test]
async fn an_identification_sends_five_times_at_most() {
    let world = World::start().await;
    let subject = sms(&world, 600_000_001).await;
    for _ in 0..4 {
        // Slow enough not to be refused because of the destination.
        world.clock.advance(TimeDelta::minutes(3));
        resend(&world, &subject).await.expect(204);
        world.deliver().await;
    }
    assert!(subject.metadata(&world).await.json().get("resend_available_at").is_none());
    for _ in 0..3 {
        world.clock.advance(TimeDelta::minutes(11));
        let refused = resend(&world, &subject).await.expect(409);
        assert_eq!(refused.details(), ["the identification has used up its messages"]);
        assert!(!refused.headers.contains_key("retry-after"), "it is final");
    }
    assert_eq!(subject.status(&world).await.as_deref(), Some("CREATED"));
}

#[tokio::test]
async fn a_destination_gets_five_messages_in_ten_minutes_and_the_window_slides() {
    let world = World::start().await;
    for _ in 0..5 {
        create(&world, 600_000_001).await.expect(201);
        world.clock.advance(TimeDelta::minutes(1));
    }
    // Five minutes after the first one.
    world.clock.advance(TimeDelta::seconds(299));
    let refused = create(&world, 600_000_001).await.expect(429);
    assert!((1..=2).contains(&retry_after(&refused).num_seconds()));
    create(&world, 600_000_002).await.expect(201);
    world.clock.advance(TimeDelta::seconds(1));
    create(&world, 600_000_001).await.expect(201);
    let refused = create(&world, 600_000_001).await.expect(429);
    assert!((60..=61).contains(&retry_after(&refused).num_seconds()), "the second one is a minute younger");
    world.clock.advance(TimeDelta::minutes(1));
    create(&world, 600_000_001).await.expect(201);
    create(&world, 600_000_001).await.expect(429);
}

#[tokio::test]
async fn what_is_refused_creates_and_counts_nothing() {
    let world = World::start().await;
    for _ in 0..5 {
        create(&world, 600_000_001).await.expect(201);
    }
    for _ in 0..7 {
        create(&world, 600_000_001).await.expect(429);
    }
    world.deliver().await;
    assert_eq!(world.sender.sent().len(), 5);
    world.clock.advance(TimeDelta::minutes(10));
    for _ in 0..5 {
        create(&world, 600_000_001).await.expect(201);
    }
}

#[tokio::test]
async fn creates_and_resends_to_a_destination_count_together() {
    let world = World::start().await;
    let [first, second] = [sms(&world, 600_000_001).await, sms(&world, 600_000_001).await];
    for subject in [&first, &second, &first] {
        world.clock.advance(TimeDelta::seconds(30));
        resend(&world, subject).await.expect(204);
    }
    world.clock.advance(TimeDelta::seconds(30));
    let refused = resend(&world, &second).await.expect(429);
    assert!((480..=481).contains(&retry_after(&refused).num_seconds()));
    create(&world, 600_000_001).await.expect(429);
    world.clock.advance(retry_after(&refused));
    resend(&world, &second).await.expect(204);
}

#[tokio::test]
async fn a_destination_is_the_same_however_it_is_written() {
    let world = World::start().await;
    let phones = [
        (json!(612345678), "34"),
        (json!("612345678"), "+34"),
        (json!(" 612345678 "), " 34 "),
        (json!(612345678), "+34"),
        (json!("612345678"), "34"),
    ];
    for (phone_number, country_code) in phones {
        let mut body = bodies::otp();
        body["actor"]["msisdn"] = json!({ "phone_number": phone_number, "country_code": country_code });
        world.call("POST", OTP, Some(body)).await.expect(201);
    }
    create(&world, 612_345_678).await.expect(429);
    let mail = |address: &str| {
        let mut body = bodies::otp();
        body["channel"] = json!({ "type": "EMAIL" });
        body["actor"]["email"] = json!(address);
        world.request("POST", OTP, Some(body))
    };
    for address in ["a@email.com", "A@email.com", "a@EMAIL.com", " a@email.com ", "a@email.com"] {
        world.send(mail(address)).await.expect(201);
    }
    world.send(mail("A@Email.Com")).await.expect(429);
}

#[tokio::test]
async fn each_organisation_has_its_own_destinations() {
    let world = World::start().await;
    for _ in 0..5 {
        create(&world, 600_000_001).await.expect(201);
    }
    create(&world, 600_000_001).await.expect(429);
    let call = Call::org("POST", OTHER_ORG, OTP).token(&world.token(OTHER_ORG)).json(&bodies::otp_to(600_000_001));
    world.send(call).await.expect(201);
}

#[tokio::test]
async fn an_external_channel_sends_nothing_and_throttles_nobody() {
    let world = World::start().await;
    for _ in 0..8 {
        world.call("POST", OTP, Some(bodies::external_otp())).await.expect(201);
    }
    for _ in 0..5 {
        world.call("POST", OTP, Some(bodies::otp())).await.expect(201);
    }
    world.call("POST", OTP, Some(bodies::otp())).await.expect(429);
    let external = Subject::create(&world, Method::Otp).await;
    world.deliver().await;
    assert_eq!(world.sender.sent().len(), 5);
    world.clock.advance(TimeDelta::minutes(20));
    resend(&world, &external).await.expect(409);
    external.validate(&world).await.expect(204);
    resend(&world, &external).await.expect(409);
}

#[tokio::test]
async fn nothing_is_resent_of_what_is_over() {
    let world = World::start().await;
    for state in ["VALIDATED", "CLOSED", "CANCELLED", "EXPIRED"] {
        let subject = sms(&world, 600_000_001).await;
        world.deliver().await;
        match state {
            "VALIDATED" => drop(subject.try_code(&world, &world.code_of(&subject.id)).await.expect(204)),
            "CLOSED" => drop(subject.close(&world).await.expect(204)),
            "CANCELLED" => drop(subject.cancel(&world).await.expect(204)),
            _ => world.clock.advance(TimeDelta::hours(1)),
        }
        world.clock.advance(TimeDelta::seconds(30));
        resend(&world, &subject).await.expect(409);
        assert!(subject.metadata(&world).await.json().get("resend_available_at").is_none(), "{state}");
    }
}

#[tokio::test]
async fn metadata_says_how_far_the_latest_message_has_come() {
    let world = World::start().await;
    let delivery = async |subject: &Subject| subject.metadata(&world).await.json()["delivery"].take();
    let status = async |subject: &Subject| delivery(subject).await["status"].take();
    let otp = sms(&world, 600_000_001).await;
    let pending = delivery(&otp).await;
    assert_eq!((&pending["status"], &pending["channel"]), (&json!("PENDING"), &json!("SMS")));
    world.clock.advance(TimeDelta::seconds(31));
    world.deliver().await;
    let sent = delivery(&otp).await;
    assert_eq!(sent["status"], "SENT");
    let at = |delivery: &Value| time(delivery["updated_at"].as_str().expect("a time"));
    assert_eq!(at(&sent) - at(&pending), TimeDelta::seconds(31));
    resend(&world, &otp).await.expect(204);
    assert_eq!(status(&otp).await, "PENDING");
    world.sender.fail_next(&[SendError::Refused(Refusal::BadDestination)]);
    world.deliver().await;
    let failed = delivery(&otp).await;
    assert_eq!(failed["status"], "FAILED");
    assert!(failed.get("reason").is_none(), "the reason is the business's");
    world.clock.advance(TimeDelta::seconds(31));
    resend(&world, &otp).await.expect(204);
    world.deliver().await;
    assert_eq!(status(&otp).await, "SENT");
    let external = Subject::of(&world, Method::Otp, bodies::external_otp()).await;
    assert_eq!(delivery(&external).await, Value::Null);
}
