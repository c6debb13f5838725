//! What browsers are told about pages of other origins (the CORS protocol of the Fetch standard).

use crate::origin::Origin;
use axum::{
    http::{HeaderName, header},
    response::Response,
};
use std::time::Duration;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

/// How long a browser may remember an answered preflight.
const REMEMBERED: Duration = Duration::from_mins(10);
/// What a page of an allowed origin may read of an answer's headers, beyond the few that it always may.
const EXPOSED: [&str; 6] =
    ["x-request-id", "retry-after", "www-authenticate", "idempotent-replayed", "location", "etag"];

/// Lets pages of exactly these origins send any request and read its answer. They bring their own tokens: credentials of
/// the browser are never asked for.
pub(crate) fn for_pages_of(origins: &[Origin]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().filter_map(Origin::header)))
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .allow_private_network(true)
        .expose_headers(EXPOSED.map(HeaderName::from_static))
        .max_age(REMEMBERED)
}

/// What a router says itself about pages of other origins does not count.
pub(crate) async fn without(mut response: Response) -> Response {
    const CORS: [HeaderName; 6] = [
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        header::ACCESS_CONTROL_MAX_AGE,
    ];
    for name in CORS {
        response.headers_mut().remove(name);
    }
    response
}
