//! The queue carries nothing but ids.

use crate::{
    samples::{alone, message, now, org, otp},
    stage::Stage,
};
use acredita_aws::{
    SqsQueue,
    provision::{LIST_INDEX, provision},
};
use acredita_domain::{
    error::Unavailable,
    ports::{EventQuery, MessageRef, Order, Queue},
};
use aws_sdk_dynamodb::types::{DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate};
use aws_sdk_sqs::types::QueueAttributeName;

/// Kicks, and returns the body that a worker receives.
async fn received(stage: &Stage, message: MessageRef) -> String {
    stage.ports.queue.kick(message).await.expect("kicked");
    let answer = stage.clients.sqs.receive_message().queue_url(&stage.queue_url).send().await.expect("an answer");
    let [message] = answer.messages() else { panic!("one message") };
    message.body().expect("a body").to_owned()
}

#[tokio::test]
async fn a_kick_carries_the_ids_of_its_message() {
    let stage = Stage::start().await;
    let reference = message(&otp(), 1, "phone").message.reference;
    let body = received(&stage, reference).await;
    assert_eq!(serde_json::from_str::<MessageRef>(&body).expect("a reference"), reference);
    let expected =
        serde_json::json!({ "message_id": reference.message_id, "identification_id": reference.identification_id });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&body).expect("JSON"), expected);
}

#[tokio::test]
async fn a_kick_that_is_not_taken_says_so() {
    let stage = Stage::start().await;
    let nowhere = SqsQueue::new(stage.clients.sqs.clone(), stage.queue_url.replace("messages", "nowhere"));
    let kicked = nowhere.kick(message(&otp(), 1, "phone").message.reference).await;
    assert_eq!(kicked, Err(Unavailable("the queue")));
}

#[tokio::test]
async fn a_message_comes_back_after_its_lease_and_ends_in_the_dead_letters() {
    let stage = Stage::start().await;
    let answer = stage
        .clients
        .sqs
        .get_queue_attributes()
        .queue_url(&stage.queue_url)
        .attribute_names(QueueAttributeName::All)
        .send()
        .await;
    let attributes = answer.expect("an answer").attributes.expect("attributes");
    assert_eq!(attributes[&QueueAttributeName::VisibilityTimeout], "90");
    let redrive: serde_json::Value =
        serde_json::from_str(&attributes[&QueueAttributeName::RedrivePolicy]).expect("JSON");
    assert_eq!(redrive["maxReceiveCount"].to_string().trim_matches('"'), "5");
    assert!(redrive["deadLetterTargetArn"].as_str().is_some_and(|arn| arn.ends_with(":dead-letters")));
}

#[tokio::test]
async fn providing_everything_again_changes_nothing() {
    let stage = Stage::start().await;
    let again = provision(&stage.clients, &stage.names).await.expect("provided again");
    assert_eq!(again.queue, stage.queue_url);
}

/// A data folder from before there were events has a table without the index of lists.
#[tokio::test]
async fn a_table_that_lacks_an_index_gets_it() {
    let stage = Stage::start().await;
    let (client, table) = (&stage.clients.dynamodb, &stage.names.table);
    let drop = DeleteGlobalSecondaryIndexAction::builder().index_name(LIST_INDEX).build().expect("a name");
    let drop = GlobalSecondaryIndexUpdate::builder().delete(drop).build();
    client.update_table().table_name(table).global_secondary_index_updates(drop).send().await.expect("dropped");
    let indexes = async || {
        let table = client.describe_table().table_name(table).send().await.expect("an answer").table.expect("a table");
        table.global_secondary_indexes().len()
    };
    assert_eq!(indexes().await, 2);
    provision(&stage.clients, &stage.names).await.expect("provided again");
    assert_eq!(indexes().await, 3);
    stage.ports.identifications.create(alone(&otp()), now()).await.expect("created");
    let query = EventQuery { kind: None, from: None, to: None, order: Order::Ascending, after: None, limit: 10 };
    assert_eq!(stage.ports.events.list(&org(), query).await.expect("an answer").events.len(), 1);
}
