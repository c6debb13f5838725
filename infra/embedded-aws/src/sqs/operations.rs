//! The HTTP interface of the SQS stand-in: finds the operation of a request, and answers it.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::SqsError;
use super::service::Sqs;
use crate::{Credentials, ids, signature};

const TARGET: &str = "x-amz-target";
const TARGET_PREFIX: &str = "AmazonSQS.";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

type Callee = (Arc<Sqs>, Arc<Credentials>);

pub(super) async fn answer(State((sqs, credentials)): State<Callee>, head: Parts, body: Bytes) -> Response {
    let answer = operate(&sqs, &credentials, &head, &body).await.map(Json);
    let common = [(REQUEST_ID, ids::random().to_string()), (CONTENT_TYPE, "application/x-amz-json-1.0".to_owned())];
    (common, answer).into_response()
}

async fn operate(sqs: &Sqs, credentials: &Credentials, head: &Parts, body: &[u8]) -> Result<Value, SqsError> {
    signature::check(credentials, "sqs", head, body)?;
    let target = head.headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
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
