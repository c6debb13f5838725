//! The errors of SQS in the shape that AWS gives them: a JSON body with `__type`, and the older code in
//! `x-amzn-query-error` for SDKs that knew the query protocol.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::signature::Unproven;

/// Why a request was refused. It repeats no message, receipt handle or attribute value.
#[derive(Debug, thiserror::Error)]
pub(super) enum SqsError {
    #[error("The request must be signed.")]
    Unsigned,
    #[error("The access key is not the one of this data folder.")]
    UnknownAccessKey,
    #[error("The signature does not match the request, or is too old.")]
    WrongSignature,
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

impl SqsError {
    /// The error on the wire: status, `__type` in two parts, and the code of the query protocol.
    #[rustfmt::skip] // A table: one line for each error.
    fn shape(&self) -> (u16, &'static str, &'static str, &'static str) {
        const COMMON: &str = "com.amazon.coral.service";
        const OF_SQS: &str = "com.amazonaws.sqs";
        match self {
            Self::Unsigned => (403, COMMON, "MissingAuthenticationTokenException", "MissingAuthenticationToken"),
            Self::UnknownAccessKey => (403, COMMON, "UnrecognizedClientException", "InvalidClientTokenId"),
            Self::WrongSignature => (403, COMMON, "InvalidSignatureException", "SignatureDoesNotMatch"),
            Self::UnknownOperation => (400, COMMON, "UnknownOperationException", "InvalidAction"),
            Self::Unreadable(_) => (400, COMMON, "SerializationException", "MalformedInput"),
            Self::MissingParameter(_) => (400, COMMON, "MissingRequiredParameterException", "MissingParameter"),
            Self::InvalidParameter { .. } => (400, COMMON, "InvalidParameterValueException", "InvalidParameterValue"),
            Self::InvalidAddress => (400, OF_SQS, "InvalidAddress", "InvalidAddress"),
            Self::QueueDoesNotExist => (400, OF_SQS, "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
            Self::QueueNameExists(_) => (400, OF_SQS, "QueueNameExists", "QueueAlreadyExists"),
            Self::InvalidAttributeName(_) => (400, OF_SQS, "InvalidAttributeName", "InvalidAttributeName"),
            Self::InvalidAttributeValue(_) => (400, OF_SQS, "InvalidAttributeValue", "InvalidAttributeValue"),
            Self::ReceiptHandleIsInvalid => (400, OF_SQS, "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid"),
            Self::MessageNotInflight => (400, OF_SQS, "MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight"),
            Self::InvalidMessageContents => (400, OF_SQS, "InvalidMessageContents", "InvalidMessageContents"),
            Self::Storage(_) => (500, COMMON, "InternalFailure", "InternalFailure"),
        }
    }
}

impl From<Unproven> for SqsError {
    fn from(unproven: Unproven) -> Self {
        match unproven {
            Unproven::Unsigned => Self::Unsigned,
            Unproven::UnknownAccessKey => Self::UnknownAccessKey,
            Unproven::WrongSignature => Self::WrongSignature,
        }
    }
}

impl IntoResponse for SqsError {
    fn into_response(self) -> Response {
        let (status, namespace, name, code) = self.shape();
        let fault = if status < 500 { "Sender" } else { "Receiver" };
        if status < 500 {
            tracing::debug!(code, "the embedded SQS refused a request");
        } else {
            tracing::error!(error = ?self, "the embedded SQS could not answer");
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = json!({ "__type": format!("{namespace}#{name}"), "message": self.to_string() });
        (status, [("x-amzn-query-error", format!("{code};{fault}"))], Json(body)).into_response()
    }
}
