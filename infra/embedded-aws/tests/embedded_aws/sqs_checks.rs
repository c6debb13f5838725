//! The requirements of a queue, through the SDK only: the same checks hold for Amazon SQS, given a `pass_time` that
//! really waits.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::operation::receive_message::builders::ReceiveMessageFluentBuilder;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use uuid::Uuid;

type PassTime = Box<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// The queue under test.
pub struct Bench {
    pub client: Client,
    pub pass_time: PassTime,
    /// How long a receive waits, in seconds. Amazon SQS needs some time to ask all of its servers; the stand-in needs
    /// none.
    pub wait_s: i32,
}

impl Bench {
    async fn queue(&self, attributes: &[(QueueAttributeName, &str)]) -> String {
        let attributes = attributes.iter().map(|(name, value)| (name.clone(), (*value).to_owned())).collect();
        let created = self.client.create_queue().queue_name(format!("check-{}", Uuid::new_v4()));
        created.set_attributes(Some(attributes)).send().await.unwrap().queue_url.unwrap()
    }

    async fn send(&self, queue: &str, body: &str) {
        self.client.send_message().queue_url(queue).message_body(body).send().await.unwrap();
    }

    fn receive(&self, queue: &str) -> ReceiveMessageFluentBuilder {
        self.client.receive_message().queue_url(queue).max_number_of_messages(10).wait_time_seconds(self.wait_s)
    }

    async fn received(&self, queue: &str) -> Vec<Message> {
        self.receive(queue).send().await.unwrap().messages.unwrap_or_default()
    }

    async fn received_one(&self, queue: &str) -> Message {
        let mut messages = self.received(queue).await;
        assert_eq!(messages.len(), 1);
        messages.remove(0)
    }

    async fn is_empty(&self, queue: &str) -> bool {
        self.received(queue).await.is_empty()
    }

    async fn delete(&self, queue: &str, message: &Message) {
        let receipt = message.receipt_handle().unwrap();
        self.client.delete_message().queue_url(queue).receipt_handle(receipt).send().await.unwrap();
    }

    async fn set_visibility(&self, queue: &str, message: &Message, seconds: i32) {
        let change = self.client.change_message_visibility().queue_url(queue).visibility_timeout(seconds);
        change.receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
    }

    async fn pass(&self, seconds: u64) {
        (self.pass_time)(Duration::from_secs(seconds)).await;
    }
}

pub async fn a_message_is_received_as_it_was_sent(bench: &Bench) {
    let queue = bench.queue(&[]).await;
    let sending = bench.client.send_message().queue_url(&queue).message_body("héllo\n{}");
    let sent = sending.send().await.unwrap();

    let receiving = bench.receive(&queue).message_system_attribute_names(MessageSystemAttributeName::All);
    let received = receiving.send().await.unwrap().messages.unwrap_or_default().remove(0);

    assert_eq!(received.body(), Some("héllo\n{}"));
    assert_eq!(received.message_id(), sent.message_id());
    // Some SDKs, such as JavaScript's, refuse an answer without it.
    assert_eq!(sent.md5_of_message_body(), Some("843f4c7af3890d3395bab67d06b6fee6"));
    assert_eq!(received.md5_of_body(), sent.md5_of_message_body());
    let attributes = received.attributes().unwrap();
    assert_eq!(attributes[&MessageSystemAttributeName::ApproximateReceiveCount], "1");
    let time = |name| attributes[&name].parse::<u64>().unwrap();
    let first_received = time(MessageSystemAttributeName::ApproximateFirstReceiveTimestamp);
    assert!(first_received >= time(MessageSystemAttributeName::SentTimestamp));
}

pub async fn a_received_message_is_invisible_until_its_timeout(bench: &Bench) {
    let queue = bench.queue(&[(QueueAttributeName::VisibilityTimeout, "4")]).await;
    bench.send(&queue, "once").await;
    let first = bench.received_one(&queue).await;
    assert!(bench.is_empty(&queue).await);
    bench.pass(5).await;
    let second = bench.received_one(&queue).await;
    assert_eq!(first.message_id(), second.message_id());
    assert_ne!(first.receipt_handle(), second.receipt_handle());
}

pub async fn a_receive_can_choose_its_visibility(bench: &Bench) {
    let queue = bench.queue(&[(QueueAttributeName::VisibilityTimeout, "2")]).await;
    bench.send(&queue, "long").await;
    let receiving = bench.receive(&queue).visibility_timeout(60);
    assert_eq!(receiving.send().await.unwrap().messages().len(), 1);
    bench.pass(5).await;
    assert!(bench.is_empty(&queue).await);
}

pub async fn changing_visibility_hides_longer_or_shows_at_once(bench: &Bench) {
    let queue = bench.queue(&[(QueueAttributeName::VisibilityTimeout, "4")]).await;
    bench.send(&queue, "changing").await;
    let message = bench.received_one(&queue).await;
    bench.set_visibility(&queue, &message, 60).await;
    bench.pass(5).await;
    assert!(bench.is_empty(&queue).await);
    bench.set_visibility(&queue, &message, 0).await;
    bench.received_one(&queue).await;
}

pub async fn a_deleted_message_never_comes_back(bench: &Bench) {
    let queue = bench.queue(&[(QueueAttributeName::VisibilityTimeout, "2")]).await;
    bench.send(&queue, "done").await;
    let message = bench.received_one(&queue).await;
    bench.delete(&queue, &message).await;
    bench.delete(&queue, &message).await;
    bench.pass(3).await;
    assert!(bench.is_empty(&queue).await);
}

pub async fn a_delayed_message_comes_late(bench: &Bench) {
    let queue = bench.queue(&[(QueueAttributeName::DelaySeconds, "4")]).await;
    bench.send(&queue, "queue's delay").await;
    let sending = bench.client.send_message().queue_url(&queue).message_body("no delay");
    sending.delay_seconds(0).send().await.unwrap();
    assert_eq!(bench.received_one(&queue).await.body(), Some("no delay"));
    bench.pass(5).await;
    assert_eq!(bench.received_one(&queue).await.body(), Some("queue's delay"));
}

pub async fn a_message_received_too_often_becomes_a_dead_letter(bench: &Bench) {
    let dead = bench.queue(&[]).await;
    let asking = bench.client.get_queue_attributes().queue_url(&dead).attribute_names(QueueAttributeName::QueueArn);
    let arn = asking.send().await.unwrap().attributes.unwrap().remove(&QueueAttributeName::QueueArn).unwrap();
    let policy = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":2}}"#);
    let settings = [(QueueAttributeName::RedrivePolicy, policy.as_str()), (QueueAttributeName::VisibilityTimeout, "2")];
    let queue = bench.queue(&settings).await;

    bench.send(&queue, "poison").await;
    let first = bench.received_one(&queue).await;
    bench.pass(3).await;
    bench.received_one(&queue).await;
    assert!(bench.is_empty(&dead).await, "it went before its last receive ran out");
    bench.pass(3).await;
    assert!(bench.is_empty(&queue).await, "it was received a third time");
    let letter = bench.received_one(&dead).await;
    assert_eq!((letter.body(), letter.message_id()), (Some("poison"), first.message_id()));
}

pub async fn sixteen_receivers_never_share_a_message(bench: &Bench) {
    const RECEIVERS: usize = 16;
    const MESSAGES: usize = 60;
    let queue = bench.queue(&[]).await;
    for number in 0..MESSAGES {
        bench.send(&queue, &number.to_string()).await;
    }
    let mut receivers = tokio::task::JoinSet::new();
    for _ in 0..RECEIVERS {
        let receiving = bench.receive(&queue).max_number_of_messages(3);
        receivers.spawn(async move {
            let mut bodies = Vec::new();
            loop {
                match receiving.clone().send().await.unwrap().messages {
                    Some(messages) => bodies.extend(messages.into_iter().map(|it| it.body.unwrap())),
                    None => return bodies,
                }
            }
        });
    }
    let bodies = receivers.join_all().await.concat();
    assert_eq!(bodies.len(), MESSAGES, "a message was handed out twice or not at all");
    assert_eq!(bodies.into_iter().collect::<BTreeSet<_>>().len(), MESSAGES);
}

pub async fn a_send_ends_a_long_poll_at_once(bench: &Bench) {
    let queue = bench.queue(&[]).await;
    let poll = tokio::spawn(bench.receive(&queue).wait_time_seconds(20).send());
    // Gives the poll time to begin.
    assert!(bench.is_empty(&queue).await);
    let sending = Instant::now();
    bench.send(&queue, "wake up").await;
    assert_eq!(poll.await.unwrap().unwrap().messages()[0].body(), Some("wake up"));
    assert!(sending.elapsed() < Duration::from_secs(5), "the poll waited on");
}

pub async fn an_unknown_queue_is_an_error(bench: &Bench) {
    let name = format!("check-{}", Uuid::new_v4());
    let existing = bench.queue(&[]).await;
    let url = format!("{}/{name}", existing.rsplit_once('/').unwrap().0);
    let error = bench.receive(&url).send().await.unwrap_err().into_service_error();
    assert!(error.is_queue_does_not_exist());
    assert_eq!(error.code(), Some("AWS.SimpleQueueService.NonExistentQueue"));
}

pub async fn a_bad_receipt_is_an_error(bench: &Bench) {
    let queue = bench.queue(&[]).await;
    let deleting = bench.client.delete_message().queue_url(&queue).receipt_handle("no receipt");
    assert!(deleting.send().await.unwrap_err().into_service_error().is_receipt_handle_is_invalid());

    bench.send(&queue, "deleted").await;
    let message = bench.received_one(&queue).await;
    bench.delete(&queue, &message).await;
    let changing = bench.client.change_message_visibility().queue_url(&queue).visibility_timeout(1);
    let changing = changing.receipt_handle(message.receipt_handle().unwrap());
    let error = changing.send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("InvalidParameterValue"));
}

pub async fn values_outside_the_limits_are_refused(bench: &Bench) {
    let queue = bench.queue(&[]).await;
    let sending = bench.client.send_message().queue_url(&queue).message_body("x");
    let error = sending.clone().delay_seconds(901).send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("InvalidParameterValue"));
    for group in ["", "a b", &"x".repeat(129)] {
        let error = sending.clone().message_group_id(group).send().await.unwrap_err().into_service_error();
        assert_eq!(error.code(), Some("InvalidParameterValue"), "{group}");
    }
    sending.clone().message_group_id("yoigo").send().await.unwrap();
    let error = sending.clone().message_body("\u{1}").send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_message_contents());
    let error = bench.receive(&queue).max_number_of_messages(11).send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("InvalidParameterValue"));
    let error = bench.receive(&queue).wait_time_seconds(21).send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("InvalidParameterValue"));
}

pub async fn a_queue_can_be_created_again_unless_it_differs(bench: &Bench) {
    let queue = bench.queue(&[(QueueAttributeName::VisibilityTimeout, "7")]).await;
    let name = queue.rsplit('/').next().unwrap();
    let again = bench.client.create_queue().queue_name(name);
    assert_eq!(again.clone().send().await.unwrap().queue_url(), Some(queue.as_str()));
    let same = again.clone().attributes(QueueAttributeName::VisibilityTimeout, "7");
    assert_eq!(same.send().await.unwrap().queue_url(), Some(queue.as_str()));
    let other = again.attributes(QueueAttributeName::VisibilityTimeout, "8");
    assert!(other.send().await.unwrap_err().into_service_error().is_queue_name_exists());
}
