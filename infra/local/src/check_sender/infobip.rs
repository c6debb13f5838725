//! Infobip: the key, the balance, and whether the account has the sender.
//!
//! A key that may only send, as a deployment's should, may read neither balance nor senders: it gets 403, where a key that
//! is not good gets 401. What it may not read stays unknown.

use super::finding::{Finding, no, note, register, unknown, yes};
use acredita_domain::{ports::ProviderCredential, settings::Countries};
use acredita_outbound::{Outbound, Request, ResponseLimits};
use acredita_senders::infobip::Settings;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use std::time::Duration;

const CHANNEL: &str = "SMS";
const LONGEST_CALL: Duration = Duration::from_secs(10);
const MOST_BYTES: usize = 1024 * 1024;

pub async fn check(
    outbound: &Outbound,
    settings: &Settings,
    key: &dyn ProviderCredential,
    countries: &Countries,
) -> Vec<Finding> {
    let Ok(key) = key.read().await else {
        return vec![unknown(CHANNEL, "the secret with the API key cannot be read")];
    };
    let Ok(key) = HeaderValue::try_from(format!("App {}", key.expose().trim())) else {
        return vec![no(CHANNEL, "the secret is no API key")];
    };
    let account = Account { outbound, settings, key };
    let balance = account.balance().await;
    if matches!(balance, Answer::BadKey) {
        return vec![no(CHANNEL, "Infobip does not accept the API key")];
    }
    let mut findings = vec![of_balance(balance)];
    let name = settings.sender.as_str();
    if settings.sender.is_a_name() {
        findings.push(account.sender(name).await);
        findings.extend(register(name, "Infobip", countries));
    } else {
        findings.push(note(CHANNEL, format!("{name} is a number: whether the account has it is not looked up")));
    }
    findings
}

enum Answer<T> {
    Told(T),
    BadKey,
    NotForThisKey,
    Nothing(String),
}

#[derive(Deserialize)]
struct Balance {
    balance: f64,
    currency: String,
}

fn of_balance(answer: Answer<Balance>) -> Finding {
    match answer {
        Answer::Told(Balance { balance, currency }) if balance > 0.0 => {
            yes(CHANNEL, format!("the key is good, and the balance is {balance:.2} {currency}"))
        }
        Answer::Told(Balance { balance, currency }) => unknown(
            CHANNEL,
            format!(
                "the key is good, and the balance is {balance:.2} {currency}: enough if the account is paid afterwards"
            ),
        ),
        Answer::NotForThisKey => unknown(
            CHANNEL,
            "the key is good, and may not read the balance (it takes the scope account-management:manage)",
        ),
        Answer::BadKey => no(CHANNEL, "Infobip does not accept the API key"),
        Answer::Nothing(why) => unknown(CHANNEL, format!("the balance: {why}")),
    }
}

struct Account<'a> {
    outbound: &'a Outbound,
    settings: &'a Settings,
    key: HeaderValue,
}

impl Account<'_> {
    async fn balance(&self) -> Answer<Balance> {
        self.ask(Method::GET, "/account/1/balance", Bytes::new()).await
    }

    /// Whether the account has the sender. What Infobip has registered where, its own pages show.
    async fn sender(&self, name: &str) -> Finding {
        #[derive(Deserialize)]
        struct Resources {
            results: Vec<Resource>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Resource {
            sender_name: Option<String>,
        }
        let filter = json!({ "resourceType": "ALPHANUMERIC", "senderName": name });
        match self.ask::<Resources>(Method::POST, "/resources/1/resources", filter.to_string().into()).await {
            Answer::Told(found) if found.results.iter().any(|found| found.sender_name.as_deref() == Some(name)) => {
                yes(CHANNEL, format!("the account has the sender {name}"))
            }
            Answer::Told(_) => no(CHANNEL, format!("the account has no sender {name}")),
            Answer::BadKey => no(CHANNEL, "Infobip does not accept the API key"),
            Answer::NotForThisKey => unknown(
                CHANNEL,
                format!("the sender {name}: the key may not read senders (it takes the scope numbers:manage)"),
            ),
            Answer::Nothing(why) => unknown(CHANNEL, format!("the sender {name}: {why}")),
        }
    }

    async fn ask<T: DeserializeOwned>(&self, method: Method, path: &str, body: Bytes) -> Answer<T> {
        let json = HeaderValue::from_static("application/json");
        let request = Request {
            method,
            url: self.settings.url.join(path),
            headers: vec![
                (header::AUTHORIZATION, self.key.clone()),
                (header::CONTENT_TYPE, json.clone()),
                (header::ACCEPT, json),
            ],
            body,
        };
        let limits = ResponseLimits { headers: LONGEST_CALL, body: MOST_BYTES };
        let answer = match tokio::time::timeout(LONGEST_CALL, self.outbound.send(request, limits)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(failure)) => return Answer::Nothing(failure.to_string()),
            Err(_) => return Answer::Nothing("timeout".to_owned()),
        };
        match answer.status() {
            StatusCode::OK => match serde_json::from_slice(answer.body()) {
                Ok(told) => Answer::Told(told),
                Err(_) => Answer::Nothing("the answer cannot be parsed".to_owned()),
            },
            StatusCode::UNAUTHORIZED => Answer::BadKey,
            StatusCode::FORBIDDEN => Answer::NotForThisKey,
            status => Answer::Nothing(format!("HTTP {}", status.as_u16())),
        }
    }
}
