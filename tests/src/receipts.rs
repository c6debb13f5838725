//! What providers report of the messages that went out.

use crate::{World, subject::Subject, world::SentMessage};
use acredita_domain::{App, ports::Clock};
use acredita_local::{
    inbox::{DeliveredMessage, InboxMessage, Outcome},
    reports::{self, Fate},
};
use aws_lambda_events::event::sqs::SqsEvent;

impl World {
    /// What the provider reports of a message, as the queue passes it on.
    pub fn report_on(&self, message: &SentMessage, fate: Fate) -> SqsEvent {
        let now = self.clock.now();
        let delivery = DeliveredMessage {
            channel: message.channel,
            to: message.to.clone(),
            subject: "A subject".to_owned(),
            text: message.text.clone(),
            code: message.code.clone(),
            sent_at: now,
            expires_at: now,
        };
        let message = InboxMessage {
            message_id: message.message_id,
            identification_id: message.identification_id.parse().expect("an id"),
            outcome: Outcome::Delivered(delivery),
        };
        reports::batch(&message, fate, now).expect("a provider that reports")
    }

    /// Hands the report on a message to the worker, and returns whether it was taken.
    pub async fn report(&self, message: &SentMessage, fate: Fate) -> bool {
        self.report_to(&self.app, message, fate).await
    }

    /// The same, to a worker with other use cases.
    pub async fn report_to(&self, app: &App, message: &SentMessage, fate: Fate) -> bool {
        acredita_receipts::receipts(&app.with(acredita_receipts::stores), self.report_on(message, fate))
            .await
            .batch_item_failures
            .is_empty()
    }

    /// The latest message that went out.
    #[track_caller]
    pub fn latest(&self) -> SentMessage {
        self.sender.sent().pop().expect("a message went out")
    }
}

/// What was told of an identification's messages, the oldest first: without the prefix, and with the reason.
pub async fn told(world: &World, otp: &Subject) -> Vec<String> {
    let path = format!("/events?subject_id={}&order=asc&limit=100", otp.id);
    let events = world.call("GET", &path, None).await.expect(200).json()["events"].take();
    let events = events.as_array().expect("events").iter();
    let told = events.map(|event| {
        let kind = event["type"].as_str().expect("a type").trim_start_matches("identification.").to_owned();
        match event["data"]["reason"].as_str() {
            Some(reason) => format!("{kind} {reason}"),
            None => kind,
        }
    });
    told.collect()
}
