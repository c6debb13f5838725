//! Provider credentials from Secrets Manager: a text in the provider's own format.

use crate::{
    clients::secrets_client,
    errors::{SECRETS, unavailable, unusable},
};
use acredita_domain::{error::Unavailable, ports::ProviderCredential, text::Private};
use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_types::SdkConfig;
use std::fmt;

/// The text of a secret. Callers keep it, and ask again when the provider refuses it.
pub struct SecretText {
    client: Client,
    secret: String,
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText")
    }
}

impl SecretText {
    /// `secret` is an ARN or a name. Nothing is read yet.
    pub fn new(sdk: &SdkConfig, secret: String) -> Self {
        Self { client: secrets_client(sdk), secret }
    }
}

#[async_trait]
impl ProviderCredential for SecretText {
    async fn read(&self) -> Result<Private<String>, Unavailable> {
        let operation = "read credential";
        let secret = self.client.get_secret_value().secret_id(&self.secret).send().await;
        let secret = secret.map_err(|error| unavailable(SECRETS, operation, &error))?;
        let text = secret.secret_string.filter(|text| !text.trim().is_empty());
        text.map(Private::new).ok_or_else(|| unusable(SECRETS, operation, "the secret is not a text"))
    }
}
