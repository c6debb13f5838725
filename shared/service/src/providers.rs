//! External providers: the variables that configure them, and the construction of their scorers.

use crate::environment::EnvironmentReader;
use acredita_domain::{
    ports::{Clock, Entropy, ProviderCredential, Scorer},
    scoring::{Provider, ProviderAccess},
    text::Private,
};
use acredita_engine::InternalComparison;
use acredita_outbound::Outbound;
use acredita_providers::{
    google::{self, AwsCaller, GoogleScorer},
    veridas::{self, VeridasScorer},
};
use std::sync::Arc;

/// The external providers that at least one organisation may use.
#[derive(Clone, Debug, Default)]
pub struct ProviderSettings {
    /// Its secret is the service account's key file, or the configuration of an external account.
    pub google: Option<Configured<google::Settings>>,
    /// Its secret is the API key.
    pub veridas: Option<Configured<veridas::Settings>>,
}

/// A provider and the location of its credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured<Settings> {
    pub settings: Settings,
    /// The secret with the credential, by ARN or name.
    pub secret: String,
}

impl ProviderSettings {
    /// A provider that no organisation may use requires no variables.
    pub(crate) fn read(read: &mut EnvironmentReader, access: &ProviderAccess) -> Self {
        Self {
            google: access.mentions(Provider::Google).then(|| read_google(read)).flatten(),
            veridas: access.mentions(Provider::Veridas).then(|| read_veridas(read)).flatten(),
        }
    }
}

fn read_google(read: &mut EnvironmentReader) -> Option<Configured<google::Settings>> {
    let processor = read.required_parsed("ACREDITA_GOOGLE_PROCESSOR", str::parse);
    let endpoint = read.parsed("ACREDITA_GOOGLE_ENDPOINT", str::parse);
    let secret = read.required("ACREDITA_GOOGLE_SECRET");
    let settings = google::Settings { processor: processor?, endpoint, aws: read_caller(read) };
    Some(Configured { settings, secret: secret? })
}

fn read_veridas(read: &mut EnvironmentReader) -> Option<Configured<veridas::Settings>> {
    let validas = read.required_parsed("ACREDITA_VERIDAS_VALIDAS_URL", str::parse);
    let xpressid = read.required_parsed("ACREDITA_VERIDAS_XPRESSID_URL", str::parse);
    let secret = read.required("ACREDITA_VERIDAS_SECRET");
    let settings = veridas::Settings { validas: validas?, xpressid: xpressid? };
    Some(Configured { settings, secret: secret? })
}

/// The function's own AWS credentials, if its environment has all of them.
fn read_caller(read: &EnvironmentReader) -> Option<AwsCaller> {
    let private = |name| read.optional(name).map(Private::new);
    Some(AwsCaller {
        region: read.optional("AWS_REGION")?,
        access_key_id: private("AWS_ACCESS_KEY_ID")?,
        secret_access_key: private("AWS_SECRET_ACCESS_KEY")?,
        session_token: private("AWS_SESSION_TOKEN"),
    })
}

/// The scorers of these providers. `credential` finds a secret.
pub fn external_scorers(
    settings: &ProviderSettings,
    credential: impl Fn(&str) -> Arc<dyn ProviderCredential>,
    outbound: &Outbound,
    entropy: &Arc<dyn Entropy>,
    clock: &Arc<dyn Clock>,
) -> Vec<Arc<dyn Scorer>> {
    let mut scorers: Vec<Arc<dyn Scorer>> = Vec::new();
    if let Some(Configured { settings, secret }) = &settings.google {
        let scorer = GoogleScorer::new(settings.clone(), credential(secret), outbound.clone(), clock.clone());
        scorers.push(Arc::new(scorer));
    }
    if let Some(Configured { settings, secret }) = &settings.veridas {
        scorers.push(Arc::new(VeridasScorer::new(
            settings.clone(),
            credential(secret),
            Arc::new(InternalComparison),
            outbound.clone(),
            entropy.clone(),
            clock.clone(),
        )));
    }
    scorers
}
