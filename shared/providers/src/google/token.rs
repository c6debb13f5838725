//! Access tokens: kept, renewed before they end, and asked for once however many jobs need one.
//!
//! The credential decides how one is obtained: with the key of a service account, or through a federation that trusts
//! AWS to identify us, and has no key that could be lost.

use super::{
    aws::AwsCaller,
    federation::ExternalAccount,
    grant::{Granted, Why},
    service_account::ServiceAccount,
};
use crate::{deadline::Job, http::Client};
use acredita_domain::{
    Time,
    ports::{Clock, HeldCredential},
    scoring::Provider,
    text::Private,
};
use chrono::TimeDelta;
use serde::Deserialize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long before its end a token is renewed.
const EARLY: TimeDelta = TimeDelta::minutes(5);
/// No token was granted. The log says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoToken;

/// A credential, by its `type`.
enum Credential {
    Key(ServiceAccount),
    Federated(ExternalAccount),
}

impl Credential {
    /// Parses a credential. An error names no more than the kind of problem: a parser's message might quote the
    /// credential.
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

struct Token {
    text: Arc<Private<String>>,
    renew_at: Time,
    ends_at: Time,
}

impl Token {
    fn of(granted: Granted, now: Time) -> Self {
        let Granted { token, ends_at } = granted;
        // A token that hardly lasts longer than that is renewed after half its life.
        Self { text: Arc::new(token), renew_at: (ends_at - EARLY).max(now + (ends_at - now) / 2), ends_at }
    }
}

/// The token of this process, renewed before it ends.
pub struct TokenCache {
    credential: HeldCredential,
    caller: Option<AwsCaller>,
    clock: Arc<dyn Clock>,
    held: Mutex<Option<Token>>,
    /// Locked while it is renewed: many jobs at once ask for one token once.
    renewing: tokio::sync::Mutex<()>,
}

impl TokenCache {
    pub(crate) fn new(credential: HeldCredential, caller: Option<AwsCaller>, clock: Arc<dyn Clock>) -> Self {
        Self { credential, caller, clock, held: Mutex::new(None), renewing: tokio::sync::Mutex::new(()) }
    }

    /// A valid token. One that is still valid serves while another job renews it, and when renewing it fails.
    pub async fn token(&self, client: &Client, job: &mut Job) -> Result<Arc<Private<String>>, NoToken> {
        if let Some(fresh) = self.fresh() {
            return Ok(fresh);
        }
        let _renewing = match (self.renewing.try_lock(), self.good()) {
            (Ok(renewing), _) => renewing,
            (Err(_), Some(old)) => return Ok(old),
            (Err(_), None) => {
                tokio::time::timeout_at(job.ends_at(), self.renewing.lock()).await.map_err(|_| NoToken)?
            }
        };
        // While this job waited for the lock, another one may have renewed it.
        if let Some(fresh) = self.fresh() {
            return Ok(fresh);
        }
        let now = self.clock.now();
        match self.ask(client, job, now).await {
            Ok(granted) => {
                let token = Token::of(granted, now);
                let text = token.text.clone();
                *self.held() = Some(token);
                Ok(text)
            }
            Err(why) => {
                tracing::warn!(provider = %Provider::Google, %why, "no new token");
                self.good().ok_or(NoToken)
            }
        }
    }

    /// Drops a token that was refused, and the credential with it: both may have been revoked.
    pub fn forget(&self, refused: &Arc<Private<String>>) {
        let mut held = self.held();
        // Another job may have renewed it meanwhile.
        if held.as_ref().is_some_and(|token| Arc::ptr_eq(&token.text, refused)) {
            *held = None;
            self.credential.forget();
        }
    }

    /// Never locked across an `await`.
    fn held(&self) -> MutexGuard<'_, Option<Token>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token, if it need not be renewed yet.
    fn fresh(&self) -> Option<Arc<Private<String>>> {
        let now = self.clock.now();
        self.held().as_ref().filter(|token| now < token.renew_at).map(|token| token.text.clone())
    }

    /// The token, if it has not ended yet.
    fn good(&self) -> Option<Arc<Private<String>>> {
        let now = self.clock.now();
        self.held().as_ref().filter(|token| now < token.ends_at).map(|token| token.text.clone())
    }

    async fn ask(&self, client: &Client, job: &mut Job, now: Time) -> Result<Granted, Why> {
        let text = self.credential.text().await.map_err(|_| Why::Unusable("the credential cannot be read"))?;
        let asked = match Credential::read(text.expose()) {
            Ok(Credential::Key(account)) => account.ask(client, job, now).await,
            Ok(Credential::Federated(account)) => account.ask(self.caller.as_ref(), client, job, now).await,
            Err(problem) => Err(Why::Unusable(problem)),
        };
        // The credential is read again the next time: somebody may have corrected it.
        asked.inspect_err(|why| {
            if *why != Why::Unanswered {
                self.credential.forget();
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadline::TOTAL;
    use acredita_domain::{error::Unavailable, ports::ProviderCredential};
    use acredita_outbound::Outbound;
    use acredita_testing::{ManualClock, beginning};
    use async_trait::async_trait;

    /// A credential that cannot be read: nothing is renewed.
    struct Gone;

    #[async_trait]
    impl ProviderCredential for Gone {
        async fn read(&self) -> Result<Private<String>, Unavailable> {
            Err(Unavailable("the secret"))
        }
    }

    /// A cache whose token is due for renewal, and ends in this many seconds.
    fn cache(ends_in: i64) -> (TokenCache, Client) {
        let now = beginning();
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
        let cache = TokenCache::new(HeldCredential::new(Arc::new(Gone)), None, clock.clone());
        let ends_at = now + TimeDelta::seconds(ends_in);
        *cache.held() = Some(Token { text: Arc::new(Private::new("old".to_owned())), renew_at: now, ends_at });
        (cache, Client::new(Provider::Google, Outbound::default(), clock))
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_is_still_good_serves_while_another_job_renews_it_and_when_that_fails() {
        let (cache, client) = cache(1);
        let renewing = cache.renewing.lock().await;
        let begun = tokio::time::Instant::now();
        let old = cache.token(&client, &mut Job::begin()).await.expect("the old one");
        assert_eq!((old.expose().as_str(), begun.elapsed()), ("old", std::time::Duration::ZERO));
        drop(renewing);
        assert!(cache.token(&client, &mut Job::begin()).await.is_ok());
        cache.forget(&old);
        assert_eq!(cache.token(&client, &mut Job::begin()).await.err(), Some(NoToken), "it was refused");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_a_token_longer_than_the_job_has() {
        let (cache, client) = cache(0);
        let _renewing = cache.renewing.lock().await;
        let begun = tokio::time::Instant::now();
        assert_eq!(cache.token(&client, &mut Job::begin()).await.err(), Some(NoToken));
        assert_eq!(begun.elapsed(), TOTAL);
    }

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
