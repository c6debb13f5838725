//! From the SDK's errors to the port's: any failure to answer is [`Unavailable`], and is logged once, here, by its code
//! alone. Requests and answers hold personal data, and the SDK's own messages may quote them.

use acredita_domain::error::Unavailable;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

pub(crate) const STORE: &str = "the store";
pub(crate) const PICTURES: &str = "the picture store";
pub(crate) const FILES: &str = "the store of files";
pub(crate) const QUEUE: &str = "the queue";
pub(crate) const SECRETS: &str = "the store of secrets";

/// Logs that `what` did not answer `operation`, and returns the port's error.
pub(crate) fn unavailable<E: ProvideErrorMetadata, R>(
    what: &'static str,
    operation: &'static str,
    error: &SdkError<E, R>,
) -> Unavailable {
    tracing::warn!(operation, code = code(error), "{what} is unavailable");
    Unavailable(what)
}

/// Logs an answer that the operation cannot use: a fault of this crate or of the stored data, not of the network.
pub(crate) fn unusable(what: &'static str, operation: &'static str, problem: &'static str) -> Unavailable {
    tracing::error!(operation, problem, "{what} gave an unusable answer");
    Unavailable(what)
}

/// The error in one word that reveals no value.
pub(crate) fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    match error {
        SdkError::ConstructionFailure(_) => "construction",
        SdkError::TimeoutError(_) => "timeout",
        SdkError::DispatchFailure(_) => "dispatch",
        SdkError::ResponseError(_) => "response",
        SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown"),
        _ => "unknown",
    }
}
