//! The operator's page: its files, and what they are told about their deployment. Everybody may read them; what the page
//! shows comes from the API, with the token of whoever looks at it.

mod files;
mod policy;

use acredita_http::{
    ApiError,
    office::{ClaimNames, Office, SignIn},
};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use files::{File, INDEX};
use serde_json::{Value, json};
use std::sync::Arc;

/// `/office` and what is below it. Its links are relative: the page may stand below another path.
pub fn router(office: Office) -> Router {
    let policy = policy::headers(&office);
    let config = Arc::new(config(&office));
    Router::new()
        .route("/office", get(index))
        .route("/office/", get(async || Redirect::permanent("../office")))
        .route("/office/config.json", get(async move || (NO_STORE, Json(config))))
        .route("/office/{file}", get(file))
        .with_state(Arc::new(files::all()))
        .route_layer(middleware::map_response(move |response| policy::harden(policy.clone(), response)))
}

const NO_STORE: [(header::HeaderName, HeaderValue); 1] =
    [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];

/// How people sign in, at an issuer or with a token that they paste; and what in a token says what they may see.
fn config(Office { sign_in, claims: ClaimNames { organisations, permissions }, .. }: &Office) -> Value {
    let claims = json!({ "organisations": organisations, "permissions": permissions });
    match sign_in {
        None => json!({ "sign_in": "TOKEN", "claims": claims }),
        Some(SignIn { issuer, client_id, scopes, audience }) => json!({
            "sign_in": "OIDC", "issuer": issuer, "client_id": client_id, "scopes": scopes, "audience": audience,
            "claims": claims,
        }),
    }
}

type Files = State<Arc<Vec<File>>>;

async fn index(State(files): Files) -> Response {
    let index = files.iter().find(|file| file.name == INDEX);
    index.map_or_else(|| ApiError::NoSuchPath.into_response(), |file| (NO_STORE, file.content()).into_response())
}

/// An asset may be kept, and is asked for again each time: a new deployment is seen at once.
async fn file(State(files): Files, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = files.iter().find(|file| file.name == name && name != INDEX) else {
        return ApiError::NoSuchPath.into_response();
    };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let tags = [(header::CACHE_CONTROL, HeaderValue::from_static("no-cache")), (header::ETAG, file.etag.clone())];
    if known.is_some_and(|tags| file.is_among(tags)) {
        return (StatusCode::NOT_MODIFIED, tags).into_response();
    }
    (tags, file.content()).into_response()
}

#[cfg(test)]
mod tests;
