//! The common part of the senders on AWS.

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::{error::metadata::ProvideErrorMetadata, retry::RetryConfig, timeout::TimeoutConfig};
use std::time::Duration;

/// The limit of a send. It has to be over while the worker still holds the message.
pub const LONGEST_SEND: Duration = Duration::from_secs(10);

/// One attempt: no provider recognizes a message that it already has.
pub(crate) fn once() -> RetryConfig {
    RetryConfig::disabled()
}

pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(LONGEST_SEND).operation_timeout(LONGEST_SEND).build()
}

/// The error in one word that reveals no value.
pub(crate) fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    let word = match error {
        SdkError::ConstructionFailure(_) => "construction",
        SdkError::TimeoutError(_) => "timeout",
        SdkError::DispatchFailure(_) => "dispatch",
        SdkError::ResponseError(_) => "response",
        SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown"),
        _ => "unknown",
    };
    word.to_owned()
}
