//! Layers around every router: a request id, a log line without personal data, and our own envelope where no handler
//! answers.

use crate::error::ApiError;
use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use tracing::Instrument;

/// The header that names a request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Makes request ids. The host of a router provides it: the gateway's id on Lambda, randomness elsewhere, never one of
/// the client's.
#[derive(Clone)]
pub struct RequestId(pub String);

/// Finishes a router: fallbacks, the answer to a panic, request ids, a log line, no caching unless an answer allows it. `new_id` makes the id of a request
/// that its host has not named.
pub fn finish(router: Router, new_id: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router {
    router
        .fallback(async || ApiError::NoSuchPath)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(middleware::from_fn(move |request, next| name_and_log(new_id.clone(), request, next)))
}

async fn name_and_log(new_id: impl Fn() -> String, mut request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map_or_else(new_id, |RequestId(id)| id.clone());
    request.extensions_mut().insert(RequestId(id.clone()));
    // The path as it was routed: ids are fine in a log, but an unknown path may hold anything.
    let path = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", request_id = %id, method = %request.method(), path);
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let mut response =
        answered.unwrap_or_else(|_| span.in_scope(|| ApiError::Bug("a handler panicked").into_response()));
    span.in_scope(|| tracing::info!(status = response.status().as_u16(), "answered"));
    // Answers are about people, and some hold codes or signed links.
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
