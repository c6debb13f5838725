//! The errors of SQS in the shape that AWS gives them: a JSON body with `__type`, and the older code in
//! `x-amzn-query-error` for SDKs that knew the query protocol.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request was refused. It repeats no message, receipt handle or attribute value.
#[derive(Debug, thiserror::Error)]
pub(super) enum SqsError {
    #[error("The request must be signed.")]
    Unsigned,
    #[error("The access key is not the one of this local stand-in.")]
    UnknownAccessKey,
    #[error("This local stand-in for SQS does not know the operation.")]
    UnknownOperation,
    #[error("The request cannot be read: {0}.")]
    Unreadable(String),
    #[error("The request must contain the parameter {0}.")]
    MissingParameter(&'static str),
    #[error("Value for parameter {parameter} is invalid. Reason: {reason}")]
    InvalidParameter { parameter: &'static str, reason: &'static str },
    #[error("The queue URL is not one of this endpoint.")]
    InvalidAddress,
    #[error("The specified queue does not exist.")]
    QueueDoesNotExist,
    #[error("A queue already exists with the same name and a different value for attribute {0}.")]
    QueueNameExists(String),
    #[error("Unknown or unsupported attribute {0}.")]
    InvalidAttributeName(String),
    #[error("Invalid value for the attribute {0}.")]
    InvalidAttributeValue(String),
    #[error("The input receipt handle is invalid.")]
    ReceiptHandleIsInvalid,
    #[error("The message is not in flight.")]
    MessageNotInflight,
    #[error("The message holds characters outside the allowed set.")]
    InvalidMessageContents,
    #[error("The stand-in's storage failed.")]
    Storage(#[from] rusqlite::Error),
}

/// An error on the wire: status, `__type`, and the code of the query protocol.
struct Shape(StatusCode, &'static str, &'static str);

impl SqsError {
    fn shape(&self) -> Shape {
        const BAD: StatusCode = StatusCode::BAD_REQUEST;
        match self {
            Self::Unsigned => Shape(
                StatusCode::FORBIDDEN,
                "com.amazon.coral.service#MissingAuthenticationTokenException",
                "MissingAuthenticationToken",
            ),
            Self::UnknownAccessKey => Shape(
                StatusCode::FORBIDDEN,
                "com.amazon.coral.service#UnrecognizedClientException",
                "InvalidClientTokenId",
            ),
            Self::UnknownOperation => Shape(BAD, "com.amazon.coral.service#UnknownOperationException", "InvalidAction"),
            Self::Unreadable(_) => Shape(BAD, "com.amazon.coral.service#SerializationException", "MalformedInput"),
            Self::MissingParameter(_) => {
                Shape(BAD, "com.amazon.coral.service#MissingRequiredParameterException", "MissingParameter")
            }
            Self::InvalidParameter { .. } => {
                Shape(BAD, "com.amazon.coral.service#InvalidParameterValueException", "InvalidParameterValue")
            }
            Self::InvalidAddress => Shape(BAD, "com.amazonaws.sqs#InvalidAddress", "InvalidAddress"),
            Self::QueueDoesNotExist => {
                Shape(BAD, "com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")
            }
            Self::QueueNameExists(_) => Shape(BAD, "com.amazonaws.sqs#QueueNameExists", "QueueAlreadyExists"),
            Self::InvalidAttributeName(_) => {
                Shape(BAD, "com.amazonaws.sqs#InvalidAttributeName", "InvalidAttributeName")
            }
            Self::InvalidAttributeValue(_) => {
                Shape(BAD, "com.amazonaws.sqs#InvalidAttributeValue", "InvalidAttributeValue")
            }
            Self::ReceiptHandleIsInvalid => {
                Shape(BAD, "com.amazonaws.sqs#ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid")
            }
            Self::MessageNotInflight => {
                Shape(BAD, "com.amazonaws.sqs#MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight")
            }
            Self::InvalidMessageContents => {
                Shape(BAD, "com.amazonaws.sqs#InvalidMessageContents", "InvalidMessageContents")
            }
            Self::Storage(_) => {
                Shape(StatusCode::INTERNAL_SERVER_ERROR, "com.amazon.coral.service#InternalFailure", "InternalFailure")
            }
        }
    }
}

impl IntoResponse for SqsError {
    fn into_response(self) -> Response {
        let Shape(status, kind, code) = self.shape();
        let (fault, log_as_fault) = if status.is_client_error() { ("Sender", false) } else { ("Receiver", true) };
        if log_as_fault {
            tracing::error!(error = ?self, "the embedded SQS could not answer");
        } else {
            tracing::debug!(code, "the embedded SQS refused a request");
        }
        let mut headers = HeaderMap::new();
        if let Ok(query_error) = HeaderValue::try_from(format!("{code};{fault}")) {
            headers.insert("x-amzn-query-error", query_error);
        }
        (status, headers, Json(json!({ "__type": kind, "message": self.to_string() }))).into_response()
    }
}
