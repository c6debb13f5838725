//! vali-Das and XpressID, as far as public traces go.

#![expect(clippy::result_large_err, reason = "a refusal is an answer of its own, and an emulator may move it")]

use crate::{
    Scenario, Shared, VERIDAS_KEY,
    google::{cut, malformed},
    lock, record,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{self, DefaultBodyLimit, Path, Query},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post, put},
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// The state of the Veridas part.
#[derive(Default)]
pub(crate) struct State {
    validations: Mutex<HashMap<String, Validation>>,
    created: Mutex<u64>,
}

#[derive(Default)]
struct Validation {
    sides: Vec<&'static str>,
    /// The document to expect, which is also the one it finds.
    expected: Option<String>,
    confirmed: bool,
    /// Of a capture on XpressID's pages.
    token: Option<String>,
}

impl State {
    /// Starts a validation. One whose pictures Veridas takes has a token.
    fn create(&self, hosted: bool, expected: Option<String>) -> (String, Option<String>) {
        let mut created = lock(&self.created);
        *created += 1;
        let number = *created;
        let (id, token) = (format!("{number:032x}"), hosted.then(|| format!("emulated-access-token-{number}")));
        let validation = Validation { token: token.clone(), expected, ..Validation::default() };
        lock(&self.validations).insert(id.clone(), validation);
        (id, token)
    }

    /// Takes the pictures of a capture.
    pub fn capture(&self, id: &str) -> bool {
        let mut validations = lock(&self.validations);
        let hosted = validations.get_mut(id).filter(|validation| validation.token.is_some());
        hosted.map(|validation| validation.sides = vec!["obverse", "reverse"]).is_some()
    }
}

pub(crate) fn validas() -> Router<Arc<Shared>> {
    Router::new()
        .route("/validation", post(create))
        .route("/validation/{id}", get(read))
        .route("/validation/{id}/document", put(upload))
        .route("/validation/{id}/confirmation", put(confirm))
        .layer(DefaultBodyLimit::disable())
}

pub(crate) fn xpressid() -> Router<Arc<Shared>> {
    Router::new().route("/api/v2/token", post(open)).route("/v2/", get(page).post(captured))
}

type Emulator = extract::State<Arc<Shared>>;
/// An answer or, as the error, a refusal.
type Answer = Result<Response, Response>;

/// Refuses a missing key and, in one scenario, once also the right one.
fn require_key(shared: &Shared, headers: &HeaderMap, in_the_middle: bool) -> Result<(), Response> {
    let known = headers.get("apikey").is_some_and(|key| key == VERIDAS_KEY);
    let expired = in_the_middle && shared.scenario() == Scenario::TokenExpired && shared.first("key");
    if known && !expired { Ok(()) } else { Err(error(StatusCode::UNAUTHORIZED, "InvalidToken")) }
}

/// Scenarios that apply to every call.
async fn trouble(shared: &Shared) -> Result<(), Response> {
    let again = |seconds: &'static str| {
        ([(header::RETRY_AFTER, seconds)], error(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests")).into_response()
    };
    match shared.scenario() {
        Scenario::Slow => {
            shared.hold().await;
            Ok(())
        }
        Scenario::Busy if shared.first("busy") => Err(again("0")),
        Scenario::Overloaded => Err(again("60")),
        Scenario::Down => Err(error(StatusCode::INTERNAL_SERVER_ERROR, "ValidationError")),
        _ => Ok(()),
    }
}

async fn create(extract::State(shared): Emulator, headers: HeaderMap, body: Bytes) -> Answer {
    require_key(&shared, &headers, false)?;
    if !body.is_empty() {
        return Err(error(StatusCode::BAD_REQUEST, "ValidationError"));
    }
    let (id, _) = shared.veridas.create(false, None);
    Ok((StatusCode::CREATED, Json(json!({ "data": { "id": id } }))).into_response())
}

async fn upload(extract::State(shared): Emulator, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Answer {
    require_key(&shared, &headers, true)?;
    trouble(&shared).await?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let side = side(content_type, body.to_vec()).await;
    let (side, expected) = side.ok_or_else(|| error(StatusCode::BAD_REQUEST, "EmptyDocument"))?;
    if shared.scenario() == Scenario::Unsupported {
        return Err(error(StatusCode::BAD_REQUEST, "InvalidDocument"));
    }
    match lock(&shared.veridas.validations).get_mut(&id) {
        Some(validation) if !validation.confirmed => {
            validation.sides.push(side);
            validation.expected = validation.expected.take().or(expected);
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        Some(_) => Err(error(StatusCode::CONFLICT, "ValidationError")),
        None => Err(error(StatusCode::NOT_FOUND, "ValidationError")),
    }
}

/// The side of a well-formed upload, and the document to expect.
async fn side(content_type: &str, body: Vec<u8>) -> Option<(&'static str, Option<String>)> {
    let parts = record::parts(content_type, body).await?;
    let text = |name: &str| {
        let part =
            parts.iter().find(|part| part.name == name && part.content_type.is_none() && part.file_name.is_none())?;
        std::str::from_utf8(&part.bytes).ok()
    };
    let image = parts.iter().find(|part| part.name == "documentImage")?;
    let picture = matches!(image.content_type.as_deref(), Some("image/jpeg" | "image/png"))
        && image.file_name.is_some()
        && !image.bytes.is_empty();
    let (side, others) = match (text("analysisType")?, text("documentType")) {
        ("obverse", Some(kind)) if !kind.is_empty() => ("obverse", 4),
        ("reverse", None) => ("reverse", 3),
        _ => return None,
    };
    let expected = text("documentType").map(str::to_owned);
    (picture && text("serviceMode") == Some("validation") && parts.len() == others).then_some((side, expected))
}

async fn confirm(extract::State(shared): Emulator, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    require_key(&shared, &headers, true)?;
    match lock(&shared.veridas.validations).get_mut(&id) {
        Some(validation) if !validation.confirmed && !validation.sides.is_empty() => {
            validation.confirmed = true;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        Some(_) => Err(error(StatusCode::CONFLICT, "ValidationError")),
        None => Err(error(StatusCode::NOT_FOUND, "ValidationError")),
    }
}

async fn read(extract::State(shared): Emulator, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    require_key(&shared, &headers, true)?;
    let hosted = lock(&shared.veridas.validations).get(&id).is_some_and(|validation| validation.token.is_some());
    // Uploads have been through it already.
    if hosted {
        trouble(&shared).await?;
    }
    let scenario = shared.scenario();
    match scenario {
        Scenario::Cut => return Err(cut()),
        Scenario::Malformed => return Err(malformed()),
        Scenario::ResultLost => {
            lock(&shared.veridas.validations).remove(&id);
        }
        _ => {}
    }
    let validations = lock(&shared.veridas.validations);
    let validation = validations.get(&id).ok_or_else(|| error(StatusCode::NOT_FOUND, "ValidationError"))?;
    Ok(Json(result(&id, validation, scenario)).into_response())
}

/// The class and issuer that an expected document is recognised as. Veridas's name for passports is not known.
fn found(expected: &str) -> (String, &'static str) {
    match expected {
        "" | "ES_ID" | "XX_XX_XXXX" => ("ES_IDCard_2015".to_owned(), "ESP"),
        "ES" => ("ES_Passport_2015".to_owned(), "ESP"),
        country if country.len() == 2 => (format!("{country}_IDCard_2015"), ""),
        class => (class.to_owned(), "ESP"),
    }
}

fn result(id: &str, validation: &Validation, scenario: Scenario) -> Value {
    if validation.sides.is_empty() {
        return json!({ "data": { "id": id, "state": "created", "data": {} } });
    }
    let good = if scenario == Scenario::Fraud { 0.08 } else { 0.97 };
    let score = |name: &str, value: f64| json!({ "name": name, "value": value });
    let mut scores = vec![
        score("Score-DocumentGlobal", good),
        score("ScoreGroup-PhotoAuthenticity", good),
        score("ScoreGroup-PrintAttackTest", good),
        score("ScoreGroup-ReplayAttackTest", 0.95),
    ];
    if validation.sides.contains(&"reverse") {
        scores.push(score("ScoreGroup-SD_MRZ-MRZDecoding", 0.99));
        scores.push(score("ScoreRel-PD_BirthDate_FrontNoFlash-PD_BirthDate_MRZ-Text", 1.0));
    }
    if scenario == Scenario::Contradictory {
        scores.push(score("ScoreGroup-PhotoAuthenticity", 0.03));
        scores.push(score("Score-DocumentGlobal", 0.6));
    }
    let (class, issuer) = found(validation.expected.as_deref().unwrap_or_default());
    let text = |text: &str| json!({ "text": text });
    let nodes = json!({
        "PD_Name_Out": text("CARMEN"), "PD_LastName_Out": text("ESPAÑOLA ESPAÑOLA"), "PD_BirthDate_Out": text("01 01 1980"), "PD_Sex_Out": text("F"),
        "PD_Nationality_Out": text("ESP"), "PD_IdentificationNumber_Out": text("99999999R"), "DD_DocumentNumber_Out": text("CAA000000"),
        "DD_ExpirationDate_Out": text("01 01 2036"), "DD_IssuingCountry_Out": text(issuer),
    });
    let nodes = if scenario == Scenario::Unread { json!({}) } else { nodes };
    let mut data = json!({ "document": { "scores": scores, "nodes": nodes } });
    if validation.confirmed {
        data["summary"] = json!({ "scores": [score("ValidationGlobalScore", good)] });
    }
    json!({ "data": { "id": id, "state": if validation.confirmed { "confirmed" } else { "processed" }, "documentType": class, "data": data } })
}

/// Opens a capture of a document.
async fn open(extract::State(shared): Emulator, headers: HeaderMap, body: Bytes) -> Answer {
    require_key(&shared, &headers, true)?;
    trouble(&shared).await?;
    match shared.scenario() {
        Scenario::Cut => return Err(cut()),
        Scenario::Malformed => return Err(malformed()),
        _ => {}
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let flow = &body["data"]["flowSetup"];
    if body["data"]["platform"] != "web"
        || body["data"]["operationMode"] != "idv"
        || flow["stages"] != json!(["document"])
    {
        return Err(error(StatusCode::BAD_REQUEST, "ValidationError"));
    }
    let expected = flow["options"]["document"]["captures"][0]["documentTypes"][0].as_str().map(str::to_owned);
    let (id, token) = shared.veridas.create(true, expected);
    Ok(Json(json!({ "access_token": token, "validation_id": id })).into_response())
}

fn of_token(shared: &Shared, query: &HashMap<String, String>) -> Option<String> {
    let token = query.get("access_token")?;
    let validations = lock(&shared.veridas.validations);
    validations.iter().find(|(_, validation)| validation.token.as_ref() == Some(token)).map(|(id, _)| id.clone())
}

/// The page on which a person would take the pictures.
async fn page(extract::State(shared): Emulator, Query(query): Query<HashMap<String, String>>) -> Response {
    if of_token(&shared, &query).is_none() {
        return StatusCode::FORBIDDEN.into_response();
    }
    Html("<!doctype html><title>Emulated XpressID</title><h1>Emulated XpressID</h1><p>There is no camera here.</p><form method=post><button>Take the pictures</button></form>")
        .into_response()
}

async fn captured(extract::State(shared): Emulator, Query(query): Query<HashMap<String, String>>) -> Response {
    match of_token(&shared, &query) {
        Some(id) if shared.veridas.capture(&id) => {
            Html("<!doctype html><title>Emulated XpressID</title><p>Done. Score without a body now.").into_response()
        }
        _ => StatusCode::FORBIDDEN.into_response(),
    }
}

/// The message must never reach a caller or a log.
fn error(status: StatusCode, kind: &str) -> Response {
    let body =
        json!({ "error_type": kind, "error_message": "provider-text of the emulator", "analysis_type": "obverse" });
    (status, Json(body)).into_response()
}
