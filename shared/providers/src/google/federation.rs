//! Tokens without a key: Google trusts AWS to identify us (workload identity federation).
//!
//! The credential is the configuration that `gcloud iam workload-identity-pools create-cred-config --aws` writes. It
//! opens nothing on its own: the function's own role does. A [signed question](super::aws) is exchanged for a federated
//! token (RFC 8693), and that, if the configuration names a service account, for one of the account's.
//!
//! <https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds>

use super::{
    aws::{AwsCaller, signed_question},
    grant::{Granted, SCOPE, Why, grant, granted, of_google},
};
use crate::{
    deadline::Job,
    http::{Call, Client, FORM, JSON, escaped},
};
use acredita_domain::{Time, text::Private};
use acredita_outbound::BaseUrl;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderValue, Method, header};
use serde::Deserialize;
use serde_json::json;

/// The only supported type of subject token.
const SUBJECT_TOKEN_TYPE: &str = "urn:ietf:params:aws:token-type:aws4_request";
/// Google's token exchange.
const EXCHANGE: &str = "https://sts.googleapis.com/v1/token";
/// Where Google grants the tokens of service accounts.
const ACCOUNTS: &str = "https://iamcredentials.googleapis.com";
/// How the names of an identity pool's providers begin.
const AUDIENCE: &str = "//iam.googleapis.com/";
/// How long a service account's token lasts if the configuration does not say: the default of Google's libraries.
const LIFE_SECONDS: u32 = 3600;

/// The fields of the configuration that are needed.
pub(super) struct ExternalAccount {
    audience: String,
    token_url: BaseUrl,
    question: String,
    account: Option<Account>,
}

/// The service account whose token is obtained with the federated one.
struct Account {
    base: BaseUrl,
    path: String,
    life_seconds: u32,
}

impl ExternalAccount {
    /// Reads a configuration. It may name only addresses of Google's: anybody else who received a signed question could
    /// use it.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        #[derive(Deserialize)]
        struct File {
            audience: String,
            subject_token_type: String,
            token_url: String,
            service_account_impersonation_url: Option<String>,
            #[serde(default)]
            service_account_impersonation: Life,
            credential_source: Source,
        }
        #[derive(Default, Deserialize)]
        struct Life {
            token_lifetime_seconds: Option<u32>,
        }
        #[derive(Deserialize)]
        struct Source {
            environment_id: String,
            regional_cred_verification_url: String,
        }
        let file: File = serde_json::from_str(text).map_err(|_| "the external account is not one of AWS")?;
        if file.subject_token_type != SUBJECT_TOKEN_TYPE || file.credential_source.environment_id != "aws1" {
            return Err("the external account is not one of AWS");
        }
        if !file.audience.starts_with(AUDIENCE) || !file.audience.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("the external account's audience is not the provider of an identity pool");
        }
        let life_seconds = file.service_account_impersonation.token_lifetime_seconds.unwrap_or(LIFE_SECONDS);
        let account = file.service_account_impersonation_url.as_deref().map(|url| Account::read(url, life_seconds));
        Ok(Self {
            audience: file.audience,
            token_url: exchange(&file.token_url).ok_or("the external account's token_url is not Google's")?,
            question: file.credential_source.regional_cred_verification_url,
            account: account.transpose()?,
        })
    }

    pub async fn ask(
        &self,
        caller: Option<&AwsCaller>,
        client: &Client,
        job: &mut Job,
        now: Time,
    ) -> Result<Granted, Why> {
        let caller = caller.ok_or(Why::Unusable("the environment has no credentials of AWS"))?;
        let signed = signed_question(caller, &self.question, &self.audience, now);
        let signed = signed.ok_or(Why::Unusable("the external account asks AWS for something else than who we are"))?;
        let federated = self.exchange(&signed, client, job, now).await?;
        match &self.account {
            Some(account) => account.impersonate(&federated.token, client, job, now).await,
            None => Ok(federated),
        }
    }

    async fn exchange(
        &self,
        signed: &Private<String>,
        client: &Client,
        job: &mut Job,
        now: Time,
    ) -> Result<Granted, Why> {
        let fields = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("audience", self.audience.as_str()),
            ("scope", SCOPE),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("subject_token_type", SUBJECT_TOKEN_TYPE),
            // Escaped as a token, and again as a field.
            ("subject_token", &escaped(signed.expose())),
        ];
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let call = Call {
            name: "token exchange",
            method: Method::POST,
            base: &self.token_url,
            path: String::new(),
            headers: vec![(header::CONTENT_TYPE, FORM)],
            body: Bytes::from(fields.join("&")),
        };
        granted(&grant(&call, client, job).await?, now)
    }
}

impl Account {
    fn read(url: &str, life_seconds: u32) -> Result<Self, &'static str> {
        const PATH: &str = "/v1/projects/-/serviceAccounts/";
        const PROBLEM: &str = "the external account's service_account_impersonation_url is not Google's";
        // Google grants an hour, and up to twelve where the organisation allows it.
        if !(600..=43_200).contains(&life_seconds) {
            return Err("the external account's token_lifetime_seconds is not from 600 to 43200");
        }
        let (base, rest) = url.split_once(PATH).ok_or(PROBLEM)?;
        let name = rest.strip_suffix(":generateAccessToken").ok_or(PROBLEM)?;
        let is_name = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'@' | b'_'));
        let base = of_google(base, ACCOUNTS).filter(|_| is_name).ok_or(PROBLEM)?;
        Ok(Self { base, path: format!("{PATH}{rest}"), life_seconds })
    }

    async fn impersonate(
        &self,
        federated: &Private<String>,
        client: &Client,
        job: &mut Job,
        now: Time,
    ) -> Result<Granted, Why> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            access_token: Private<String>,
            expire_time: DateTime<Utc>,
        }
        let bearer = HeaderValue::try_from(format!("Bearer {}", federated.expose()))
            .map_err(|_| Why::Unusable("the answer is not a token"))?;
        let call = Call {
            name: "impersonation",
            method: Method::POST,
            base: &self.base,
            path: self.path.clone(),
            headers: vec![(header::AUTHORIZATION, bearer), (header::CONTENT_TYPE, JSON)],
            body: Bytes::from(json!({ "scope": [SCOPE], "lifetime": format!("{}s", self.life_seconds) }).to_string()),
        };
        let answer = serde_json::from_slice(&grant(&call, client, job).await?)
            .map_err(|_| Why::Unusable("the answer is not a token"))?;
        let Answer { access_token, expire_time } = answer;
        Ok(Granted::lasting(access_token, (expire_time - now).num_seconds(), now))
    }
}

/// The address of the token exchange: Google's global one, or that of a region.
fn exchange(url: &str) -> Option<BaseUrl> {
    let region = url.strip_prefix("https://sts.").and_then(|rest| rest.strip_suffix(".rep.googleapis.com/v1/token"));
    let is_region = |region: &str| {
        !region.is_empty() && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if region.is_some_and(is_region) { url.parse().ok() } else { of_google(url, EXCHANGE) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn configuration(change: impl FnOnce(&mut Value)) -> Result<ExternalAccount, &'static str> {
        let mut file = json!({
            "type": "external_account",
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/aws",
            "subject_token_type": SUBJECT_TOKEN_TYPE,
            "token_url": "https://sts.googleapis.com/v1/token",
            "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken",
            "credential_source": {
                "environment_id": "aws1",
                "region_url": "http://169.254.169.254/latest/meta-data/placement/availability-zone",
                "url": "http://169.254.169.254/latest/meta-data/iam/security-credentials",
                "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"
            }
        });
        change(&mut file);
        ExternalAccount::read(&file.to_string())
    }

    #[test]
    fn a_configuration_is_read_as_gcloud_writes_it() {
        let read = configuration(|_| {}).expect("a configuration");
        let account = read.account.expect("a service account");
        assert_eq!(read.token_url.as_str(), "https://sts.googleapis.com/v1/token");
        assert_eq!(account.base.as_str(), "https://iamcredentials.googleapis.com");
        assert_eq!(account.path, "/v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken");
        assert_eq!(account.life_seconds, LIFE_SECONDS);
        let direct = configuration(|file| file["service_account_impersonation_url"] = Value::Null);
        assert!(direct.is_ok_and(|read| read.account.is_none()));
    }

    #[test]
    fn a_region_may_exchange_tokens() {
        let read = |url: &str| {
            configuration(|file| file["token_url"] = json!(url)).map(|read| read.token_url.as_str().to_owned())
        };
        let regional = "https://sts.europe-southwest1.rep.googleapis.com/v1/token";
        assert_eq!(read(regional).as_deref(), Ok(regional));
    }

    #[test]
    fn nothing_goes_elsewhere_than_to_google() {
        for url in [
            "http://sts.googleapis.com/v1/token",
            "https://sts.googleapis.com.evil.example/v1/token",
            "https://evilgoogleapis.com/v1/token",
            "https://evil.googleapis.com/v1/token",
            "https://sts.googleapis.com:8443/v1/token",
            "https://sts.googleapis.com@evil.example/v1/token",
            "https://evil.example/sts.googleapis.com",
            "https://evil.example/?.googleapis.com",
            "https://evil.example#.googleapis.com",
            "https://sts.evil.example/.rep.googleapis.com/v1/token",
            "https://sts.a.evil.rep.googleapis.com/v1/token",
            "https://sts..rep.googleapis.com/v1/token",
        ] {
            assert!(configuration(|file| file["token_url"] = json!(url)).is_err(), "{url}");
        }
    }

    #[test]
    fn a_federated_token_is_changed_for_a_service_accounts_and_for_nothing_else() {
        for (base, path) in [
            ("http://iamcredentials.googleapis.com", "/v1/projects/-/serviceAccounts/a:generateAccessToken"),
            ("https://sts.googleapis.com", "/v1/projects/-/serviceAccounts/a:generateAccessToken"),
            ("https://evil.googleapis.com", "/v1/projects/-/serviceAccounts/a:generateAccessToken"),
            ("https://evil.example", "/v1/projects/-/serviceAccounts/a:generateAccessToken"),
            (
                "https://evil.example/iamcredentials.googleapis.com",
                "/v1/projects/-/serviceAccounts/a:generateAccessToken",
            ),
            ("https://iamcredentials.googleapis.com/x", "/v1/projects/-/serviceAccounts/a:generateAccessToken"),
            ("https://iamcredentials.googleapis.com", "/v1/projects/p/serviceAccounts/a:generateAccessToken"),
            ("https://iamcredentials.googleapis.com", "/v1/projects/-/serviceAccounts/a:signBlob"),
            ("https://iamcredentials.googleapis.com", "/v1/projects/-/serviceAccounts/:generateAccessToken"),
            ("https://iamcredentials.googleapis.com", "/v1/projects/-/serviceAccounts/../a:generateAccessToken"),
            (
                "https://iamcredentials.googleapis.com",
                "/v1/projects/-/serviceAccounts/a:signBlob?x=:generateAccessToken",
            ),
        ] {
            let url = format!("{base}{path}");
            assert!(configuration(|file| file["service_account_impersonation_url"] = json!(url)).is_err(), "{url}");
        }
    }

    #[test]
    fn a_configuration_for_another_cloud_or_of_another_kind_is_refused() {
        let changes: [fn(&mut Value); 5] = [
            |file| file["subject_token_type"] = json!("urn:ietf:params:oauth:token-type:jwt"),
            |file| file["credential_source"]["environment_id"] = json!("aws2"),
            |file| file["audience"] = json!("//evil.example/x"),
            |file| file["audience"] = json!("//iam.googleapis.com/x\r\ny: z"),
            |file| file["service_account_impersonation"] = json!({ "token_lifetime_seconds": 5 }),
        ];
        assert!(changes.into_iter().all(|change| configuration(change).is_err()));
    }
}
