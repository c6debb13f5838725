//! The digest of a body (`x-amz-checksum-sha256`), checked before the object is written: s3s-fs checks it too, but by then
//! the former object is gone.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

const DIGEST: &str = "x-amz-checksum-sha256";
/// What is held in memory to be checked.
const MOST: usize = 64 * 1024 * 1024;

pub(crate) async fn check(request: Request, next: Next) -> Response {
    let Some(stated) = request.headers().get(DIGEST).cloned() else {
        return next.run(request).await;
    };
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MOST).await else {
        return refused("EntityTooLarge");
    };
    if BASE64_STANDARD.encode(Sha256::digest(&bytes)).as_bytes() != stated.as_bytes() {
        return refused("BadDigest");
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// An error as S3 answers it.
fn refused(code: &str) -> Response {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code></Error>");
    (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}
