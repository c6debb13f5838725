//! The browsable OpenAPI document: Swagger UI out of the binary.

use super::html::Html;
use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;
use utoipa_swagger_ui::{Config, serve};

const HEAD: &str = include_str!("../../assets/docs.head.html");
const BODY: &str = r#"<div id="swagger-ui"><noscript><p>The documentation needs JavaScript. The document itself is
<a href="/openapi.json">openapi.json</a>.</p></noscript></div>"#;

pub fn page() -> String {
    Html::frame("API", Html::template(HEAD, &[]), Html::template(BODY, &[]))
}

/// A file of Swagger UI.
pub async fn file(Path(name): Path<String>) -> Response {
    match serve(&name, Arc::new(config())) {
        Ok(Some(file)) => ([(header::CONTENT_TYPE, file.content_type)], file.bytes.into_owned()).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "Swagger UI cannot be configured");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Without the bar for other documents and without the validator, which would send the document to a third party.
fn config() -> Config<'static> {
    Config::new(["/openapi.json"])
        .use_base_layout()
        .validator_url("none")
        .display_request_duration(true)
        .persist_authorization(true)
}
