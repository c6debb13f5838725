//! Access tokens of a service account: a JWT signed with its key (RS256) for a token that lasts an hour (RFC 7523).
//!
//! <https://developers.google.com/identity/protocols/oauth2/service-account>

use crate::{
    credential::Held,
    deadline::Job,
    http::{BaseUrl, Call, Client},
};
use acredita_domain::{Time, ports::Clock, scoring::Provider, text::Private};
use bytes::Bytes;
use chrono::TimeDelta;
use http::{HeaderValue, Method, StatusCode, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::sync::Mutex;

/// How long before its end a token is renewed.
const EARLY: TimeDelta = TimeDelta::minutes(5);
/// How long an assertion is good. Google takes an hour at most.
const ASSERTION_LIFE: TimeDelta = TimeDelta::minutes(10);
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// An answer is a token and two words.
const MOST_BYTES: usize = 64 * 1024;

/// Nobody gave a token. What went wrong is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoToken;

/// A token as it is held.
struct Token {
    text: Arc<Private<String>>,
    renew_at: Time,
    ends_at: Time,
}

/// The token of this process, renewed before it ends.
pub struct TokenCache {
    credential: Held,
    clock: Arc<dyn Clock>,
    /// Locked while it is renewed: many jobs at once ask for one token once.
    held: Mutex<Option<Token>>,
}

impl TokenCache {
    pub(crate) fn new(credential: Held, clock: Arc<dyn Clock>) -> Self {
        Self { credential, clock, held: Mutex::new(None) }
    }

    /// A token that is good. One that is still good serves when a new one cannot be had.
    pub async fn token(&self, client: &Client, job: &mut Job) -> Result<Arc<Private<String>>, NoToken> {
        let mut held = tokio::time::timeout_at(job.ends_at(), self.held.lock()).await.map_err(|_| NoToken)?;
        let now = self.clock.now();
        if let Some(token) = held.as_ref().filter(|token| now < token.renew_at) {
            return Ok(token.text.clone());
        }
        match (self.ask(client, job, now).await, held.as_ref()) {
            (Ok(token), _) => Ok(held.insert(token).text.clone()),
            (Err(NoToken), Some(old)) if now < old.ends_at => Ok(old.text.clone()),
            (Err(NoToken), _) => Err(NoToken),
        }
    }

    /// Throws a token away that was refused, and the key with it: both may have been withdrawn.
    pub async fn forget(&self, refused: &Arc<Private<String>>) {
        let mut held = self.held.lock().await;
        // Another job may have renewed it meanwhile.
        if held.as_ref().is_some_and(|token| Arc::ptr_eq(&token.text, refused)) {
            *held = None;
            self.credential.forget();
        }
    }

    async fn ask(&self, client: &Client, job: &mut Job, now: Time) -> Result<Token, NoToken> {
        let key = self.credential.text().await.map_err(|_| unusable("the key cannot be read"))?;
        let account = ServiceAccount::read(key.expose()).map_err(unusable)?;
        let assertion = account.assertion(now).map_err(unusable)?;
        let call = Call {
            name: "token",
            method: Method::POST,
            base: &account.token_uri,
            path: String::new(),
            headers: vec![(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))],
            // An assertion is Base64 for URLs and dots: nothing in it has to be escaped.
            body: Bytes::from(format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}")),
        };
        let reply = client.call(&call, MOST_BYTES, job).await.map_err(|_| NoToken)?;
        if reply.status != StatusCode::OK {
            self.credential.forget();
            return Err(NoToken);
        }
        let granted: Granted = serde_json::from_slice(&reply.body).map_err(|_| unusable("the answer is not a token"))?;
        let ends_at = now + TimeDelta::seconds(granted.expires_in.clamp(0, 24 * 60 * 60));
        // Of a token that hardly lasts longer than that, half its life.
        let renew_at = (ends_at - EARLY).max(now + (ends_at - now) / 2);
        Ok(Token { text: Arc::new(granted.access_token), renew_at, ends_at })
    }
}

fn unusable(why: &'static str) -> NoToken {
    tracing::warn!(provider = %Provider::Google, why, "no token");
    NoToken
}

#[derive(Deserialize)]
struct Granted {
    access_token: Private<String>,
    expires_in: i64,
}

/// What of a service account's key file is needed.
struct ServiceAccount {
    email: String,
    key: EncodingKey,
    key_id: Option<String>,
    token_uri: BaseUrl,
}

impl ServiceAccount {
    fn read(text: &str) -> Result<Self, &'static str> {
        #[derive(Deserialize)]
        struct File {
            #[serde(rename = "type")]
            kind: String,
            client_email: Option<String>,
            private_key: Option<String>,
            private_key_id: Option<String>,
            token_uri: Option<String>,
        }
        // What is wrong with it is not said: the words for it might quote it.
        let file: File = serde_json::from_str(text).map_err(|_| "the key is not a service account's key file")?;
        let (true, Some(email), Some(key)) = (file.kind == "service_account", file.client_email, file.private_key) else {
            return Err("the key is not a service account's key file");
        };
        let token_uri = file.token_uri.as_deref().unwrap_or("https://oauth2.googleapis.com/token");
        Ok(Self {
            email,
            key: EncodingKey::from_rsa_pem(key.as_bytes()).map_err(|_| "the key file has no RSA key")?,
            key_id: file.private_key_id,
            token_uri: token_uri.parse().map_err(|_| "the key file's token_uri is not https")?,
        })
    }

    fn assertion(&self, now: Time) -> Result<String, &'static str> {
        #[derive(Serialize)]
        struct Claims<'a> {
            iss: &'a str,
            scope: &'a str,
            aud: &'a str,
            iat: i64,
            exp: i64,
        }
        let mut header = Header::new(Algorithm::RS256);
        header.kid.clone_from(&self.key_id);
        let claims = Claims {
            iss: &self.email,
            scope: SCOPE,
            aud: self.token_uri.as_str(),
            iat: now.timestamp(),
            exp: (now + ASSERTION_LIFE).timestamp(),
        };
        encode(&header, &claims, &self.key).map_err(|_| "the key does not sign")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_file_is_refused_without_being_quoted() {
        for text in [
            "canary",
            "{}",
            r#"{"type":"authorized_user","client_email":"canary","private_key":"canary"}"#,
            r#"{"type":"service_account","client_email":"canary","private_key":"canary"}"#,
        ] {
            let problem = ServiceAccount::read(text).err().expect("refused");
            assert!(!problem.contains("canary"));
        }
    }
}
