//! Creates the table, the bucket and the queues where there is no CloudFormation: for the local server and for tests.
//!
//! `template.yaml` defines the same for AWS. Idempotent.

use crate::{clients::AwsClients, errors::code};
use acredita_domain::ports::limits::{DELIVERY_LEASE, EXPORT_LEASE, LEASE, RETRY_WITHIN};
use aws_sdk_dynamodb::{
    client::Waiters,
    operation::create_table::builders::CreateTableFluentBuilder,
    types::{
        AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
        GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
        TimeToLiveSpecification, TimeToLiveStatus,
    },
};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use aws_sdk_sqs::types::QueueAttributeName;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::time::Duration;

/// The sparse index of due work.
pub const DUE_INDEX: &str = "due";
/// The attributes of the index besides keys: enough to identify due work without reading each item. Both are written
/// once, so the index is written only when an item becomes due at another time; neither reveals anything about a
/// person.
pub const DUE_PROJECTION: [&str; 2] = ["org", "prefixes"];
/// The sparse index of lists.
pub const LIST_INDEX: &str = "list";
const LIST_KEYS: [&str; 2] = ["list_shard", "list_at"];
/// The attributes of the index besides keys: enough to choose rows without reading each item.
pub const LIST_PROJECTION: [&str; 1] = ["event_type"];
/// The sparse index of records: identifications, chains, and scorings that stand alone.
pub const RECORDS_INDEX: &str = "records";
pub const RECORD_KEYS: [&str; 2] = ["record_shard", "record_at"];
/// The attributes of the index besides keys: all that a list of records shows.
pub const RECORD_PROJECTION: [&str; 7] =
    ["record_kind", "status", "closed", "expires_at", "client_reference_id", "score", "review"];
/// The attribute by which DynamoDB drops items.
pub const TTL_ATTRIBUTE: &str = "ttl";
/// How long the queue hides a message that a worker took: longer than [`LEASE`], so that it comes back when it can be
/// claimed again.
pub const VISIBILITY_SECONDS: u32 = 90;
/// The same for deliveries: six times as long as its worker may take. The sweep is sooner.
pub const DISPATCH_VISIBILITY_SECONDS: u32 = 450;
/// The same for exports.
pub const EXPORTS_VISIBILITY_SECONDS: u32 = 450;
/// The number of receives after which a message goes to the dead letters.
pub const MAX_RECEIVES: u32 = 5;
/// SQS's maximum, 14 days.
pub const DEAD_LETTER_SECONDS: u32 = 14 * 24 * 60 * 60;
const TABLE_WAIT: Duration = Duration::from_secs(30);

const _: () = assert!(VISIBILITY_SECONDS as i64 > LEASE.num_seconds());
const _: () = assert!(DISPATCH_VISIBILITY_SECONDS as i64 > DELIVERY_LEASE.num_seconds());
const _: () = assert!(EXPORTS_VISIBILITY_SECONDS as i64 > EXPORT_LEASE.num_seconds());
// One extra minute for the queue to find a worker.
const _: () = assert!(VISIBILITY_SECONDS as i64 + 60 <= RETRY_WITHIN.num_seconds());

/// The resources to create.
#[derive(Clone, Debug)]
pub struct ResourceNames {
    /// The region for the bucket.
    pub region: String,
    pub table: String,
    pub bucket: String,
    pub queue: String,
    pub dead_letter_queue: String,
    pub dispatch_queue: String,
    pub dispatch_dead_letter_queue: String,
    pub exports_queue: String,
    pub exports_dead_letter_queue: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueUrls {
    pub queue: String,
    pub dead_letter_queue: String,
    pub dispatch_queue: String,
    pub dispatch_dead_letter_queue: String,
    pub exports_queue: String,
    pub exports_dead_letter_queue: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot make the {what}: {code}")]
pub struct ProvisionError {
    pub what: &'static str,
    /// The service's error code.
    pub code: String,
}

fn failed<E: ProvideErrorMetadata, R>(what: &'static str) -> impl FnOnce(SdkError<E, R>) -> ProvisionError {
    move |error| ProvisionError { what, code: code(&error).to_owned() }
}

/// Creates the missing resources.
pub async fn provision(clients: &AwsClients, names: &ResourceNames) -> Result<QueueUrls, ProvisionError> {
    make_table(&clients.dynamodb, &names.table).await?;
    make_bucket(&clients.s3, &names.bucket, &names.region).await?;
    let (queue, dead_letter_queue) =
        make_queue(&clients.sqs, &names.queue, &names.dead_letter_queue, VISIBILITY_SECONDS).await?;
    let (dispatch_queue, dispatch_dead_letter_queue) =
        make_queue(&clients.sqs, &names.dispatch_queue, &names.dispatch_dead_letter_queue, DISPATCH_VISIBILITY_SECONDS)
            .await?;
    let (exports_queue, exports_dead_letter_queue) =
        make_queue(&clients.sqs, &names.exports_queue, &names.exports_dead_letter_queue, EXPORTS_VISIBILITY_SECONDS)
            .await?;
    Ok(QueueUrls {
        queue,
        dead_letter_queue,
        dispatch_queue,
        dispatch_dead_letter_queue,
        exports_queue,
        exports_dead_letter_queue,
    })
}

async fn make_table(client: &aws_sdk_dynamodb::Client, table: &str) -> Result<(), ProvisionError> {
    match describe(client.create_table().table_name(table)).send().await {
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception()) => {}
        made => drop(made.map_err(failed("table"))?),
    }
    let waiting = client.wait_until_table_exists().table_name(table).wait(TABLE_WAIT).await;
    let there = waiting.ok().and_then(|last| last.into_result().ok()).and_then(|described| described.table);
    let there = there.ok_or_else(|| ProvisionError { what: "table", code: "it does not become active".to_owned() })?;
    for later in [list(), records()] {
        if !there.global_secondary_indexes().iter().any(|index| index.index_name() == Some(later.index_name())) {
            add_index(client, table, &later).await?;
        }
    }

    let ttl = client.describe_time_to_live().table_name(table).send().await.map_err(failed("time to live"))?;
    let status = ttl.time_to_live_description().and_then(|ttl| ttl.time_to_live_status());
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Ok(());
    }
    let specification = TimeToLiveSpecification::builder()
        .attribute_name(TTL_ATTRIBUTE)
        .enabled(true)
        .build()
        .expect("name and state are set");
    let request = client.update_time_to_live().table_name(table).time_to_live_specification(specification);
    request.send().await.map_err(failed("time to live"))?;
    Ok(())
}

/// Adds an index to a table from before there was one.
async fn add_index(
    client: &aws_sdk_dynamodb::Client,
    table: &str,
    later: &GlobalSecondaryIndex,
) -> Result<(), ProvisionError> {
    let create = CreateGlobalSecondaryIndexAction::builder()
        .index_name(later.index_name())
        .set_key_schema(Some(later.key_schema().to_vec()))
        .set_projection(later.projection().cloned())
        .build()
        .expect("name, keys and projection are set");
    let update = GlobalSecondaryIndexUpdate::builder().create(create).build();
    let attributes = later.key_schema().iter().map(|key| attribute(key.attribute_name(), ScalarAttributeType::S));
    let request = client.update_table().table_name(table).set_attribute_definitions(Some(attributes.collect()));
    request.global_secondary_index_updates(update).send().await.map_err(failed("index"))?;
    Ok(())
}

fn list() -> GlobalSecondaryIndex {
    index(LIST_INDEX, LIST_KEYS, &LIST_PROJECTION)
}

fn records() -> GlobalSecondaryIndex {
    index(RECORDS_INDEX, RECORD_KEYS, &RECORD_PROJECTION)
}

fn describe(table: CreateTableFluentBuilder) -> CreateTableFluentBuilder {
    let due = index(DUE_INDEX, ["due_shard", "due_at"], &DUE_PROJECTION);
    table
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk", ScalarAttributeType::S))
        .attribute_definitions(attribute("sk", ScalarAttributeType::S))
        .attribute_definitions(attribute("due_shard", ScalarAttributeType::S))
        .attribute_definitions(attribute("due_at", ScalarAttributeType::N))
        .attribute_definitions(attribute("list_shard", ScalarAttributeType::S))
        .attribute_definitions(attribute("list_at", ScalarAttributeType::S))
        .attribute_definitions(attribute("record_shard", ScalarAttributeType::S))
        .attribute_definitions(attribute("record_at", ScalarAttributeType::S))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .global_secondary_indexes(due)
        .global_secondary_indexes(list())
        .global_secondary_indexes(records())
}

fn index(name: &str, [hash, range]: [&str; 2], projected: &[&str]) -> GlobalSecondaryIndex {
    let projected = projected.iter().map(|name| (*name).to_owned()).collect();
    let projection =
        Projection::builder().projection_type(ProjectionType::Include).set_non_key_attributes(Some(projected)).build();
    let index = GlobalSecondaryIndex::builder().index_name(name).projection(projection);
    let index = index.key_schema(key(hash, KeyType::Hash)).key_schema(key(range, KeyType::Range));
    index.build().expect("name, keys and projection are set")
}

fn attribute(name: &str, kind: ScalarAttributeType) -> AttributeDefinition {
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().expect("name and type are set")
}

fn key(name: &str, kind: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().expect("name and type are set")
}

async fn make_bucket(client: &aws_sdk_s3::Client, bucket: &str, region: &str) -> Result<(), ProvisionError> {
    let mut request = client.create_bucket().bucket(bucket);
    // The one region that must not be named.
    if region != "us-east-1" {
        let place = BucketLocationConstraint::from(region);
        request = request
            .create_bucket_configuration(CreateBucketConfiguration::builder().location_constraint(place).build());
    }
    match request.send().await {
        Err(error) if matches!(code(&error), "BucketAlreadyOwnedByYou" | "BucketAlreadyExists") => Ok(()),
        made => made.map(drop).map_err(failed("bucket")),
    }
}

/// A queue with its dead letters. Returns the addresses of both.
async fn make_queue(
    client: &aws_sdk_sqs::Client,
    queue: &str,
    dead_letter_queue: &str,
    visibility_seconds: u32,
) -> Result<(String, String), ProvisionError> {
    let what = "dead-letter queue";
    let missing = |what| ProvisionError { what, code: "it has no address".to_owned() };
    let made = client
        .create_queue()
        .queue_name(dead_letter_queue)
        .attributes(QueueAttributeName::MessageRetentionPeriod, DEAD_LETTER_SECONDS.to_string())
        .send()
        .await;
    let dead_letters = made.map_err(failed(what))?.queue_url.ok_or_else(|| missing(what))?;
    let attributes = client
        .get_queue_attributes()
        .queue_url(&dead_letters)
        .attribute_names(QueueAttributeName::QueueArn)
        .send()
        .await;
    let attributes = attributes.map_err(failed(what))?.attributes.unwrap_or_default();
    let arn = attributes.get(&QueueAttributeName::QueueArn).ok_or_else(|| missing(what))?;

    let redrive = serde_json::json!({ "deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES });
    let made = client
        .create_queue()
        .queue_name(queue)
        .attributes(QueueAttributeName::VisibilityTimeout, visibility_seconds.to_string())
        .attributes(QueueAttributeName::RedrivePolicy, redrive.to_string())
        .send()
        .await;
    let queue = made.map_err(failed("queue"))?.queue_url.ok_or_else(|| missing("queue"))?;
    Ok((queue, dead_letters))
}
