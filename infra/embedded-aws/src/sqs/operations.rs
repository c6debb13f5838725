//! The HTTP interface of the SQS stand-in: finds the operation of a request, and answers it.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::SqsError;
use super::messages;
use super::service::Sqs;
use crate::LOCAL_CREDENTIALS;

const TARGET: &str = "x-amz-target";
const TARGET_PREFIX: &str = "AmazonSQS.";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

pub(super) async fn answer(State(sqs): State<Arc<Sqs>>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = operate(&sqs, &headers, &body).await.map(Json);
    let common =
        [(REQUEST_ID, messages::random_id().to_string()), (CONTENT_TYPE, "application/x-amz-json-1.0".to_owned())];
    (common, answer).into_response()
}

async fn operate(sqs: &Sqs, headers: &HeaderMap, body: &[u8]) -> Result<Value, SqsError> {
    check_caller(headers)?;
    let target = headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
    match target.strip_prefix(TARGET_PREFIX).unwrap_or_default() {
        "CreateQueue" => sqs.create_queue(read(body)?),
        "GetQueueAttributes" => sqs.get_queue_attributes(read(body)?),
        "SendMessage" => sqs.send_message(read(body)?),
        "ReceiveMessage" => sqs.receive_message(read(body)?).await,
        "DeleteMessage" => sqs.delete_message(read(body)?),
        "ChangeMessageVisibility" => sqs.change_message_visibility(read(body)?),
        _ => Err(SqsError::UnknownOperation),
    }
}

/// Requires the local access key. The signature is not checked: this is not a guard, but it shows a caller at once that
/// real AWS credentials ended up here. It also keeps web pages out, which cannot send the header here.
fn check_caller(headers: &HeaderMap) -> Result<(), SqsError> {
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or(SqsError::Unsigned)?;
    let local = format!("Credential={}/", LOCAL_CREDENTIALS.access_key_id);
    if authorization.contains(&local) { Ok(()) } else { Err(SqsError::UnknownAccessKey) }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, SqsError> {
    serde_json::from_slice(body).map_err(|error| SqsError::Unreadable(reason(&error)))
}

/// Names an unknown or missing field; never repeats a value, as most other messages of the parser would.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let names_a_field = text.starts_with("unknown field") || text.starts_with("missing field");
    if names_a_field {
        text.split([',', ' ']).take(3).collect::<Vec<_>>().join(" ")
    } else {
        format!("not what the operation expects, at line {} column {}", error.line(), error.column())
    }
}
