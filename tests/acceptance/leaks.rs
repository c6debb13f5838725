//! Secrets must not leave the service: codes, tokens, numbers, addresses and names must not appear in a log, a queue
//! message, a `Debug` or an error.
//!
//! Every value that a caller sends here is a canary: a text that occurs nowhere else. The flows are run with canaries,
//! both successfully and with failures at every step, and then the canaries are searched for in the forbidden places.

mod flows;
mod logged;
mod shown;
mod stored;

use acceptance::{
    Call, ORG, World, bodies,
    request::base64,
    tokens::{ISSUER, claims},
};
use serde_json::{Value, json};
use std::{
    io,
    sync::{Arc, LazyLock, Mutex},
};

const NAME: &str = "Canariana";
const LAST_NAME: &str = "Apellido-Canario";
const DOCUMENT: &str = "CANARY7654Z";
const PHONE: &str = "699223344";
const EMAIL: &str = "canary.address@example.org";
const REASON: &str = "canary-reason";
const AGENT: &str = "canary-agent";
const REFERENCE: &str = "canary-reference";
const NOTE: &str = "canary-note";
const EVIDENCE_METADATA: &str = "canary-shop";
const USER_AGENT: &str = "canary-user-agent/9.9";
const FINGERPRINT: &str = "canary-fingerprint";
const LOCATION: &str = "12.345678,-98.765432";
const KEY: &str = "canary-idempotency-key";
const SUBJECT: &str = "canary-subject@example.org";
const CLIENT: &str = "canary-client";
/// The canary for places where no such value belongs: paths, queries, broken bodies.
const STRAY: &str = "canary-stray";

const CANARIES: [&str; 17] = [
    NAME,
    LAST_NAME,
    DOCUMENT,
    PHONE,
    EMAIL,
    REASON,
    AGENT,
    REFERENCE,
    NOTE,
    EVIDENCE_METADATA,
    USER_AGENT,
    FINGERPRINT,
    LOCATION,
    KEY,
    SUBJECT,
    CLIENT,
    STRAY,
];

/// Requires that a text contains none of these.
#[track_caller]
fn assert_none_in<'a>(text: &str, canaries: impl IntoIterator<Item = &'a str>) {
    for canary in canaries {
        if let Some(at) = text.to_lowercase().find(&canary.to_lowercase()) {
            let around: String =
                text.chars().skip(text[..at.min(text.len())].chars().count().saturating_sub(200)).take(400).collect();
            panic!("{canary} is in: {around}");
        }
    }
}

fn actor() -> Value {
    json!({
        "name": NAME, "last_name": LAST_NAME, "identity_document": { "document_number": DOCUMENT, "document_type": "NIF", "country": "ES" },
        "email": EMAIL, "msisdn": { "phone_number": PHONE, "country_code": "34" }, "language": "ES",
    })
}

fn with_actor(mut body: Value) -> Value {
    body["actor"] = actor();
    referenced(body)
}

fn referenced(mut body: Value) -> Value {
    body["client_reference_id"] = json!(REFERENCE);
    body["metadata"] = json!({ "note": NOTE });
    body
}

/// A request whose device headers and whose token's subject and client are canaries.
fn request(world: &World, method: &str, path: &str, body: Option<Value>) -> Call {
    let mut claims = claims(ORG, world.in_almost_thirty_days());
    claims["sub"] = json!(SUBJECT);
    claims["client_id"] = json!(CLIENT);
    let call = Call::org(method, ORG, path).token(&ISSUER.sign(&claims));
    let device = |call: Call| {
        let installation = "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11";
        call.header("x-installation_id", installation)
            .header("x-fingerprint", FINGERPRINT)
            .header("x-location", LOCATION)
            .header("user-agent", USER_AGENT)
    };
    let call = if path.ends_with("/validate") { device(call) } else { call };
    match body {
        Some(body) => call.json(&body),
        None => call,
    }
}

fn evidence() -> Value {
    let metadata = json!({ "shop": EVIDENCE_METADATA }).to_string();
    json!({ "agent": AGENT, "evidence": base64(&bodies::evidence_png(1)), "evidence_metadata": metadata })
}

/// Everything that is logged in this process.
#[derive(Clone, Default)]
struct Logs(Arc<Mutex<Vec<u8>>>);

impl io::Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panics while it holds this").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One for the process, because any thread may log.
static LOGS: LazyLock<Logs> = LazyLock::new(|| {
    let logs = Logs::default();
    let writer = logs.clone();
    let subscriber = acredita_local::logs::everything(move || writer.clone());
    tracing::subscriber::set_global_default(subscriber).expect("nobody else logs in this process");
    logs
});

impl Logs {
    /// Starts recording.
    fn listen() -> Self {
        LOGS.clone()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("no test panics while it holds this")).into_owned()
    }
}
