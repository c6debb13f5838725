//! The keyring from Secrets Manager, reloaded from time to time: keys rotate while the service runs.
//!
//! The secret is a JSON text, `{"newest": "…", "older": ["…", …]}`. Each text is hashed with SHA-256 into a master key,
//! so it may use any alphabet; at least 32 characters with 256 random bits are required. `older` has the latest one
//! first.
//!
//! To rotate, put a new version with a new `newest` and the replaced one at the head of `older`: nothing else, no
//! deployment. For the first ten minutes of a version its newest key only verifies, and the previous one goes on
//! signing. By then every running function has reloaded the secret, so that a code is never refused by a function that
//! does not know its key yet. An older key can be removed when everything that it signed has expired: codes that a
//! caller delivers live as long as their identification, 30 days.

use crate::{
    clients::secrets_client,
    errors::{SECRETS, unavailable, unusable},
};
use acredita_domain::{
    Time,
    error::Unavailable,
    keys::Keyring,
    ports::{Clock, CodeKeys},
};
use async_trait::async_trait;
use aws_sdk_secretsmanager::{Client, operation::get_secret_value::GetSecretValueOutput};
use aws_types::SdkConfig;
use chrono::{DateTime, TimeDelta};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

/// The age at which a keyring is reloaded.
const REFRESH: TimeDelta = TimeDelta::minutes(5);
/// The pause after a failed read of the secret, if there is a keyring to go on with.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// The age of a version at which its newest key begins to sign.
const SETTLES: TimeDelta = TimeDelta::minutes(10);
/// Minimum characters of a text: 256 bits take 43 in Base64, 64 in hexadecimal; below 32 is clearly too little.
const SHORTEST: usize = 32;

// A new key signs only when all other functions have seen it, even with clocks that are minutes apart.
const _: () = assert!(SETTLES.num_seconds() >= 2 * REFRESH.num_seconds());

pub struct SecretKeys {
    client: Client,
    secret: String,
    clock: Arc<dyn Clock>,
    held: RwLock<Option<Held>>,
}

#[derive(Clone)]
struct Held {
    keyring: Arc<Keyring>,
    look_again_at: Time,
}

impl fmt::Debug for SecretKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKeys")
    }
}

impl SecretKeys {
    /// `secret` is an ARN or a name. Nothing is read yet.
    pub fn new(sdk: &SdkConfig, secret: String, clock: Arc<dyn Clock>) -> Self {
        Self { client: secrets_client(sdk), secret, clock, held: RwLock::new(None) }
    }

    fn held(&self) -> Option<Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold(&self, keyring: &Arc<Keyring>, look_again_at: Time) {
        let held = Held { keyring: keyring.clone(), look_again_at };
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
    }

    async fn read(&self, now: Time) -> Result<Keyring, Unavailable> {
        let operation = "read keys";
        let secret = self.client.get_secret_value().secret_id(&self.secret).send().await;
        let secret = secret.map_err(|error| unavailable(SECRETS, operation, &error))?;
        keyring(&secret, now).map_err(|problem| unusable(SECRETS, operation, problem))
    }
}

#[async_trait]
impl CodeKeys for SecretKeys {
    /// The secret is reloaded every five minutes; callers wait for it, so that none goes on with older keys. When the
    /// secret cannot be read or parsed, the current keys stay in use.
    async fn current(&self) -> Result<Arc<Keyring>, Unavailable> {
        let now = self.clock.now();
        let held = self.held();
        if let Some(held) = held.as_ref().filter(|held| now < held.look_again_at) {
            return Ok(held.keyring.clone());
        }
        match (self.read(now).await, held) {
            (Ok(keyring), _) => {
                let keyring = Arc::new(keyring);
                self.hold(&keyring, now + REFRESH);
                Ok(keyring)
            }
            (Err(_), Some(old)) => {
                self.hold(&old.keyring, now + PAUSE);
                Ok(old.keyring)
            }
            (Err(unavailable), None) => Err(unavailable),
        }
    }
}

/// The content of the secret.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    newest: String,
    #[serde(default)]
    older: Vec<String>,
}

/// The keyring of a version of the secret at `now`.
fn keyring(secret: &GetSecretValueOutput, now: Time) -> Result<Keyring, &'static str> {
    let text = secret.secret_string().ok_or("the secret is not a text")?;
    // The error is not passed on: its message might quote the text.
    let Texts { newest, older } =
        serde_json::from_str(text).map_err(|_| "the secret is not {\"newest\": text, \"older\": [text, …]}")?;
    let mut texts = vec![newest];
    texts.extend(older);
    if texts.iter().any(|text| text.chars().count() < SHORTEST) {
        return Err("a key of the secret has less than 32 characters");
    }
    let created_at = secret.created_date().and_then(|at| DateTime::from_timestamp_millis(at.to_millis().ok()?));
    let settled = created_at.is_none_or(|at| at + SETTLES <= now);
    if !settled && texts.len() > 1 {
        texts.swap(0, 1);
    }
    let keys = texts.iter().map(|text| Sha256::digest(text.as_bytes()).into());
    Keyring::new(keys.collect()).map_err(|_| "the secret has no key")
}
