//! Everything that a Lambda is made of, out of its environment.
//!
//! A function's start is `Settings::from_env`, [`app`], then [`warm_up`] or [`warm_up_scorings`] as its role lets it,
//! and [`warm_up_keys`]; the worker that sends also has [`senders`]. Nothing here waits for AWS but the warm-up:
//! clients connect at their first call.

pub use crate::settings::{
    CallerSettings, EmailSettings, GoogleSettings, ProviderSettings, Settings, SettingsError, SmsSettings,
    TokenSettings, VeridasSettings,
};

use crate::{
    AwsClients, DynamoStore, EmailSender, S3Pictures, SecretKeys, SecretText, Senders, SmsSender, SqsQueue,
    SystemClock, SystemEntropy, environment::sdk_config,
};
use acredita_domain::{
    App,
    app::{Engine, Policy, Stores},
    ids::OrgId,
    ports::Clock,
};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_types::SdkConfig;
use std::sync::Arc;

/// The SDK does not know where it runs: the environment names no region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("AWS_REGION is not set")]
pub struct NoRegion;

/// The use cases of a deployment, which reach AWS by `connector`.
pub fn app(settings: &Settings, connector: &SharedHttpConnector, engine: Option<Engine>) -> Result<App, NoRegion> {
    Ok(app_of(settings, &sdk(connector)?, engine))
}

/// The senders of a deployment, which reach AWS by `connector`.
pub fn senders(settings: &Settings, connector: &SharedHttpConnector) -> Result<Senders, NoRegion> {
    Ok(senders_of(settings, &sdk(connector)?))
}

/// The credential that lies in a secret, which is reached by `connector`.
pub fn credential(secret: String, connector: &SharedHttpConnector) -> Result<SecretText, NoRegion> {
    Ok(SecretText::new(&sdk(connector)?, secret))
}

/// What nothing is called.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Connects to the table before the first event, while the environment still has the processor of its start: one read
/// of an identification that is not there. Whether it succeeds does not matter; if the table is out of reach, the first
/// event will tell.
pub async fn warm_up(app: &App) {
    if let (Some(org), Ok(nobody)) = (no_org(), NOBODY.parse()) {
        let _ = app.stores.identifications.find(&org, nobody).await;
    }
}

/// [`warm_up`] by a scoring, for a function whose role does not reach identifications.
pub async fn warm_up_scorings(app: &App) {
    if let (Some(org), Ok(nobody)) = (no_org(), NOBODY.parse()) {
        let _ = app.stores.scorings.find(&org, nobody).await;
    }
}

fn no_org() -> Option<OrgId> {
    "warm-up".parse().ok()
}

/// Reads the keys before the first event. For functions that make or check codes; the others have no business with the
/// secret.
pub async fn warm_up_keys(app: &App) {
    let _ = app.keys.current().await;
}

/// [`app`] on a configuration of the SDK's that is there already.
pub fn app_of(settings: &Settings, sdk: &SdkConfig, engine: Option<Engine>) -> App {
    let clients = AwsClients::of(sdk, settings.s3_by_path);
    let store = Arc::new(DynamoStore::new(clients.dynamodb, settings.table.clone()));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    App {
        stores: Stores {
            identifications: store.clone(),
            scorings: store.clone(),
            outbox: store.clone(),
            housekeeping: store,
            pictures: Arc::new(S3Pictures::new(clients.s3, settings.bucket.clone())),
        },
        queue: Arc::new(SqsQueue::new(clients.sqs, settings.queue_url.clone())),
        engine,
        policy: Policy {
            channels: settings.channels(),
            retention: settings.retention,
            providers: settings.providers.access.clone(),
        },
        entropy: Arc::new(SystemEntropy),
        keys: Arc::new(SecretKeys::new(sdk, settings.code_keys_secret.clone(), clock.clone())),
        clock,
    }
}

/// [`senders`] on a configuration of the SDK's that is there already.
pub fn senders_of(settings: &Settings, sdk: &SdkConfig) -> Senders {
    let sms = |settings: &SmsSettings| SmsSender::new(sdk, settings.clone(), Arc::new(SystemClock));
    let email = |settings: &EmailSettings| EmailSender::new(sdk, settings.clone());
    Senders { sms: settings.sms.as_ref().map(sms), email: settings.email.as_ref().map(email) }
}

fn sdk(connector: &SharedHttpConnector) -> Result<SdkConfig, NoRegion> {
    sdk_config(connector, |name| std::env::var(name).ok())
}
