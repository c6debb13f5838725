//! Infobip's API for text messages, as its published definition has it, and the two calls that tell what an account may
//! send. Nothing goes out: messages are kept, to be read.
//!
//! ```text
//! GET  /emulator/infobip            the messages that it took, newest first
//! PUT  /emulator/infobip/{status}   the status of messages from now on, such as REJECTED_DESTINATION
//! ```

#![expect(clippy::result_large_err, reason = "a refusal is an answer of its own, and an emulator may move it")]

mod sms;

pub use sms::TextMessage;

use crate::{
    Emulators, Scenario, Shared,
    google::{cut, malformed},
    lock,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{self, Path},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde_json::{Value, json};
use sms::Refused;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

/// The key that the Infobip part accepts.
pub const INFOBIP_KEY: &str = "emulated-infobip-key";
/// The sender that is registered with the emulated account.
pub const INFOBIP_SENDER: &str = "Acredita";
/// How many of the newest messages are kept.
const KEPT: usize = 1_000;

/// The statuses that it can be told to give, with their groups: those of the API's list that concern text messages.
const STATUSES: [(&str, u16, &str); 19] = [
    ("PENDING_ACCEPTED", 26, "PENDING"),
    ("PENDING_ENROUTE", 7, "PENDING"),
    ("REJECTED_NETWORK", 6, "REJECTED"),
    ("REJECTED_PREFIX_MISSING", 8, "REJECTED"),
    ("REJECTED_DND", 10, "REJECTED"),
    ("REJECTED_SOURCE", 11, "REJECTED"),
    ("REJECTED_NOT_ENOUGH_CREDITS", 12, "REJECTED"),
    ("REJECTED_SENDER", 13, "REJECTED"),
    ("REJECTED_DESTINATION_BLOCKLISTED", 14, "REJECTED"),
    ("REJECTED_PREPAID_PACKAGE_EXPIRED", 17, "REJECTED"),
    ("REJECTED_DESTINATION_NOT_REGISTERED", 18, "REJECTED"),
    ("REJECTED_ROUTE_NOT_AVAILABLE", 19, "REJECTED"),
    ("REJECTED_FLOODING_FILTER", 20, "REJECTED"),
    ("REJECTED_SYSTEM_ERROR", 21, "REJECTED"),
    ("REJECTED_DUPLICATE_MESSAGE_ID", 23, "REJECTED"),
    ("REJECTED_MESSAGE_TOO_LONG", 25, "REJECTED"),
    ("REJECTED_DESTINATION", 52, "REJECTED"),
    ("UNDELIVERABLE_NOT_SENT", 31, "UNDELIVERABLE"),
    ("UNDELIVERABLE_REJECTED_PLATFORM", 100, "UNDELIVERABLE"),
];

const TAKEN: &str = STATUSES[0].0;

/// What the emulated account has.
#[derive(Clone, Debug, PartialEq)]
pub struct InfobipAccount {
    /// In euros.
    pub balance: f64,
    pub senders: Vec<&'static str>,
    /// Whether the key may read balance and senders. One that may only send gets 403.
    pub readable: bool,
}

impl Default for InfobipAccount {
    fn default() -> Self {
        Self { balance: 47.5, senders: vec![INFOBIP_SENDER], readable: true }
    }
}

/// The state of the Infobip part.
pub(crate) struct State {
    status: Mutex<&'static str>,
    account: Mutex<InfobipAccount>,
    messages: Mutex<VecDeque<TextMessage>>,
}

impl Default for State {
    fn default() -> Self {
        Self { status: Mutex::new(TAKEN), account: Mutex::default(), messages: Mutex::default() }
    }
}

impl State {
    /// Whether there is a status of this name.
    fn answer(&self, status: &str) -> bool {
        let known = STATUSES.iter().find(|(name, ..)| *name == status);
        known.map(|(name, ..)| *lock(&self.status) = name).is_some()
    }

    /// The status of a message. It keeps one that it takes.
    fn take(&self, message: TextMessage) -> &'static str {
        let told = *lock(&self.status);
        if !told.starts_with("PENDING") {
            return told;
        }
        if !lock(&self.account).senders.contains(&message.sender.as_str()) {
            return "REJECTED_SOURCE";
        }
        if message.parts > 25 {
            return "REJECTED_MESSAGE_TOO_LONG";
        }
        let mut messages = lock(&self.messages);
        if messages.len() >= KEPT {
            messages.pop_front();
        }
        messages.push_back(message);
        told
    }
}

impl Emulators {
    /// The Infobip part, in place of the account's own `https://….api.infobip.com`.
    pub fn infobip(&self) -> String {
        format!("http://{}/infobip", self.address)
    }

    /// The status of messages from now on. Returns whether there is one of that name.
    pub fn answer_text_messages(&self, status: &str) -> bool {
        self.shared.infobip.answer(status)
    }

    /// What the account has from now on.
    pub fn set_infobip_account(&self, account: InfobipAccount) {
        *lock(&self.shared.infobip.account) = account;
    }

    /// The text messages that were taken and are kept, oldest first.
    pub fn text_messages(&self) -> Vec<TextMessage> {
        lock(&self.shared.infobip.messages).iter().cloned().collect()
    }
}

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sms/3/messages", post(send))
        .route("/account/1/balance", get(balance))
        .route("/resources/1/resources", post(senders))
}

/// What a developer reads and tells it.
pub(crate) fn desk() -> Router<Arc<Shared>> {
    Router::new().route("/", get(messages)).route("/{status}", put(tell))
}

type Emulator = extract::State<Arc<Shared>>;
/// An answer or, as the error, a refusal.
type Answer = Result<Response, Response>;

fn error(status: StatusCode, violated: Option<&str>) -> Response {
    let violations: Vec<Value> =
        violated.into_iter().map(|property| json!({ "property": property, "violation": "is not valid" })).collect();
    let body = json!({
        "errorCode": format!("E{}", status.as_u16()),
        "description": "emulated",
        "action": "none",
        "violations": violations,
        "resources": [],
    });
    (status, Json(body)).into_response()
}

/// Refuses a missing key and, in one scenario, once also the right one.
fn require_key(shared: &Shared, headers: &HeaderMap) -> Result<(), Response> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let known = given.and_then(|given| given.strip_prefix("App ")).is_some_and(|key| key == INFOBIP_KEY);
    let expired = shared.scenario() == Scenario::TokenExpired && shared.first("infobip key");
    if known && !expired { Ok(()) } else { Err(error(StatusCode::UNAUTHORIZED, None)) }
}

/// Scenarios that apply to every call.
async fn trouble(shared: &Shared) -> Result<(), Response> {
    let again = |seconds: &'static str| {
        ([(header::RETRY_AFTER, seconds)], error(StatusCode::TOO_MANY_REQUESTS, None)).into_response()
    };
    match shared.scenario() {
        Scenario::Slow => {
            shared.hold().await;
            Ok(())
        }
        Scenario::Busy if shared.first("infobip busy") => Err(again("0")),
        Scenario::Overloaded => Err(again("60")),
        Scenario::Down => Err(error(StatusCode::INTERNAL_SERVER_ERROR, None)),
        Scenario::Cut => Err(cut()),
        Scenario::Malformed => Err(malformed()),
        _ => Ok(()),
    }
}

async fn send(extract::State(shared): Emulator, headers: HeaderMap, body: Bytes) -> Answer {
    require_key(&shared, &headers)?;
    trouble(&shared).await?;
    let is_json = headers.get(header::CONTENT_TYPE).is_some_and(|value| value == "application/json");
    let body: Value = serde_json::from_slice(&body)
        .ok()
        .filter(|_| is_json)
        .ok_or_else(|| error(StatusCode::BAD_REQUEST, Some("body")))?;
    let sent = sms::read(&body).map_err(|Refused(property)| error(StatusCode::BAD_REQUEST, Some(&property)))?;
    let answers: Vec<Value> = sent.into_iter().map(|message| answer(&shared.infobip, message)).collect();
    Ok(Json(json!({ "bulkId": "emulated", "messages": answers })).into_response())
}

/// What becomes of a message, as the API says it.
fn answer(state: &State, message: TextMessage) -> Value {
    let (id, to, parts) = (message.id.clone(), message.to.clone(), message.parts);
    let taken = state.take(message);
    let (name, number, group) = STATUSES.into_iter().find(|(name, ..)| *name == taken).unwrap_or(STATUSES[0]);
    let group_id = match group {
        "PENDING" => 1,
        "UNDELIVERABLE" => 2,
        _ => 5,
    };
    let status =
        json!({ "groupId": group_id, "groupName": group, "id": number, "name": name, "description": "emulated" });
    json!({ "messageId": id, "status": status, "destination": to, "details": { "messageCount": parts } })
}

async fn balance(extract::State(shared): Emulator, headers: HeaderMap) -> Answer {
    let account = account(&shared, &headers).await?;
    Ok(Json(json!({ "balance": account.balance, "currency": "EUR" })).into_response())
}

/// The account's senders, of which the request filters one.
async fn senders(extract::State(shared): Emulator, headers: HeaderMap, body: Bytes) -> Answer {
    let account = account(&shared, &headers).await?;
    let filter: Value = serde_json::from_slice(&body).unwrap_or_default();
    if filter["resourceType"] != "ALPHANUMERIC" {
        return Err(error(StatusCode::BAD_REQUEST, Some("resourceType")));
    }
    let wanted = |name: &&str| filter["senderName"].as_str().is_none_or(|wanted| wanted == *name);
    let found = account.senders.iter().copied().filter(wanted).map(|name| {
        json!({ "resourceType": "ALPHANUMERIC", "senderName": name, "countryCode": "ES", "capabilities": ["SMS"] })
    });
    let found: Vec<Value> = found.collect();
    let paging = json!({ "page": 0, "size": 20, "totalPages": 1, "totalResults": found.len() });
    Ok(Json(json!({ "results": found, "paging": paging })).into_response())
}

async fn account(shared: &Shared, headers: &HeaderMap) -> Result<InfobipAccount, Response> {
    require_key(shared, headers)?;
    trouble(shared).await?;
    let account = lock(&shared.infobip.account).clone();
    if account.readable { Ok(account) } else { Err(error(StatusCode::FORBIDDEN, None)) }
}

async fn messages(extract::State(shared): Emulator) -> Json<Vec<Value>> {
    Json(lock(&shared.infobip.messages).iter().rev().map(TextMessage::json).collect())
}

async fn tell(extract::State(shared): Emulator, Path(status): Path<String>) -> Response {
    if shared.infobip.answer(&status) {
        return format!("{status}\n").into_response();
    }
    let known: Vec<&str> = STATUSES.iter().map(|(name, ..)| *name).collect();
    (StatusCode::NOT_FOUND, format!("no such status; these are known:\n{}\n", known.join("\n"))).into_response()
}
