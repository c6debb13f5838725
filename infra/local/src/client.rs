//! The API of a running service as its callers use it: of the service over a data folder, or of any other by its URL.

use crate::{
    address::AddressFile,
    keys::{Grant, KeyError, READY_ORG, TokenSigner, ready_grant},
};
use acredita_aws::SystemClock;
use acredita_domain::{ids::OrgId, ports::Clock};
use acredita_outbound::{BaseUrl, Outbound, Request, ResponseLimits, SendFailure};
use bytes::Bytes;
use chrono::TimeDelta;
use clap::Args;
use http::{HeaderName, HeaderValue, Method, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::{fs, io, path::PathBuf, time::Duration};

const AGENT: &str = concat!("acredita/", env!("CARGO_PKG_VERSION"));
/// The variable of the environment with the token for another service.
const TOKEN: &str = "ACREDITA_TOKEN";
/// A token is made for each request.
const TOKEN_LIFE: TimeDelta = TimeDelta::minutes(5);
/// A score takes a while in a debug build. The body of an answer is limited as well.
const LIMITS: ResponseLimits = ResponseLimits { headers: Duration::from_secs(60), body: 8 * 1024 * 1024 };

/// All but the unreserved characters (RFC 3986 §2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Which service to ask.
#[derive(Args)]
pub struct ServiceArgs {
    /// The data folder of a running service
    #[arg(long, default_value = ".acredita")]
    data_dir: PathBuf,
    /// Another service instead, such as a deployment. Its token is in ACREDITA_TOKEN or in --token-file
    #[arg(long, conflicts_with = "data_dir", requires = "org")]
    url: Option<BaseUrl>,
    /// A file with the token for --url, read again for each request
    #[arg(long, value_name = "FILE", requires = "url")]
    token_file: Option<PathBuf>,
    /// The organisation [default: demo]
    #[arg(long)]
    org: Option<OrgId>,
}

/// Asks one service for one organisation. It can make tokens, so it has no `Debug`.
pub struct Client {
    outbound: Outbound,
    service: Service,
    org: OrgId,
}

enum Service {
    /// It may be restarted, and then listen elsewhere.
    Local {
        folder: PathBuf,
        signer: TokenSigner,
    },
    Other {
        url: BaseUrl,
        token: Token,
    },
}

enum Token {
    Given(String),
    File(PathBuf),
}

/// A request to a path below that of the organisation.
pub struct Call {
    method: Method,
    path: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("no service runs over {}: start one there with `acredita serve`", .0.display())]
    NotRunning(PathBuf),
    #[error("{address} does not answer ({source})")]
    Silent { address: String, source: SendFailure },
    #[error("{status}: {details}")]
    Refused { status: u16, details: String },
    #[error("what {0} answered cannot be understood")]
    Unintelligible(&'static str),
    #[error("put a token for {0} into {TOKEN}, or name a file with one in --token-file")]
    NoToken(String),
    #[error("{path}: {source}")]
    TokenFile { path: PathBuf, source: io::Error },
    #[error("the token is not one line of visible characters")]
    NotAToken,
    #[error("{0} is not an address that a command reaches: name one on loopback or with https in --url")]
    Unreachable(String),
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl ClientError {
    /// Whether the same request may succeed later.
    pub fn passes(&self) -> bool {
        match self {
            Self::NotRunning(_) | Self::Silent { .. } => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            _ => false,
        }
    }
}

impl Client {
    pub fn of(args: ServiceArgs) -> Result<Self, ClientError> {
        let ServiceArgs { data_dir, url, token_file, org } = args;
        let given = || std::env::var(TOKEN).ok().map(Token::Given);
        let service = match url {
            Some(url) => match token_file.map(Token::File).or_else(given) {
                Some(token) => Service::Other { url, token },
                None => return Err(ClientError::NoToken(url.as_str().to_owned())),
            },
            // Nothing is made in a folder that is none.
            None if AddressFile::read(&data_dir).is_none() => return Err(ClientError::NotRunning(data_dir)),
            None => Service::Local { signer: TokenSigner::of(&data_dir)?, folder: data_dir },
        };
        let org = org.unwrap_or_else(|| READY_ORG.parse().expect("the name of an organisation"));
        Ok(Self { outbound: Outbound::default(), service, org })
    }

    /// A service that takes this token.
    pub fn to(url: BaseUrl, token: String, org: OrgId) -> Self {
        Self { outbound: Outbound::default(), service: Service::Other { url, token: Token::Given(token) }, org }
    }

    /// Whether it asks the service of this machine's user, whose messages stay here.
    pub fn is_local(&self) -> bool {
        matches!(self.service, Service::Local { .. })
    }

    pub fn org(&self) -> &OrgId {
        &self.org
    }

    /// The URL of the service, as of now.
    pub fn address(&self) -> Result<BaseUrl, ClientError> {
        match &self.service {
            Service::Other { url, .. } => Ok(url.clone()),
            Service::Local { folder, .. } => {
                let address = AddressFile::read(folder).ok_or_else(|| ClientError::NotRunning(folder.clone()))?;
                address.parse().map_err(|_| ClientError::Unreachable(address))
            }
        }
    }

    /// Reads JSON.
    pub async fn get(&self, path: String) -> Result<Value, ClientError> {
        self.send(Call::new(Method::GET, path)).await
    }

    /// Makes a request, and returns the JSON of the answer: null if there is none. Anything but 2xx is an error.
    pub async fn send(&self, call: Call) -> Result<Value, ClientError> {
        let address = self.address()?;
        let url = address.join(&format!("/v1/orgs/{}{}", self.org, call.path));
        let mut headers = call.headers;
        headers.push((header::AUTHORIZATION, self.bearer(&address)?));
        headers.push((header::USER_AGENT, HeaderValue::from_static(AGENT)));
        let request = Request { method: call.method, url, headers, body: call.body };
        let answer = self.outbound.send(request, LIMITS).await;
        let answer = answer.map_err(|source| ClientError::Silent { address: address.as_str().to_owned(), source })?;
        let json = serde_json::from_slice(answer.body());
        match answer.status().as_u16() {
            200..=299 if answer.body().is_empty() => Ok(Value::Null),
            200..=299 => json.map_err(|_| ClientError::Unintelligible("the service")),
            status => Err(ClientError::Refused { status, details: details(&json.unwrap_or_default()) }),
        }
    }

    fn bearer(&self, address: &BaseUrl) -> Result<HeaderValue, ClientError> {
        let token = match &self.service {
            Service::Other { token: Token::Given(token), .. } => token.clone(),
            Service::Other { token: Token::File(path), .. } => {
                fs::read_to_string(path).map_err(|source| ClientError::TokenFile { path: path.clone(), source })?
            }
            Service::Local { signer, .. } => {
                let grant = Grant { org: self.org.to_string(), ttl: TOKEN_LIFE, ..ready_grant() };
                signer.token(&grant, SystemClock.now())?
            }
        };
        if token.trim().is_empty() {
            return Err(ClientError::NoToken(address.as_str().to_owned()));
        }
        let mut bearer =
            HeaderValue::try_from(format!("Bearer {}", token.trim())).map_err(|_| ClientError::NotAToken)?;
        bearer.set_sensitive(true);
        Ok(bearer)
    }
}

impl Call {
    /// `path` begins with `/` and consists of our own words and of ids.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: Bytes::new() }
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((HeaderName::from_static(name), HeaderValue::from_static(value)));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string().into_bytes())
    }

    pub fn body(self, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { body: body.into(), ..self.header("content-type", content_type) }
    }

    /// What a person at the terminal recognises it by.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// A path with the parameters that have a value.
pub fn with_query(path: &str, parameters: &[(&str, Option<String>)]) -> String {
    let given = parameters.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    given.enumerate().fold(path.to_owned(), |path, (position, (name, value))| {
        let separator = if position == 0 { '?' } else { '&' };
        format!("{path}{separator}{name}={}", utf8_percent_encode(value, ENCODED))
    })
}

/// What an answer says is wrong.
fn details(answer: &Value) -> String {
    let entries = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let details: Vec<&str> = entries.iter().filter_map(|entry| entry["details"].as_str()).collect();
    // What stands in front of the functions answers in its own way.
    let text =
        if details.is_empty() { answer["message"].as_str().map(str::to_owned) } else { Some(details.join("; ")) };
    visible(text.as_deref().unwrap_or("no reason was given"))
}

/// A text without what a terminal would obey.
pub fn visible(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_query_has_what_was_given() {
        let time = Some("2026-11-20T00:00:00+01:00".to_owned());
        let path = with_query("/events", &[("type", None), ("created_from", time), ("limit", Some("5".to_owned()))]);
        assert_eq!(path, "/events?created_from=2026-11-20T00%3A00%3A00%2B01%3A00&limit=5");
        assert_eq!(with_query("/events", &[("type", None)]), "/events");
    }

    #[test]
    fn a_refusal_has_the_service_s_words_and_cannot_drive_the_terminal() {
        let answer = json!({ "errors": [{ "details": "no such event" }, { "details": "and \u{1b}[2J" }] });
        assert_eq!(details(&answer), "no such event; and \u{fffd}[2J");
        assert_eq!(details(&json!("<html>")), "no reason was given");
    }
}
