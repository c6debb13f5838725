//! Which DynamoDB errors are transient.
//!
//! When two transactions meet on one item, DynamoDB cancels one of them. The SDK treats that as final; it is final only
//! if a condition failed too. Otherwise it is retried within the client's three attempts, which are the only retry
//! layer. The SDK sends the same `ClientRequestToken` with each of them, so that a transaction that did succeed is not
//! carried out twice.

use aws_sdk_dynamodb::operation::{
    delete_item::DeleteItemError, transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
};
use aws_smithy_runtime_api::client::{
    interceptors::context::InterceptorContext,
    orchestrator::OrchestratorError,
    retries::classifiers::{ClassifyRetry, RetryAction},
};

/// Retries requests that lost to a concurrent transaction or were throttled, but not those whose condition failed.
#[derive(Clone, Copy, Debug, Default)]
pub struct RetryTransactionConflicts;

impl ClassifyRetry for RetryTransactionConflicts {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        let Some(error) = OrchestratorError::as_operation_error(error) else {
            return RetryAction::NoActionIndicated;
        };
        let retry = error.downcast_ref::<TransactWriteItemsError>().is_some_and(is_transaction_passing)
            || error.downcast_ref::<UpdateItemError>().is_some_and(UpdateItemError::is_transaction_conflict_exception)
            || error.downcast_ref::<DeleteItemError>().is_some_and(DeleteItemError::is_transaction_conflict_exception);
        if retry { RetryAction::transient_error() } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "transaction conflicts"
    }
}

fn is_transaction_passing(error: &TransactWriteItemsError) -> bool {
    match error {
        TransactWriteItemsError::TransactionInProgressException(_) => true,
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let mut codes = cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or("None"));
            // Without a reason the cause is unknown, so it is not retried.
            !cancelled.cancellation_reasons().is_empty() && codes.all(passes)
        }
        _ => false,
    }
}

/// The transient reasons of `TransactionCanceledException`.
fn passes(code: &str) -> bool {
    matches!(code, "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::types::{
        CancellationReason,
        error::{TransactionCanceledException, TransactionConflictException, TransactionInProgressException},
    };
    use aws_smithy_runtime_api::client::interceptors::context::{Error, Input};

    fn classify<E: std::error::Error + Send + Sync + 'static>(error: E) -> bool {
        let mut context = InterceptorContext::new(Input::erase(()));
        context.set_output_or_error(Err(OrchestratorError::operation(Error::erase(error))));
        RetryTransactionConflicts.classify_retry(&context).should_retry()
    }

    fn cancelled(codes: &[&str]) -> TransactWriteItemsError {
        let reasons = codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect();
        TransactWriteItemsError::TransactionCanceledException(
            TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons)).build(),
        )
    }

    #[test]
    fn a_transaction_that_met_another_one_is_tried_again() {
        for codes in
            [&["None", "TransactionConflict"][..], &["ThrottlingError"], &["ProvisionedThroughputExceeded", "None"]]
        {
            assert!(classify(cancelled(codes)), "{codes:?}");
        }
        assert!(classify(TransactWriteItemsError::TransactionInProgressException(
            TransactionInProgressException::builder().build()
        )));
    }

    #[test]
    fn a_write_that_met_a_transaction_is_tried_again() {
        let conflict = || TransactionConflictException::builder().build();
        assert!(classify(UpdateItemError::TransactionConflictException(conflict())));
        assert!(classify(DeleteItemError::TransactionConflictException(conflict())));
    }

    #[test]
    fn a_condition_that_failed_is_a_final_answer() {
        for codes in [
            &["ConditionalCheckFailed"][..],
            &["TransactionConflict", "ConditionalCheckFailed"],
            &["ValidationError"],
            &["SomethingNew"],
            &[],
        ] {
            assert!(!classify(cancelled(codes)), "{codes:?}");
        }
    }
}
