//! Document AI's `:process`, and the token endpoint that the keys of service accounts use.

use crate::{PROCESSOR, Scenario, Shared, lock};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{self, Path},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    io,
    net::SocketAddr,
    sync::{Arc, LazyLock, Mutex},
};

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// The state of the Google part.
pub(crate) struct State {
    pub account: ServiceAccount,
    tokens: Mutex<HashSet<String>>,
    /// Federated tokens, and when they were requested.
    pub federated: Mutex<HashMap<String, DateTime<Utc>>>,
    given: Mutex<u64>,
}

impl State {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            account: ServiceAccount { token_uri: format!("http://{address}/google/token") },
            tokens: Mutex::default(),
            federated: Mutex::default(),
            given: Mutex::new(0),
        }
    }

    /// A new token that `:process` accepts.
    pub fn give(&self, prefix: &str) -> String {
        let mut given = lock(&self.given);
        *given += 1;
        let token = format!("{prefix}.emulated-{given}");
        lock(&self.tokens).insert(token.clone());
        token
    }
}

/// The emulator's service account.
pub struct ServiceAccount {
    token_uri: String,
}

const EMAIL: &str = "acredita@emulated.iam.gserviceaccount.com";

struct Key {
    pem: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

/// One per process: generating an RSA key is slow.
static KEY: LazyLock<Key> = LazyLock::new(|| {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a system with randomness");
    let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).expect("a new key can be written");
    let text = BASE64_STANDARD.encode(pkcs8.as_ref());
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    let public = pair.public_key();
    Key {
        pem: format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n")),
        modulus: public.modulus().big_endian_without_leading_zero().to_vec(),
        exponent: public.exponent().big_endian_without_leading_zero().to_vec(),
    }
});

impl ServiceAccount {
    /// Its key file.
    pub fn key_file(&self) -> String {
        json!({
            "type": "service_account",
            "project_id": "emulated",
            "private_key_id": "emulated-key",
            "private_key": KEY.pem,
            "client_email": EMAIL,
            "token_uri": self.token_uri,
        })
        .to_string()
    }

    /// Whether an assertion is its own, for this token endpoint, and for an hour at most. The time itself is not checked:
    /// callers have clocks of their own.
    fn vouches_for(&self, assertion: &str) -> bool {
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.set_audience(&[&self.token_uri]);
        validation.set_issuer(&[EMAIL]);
        let key =
            DecodingKey::from_rsa_components(&text(&KEY.modulus), &text(&KEY.exponent)).expect("a key of our own");
        let Ok(token) = decode::<Value>(assertion, &key, &validation) else {
            return false;
        };
        let (issued, ends) = (token.claims["iat"].as_i64(), token.claims["exp"].as_i64());
        let hour = issued.zip(ends).is_some_and(|(issued, ends)| (1..=3600).contains(&(ends - issued)));
        hour && token.header.kid.as_deref() == Some("emulated-key") && token.claims["scope"] == SCOPE
    }
}

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new().route("/token", post(token)).route("/v1/{*operation}", post(process))
}

async fn token(extract::State(shared): extract::State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let fields: Vec<(&str, &str)> = body.split('&').filter_map(|field| field.split_once('=')).collect();
    let grant = ("grant_type", "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer");
    match fields[..] {
        [first, ("assertion", assertion)]
            if is_form(&headers) && first == grant && shared.google.account.vouches_for(assertion) =>
        {
            let token = shared.google.give("ya29");
            Json(json!({ "access_token": token, "expires_in": 3599, "token_type": "Bearer" })).into_response()
        }
        _ => invalid_grant(),
    }
}

async fn process(
    extract::State(shared): extract::State<Arc<Shared>>,
    Path(operation): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let bearer = bearer(&headers);
    let known = bearer.is_some_and(|token| lock(&shared.google.tokens).contains(token));
    let scenario = shared.scenario();
    if let (Scenario::TokenExpired, Some(token)) = (scenario, bearer)
        && shared.first("token")
    {
        lock(&shared.google.tokens).remove(token);
        return error(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED");
    }
    if !known {
        return error(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED");
    }
    if operation != format!("{PROCESSOR}:process") {
        return error(StatusCode::NOT_FOUND, "NOT_FOUND");
    }
    if !is_request(&body) {
        return error(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT");
    }
    match scenario {
        Scenario::Slow => {
            shared.hold().await;
            found(&PASS, &[])
        }
        Scenario::Busy if shared.first("busy") => again("0s"),
        Scenario::Overloaded => again("60s"),
        Scenario::Down => error(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
        Scenario::Cut => cut(),
        Scenario::Malformed => malformed(),
        Scenario::ResultLost => Json(json!({})).into_response(),
        Scenario::Fraud => found(
            &[
                ("fraud_signals_is_identity_document", "PASS"),
                ("fraud_signals_suspicious_words", "SUSPICIOUS_WORDS_FOUND"),
                ("fraud_signals_image_manipulation", "POSSIBLE_IMAGE_MANIPULATION"),
                ("fraud_signals_online_duplicate", "POSSIBLE_ONLINE_DUPLICATE"),
                ("fraud_signals_photocopy_detection", "POSSIBLE_PHOTOCOPY"),
            ],
            &[
                ("evidence_suspicious_word", "SPECIMEN"),
                ("evidence_thumbnail_url", "https://emulated.invalid/provider-text"),
            ],
        ),
        Scenario::Unsupported => {
            found(&[("fraud_signals_is_identity_document", "NOT_AN_ID"), PASS[1], PASS[2], PASS[3], PASS[4]], &[])
        }
        Scenario::Contradictory => found(
            &PASS,
            &[
                ("fraud_signals_image_manipulation", "POSSIBLE_IMAGE_MANIPULATION"),
                ("fraud_signals_suspicious_words", "INCONCLUSIVE"),
            ],
        ),
        Scenario::Pass | Scenario::Busy | Scenario::TokenExpired | Scenario::Unread => found(&PASS, &[]),
    }
}

const PASS: [(&str, &str); 5] = [
    ("fraud_signals_is_identity_document", "PASS"),
    ("fraud_signals_suspicious_words", "PASS"),
    ("fraud_signals_image_manipulation", "PASS"),
    ("fraud_signals_online_duplicate", "PASS"),
    ("fraud_signals_photocopy_detection", "PASS"),
];

/// Exactly one raw document of an accepted type, and a field mask.
fn is_request(body: &[u8]) -> bool {
    let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
        return false;
    };
    let keys: BTreeSet<&str> = body.keys().map(String::as_str).collect();
    let document = &body["rawDocument"];
    let picture = document["content"].as_str().and_then(|content| BASE64_STANDARD.decode(content).ok());
    keys == BTreeSet::from(["fieldMask", "rawDocument", "skipHumanReview"])
        && body["fieldMask"] == "entities"
        && body["skipHumanReview"] == true
        && document.as_object().is_some_and(|document| document.len() == 2)
        && matches!(document["mimeType"].as_str(), Some("image/jpeg" | "image/png"))
        && picture.is_some_and(|picture| !picture.is_empty())
}

fn found(signals: &[(&str, &str)], more: &[(&str, &str)]) -> Response {
    let entity = |(at, (kind, text)): (usize, &(&str, &str))| json!({ "type": kind, "mentionText": text, "confidence": 0.9, "id": at.to_string() });
    let entities: Vec<Value> = signals.iter().chain(more).enumerate().map(entity).collect();
    Json(json!({ "document": { "entities": entities } })).into_response()
}

/// A refusal.
pub(crate) fn error(status: StatusCode, name: &str) -> Response {
    error_with(status, name, json!([]))
}

/// A refusal for now, with the time to wait.
fn again(delay: &str) -> Response {
    let details = json!([{ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay }]);
    error_with(StatusCode::TOO_MANY_REQUESTS, "RESOURCE_EXHAUSTED", details)
}

/// The message must never reach a caller or a log.
fn error_with(status: StatusCode, name: &str, details: Value) -> Response {
    let message = "provider-text of the emulator";
    let error = json!({ "code": status.as_u16(), "message": message, "status": name, "details": details });
    (status, Json(json!({ "error": error }))).into_response()
}

/// The refusal of a token endpoint (RFC 6749 §5.2).
pub(crate) fn invalid_grant() -> Response {
    let refusal = json!({ "error": "invalid_grant", "error_description": "provider-text of the emulator" });
    (StatusCode::BAD_REQUEST, Json(refusal)).into_response()
}

/// Whether a body is a form, by its content type.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/x-www-form-urlencoded")
}

/// The token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

pub(crate) fn malformed() -> Response {
    "<html>not what it should be</html>".into_response()
}

/// An answer that ends before its stated length.
pub(crate) fn cut() -> Response {
    let chunks = [Ok(Bytes::from_static(b"{\"document\":{\"ent")), Err(io::Error::other("cut on purpose"))];
    let body = Body::from_stream(futures_util::stream::iter(chunks));
    ([(header::CONTENT_TYPE, "application/json"), (header::CONTENT_LENGTH, "4096")], body).into_response()
}
