//! Access tokens: kept, renewed before they end, and asked for once by however many jobs need one at once.
//!
//! The credential says how one is had: the key of a service account, or a federation that takes AWS's word
//! for who we are, and has no key that could be lost.

use super::{aws::AwsCaller, federation::ExternalAccount, service_account::ServiceAccount};
use crate::{
    credential::Held,
    deadline::Job,
    http::{Call, Client},
};
use acredita_domain::{Time, ports::Clock, scoring::Provider, text::Private};
use bytes::Bytes;
use chrono::TimeDelta;
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::Mutex;

/// How long before its end a token is renewed.
const EARLY: TimeDelta = TimeDelta::minutes(5);
/// What a token is good for.
pub(super) const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// An answer is a token and two words.
const MOST_BYTES: usize = 64 * 1024;

/// Nobody gave a token. What went wrong is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoToken;

/// Why nobody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// No answer. The credential may be as good as before.
    Unanswered,
    /// The credential was refused.
    Refused,
    /// The credential, or the answer, is not what it has to be.
    Unusable(&'static str),
}

/// What was granted.
pub(super) struct Granted {
    /// The token.
    pub token: Private<String>,
    /// When it ends.
    pub ends_at: Time,
}

impl Granted {
    /// A token that lasts so long. Nothing that is granted lasts longer than a day.
    pub fn lasting(token: Private<String>, seconds: i64, now: Time) -> Self {
        Self { token, ends_at: now + TimeDelta::seconds(seconds.clamp(0, 24 * 60 * 60)) }
    }
}

/// A credential, by its `type`.
enum Credential {
    Key(ServiceAccount),
    Federated(ExternalAccount),
}

impl Credential {
    /// Reads a credential. What is wrong with it is not said beyond its kind: the words for it might quote it.
    fn read(text: &str) -> Result<Self, &'static str> {
        #[derive(Deserialize)]
        struct File {
            #[serde(rename = "type")]
            kind: String,
        }
        const PROBLEM: &str = "the credential is neither a service account's key file nor an external account's";
        let file: File = serde_json::from_str(text).map_err(|_| PROBLEM)?;
        match file.kind.as_str() {
            "service_account" => ServiceAccount::read(text).map(Self::Key),
            "external_account" => ExternalAccount::read(text).map(Self::Federated),
            _ => Err(PROBLEM),
        }
    }
}

/// A token as it is held.
struct Token {
    text: Arc<Private<String>>,
    renew_at: Time,
    ends_at: Time,
}

impl Token {
    fn of(granted: Granted, now: Time) -> Self {
        let Granted { token, ends_at } = granted;
        // Of a token that hardly lasts longer than that, half its life.
        Self { text: Arc::new(token), renew_at: (ends_at - EARLY).max(now + (ends_at - now) / 2), ends_at }
    }
}

/// The token of this process, renewed before it ends.
pub struct TokenCache {
    credential: Held,
    caller: Option<AwsCaller>,
    clock: Arc<dyn Clock>,
    /// Locked while it is renewed: many jobs at once ask for one token once.
    held: Mutex<Option<Token>>,
}

impl TokenCache {
    pub(crate) fn new(credential: Held, caller: Option<AwsCaller>, clock: Arc<dyn Clock>) -> Self {
        Self { credential, caller, clock, held: Mutex::new(None) }
    }

    /// A token that is good. One that is still good serves when a new one cannot be had.
    pub async fn token(&self, client: &Client, job: &mut Job) -> Result<Arc<Private<String>>, NoToken> {
        let mut held = tokio::time::timeout_at(job.ends_at(), self.held.lock()).await.map_err(|_| NoToken)?;
        let now = self.clock.now();
        if let Some(token) = held.as_ref().filter(|token| now < token.renew_at) {
            return Ok(token.text.clone());
        }
        match (self.ask(client, job, now).await, held.as_ref()) {
            (Ok(granted), _) => Ok(held.insert(Token::of(granted, now)).text.clone()),
            (Err(_), Some(old)) if now < old.ends_at => Ok(old.text.clone()),
            (Err(why), _) => Err(self.given_up(why)),
        }
    }

    /// Throws a token away that was refused, and the credential with it: both may have been withdrawn.
    pub async fn forget(&self, refused: &Arc<Private<String>>) {
        let mut held = self.held.lock().await;
        // Another job may have renewed it meanwhile.
        if held.as_ref().is_some_and(|token| Arc::ptr_eq(&token.text, refused)) {
            *held = None;
            self.credential.forget();
        }
    }

    async fn ask(&self, client: &Client, job: &mut Job, now: Time) -> Result<Granted, Why> {
        let text = self.credential.text().await.map_err(|_| Why::Unusable("the credential cannot be read"))?;
        let asked = match Credential::read(text.expose()) {
            Ok(Credential::Key(account)) => account.ask(client, job, now).await,
            Ok(Credential::Federated(account)) => account.ask(self.caller.as_ref(), client, job, now).await,
            Err(problem) => Err(Why::Unusable(problem)),
        };
        // Read it anew the next time: somebody may have put it right.
        asked.inspect_err(|why| {
            if *why != Why::Unanswered {
                self.credential.forget();
            }
        })
    }

    fn given_up(&self, why: Why) -> NoToken {
        if let Why::Unusable(problem) = why {
            tracing::warn!(provider = %Provider::Google, why = problem, "no token");
        }
        NoToken
    }
}

/// Asks an endpoint for a token, and gives the body of an answer that grants one.
pub(super) async fn grant(call: &Call<'_>, client: &Client, job: &mut Job) -> Result<Bytes, Why> {
    let reply = client.call(call, MOST_BYTES, job).await.map_err(|_| Why::Unanswered)?;
    match reply.status {
        StatusCode::OK => Ok(reply.body),
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => Err(Why::Unanswered),
        _ => Err(Why::Refused),
    }
}

/// What an endpoint of OAuth grants (RFC 6749 §5.1).
pub(super) fn granted(body: &[u8], now: Time) -> Result<Granted, Why> {
    #[derive(Deserialize)]
    struct Answer {
        access_token: Private<String>,
        expires_in: i64,
    }
    let Answer { access_token, expires_in } = serde_json::from_slice(body).map_err(|_| Why::Unusable("the answer is not a token"))?;
    Ok(Granted::lasting(access_token, expires_in, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_credential_is_refused_without_being_quoted() {
        for text in [
            "canary",
            "{}",
            r#"{"type":"authorized_user","client_email":"canary","private_key":"canary"}"#,
            r#"{"type":"service_account","client_email":"canary","private_key":"canary"}"#,
            r#"{"type":"external_account","audience":"canary","token_url":"https://canary.example"}"#,
        ] {
            let problem = Credential::read(text).err().expect("refused");
            assert!(!problem.contains("canary"));
        }
    }
}
