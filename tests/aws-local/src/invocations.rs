//! Lambda's `Invoke`, at its own path: hands a function an event unchanged, so that `cargo lambda invoke` works here as
//! it does against `cargo lambda watch`.
//!
//! A failure is answered as the latter answers it, with a status of its own. AWS answers 200 with
//! `X-Amz-Function-Error`.

use crate::{
    apigw::MAX_EVENT_BYTES,
    runtime::{InvokeError, Runtime},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;

/// The router of `POST /2015-03-31/functions/{function}/invocations`.
pub fn router(runtime: Runtime) -> Router {
    Router::new()
        .route("/2015-03-31/functions/{function}/invocations", post(invoke))
        .layer(DefaultBodyLimit::max(MAX_EVENT_BYTES))
        .with_state(runtime)
}

async fn invoke(State(runtime): State<Runtime>, Path(function): Path<String>, event: Bytes) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    match runtime.invoke(&function, event.into()).await {
        Ok(answer) => (json, answer).into_response(),
        Err(InvokeError::Failed(report)) => (StatusCode::INTERNAL_SERVER_ERROR, json, report).into_response(),
        Err(error) => {
            let (status, kind) = match error {
                InvokeError::Unknown => (StatusCode::NOT_FOUND, "ResourceNotFoundException"),
                _ => (StatusCode::INTERNAL_SERVER_ERROR, "Unhandled"),
            };
            (status, Json(json!({ "errorType": kind, "errorMessage": error.to_string() }))).into_response()
        }
    }
}
