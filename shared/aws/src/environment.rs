//! The SDK's configuration from the variables that Lambda sets.
//!
//! The SDK's own loader also looks for profiles, containers, single sign-on and instance metadata. A Lambda has none of
//! them, and each function would carry that code and run it at every start. This understands only what a Lambda is
//! given: `AWS_REGION`, its role's credentials, `AWS_ENDPOINT_URL` with its variants by service
//! (`AWS_ENDPOINT_URL_S3`), and `AWS_USE_FIPS_ENDPOINT`.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector, http_client_fn};
use aws_types::{
    SdkConfig,
    service_config::{LoadServiceConfig, ServiceConfigKey},
};
use std::{fmt, sync::Arc};

/// Looks up a variable of the environment by name. An empty one counts as unset.
type Variable = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The environment names no region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("AWS_REGION is not set")]
pub struct NoRegion;

/// The configuration shared by all clients, which reach AWS through `connector`.
pub fn sdk_config(
    connector: &SharedHttpConnector,
    variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
) -> Result<SdkConfig, NoRegion> {
    let variable: Variable = Arc::new(variable);
    let set = |name: &str| set(&variable, name);
    let region = set("AWS_REGION").ok_or(NoRegion)?;
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client(connector))
        .region(Region::new(region));
    config.set_endpoint_url(set("AWS_ENDPOINT_URL"));
    config.set_use_fips(set("AWS_USE_FIPS_ENDPOINT").map(|given| given.eq_ignore_ascii_case("true")));
    config.set_credentials_provider(credentials(&variable));
    Ok(config.service_config(Endpoints(variable)).build())
}

/// The connector as a client of the SDK's. The connector limits the time to connect, not the client.
fn http_client(connector: &SharedHttpConnector) -> SharedHttpClient {
    let connector = connector.clone();
    http_client_fn(move |_, _| connector.clone())
}

/// The role's credentials. They outlive the process that gets them, so they are not renewed.
fn credentials(variable: &Variable) -> Option<SharedCredentialsProvider> {
    let (id, key) = (set(variable, "AWS_ACCESS_KEY_ID")?, set(variable, "AWS_SECRET_ACCESS_KEY")?);
    Some(SharedCredentialsProvider::new(Credentials::new(
        id,
        key,
        set(variable, "AWS_SESSION_TOKEN"),
        None,
        "environment",
    )))
}

fn set(variable: &Variable, name: &str) -> Option<String> {
    variable(name).filter(|value| !value.trim().is_empty())
}

/// The endpoints of services that have one of their own.
struct Endpoints(Variable);

impl fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoints")
    }
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        set(&self.0, &format!("{}_{service}", key.env()))
    }
}

/// Whether S3 has an endpoint other than AWS's: buckets are addressed by path there.
pub(crate) fn s3_is_elsewhere(config: &SdkConfig) -> bool {
    let key = ServiceConfigKey::builder().service_id("S3").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let own = key.ok().zip(config.service_config()).and_then(|(key, service)| service.load_config(key));
    config.endpoint_url().is_some() || own.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use acredita_outbound::Outbound;
    use aws_sdk_dynamodb::config::ProvideCredentials;

    fn of_a_lambda(name: &str) -> Option<String> {
        let value = match name {
            "AWS_REGION" => "eu-south-2",
            "AWS_ACCESS_KEY_ID" => "id",
            "AWS_SECRET_ACCESS_KEY" => "hush",
            "AWS_SESSION_TOKEN" => "session",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn read(variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> SdkConfig {
        sdk_config(Outbound::default().connector(), variable).expect("a region")
    }

    #[tokio::test]
    async fn the_roles_credentials_are_taken_with_their_session() {
        let config = read(of_a_lambda);
        let given =
            config.credentials_provider().expect("credentials").provide_credentials().await.expect("credentials");
        assert_eq!(
            (given.access_key_id(), given.secret_access_key(), given.session_token()),
            ("id", "hush", Some("session"))
        );
        assert_eq!(config.region().map(Region::as_ref), Some("eu-south-2"));
        assert_eq!((config.endpoint_url(), config.use_fips()), (None, None));
        assert!(!format!("{config:?}").contains("hush"));
    }

    #[test]
    fn without_a_region_there_is_no_configuration_and_without_credentials_there_is_one() {
        let outbound = Outbound::default();
        assert!(matches!(sdk_config(outbound.connector(), |_| None), Err(NoRegion)));
        let empty = |name: &str| of_a_lambda(name).map(|_| String::new());
        assert!(matches!(sdk_config(outbound.connector(), empty), Err(NoRegion)));
        assert!(read(|name| (name == "AWS_REGION").then(|| "eu-west-1".to_owned())).credentials_provider().is_none());
    }

    #[tokio::test]
    async fn what_is_empty_is_not_set() {
        let config = read(|name| match name {
            "AWS_SESSION_TOKEN" | "AWS_ENDPOINT_URL" | "AWS_USE_FIPS_ENDPOINT" => Some(" ".to_owned()),
            _ => of_a_lambda(name),
        });
        let given =
            config.credentials_provider().expect("credentials").provide_credentials().await.expect("credentials");
        assert_eq!((given.session_token(), config.endpoint_url(), config.use_fips()), (None, None, None));
        assert!(
            read(|name| Some(if name == "AWS_REGION" { "eu-west-1".to_owned() } else { String::new() }))
                .credentials_provider()
                .is_none()
        );
    }

    #[test]
    fn one_service_may_be_elsewhere_than_the_others() {
        let config = read(|name| match name {
            "AWS_ENDPOINT_URL" => Some("http://all.test".to_owned()),
            "AWS_ENDPOINT_URL_SECRETS_MANAGER" => Some("http://secrets.test".to_owned()),
            "AWS_USE_FIPS_ENDPOINT" => Some("true".to_owned()),
            _ => of_a_lambda(name),
        });
        let of = |service| {
            let key = ServiceConfigKey::builder()
                .service_id(service)
                .env("AWS_ENDPOINT_URL")
                .profile("endpoint_url")
                .build()
                .expect("a key");
            config.service_config().expect("a source").load_config(key)
        };
        assert_eq!((of("Secrets Manager"), of("S3")), (Some("http://secrets.test".to_owned()), None));
        assert_eq!((config.endpoint_url(), config.use_fips()), (Some("http://all.test"), Some(true)));
    }

    #[test]
    fn s3_is_addressed_by_path_at_another_endpoint_than_awss() {
        let with = |name: &'static str, url: &'static str| {
            s3_is_elsewhere(&read(move |asked| if asked == name { Some(url.to_owned()) } else { of_a_lambda(asked) }))
        };
        assert!(!s3_is_elsewhere(&read(of_a_lambda)));
        assert!(!with("AWS_ENDPOINT_URL_S3", ""));
        assert!(!with("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:4566"));
        for name in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"] {
            assert!(with(name, "http://127.0.0.1:4566"), "{name}");
        }
    }
}
