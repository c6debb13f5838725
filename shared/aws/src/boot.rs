//! The SDK's clients: where they connect, how long they wait, how often they try.
//!
//! The SDK's standard retries, three attempts, are the only retry layer of the house: nothing above tries again by itself. All time limits are
//! set here, because the SDK has none for a server that takes a request and does not answer.

use crate::retry::RetryTransactionConflicts;
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider, SharedInterceptor};
use std::{fmt, time::Duration};

/// Attempts of one call, the first included.
const ATTEMPTS: u32 = 3;
/// The pause before the second attempt is random and at most this long; the next is at most twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Connecting includes TLS, which takes the better part of a second on the smallest Lambda.
const CONNECT: Duration = Duration::from_secs(2);
/// DynamoDB and SQS answer within milliseconds; three attempts and their pauses fit into the gateway's 30 s, several times over.
const ATTEMPT: Duration = Duration::from_secs(3);
const CALL: Duration = Duration::from_secs(8);
/// A picture has up to 10 MiB to travel.
const PICTURE_ATTEMPT: Duration = Duration::from_secs(10);
const PICTURE_CALL: Duration = Duration::from_secs(20);

/// Where the house lives in AWS.
#[derive(Clone, Debug)]
pub struct Config {
    /// The region, such as `eu-west-1`.
    pub region: String,
    /// Other endpoints than AWS's own: the embedded ones.
    pub endpoints: Option<Endpoints>,
    /// Credentials that are no secret. None takes what the environment gives, as in a Lambda.
    pub credentials: Option<StaticCredentials>,
}

/// Endpoints as URLs.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// DynamoDB.
    pub dynamodb: String,
    /// S3, which is then addressed by path.
    pub s3: String,
    /// SQS.
    pub sqs: String,
}

/// A fixed key pair.
#[derive(Clone)]
pub struct StaticCredentials {
    /// The key's name.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: String,
}

impl fmt::Debug for StaticCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticCredentials")
    }
}

/// The clients, each with its connections. Cloning one shares them.
#[derive(Clone, Debug)]
pub struct AwsClients {
    /// DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// SQS.
    pub sqs: aws_sdk_sqs::Client,
}

impl AwsClients {
    /// The clients for `config`. Nothing is connected yet. `interceptors` see every call of every client, for those who count or disturb them.
    pub async fn new(config: &Config, interceptors: &[SharedInterceptor]) -> Self {
        let shared = shared_config(config).await;
        let endpoints = config.endpoints.as_ref();

        let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(&shared)
            .timeout_config(timeouts(ATTEMPT, CALL))
            .retry_classifier(RetryTransactionConflicts);
        dynamodb.set_endpoint_url(endpoints.map(|endpoints| endpoints.dynamodb.clone()));

        let mut s3 = aws_sdk_s3::config::Builder::from(&shared)
            .timeout_config(timeouts(PICTURE_ATTEMPT, PICTURE_CALL))
            .force_path_style(endpoints.is_some());
        s3.set_endpoint_url(endpoints.map(|endpoints| endpoints.s3.clone()));

        let mut sqs = aws_sdk_sqs::config::Builder::from(&shared).timeout_config(timeouts(ATTEMPT, CALL));
        sqs.set_endpoint_url(endpoints.map(|endpoints| endpoints.sqs.clone()));

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

async fn shared_config(config: &Config) -> SdkConfig {
    let region = Region::new(config.region.clone());
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_PAUSE)
        .with_max_backoff(LONGEST_PAUSE);
    match &config.credentials {
        // Nothing of the environment counts then, not even a profile that happens to lie around.
        Some(StaticCredentials { access_key_id, secret_access_key }) => SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(region)
            .retry_config(retries)
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(access_key_id, secret_access_key, None, None, "static")))
            .build(),
        None => aws_config::defaults(BehaviorVersion::latest()).region(region).retry_config(retries).load().await,
    }
}

fn timeouts(attempt: Duration, call: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(attempt)
        .operation_timeout(call)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attempt_fits_into_its_call_and_every_call_into_the_gateways_30_seconds() {
        for (attempt, call) in [(ATTEMPT, CALL), (PICTURE_ATTEMPT, PICTURE_CALL)] {
            assert!(CONNECT < attempt && attempt < call && call < Duration::from_secs(30));
        }
    }

    #[test]
    fn a_secret_key_does_not_show() {
        let credentials = StaticCredentials { access_key_id: "id".to_owned(), secret_access_key: "hush".to_owned() };
        assert!(!format!("{credentials:?}").contains("hush"));
    }
}
