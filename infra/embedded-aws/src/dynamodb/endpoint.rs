//! The HTTP interface of DynamoDB (AWS JSON 1.0): checks the signature, and has dynoxide answer.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::signature::{self, Unproven};
use crate::{Credentials, ids};

const TARGET: &str = "x-amz-target";
const TARGET_PREFIX: &str = "DynamoDB_20120810.";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

pub(super) struct Endpoint {
    pub database: Database,
    pub credentials: Credentials,
}

/// Why a request is refused.
enum Refused {
    Unproven(Unproven),
    UnknownOperation,
    Unreadable,
    /// By dynoxide.
    Operation(DynoxideError),
    /// An answer that is not JSON: a bug of dynoxide.
    Unwritable,
}

pub(super) async fn answer(State(endpoint): State<Arc<Endpoint>>, head: Parts, body: Bytes) -> Response {
    let answer = endpoint.operate(&head, &body);
    let common = [(REQUEST_ID, ids::random().to_string()), (CONTENT_TYPE, "application/x-amz-json-1.0".to_owned())];
    (common, answer).into_response()
}

impl Endpoint {
    fn operate(&self, head: &Parts, body: &[u8]) -> Result<String, Refused> {
        signature::check(&self.credentials, "dynamodb", head, body).map_err(Refused::Unproven)?;
        let target = head.headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
        let db = &self.database;
        match target.strip_prefix(TARGET_PREFIX).unwrap_or_default() {
            "CreateTable" => run(body, |request| db.create_table(request)),
            "DeleteTable" => run(body, |request| db.delete_table(request)),
            "DescribeTable" => run(body, |request| db.describe_table(request)),
            "ListTables" => run(body, |request| db.list_tables(request)),
            "UpdateTable" => run(body, |request| db.update_table(request)),
            "DescribeTimeToLive" => run(body, |request| db.describe_time_to_live(request)),
            "UpdateTimeToLive" => run(body, |request| db.update_time_to_live(request)),
            "GetItem" => run(body, |request| db.get_item(request)),
            "PutItem" => run(body, |request| db.put_item(request)),
            "UpdateItem" => run(body, |request| db.update_item(request)),
            "DeleteItem" => run(body, |request| db.delete_item(request)),
            "Query" => run(body, |request| db.query(request)),
            "Scan" => run(body, |request| db.scan(request)),
            "BatchGetItem" => run(body, |request| db.batch_get_item(request)),
            "BatchWriteItem" => run(body, |request| db.batch_write_item(request)),
            "TransactGetItems" => run(body, |request| db.transact_get_items(request)),
            "TransactWriteItems" => run(body, |request| db.transact_write_items(request)),
            "ExecuteStatement" => run(body, |request| db.execute_statement(request)),
            _ => Err(Refused::UnknownOperation),
        }
    }
}

fn run<I: DeserializeOwned, O: Serialize>(
    body: &[u8],
    operation: impl FnOnce(I) -> dynoxide::Result<O>,
) -> Result<String, Refused> {
    let request = serde_json::from_slice(body).map_err(|_| Refused::Unreadable)?;
    let answer = operation(request).map_err(Refused::Operation)?;
    serde_json::to_string(&answer).map_err(|_| Refused::Unwritable)
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        const COMMON: &str = "com.amazon.coral.service";
        let (status, name, message) = match self {
            Self::Unproven(Unproven::Unsigned) => {
                (400, "MissingAuthenticationTokenException", "Request is missing Authentication Token")
            }
            Self::Unproven(Unproven::UnknownAccessKey) => {
                (400, "UnrecognizedClientException", "The access key is not the one of this data folder")
            }
            Self::Unproven(Unproven::WrongSignature) => {
                (400, "InvalidSignatureException", "The signature does not match the request, or is too old")
            }
            Self::UnknownOperation => {
                (400, "UnknownOperationException", "This local stand-in for DynamoDB does not know the operation")
            }
            // Not repeated: the parser's words hold values of the request.
            Self::Unreadable => (400, "SerializationException", "The request is not what the operation expects"),
            Self::Unwritable => (500, "InternalFailure", "The answer cannot be written"),
            Self::Operation(error) => {
                let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                tracing::debug!(%status, kind = error.error_type(), "the embedded DynamoDB refused a request");
                return (status, error.to_json()).into_response();
            }
        };
        tracing::debug!(status, kind = name, "the embedded DynamoDB refused a request");
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, json!({ "__type": format!("{COMMON}#{name}"), "message": message }).to_string()).into_response()
    }
}
