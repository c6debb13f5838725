//! The SQS stand-in: the checks that hold for Amazon SQS too, and those of its own.

use std::path::Path;
use std::time::Duration;

use acredita_embedded_aws::{EmbeddedAws, Storage};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::QueueAttributeName;
use tempfile::TempDir;

use crate::sqs_checks::{self, Bench};
use crate::support::{Remains, TestClock, sqs, start_in, start_in_memory};

macro_rules! checks {
    ($($check:ident)*) => {$(
        #[tokio::test]
        async fn $check() {
            let clock = TestClock::new();
            let aws = EmbeddedAws::start(Storage::Memory, clock.as_clock()).await.unwrap();
            let pass_time = move |by| {
                clock.advance(by);
                Box::pin(std::future::ready(())) as _
            };
            sqs_checks::$check(&Bench { client: sqs(&aws), pass_time: Box::new(pass_time), wait_s: 0 }).await;
        }
    )*};
}

checks! {
    a_message_is_received_as_it_was_sent
    a_received_message_is_invisible_until_its_timeout
    a_receive_can_choose_its_visibility
    changing_visibility_hides_longer_or_shows_at_once
    a_deleted_message_never_comes_back
    a_delayed_message_comes_late
    a_message_received_too_often_becomes_a_dead_letter
    sixteen_receivers_never_share_a_message
    a_send_ends_a_long_poll_at_once
    an_unknown_queue_is_an_error
    a_bad_receipt_is_an_error
    values_outside_the_limits_are_refused
    a_queue_can_be_created_again_unless_it_differs
}

/// The numbers of visible, in-flight and delayed messages.
async fn counts(client: &Client, queue: &str) -> [String; 3] {
    let asking = client.get_queue_attributes().queue_url(queue).attribute_names(QueueAttributeName::All);
    let mut attributes = asking.send().await.unwrap().attributes.unwrap();
    [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    ]
    .map(|name| attributes.remove(&name).unwrap())
}

async fn send(client: &Client, queue: &str, body: &str, delay_s: i32) {
    client.send_message().queue_url(queue).message_body(body).delay_seconds(delay_s).send().await.unwrap();
}

#[tokio::test]
async fn attributes_count_messages_by_what_can_be_done_with_them() {
    let aws = start_in_memory().await;
    let client = sqs(&aws);
    let queue = client.create_queue().queue_name("counted").send().await.unwrap().queue_url.unwrap();
    for (body, delay_s) in [("a", 0), ("b", 0), ("c", 0), ("d", 60)] {
        send(&client, &queue, body, delay_s).await;
    }
    client.receive_message().queue_url(&queue).send().await.unwrap();
    assert_eq!(counts(&client, &queue).await, ["2", "1", "1"]);
}

#[tokio::test]
async fn a_receipt_of_an_earlier_receive_deletes_nothing() {
    let aws = start_in_memory().await;
    let client = sqs(&aws);
    let queue = client.create_queue().queue_name("twice").send().await.unwrap().queue_url.unwrap();
    send(&client, &queue, "a", 0).await;
    let receiving = client.receive_message().queue_url(&queue).visibility_timeout(0);
    let earlier = receiving.clone().send().await.unwrap().messages.unwrap().remove(0);
    let later = receiving.send().await.unwrap().messages.unwrap().remove(0);
    let deleting = client.delete_message().queue_url(&queue);
    deleting.clone().receipt_handle(earlier.receipt_handle.unwrap()).send().await.unwrap();
    assert_eq!(counts(&client, &queue).await, ["1", "0", "0"]);
    deleting.receipt_handle(later.receipt_handle.unwrap()).send().await.unwrap();
    assert_eq!(counts(&client, &queue).await, ["0", "0", "0"]);
}

#[tokio::test]
async fn a_message_is_forgotten_after_the_retention_period() {
    let clock = TestClock::new();
    let aws = EmbeddedAws::start(Storage::Memory, clock.as_clock()).await.unwrap();
    let client = sqs(&aws);
    let creating =
        client.create_queue().queue_name("short").attributes(QueueAttributeName::MessageRetentionPeriod, "60");
    let queue = creating.send().await.unwrap().queue_url.unwrap();
    send(&client, &queue, "a", 0).await;
    clock.advance(Duration::from_secs(59));
    assert_eq!(counts(&client, &queue).await, ["1", "0", "0"]);
    clock.advance(Duration::from_secs(1));
    assert_eq!(counts(&client, &queue).await, ["0", "0", "0"]);
}

#[tokio::test]
async fn what_it_does_not_know_is_refused() {
    let aws = start_in_memory().await;
    let client = sqs(&aws);
    let fifo = client.create_queue().queue_name("orders.fifo").send().await.unwrap_err().into_service_error();
    assert_eq!(fifo.code(), Some("InvalidParameterValue"));
    let policy = client.create_queue().queue_name("open").attributes(QueueAttributeName::Policy, "{}");
    assert!(policy.send().await.unwrap_err().into_service_error().is_invalid_attribute_name());
    let listing = client.list_queues().send().await.unwrap_err().into_service_error();
    assert_eq!(listing.code(), Some("InvalidAction"));
    let queue = client.create_queue().queue_name("plain").send().await.unwrap().queue_url.unwrap();
    let fifo = client.send_message().queue_url(queue).message_body("a").message_deduplication_id("1");
    let fifo = fifo.send().await.unwrap_err().into_service_error();
    assert!(fifo.message().is_some_and(|message| message.contains("unknown field `MessageDeduplicationId`")));
}

#[tokio::test]
async fn a_redrive_policy_needs_an_existing_dead_letter_queue() {
    let aws = start_in_memory().await;
    let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:000000000000:nowhere","maxReceiveCount":"5"}"#;
    let creating = sqs(&aws).create_queue().queue_name("a").attributes(QueueAttributeName::RedrivePolicy, policy);
    assert_eq!(creating.send().await.unwrap_err().into_service_error().code(), Some("InvalidParameterValue"));
}

#[tokio::test]
async fn another_access_key_is_refused() {
    let aws = start_in_memory().await;
    let mut config = sqs(&aws).config().to_builder();
    let other = aws_sdk_sqs::config::Credentials::new("someone-else", "secret", None, None, "test");
    config.set_credentials_provider(Some(aws_sdk_sqs::config::SharedCredentialsProvider::new(other)));
    let creating = Client::from_conf(config.build()).create_queue().queue_name("a").send();
    assert_eq!(creating.await.unwrap_err().into_service_error().code(), Some("InvalidClientTokenId"));
}

/// Leaves one visible, one in-flight, one delayed and one dead-lettered message.
async fn fill(client: &Client) {
    let dead = "arn:aws:sqs:eu-west-1:000000000000:dead";
    let policy = format!(r#"{{"deadLetterTargetArn":"{dead}","maxReceiveCount":1}}"#);
    client.create_queue().queue_name("dead").send().await.unwrap();
    let creating = client.create_queue().queue_name("work").attributes(QueueAttributeName::RedrivePolicy, policy);
    let queue = creating.send().await.unwrap().queue_url.unwrap();
    for (body, visibility_s) in [("poison", 0), ("in flight", 600)] {
        send(client, &queue, body, 0).await;
        let receiving = client.receive_message().queue_url(&queue).visibility_timeout(visibility_s);
        assert_eq!(receiving.send().await.unwrap().messages()[0].body(), Some(body));
    }
    send(client, &queue, "visible", 0).await;
    send(client, &queue, "delayed", 600).await;
}

async fn assert_filled(folder: &Path) {
    let aws = start_in(folder).await;
    let client = sqs(&aws);
    let url = |name: &str| format!("{}/000000000000/{name}", aws.sqs_endpoint());
    assert_eq!(counts(&client, &url("work")).await, ["1", "1", "1"]);
    assert_eq!(counts(&client, &url("dead")).await, ["1", "0", "0"]);
    let receiving = client.receive_message().queue_url(url("work")).max_number_of_messages(10);
    assert_eq!(receiving.send().await.unwrap().messages()[0].body(), Some("visible"));
    aws.stop().await;
}

#[tokio::test]
async fn queues_and_messages_survive_a_restart() {
    let folder = TempDir::new().unwrap();
    let aws = start_in(folder.path()).await;
    fill(&sqs(&aws)).await;
    aws.stop().await;
    assert_filled(folder.path()).await;
}

#[tokio::test]
async fn queues_and_messages_survive_a_killed_process() {
    let folder = TempDir::new().unwrap();
    let aws = start_in(folder.path()).await;
    fill(&sqs(&aws)).await;
    let remains = Remains::of(folder.path());
    assert_filled(&remains.path()).await;
}

#[tokio::test]
async fn a_queue_url_from_before_a_restart_still_works() {
    let folder = TempDir::new().unwrap();
    let aws = start_in(folder.path()).await;
    let queue = sqs(&aws).create_queue().queue_name("kept").send().await.unwrap().queue_url.unwrap();
    aws.stop().await;
    let aws = start_in(folder.path()).await;
    send(&sqs(&aws), &queue, "a", 0).await;
}
