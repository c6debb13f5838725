//! The DynamoDB stand-in: the features that the adapters rely on most.

use std::collections::HashMap;
use std::path::Path;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put, ScalarAttributeType,
    TimeToLiveSpecification, TransactWriteItem, Update,
};
use tempfile::TempDir;

use crate::support::{Remains, dynamodb, start_in, start_in_memory};

const TABLE: &str = "state";

async fn create_table(client: &Client) {
    let key = AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    let schema = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash);
    let creating = client.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    let creating = creating.attribute_definitions(key.build().unwrap()).key_schema(schema.build().unwrap());
    creating.send().await.unwrap();
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Puts an item that must not exist yet.
fn put_new(pk: &str) -> TransactWriteItem {
    let put = Put::builder().table_name(TABLE).item("pk", text(pk)).condition_expression("attribute_not_exists(pk)");
    TransactWriteItem::builder().put(put.build().unwrap()).build()
}

fn add(pk: &str, amount: i64) -> TransactWriteItem {
    let update = Update::builder().table_name(TABLE).key("pk", text(pk)).update_expression("ADD tries :n");
    TransactWriteItem::builder()
        .update(update.expression_attribute_values(":n", number(amount)).build().unwrap())
        .build()
}

async fn item(client: &Client, pk: &str) -> Option<HashMap<String, AttributeValue>> {
    let getting = client.get_item().table_name(TABLE).key("pk", text(pk)).consistent_read(true);
    getting.send().await.unwrap().item
}

#[tokio::test]
async fn a_transaction_writes_all_or_nothing() {
    let aws = start_in_memory().await;
    let client = dynamodb(&aws);
    create_table(&client).await;
    let both = client.transact_write_items().transact_items(put_new("a")).transact_items(put_new("b"));
    both.send().await.unwrap();

    let halves = client.transact_write_items().transact_items(put_new("c")).transact_items(put_new("b"));
    let error = halves.send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        canceled,
    ) = error
    else {
        panic!("{error:?}");
    };
    let codes: Vec<_> = canceled.cancellation_reasons().iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    assert_eq!(item(&client, "c").await, None);
}

#[tokio::test]
async fn a_transaction_replayed_with_its_token_is_applied_once() {
    let aws = start_in_memory().await;
    let client = dynamodb(&aws);
    create_table(&client).await;
    let adding = client.transact_write_items().client_request_token("token-1").transact_items(add("a", 1));
    adding.clone().send().await.unwrap();
    adding.send().await.unwrap();
    assert_eq!(item(&client, "a").await.unwrap()["tries"], number(1));

    let other = client.transact_write_items().client_request_token("token-1").transact_items(add("a", 2));
    let error = other.send().await.unwrap_err().into_service_error();
    assert!(error.is_idempotent_parameter_mismatch_exception());
}

#[tokio::test]
async fn one_of_sixteen_racing_writers_wins() {
    let aws = start_in_memory().await;
    let client = dynamodb(&aws);
    create_table(&client).await;
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        writers.spawn(client.transact_write_items().transact_items(put_new("a")).transact_items(add("b", 1)).send());
    }
    let won = writers.join_all().await.into_iter().filter(Result::is_ok).count();
    assert_eq!(won, 1);
    assert_eq!(item(&client, "b").await.unwrap()["tries"], number(1));
}

#[tokio::test]
async fn items_survive_a_restart() {
    let folder = TempDir::new().unwrap();
    let aws = start_in(folder.path()).await;
    fill(&dynamodb(&aws)).await;
    aws.stop().await;
    assert_filled(folder.path()).await;
}

#[tokio::test]
async fn items_survive_a_killed_process() {
    let folder = TempDir::new().unwrap();
    let aws = start_in(folder.path()).await;
    fill(&dynamodb(&aws)).await;
    let remains = Remains::of(folder.path());
    assert_filled(&remains.path()).await;
}

async fn fill(client: &Client) {
    create_table(client).await;
    let writing = client.transact_write_items().transact_items(put_new("a")).transact_items(add("b", 3));
    writing.send().await.unwrap();
}

async fn assert_filled(folder: &Path) {
    let aws = start_in(folder).await;
    let client = dynamodb(&aws);
    assert!(item(&client, "a").await.is_some());
    assert_eq!(item(&client, "b").await.unwrap()["tries"], number(3));
    aws.stop().await;
}

#[tokio::test]
async fn an_item_past_its_time_to_live_stays_until_it_is_deleted() {
    let folder = TempDir::new().unwrap();
    let aws = start_in(folder.path()).await;
    let client = dynamodb(&aws);
    create_table(&client).await;
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name("expires").build().unwrap();
    client.update_time_to_live().table_name(TABLE).time_to_live_specification(ttl).send().await.unwrap();
    let putting = client.put_item().table_name(TABLE).item("pk", text("old")).item("expires", number(1_000_000_000));
    putting.send().await.unwrap();
    aws.stop().await;

    let aws = start_in(folder.path()).await;
    assert!(item(&dynamodb(&aws), "old").await.is_some());
}
