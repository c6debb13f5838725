//! Pages for developers: an overview, the inbox, the docs, and the service's health.
//!
//! Everything comes out of the binary: no page loads anything from elsewhere. Callers' input is shown as text
//! ([`html`]); codes and the token are only shown to the account that runs the service ([`owner`]).

mod account;
mod errors;
mod events;
mod html;
mod messages;
mod overview;
mod owner;
mod policy;
mod receipts;
mod swagger;

pub use overview::Overview;
pub use owner::Owner;
pub use receipts::Carriers;

use crate::event_log::Events;
use async_trait::async_trait;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use policy::{ContentPolicy, harden};
use serde_json::json;
use std::sync::Arc;
use utoipa::openapi::OpenApi;

const STYLE: &str = include_str!("../assets/style.css");
const TEXT_STYLE: &str = include_str!("../assets/text.css");
const SCRIPT: &str = include_str!("../assets/app.js");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The health of the service's dependencies.
#[async_trait]
pub trait Health: Send + Sync {
    async fn healthy(&self) -> bool;
}

#[async_trait]
impl<Look, Answer> Health for Look
where
    Look: Fn() -> Answer + Send + Sync,
    Answer: Future<Output = bool> + Send,
{
    async fn healthy(&self) -> bool {
        self().await
    }
}

/// The pages: `/`, `/local/inbox` and what becomes of its messages, `/local/events`, `/docs`, `/docs/errors`, `/openapi.json`, `/health`, and their assets. It has
/// no fallback.
pub fn router(
    overview: Overview,
    owner: Owner,
    carriers: Carriers,
    events: Arc<dyn Events>,
    openapi: OpenApi,
    health: Arc<dyn Health>,
) -> Router {
    let start = overview.page();
    let start = move || async move { ([(header::CACHE_CONTROL, NO_STORE)], Html(start)) };
    let pages = Router::new()
        .route("/", get(start))
        .route("/local/inbox", get(messages::read_inbox))
        .with_state(carriers.inbox.clone())
        .route("/local/inbox/{message_id}/{fate}", post(receipts::decide).with_state(carriers))
        .route("/local/events", get(events::read_events).with_state(events))
        .route_layer(middleware::from_fn_with_state(Arc::new(owner), owner::owner_only))
        .route("/local/assets/{name}", get(asset))
        .route("/docs/errors", get(async || Html(errors::page())))
        .route_layer(middleware::map_response(|response| harden(ContentPolicy::Strict, response)));
    let docs = Router::new()
        .route("/docs", get(async || Html(swagger::page())))
        .route("/docs/", get(async || Redirect::permanent("/docs")))
        .route("/docs/ui/{name}", get(swagger::file))
        .route_layer(middleware::map_response(|response| harden(ContentPolicy::InlineStyles, response)));
    let openapi = Arc::new(openapi);
    pages
        .merge(docs)
        .route("/openapi.json", get(async move || Json(openapi)))
        .route("/health", get(read_health).with_state(health))
}

async fn read_health(State(health): State<Arc<dyn Health>>) -> Response {
    let (status, text) =
        if health.healthy().await { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "unavailable") };
    (status, [(header::CACHE_CONTROL, NO_STORE)], Json(json!({ "status": text }))).into_response()
}

async fn asset(Path(name): Path<String>) -> Response {
    let (kind, text) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", STYLE),
        "text.css" => ("text/css; charset=utf-8", TEXT_STYLE),
        "app.js" => ("text/javascript; charset=utf-8", SCRIPT),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}

#[cfg(test)]
mod tests;
