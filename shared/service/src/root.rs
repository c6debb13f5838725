//! Builds the parts of a process from its settings.

use crate::{
    Error,
    app::{Parts, app},
    edge::Edge,
    jwks::HttpsJwks,
    providers::external_scorers,
    settings::Settings,
};
use acredita_aws::{AwsClients, AwsStores, SecretKeys, SecretText, SystemClock, SystemEntropy, sdk_config};
use acredita_domain::{
    App,
    error::Unavailable,
    named::Named,
    ports::{Clock, Entropy, ProviderCredential, Scorer},
    stores::Stores,
    text::Private,
};
use acredita_engine::{CertificateSource, TrustedCertificates};
use acredita_http::jwt::TokenVerifier;
use acredita_outbound::Outbound;
use acredita_senders::Senders;
use async_trait::async_trait;
use aws_types::SdkConfig;
use std::sync::Arc;

/// The settings of a process, and the parts that it shares.
pub struct Root {
    settings: Settings,
    sdk: SdkConfig,
    outbound: Outbound,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Root {
    /// The root of a function, from its environment. A function with incomplete settings does not start, and reports
    /// everything that is missing.
    pub fn of_environment() -> Result<Self, Error> {
        let variable = |name: &str| std::env::var(name).ok();
        let outbound = Outbound::default();
        let sdk = sdk_config(outbound.connector(), variable)?;
        Ok(Self::new(Settings::from_env(variable)?, sdk, outbound))
    }

    pub fn new(settings: Settings, sdk: SdkConfig, outbound: Outbound) -> Self {
        Self { settings, sdk, outbound, clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
    }

    /// With the stores that a function names, and nothing else that only some have.
    pub fn app(&self, stores: impl FnOnce(&AwsStores) -> Stores) -> App {
        let Settings { places, policy, code_keys_secret, .. } = &self.settings;
        let parts = Parts {
            clients: AwsClients::new(&self.sdk, &[]),
            places: places.clone(),
            keys: Arc::new(SecretKeys::new(&self.sdk, code_keys_secret.clone(), self.clock.clone())),
            engine: None,
            receivers: Named::default(),
            policy: policy.clone(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
        };
        app(parts, stores)
    }

    /// The verifier of tokens, which fetches the issuer's keys.
    pub fn tokens(&self) -> TokenVerifier {
        let tokens = &self.settings.tokens;
        let source = HttpsJwks::new(tokens.jwks_url.clone(), self.outbound.clone());
        TokenVerifier::fetching(Arc::new(source), tokens.longest_outage, tokens.policy.clone())
    }

    /// Whose codes of MiDNI are good: the police's, and those of the certificates that the deployment adds.
    pub(crate) fn certificates(&self) -> TrustedCertificates {
        match &self.settings.midni_certificates {
            Some(secret) => TrustedCertificates::of_the_police_and(Arc::new(SecretCertificates(SecretText::new(
                &self.sdk,
                secret.clone(),
            )))),
            None => TrustedCertificates::of_the_police(),
        }
    }

    /// What stands in front of the gateway.
    pub(crate) fn edge(&self) -> Edge {
        self.settings.edge.clone()
    }

    /// The configured senders, for a function that sends.
    pub fn senders(&self) -> Senders {
        self.settings.senders.build(&self.sdk, |secret| self.credential(secret), &self.outbound, &self.clock)
    }

    /// The configured external providers. Their credentials are read on first use: a function that does not score with
    /// them reads none.
    pub(crate) fn external_scorers(&self) -> Vec<Arc<dyn Scorer>> {
        let credential = |secret: &str| self.credential(secret);
        external_scorers(&self.settings.providers, credential, &self.outbound, &self.entropy, &self.clock)
    }

    /// It is read when it is first needed.
    fn credential(&self, secret: &str) -> Arc<dyn ProviderCredential> {
        Arc::new(SecretText::new(&self.sdk, secret.to_owned()))
    }
}

/// Certificates in Secrets Manager: not because they were secret, but because they are too large for a variable.
struct SecretCertificates(SecretText);

#[async_trait]
impl CertificateSource for SecretCertificates {
    async fn read(&self) -> Result<Private<String>, Unavailable> {
        self.0.read().await
    }
}

#[cfg(test)]
mod tests {
    use acredita_aws::{CALL, SECRET_CALL};
    use acredita_domain::ports::limits::LEASE;
    use acredita_outbound::CONNECT;
    use acredita_senders::LONGEST_SEND;

    #[test]
    fn a_message_is_sent_or_not_while_its_worker_still_holds_it() {
        // Claim, find, read the keys, issue the code, then send it.
        let longest = 3 * CALL + SECRET_CALL + LONGEST_SEND;
        assert!(CONNECT < LONGEST_SEND && longest < LEASE.to_std().expect("a positive time"));
    }
}
