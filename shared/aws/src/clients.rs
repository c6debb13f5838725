//! The SDK's clients: their connections, time limits and retries.
//!
//! The SDK's standard retries, three attempts, are the only retry layer: nothing above them retries. All time limits
//! are set here, because the SDK has none for a server that accepts a request and does not answer.

use crate::{environment::s3_is_elsewhere, retry::RetryTransactionConflicts};
use aws_sdk_dynamodb::config::SharedInterceptor;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::SdkConfig;
use std::time::Duration;

/// Attempts of one call, including the first.
const ATTEMPTS: u32 = 3;
/// The pause before the second attempt is random and at most this long; the next is at most twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// DynamoDB and SQS answer within milliseconds; three attempts and their pauses fit into the gateway's 30 s several
/// times over.
const ATTEMPT: Duration = Duration::from_secs(3);
/// The limit of an SQS call, including all its attempts.
pub const CALL: Duration = Duration::from_secs(8);
/// The limit of a DynamoDB call, including all its attempts: events say when they are written, and whoever follows them by
/// that time waits for so long, and a second more.
const TABLE_CALL: Duration = Duration::from_secs(4);
/// A picture has up to 10 MiB.
const PICTURE_ATTEMPT: Duration = Duration::from_secs(10);
const PICTURE_CALL: Duration = Duration::from_secs(20);
/// A request waits for the secrets only when they have to be reloaded.
const SECRET_ATTEMPT: Duration = Duration::from_secs(3);
/// The limit of reading a secret, including all attempts.
pub const SECRET_CALL: Duration = Duration::from_secs(5);

/// Clones share the connections.
#[derive(Clone, Debug)]
pub struct AwsClients {
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub s3: aws_sdk_s3::Client,
    pub sqs: aws_sdk_sqs::Client,
}

impl AwsClients {
    /// Clients for an SDK configuration, including its endpoints. Nothing is connected yet. `interceptors` see every
    /// call of every client, to count or disturb it.
    pub fn new(sdk: &SdkConfig, interceptors: &[SharedInterceptor]) -> Self {
        let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(sdk)
            .retry_config(retries())
            .timeout_config(timeouts(ATTEMPT, TABLE_CALL))
            .retry_classifier(RetryTransactionConflicts);
        let mut s3 = aws_sdk_s3::config::Builder::from(sdk)
            .retry_config(retries())
            .timeout_config(timeouts(PICTURE_ATTEMPT, PICTURE_CALL))
            .force_path_style(s3_is_elsewhere(sdk));
        let mut sqs =
            aws_sdk_sqs::config::Builder::from(sdk).retry_config(retries()).timeout_config(timeouts(ATTEMPT, CALL));
        for interceptor in interceptors {
            dynamodb.push_interceptor(interceptor.clone());
            s3.push_interceptor(interceptor.clone());
            sqs.push_interceptor(interceptor.clone());
        }
        Self {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            sqs: aws_sdk_sqs::Client::from_conf(sqs.build()),
        }
    }
}

pub(crate) fn secrets_client(sdk: &SdkConfig) -> aws_sdk_secretsmanager::Client {
    let config = aws_sdk_secretsmanager::config::Builder::from(sdk)
        .retry_config(retries())
        .timeout_config(timeouts(SECRET_ATTEMPT, SECRET_CALL));
    aws_sdk_secretsmanager::Client::from_conf(config.build())
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_PAUSE)
        .with_max_backoff(LONGEST_PAUSE)
}

fn timeouts(attempt: Duration, call: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(attempt).operation_timeout(call).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use acredita_domain::ports::limits::SETTLED_AFTER;
    use acredita_outbound::CONNECT;

    #[test]
    fn an_event_is_there_before_anybody_who_follows_has_passed_its_time() {
        assert!(TABLE_CALL + Duration::from_secs(1) <= SETTLED_AFTER.to_std().expect("it is positive"));
    }

    #[test]
    fn every_attempt_fits_into_its_call_and_every_call_into_the_gateways_30_seconds() {
        for (attempt, call) in
            [(ATTEMPT, CALL), (ATTEMPT, TABLE_CALL), (PICTURE_ATTEMPT, PICTURE_CALL), (SECRET_ATTEMPT, SECRET_CALL)]
        {
            assert!(CONNECT < attempt && attempt < call && call < Duration::from_secs(30));
        }
    }
}
