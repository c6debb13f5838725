//! Tokens for the key of a service account: a JWT signed with it (RS256) for a token that lasts an hour (RFC 7523).
//!
//! <https://developers.google.com/identity/protocols/oauth2/service-account>

use super::grant::{Granted, SCOPE, Why, grant, granted, of_google};
use crate::{
    deadline::Job,
    http::{Call, Client, FORM},
};
use acredita_domain::Time;
use acredita_outbound::BaseUrl;
use bytes::Bytes;
use chrono::TimeDelta;
use http::{Method, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::{Deserialize, Serialize};

const TOKENS: &str = "https://oauth2.googleapis.com/token";
/// The lifetime of an assertion. Google accepts an hour at most.
const ASSERTION_LIFE: TimeDelta = TimeDelta::minutes(10);

/// The fields of a service account's key file that are needed.
pub(super) struct ServiceAccount {
    email: String,
    key: EncodingKey,
    key_id: Option<String>,
    token_uri: BaseUrl,
}

impl ServiceAccount {
    pub fn read(text: &str) -> Result<Self, &'static str> {
        #[derive(Deserialize)]
        struct File {
            client_email: String,
            private_key: String,
            private_key_id: Option<String>,
            token_uri: Option<String>,
        }
        let file: File = serde_json::from_str(text).map_err(|_| "the key file is not a service account's")?;
        let token_uri = of_google(file.token_uri.as_deref().unwrap_or(TOKENS), TOKENS);
        let token_uri = token_uri.ok_or("the key file's token_uri is not https://oauth2.googleapis.com/token")?;
        Ok(Self {
            email: file.client_email,
            key: EncodingKey::from_rsa_pem(file.private_key.as_bytes()).map_err(|_| "the key file has no RSA key")?,
            key_id: file.private_key_id,
            token_uri,
        })
    }

    pub async fn ask(&self, client: &Client, job: &mut Job, now: Time) -> Result<Granted, Why> {
        let assertion = self.assertion(now).ok_or(Why::Unusable("the key does not sign"))?;
        let call = Call {
            name: "token",
            method: Method::POST,
            base: &self.token_uri,
            path: String::new(),
            headers: vec![(header::CONTENT_TYPE, FORM)],
            // An assertion is Base64 for URLs and dots: nothing in it has to be escaped.
            body: Bytes::from(format!(
                "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}"
            )),
        };
        granted(&grant(&call, client, job).await?, now)
    }

    fn assertion(&self, now: Time) -> Option<String> {
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
        encode(&header, &claims, &self.key).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_assertion_goes_to_google_and_to_nobody_else() {
        let problem = |token_uri: Option<&str>| {
            let file =
                json!({ "client_email": "a@p.iam.gserviceaccount.com", "private_key": "none", "token_uri": token_uri });
            ServiceAccount::read(&file.to_string()).err().expect("there is no key in it")
        };
        for token_uri in [None, Some(TOKENS), Some("http://127.0.0.1:8080/google/token")] {
            assert!(problem(token_uri).contains("RSA key"), "{token_uri:?}");
        }
        for token_uri in [
            "https://evil.example/token",
            "https://evil.googleapis.com/token",
            "https://oauth2.googleapis.com.evil.example/token",
            "https://oauth2.googleapis.com:8443/token",
            "http://oauth2.googleapis.com/token",
        ] {
            assert!(problem(Some(token_uri)).contains("token_uri"), "{token_uri}");
        }
    }
}
