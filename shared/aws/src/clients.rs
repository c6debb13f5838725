//! The SDK's clients: where they connect, how long they wait, how often they try.
//!
//! The SDK's standard retries, three attempts, are the only retry layer of the house: nothing above tries again by
//! itself. A send is tried once: no provider can tell that it has it already. All time limits are set here, because the
//! SDK has none for a server that takes a request and does not answer.

use crate::{
    connector::{connector, http_client},
    retry::RetryTransactionConflicts,
};
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider, SharedInterceptor};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::SdkConfig;
use std::{fmt, time::Duration};

/// Attempts of one call, the first included.
const ATTEMPTS: u32 = 3;
/// The pause before the second attempt is random and at most this long; the next is at most twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Connecting includes TLS, which takes the better part of a second on the smallest Lambda.
pub(crate) const CONNECT: Duration = Duration::from_secs(2);
/// DynamoDB and SQS answer within milliseconds; three attempts and their pauses fit into the gateway's 30 s, several
/// times over.
const ATTEMPT: Duration = Duration::from_secs(3);
const CALL: Duration = Duration::from_secs(8);
/// A picture has up to 10 MiB to travel.
const PICTURE_ATTEMPT: Duration = Duration::from_secs(10);
const PICTURE_CALL: Duration = Duration::from_secs(20);
/// A message is sent at one attempt, which has to be over while the worker still holds the message.
const SEND: Duration = Duration::from_secs(10);
/// A request waits for the secrets only when they have to be looked at again.
const SECRET_ATTEMPT: Duration = Duration::from_secs(3);
const SECRET_CALL: Duration = Duration::from_secs(5);

/// Where the house lives when it is not in a Lambda: on the embedded AWS. Nothing of the environment counts then.
#[derive(Clone, Debug)]
pub struct Config {
    /// The region, such as `eu-west-1`.
    pub region: String,
    /// Where its services are.
    pub endpoints: Endpoints,
    /// Credentials that are no secret.
    pub credentials: StaticCredentials,
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
    /// The clients for `config`. Nothing is connected yet. `interceptors` see every call of every client, for those who
    /// count or disturb them.
    pub fn new(config: &Config, interceptors: &[SharedInterceptor]) -> Self {
        Self::build(&shared_config(config), Some(&config.endpoints), true, interceptors)
    }

    /// The clients as the SDK's own configuration says, its endpoints included. `s3_by_path` addresses buckets by path
    /// rather than by host.
    pub fn of(sdk: &SdkConfig, s3_by_path: bool) -> Self {
        Self::build(sdk, None, s3_by_path, &[])
    }

    fn build(
        sdk: &SdkConfig,
        endpoints: Option<&Endpoints>,
        s3_by_path: bool,
        interceptors: &[SharedInterceptor],
    ) -> Self {
        let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(sdk)
            .retry_config(retries())
            .timeout_config(timeouts(ATTEMPT, CALL))
            .retry_classifier(RetryTransactionConflicts);
        let mut s3 = aws_sdk_s3::config::Builder::from(sdk)
            .retry_config(retries())
            .timeout_config(timeouts(PICTURE_ATTEMPT, PICTURE_CALL))
            .force_path_style(s3_by_path);
        let mut sqs =
            aws_sdk_sqs::config::Builder::from(sdk).retry_config(retries()).timeout_config(timeouts(ATTEMPT, CALL));

        if let Some(endpoints) = endpoints {
            dynamodb.set_endpoint_url(Some(endpoints.dynamodb.clone()));
            s3.set_endpoint_url(Some(endpoints.s3.clone()));
            sqs.set_endpoint_url(Some(endpoints.sqs.clone()));
        }
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

/// A client of the secrets.
pub(crate) fn secrets_client(sdk: &SdkConfig) -> aws_sdk_secretsmanager::Client {
    let config = aws_sdk_secretsmanager::config::Builder::from(sdk)
        .retry_config(retries())
        .timeout_config(timeouts(SECRET_ATTEMPT, SECRET_CALL));
    aws_sdk_secretsmanager::Client::from_conf(config.build())
}

/// A client that sends text messages, each once.
pub(crate) fn sms_client(sdk: &SdkConfig) -> aws_sdk_pinpointsmsvoicev2::Client {
    let config = aws_sdk_pinpointsmsvoicev2::config::Builder::from(sdk)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts(SEND, SEND));
    aws_sdk_pinpointsmsvoicev2::Client::from_conf(config.build())
}

/// A client that sends e-mails, each once.
pub(crate) fn email_client(sdk: &SdkConfig) -> aws_sdk_sesv2::Client {
    let config = aws_sdk_sesv2::config::Builder::from(sdk)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts(SEND, SEND));
    aws_sdk_sesv2::Client::from_conf(config.build())
}

fn shared_config(config: &Config) -> SdkConfig {
    let StaticCredentials { access_key_id, secret_access_key } = &config.credentials;
    let credentials = Credentials::new(access_key_id, secret_access_key, None, None, "static");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client(&connector()))
        .region(Region::new(config.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_PAUSE)
        .with_max_backoff(LONGEST_PAUSE)
}

fn timeouts(attempt: Duration, call: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(attempt).operation_timeout(call).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attempt_fits_into_its_call_and_every_call_into_the_gateways_30_seconds() {
        for (attempt, call) in [(ATTEMPT, CALL), (PICTURE_ATTEMPT, PICTURE_CALL), (SECRET_ATTEMPT, SECRET_CALL)] {
            assert!(CONNECT < attempt && attempt < call && call < Duration::from_secs(30));
        }
    }

    #[test]
    fn a_message_is_sent_or_not_while_its_worker_still_holds_it() {
        // Claimed, found, the keys read, the code issued: then it is sent.
        let longest = 3 * CALL + SECRET_CALL + SEND;
        assert!(CONNECT < SEND && longest < acredita_domain::ports::limits::LEASE.to_std().expect("a positive time"));
    }

    #[test]
    fn a_secret_key_does_not_show() {
        let credentials = StaticCredentials { access_key_id: "id".to_owned(), secret_access_key: "hush".to_owned() };
        assert!(!format!("{credentials:?}").contains("hush"));
    }
}
