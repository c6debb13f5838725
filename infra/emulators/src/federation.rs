//! Workload identity federation from AWS: Google's token exchange and a service account's tokens. AWS's part is here
//! too, which Google would ask: the signature is recomputed by the published algorithm alone.

use crate::{
    Shared,
    google::{bearer, error, invalid_grant, is_form},
    lock,
};
use aws_lc_rs::{digest, hmac};
use axum::{
    Json, Router,
    extract::{self, Path},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use chrono::{DateTime, NaiveDateTime, SecondsFormat, TimeDelta, Utc};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// A role of AWS that the Google part trusts, by the credentials of one of its sessions.
#[derive(Clone, Copy)]
pub struct AwsSession {
    /// The region whose STS vouches for it.
    pub region: &'static str,
    pub access_key_id: &'static str,
    /// Its key. None of its characters is escaped in a body, so a search for it there finds it.
    pub secret_access_key: &'static str,
    pub session_token: &'static str,
}

/// The trusted session.
pub const AWS_SESSION: AwsSession = AwsSession {
    region: "eu-south-2",
    access_key_id: "ASIAEMULATEDSESSION0",
    secret_access_key: "emulated-secret-key-of-a-session",
    session_token: "emulated-session-token/with+signs==",
};

const AUDIENCE: &str = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/emulated/providers/aws";
const SUBJECT_TOKEN_TYPE: &str = "urn:ietf:params:aws:token-type:aws4_request";
const ACCOUNT: &str = "acredita@emulated.iam.gserviceaccount.com";
const QUESTION: &str = "?Action=GetCallerIdentity&Version=2011-06-15";
const TARGET: &str = "x-goog-cloud-target-resource";

/// Whether an external account exchanges its token for a service account's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Impersonation {
    /// The federated token is used as it is.
    None,
    /// A service account's token is requested.
    Account,
}

/// The configuration that `gcloud iam workload-identity-pools create-cred-config --aws` would write for this emulator.
pub(crate) fn external_account(google: &str, impersonation: Impersonation) -> String {
    let mut file = json!({
        "type": "external_account",
        "audience": AUDIENCE,
        "subject_token_type": SUBJECT_TOKEN_TYPE,
        "token_url": format!("{google}/sts/v1/token"),
        "credential_source": {
            "environment_id": "aws1",
            "region_url": "http://169.254.169.254/latest/meta-data/placement/availability-zone",
            "url": "http://169.254.169.254/latest/meta-data/iam/security-credentials",
            "regional_cred_verification_url": format!("https://sts.{{region}}.amazonaws.com{QUESTION}"),
        },
    });
    if impersonation == Impersonation::Account {
        let url = format!("{google}/iamcredentials/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken");
        file["service_account_impersonation_url"] = json!(url);
    }
    file.to_string()
}

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sts/v1/token", post(exchange))
        .route("/iamcredentials/v1/projects/-/serviceAccounts/{account}", post(impersonate))
}

async fn exchange(extract::State(shared): extract::State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let fields: BTreeMap<String, String> = body
        .split('&')
        .filter_map(|field| field.split_once('='))
        .map(|(name, value)| (unescaped(name), unescaped(value)))
        .collect();
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let asked = is_form(&headers)
        && fields.len() == 6
        && field("grant_type") == "urn:ietf:params:oauth:grant-type:token-exchange"
        && field("audience") == AUDIENCE
        && field("scope") == "https://www.googleapis.com/auth/cloud-platform"
        && field("requested_token_type") == "urn:ietf:params:oauth:token-type:access_token"
        && field("subject_token_type") == SUBJECT_TOKEN_TYPE;
    match vouched_for(&unescaped(field("subject_token"))) {
        Some(at) if asked && !headers.contains_key(header::AUTHORIZATION) => {
            let token = shared.google.give("federated");
            lock(&shared.google.federated).insert(token.clone(), at);
            let answer = json!({
                "access_token": token,
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
                "token_type": "Bearer",
                "expires_in": 3600,
            });
            Json(answer).into_response()
        }
        _ => invalid_grant(),
    }
}

async fn impersonate(
    extract::State(shared): extract::State<Arc<Shared>>,
    Path(account): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let Some(at) = bearer(&headers).and_then(|token| lock(&shared.google.federated).get(token).copied()) else {
        return error(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED");
    };
    if account != format!("{ACCOUNT}:generateAccessToken") {
        return error(StatusCode::FORBIDDEN, "PERMISSION_DENIED");
    }
    if body != json!({ "scope": ["https://www.googleapis.com/auth/cloud-platform"], "lifetime": "3600s" }) {
        return error(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT");
    }
    // Callers have clocks of their own: the signed request holds their time.
    let ends_at = (at + TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    Json(json!({ "accessToken": shared.google.give("ya29"), "expireTime": ends_at })).into_response()
}

/// When a request was signed, if it is `GetCallerIdentity` signed by the trusted session for this pool.
fn vouched_for(subject_token: &str) -> Option<DateTime<Utc>> {
    let request: Value = serde_json::from_str(subject_token).ok()?;
    let mut headers = BTreeMap::new();
    for pair in request["headers"].as_array()? {
        headers.insert(pair["key"].as_str()?.to_lowercase(), pair["value"].as_str()?);
    }
    let host = format!("sts.{}.amazonaws.com", AWS_SESSION.region);
    let keys: Vec<&str> = headers.keys().map(String::as_str).collect();
    let whole = request.as_object()?.len() == 3
        && request["method"] == "POST"
        && request["url"] == format!("https://{host}{QUESTION}")
        && keys == ["authorization", "host", "x-amz-date", "x-amz-security-token", TARGET]
        && headers["host"] == host
        && headers[TARGET] == AUDIENCE
        && headers["x-amz-security-token"] == AWS_SESSION.session_token;
    let at = headers.get("x-amz-date")?;
    (whole && headers["authorization"] == authorization(&headers, at)?)
        .then(|| NaiveDateTime::parse_from_str(at, "%Y%m%dT%H%M%SZ").ok())
        .flatten()
        .map(|at| at.and_utc())
}

/// The header that the session would sign this with (AWS Signature Version 4), with all other headers signed.
fn authorization(headers: &BTreeMap<String, &str>, at: &str) -> Option<String> {
    let AwsSession { region, access_key_id, secret_access_key, .. } = AWS_SESSION;
    let signed: Vec<(&str, &str)> =
        headers.iter().map(|(key, value)| (key.as_str(), *value)).filter(|(key, _)| *key != "authorization").collect();
    let names = signed.iter().map(|(key, _)| *key).collect::<Vec<_>>().join(";");
    let lines: String = signed.iter().map(|(key, value)| format!("{key}:{value}\n")).collect();
    let canonical = format!("POST\n/\n{}\n{lines}\n{names}\n{}", QUESTION.trim_start_matches('?'), sha256(b""));
    let day = at.get(..8)?;
    let scope = format!("{day}/{region}/sts/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let first = format!("AWS4{secret_access_key}").into_bytes();
    let signature = [day, region, "sts", "aws4_request", &text].iter().fold(first, |key, part| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        hmac::sign(&key, part.as_bytes()).as_ref().to_vec()
    });
    let signature = hex(&signature);
    Some(format!("AWS4-HMAC-SHA256 Credential={access_key_id}/{scope}, SignedHeaders={names}, Signature={signature}"))
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Undoes percent-encoding. Malformed sequences stay as they are.
fn unescaped(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
