//! Records the calls on the wire: their number, and the permissions that a role needs for them.

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef},
    },
    operation::{
        batch_get_item::BatchGetItemInput, delete_item::DeleteItemInput, get_item::GetItemInput,
        put_item::PutItemInput, query::QueryInput, transact_write_items::TransactWriteItemsInput,
        update_item::UpdateItemInput,
    },
    types::{AttributeValue, TransactWriteItem},
};
use aws_sdk_s3::operation::{
    abort_multipart_upload::AbortMultipartUploadInput, complete_multipart_upload::CompleteMultipartUploadInput,
    create_multipart_upload::CreateMultipartUploadInput, delete_object::DeleteObjectInput,
    delete_objects::DeleteObjectsInput, get_object::GetObjectInput, list_objects_v2::ListObjectsV2Input,
    put_object::PutObjectInput, upload_part::UploadPartInput,
};
use aws_sdk_sqs::operation::send_message::SendMessageInput;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{interceptors::context::Input, orchestrator::Metadata},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

/// A permission that a role needs: an action, such as `dynamodb:PutItem`, and the kind of its target: `IDN` … in the
/// table, `i` or `s` in the bucket, otherwise empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Action {
    /// As in a policy.
    pub name: &'static str,
    /// The prefix of the key, or the folder.
    pub kind: String,
}

/// The recorded calls.
#[derive(Clone, Debug, Default)]
pub struct Wire(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    calls: Vec<String>,
    actions: BTreeSet<Action>,
    changed: BTreeMap<String, BTreeSet<String>>,
}

impl Wire {
    /// The names of the AWS operations called since the last time, in order, with every attempt counted: `GetItem`,
    /// `TransactWriteItems`, `SendMessage` …
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no test panics while it holds this").calls)
    }

    /// The attributes that updates named since the last time, by the kind of item: those of a condition too, as AWS
    /// counts them.
    pub fn take_changed(&self) -> BTreeMap<String, BTreeSet<String>> {
        std::mem::take(&mut self.0.lock().expect("no test panics while it holds this").changed)
    }

    /// The permissions needed since the last time.
    pub fn take_actions(&self) -> BTreeSet<Action> {
        std::mem::take(&mut self.0.lock().expect("no test panics while it holds this").actions)
    }
}

impl Intercept for Wire {
    fn name(&self) -> &'static str {
        "Wire"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let actions = actions(context.input());
        let mut seen = self.0.lock().expect("no test panics while it holds this");
        seen.actions.extend(actions);
        for (key, names) in changes(context.input()) {
            let attributes = key.iter().flat_map(|key| key.keys()).chain(names.iter().flat_map(|names| names.values()));
            seen.changed.entry(on_table("", key).kind).or_default().extend(attributes.cloned());
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = cfg.load::<Metadata>().map_or("?", |metadata| metadata.name()).to_owned();
        self.0.lock().expect("no test panics while it holds this").calls.push(operation);
        Ok(())
    }
}

/// The key and the names of each update.
type Update<'a> = (Option<&'a HashMap<String, AttributeValue>>, Option<&'a HashMap<String, String>>);

fn changes(input: &Input) -> Vec<Update<'_>> {
    if let Some(update) = input.downcast_ref::<UpdateItemInput>() {
        return vec![(update.key(), update.expression_attribute_names())];
    }
    let parts = input.downcast_ref::<TransactWriteItemsInput>().map(|transaction| transaction.transact_items());
    let updates = parts.unwrap_or_default().iter().filter_map(TransactWriteItem::update);
    updates.map(|update| (Some(update.key()), update.expression_attribute_names())).collect()
}

/// The permissions that a call needs. An unknown call needs one that no role has.
fn actions(input: &Input) -> Vec<Action> {
    if let Some(batch) = input.downcast_ref::<BatchGetItemInput>() {
        let keys = batch.request_items().into_iter().flat_map(|tables| tables.values()).flat_map(|keys| keys.keys());
        return keys.map(|key| on_table("dynamodb:BatchGetItem", Some(key))).collect();
    }
    if let Some(transaction) = input.downcast_ref::<TransactWriteItemsInput>() {
        return transaction.transact_items().iter().map(part).collect();
    }
    let action = if let Some(get) = input.downcast_ref::<GetItemInput>() {
        on_table("dynamodb:GetItem", get.key())
    } else if let Some(put) = input.downcast_ref::<PutItemInput>() {
        on_table("dynamodb:PutItem", put.item())
    } else if let Some(update) = input.downcast_ref::<UpdateItemInput>() {
        on_table("dynamodb:UpdateItem", update.key())
    } else if let Some(delete) = input.downcast_ref::<DeleteItemInput>() {
        on_table("dynamodb:DeleteItem", delete.key())
    } else if let Some(query) = input.downcast_ref::<QueryInput>() {
        // Rights to an index do not depend on the partition.
        let values = query.expression_attribute_values().filter(|_| query.index_name().is_none());
        of_partition("dynamodb:Query", values.and_then(|values| values.get(":pk")))
    } else if let Some(put) = input.downcast_ref::<PutObjectInput>() {
        in_bucket("s3:PutObject", put.key())
    } else if let Some(get) = input.downcast_ref::<GetObjectInput>() {
        in_bucket("s3:GetObject", get.key())
    } else if let Some(delete) = input.downcast_ref::<DeleteObjectInput>() {
        in_bucket("s3:DeleteObject", delete.key())
    } else if let Some(delete) = input.downcast_ref::<DeleteObjectsInput>() {
        let objects = delete.delete().map(|delete| delete.objects()).unwrap_or_default();
        return objects.iter().map(|object| in_bucket("s3:DeleteObject", Some(object.key()))).collect();
    } else if let Some(begin) = input.downcast_ref::<CreateMultipartUploadInput>() {
        in_bucket("s3:PutObject", begin.key())
    } else if let Some(part) = input.downcast_ref::<UploadPartInput>() {
        in_bucket("s3:PutObject", part.key())
    } else if let Some(complete) = input.downcast_ref::<CompleteMultipartUploadInput>() {
        in_bucket("s3:PutObject", complete.key())
    } else if let Some(abort) = input.downcast_ref::<AbortMultipartUploadInput>() {
        in_bucket("s3:AbortMultipartUpload", abort.key())
    } else if let Some(list) = input.downcast_ref::<ListObjectsV2Input>() {
        in_bucket("s3:ListBucket", list.prefix())
    } else if input.downcast_ref::<SendMessageInput>().is_some() {
        Action { name: "sqs:SendMessage", kind: String::new() }
    } else {
        Action { name: "?", kind: format!("{input:?}").chars().take(40).collect() }
    };
    vec![action]
}

/// A part of a transaction needs the same permission as on its own.
fn part(item: &TransactWriteItem) -> Action {
    match (item.put(), item.update(), item.delete(), item.condition_check()) {
        (Some(put), ..) => on_table("dynamodb:PutItem", Some(put.item())),
        (_, Some(update), ..) => on_table("dynamodb:UpdateItem", Some(update.key())),
        (_, _, Some(delete), _) => on_table("dynamodb:DeleteItem", Some(delete.key())),
        (.., check) => on_table("dynamodb:ConditionCheckItem", check.map(|check| check.key())),
    }
}

fn on_table(name: &'static str, key: Option<&HashMap<String, AttributeValue>>) -> Action {
    of_partition(name, key.and_then(|key| key.get("pk")))
}

fn of_partition(name: &'static str, pk: Option<&AttributeValue>) -> Action {
    let pk = pk.and_then(|pk| pk.as_s().ok()).map_or("", String::as_str);
    Action { name, kind: pk.split('#').next().unwrap_or_default().to_owned() }
}

/// An object's name begins with the organisation and the folder; that of an upload or an export, with one more for all of
/// them.
fn in_bucket(name: &'static str, key: Option<&str>) -> Action {
    if let Some(exports) = key.and_then(|key| key.split('/').next()).filter(|first| *first == "!exports") {
        return Action { name, kind: exports.to_owned() };
    }
    let key = key.map(|key| key.strip_prefix("!uploads/").unwrap_or(key));
    Action { name, kind: key.and_then(|key| key.split('/').nth(1)).unwrap_or_default().to_owned() }
}
