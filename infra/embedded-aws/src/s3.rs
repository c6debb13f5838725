//! S3: s3s over a folder, with signatures and digests checked. A body is written to a temporary file and renamed into place, so it
//! is there completely or not at all; its content type and checksums follow in separate files, which an unanswered
//! upload of a killed process may lack. Leftover temporary files are removed at the next start.

mod digest;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;

use crate::home::Home;
use crate::host::{Host, Listening};
use crate::{Doors, Service, StartError};

/// The answer of S3 to a signed link that comes with a header `Authorization`.
const TWO_MECHANISMS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified</Message></Error>"#;

/// Links to S3 are shown and followed by pages of any origin, as on AWS: they carry their signature. What a page may
/// upload to or read from, it has to be allowed.
pub(crate) fn start(home: &Home, doors: &Doors) -> Result<Host, StartError> {
    let router = Router::new().fallback(answer).with_state(open(home)?);
    let listening = Listening::on(Service::S3, doors.ports.s3)?;
    let access = listening.access().with_signed_links().from_pages(&doors.pages);
    listening.serve(router, access)
}

fn open(home: &Home) -> Result<S3Service, StartError> {
    let files = FileSystem::new(home.s3_folder())
        .map_err(|error| StartError::Open { service: Service::S3, reason: format!("{error:?}") })?;
    let mut service = S3ServiceBuilder::new(files);
    // With a key pair set, s3s refuses unsigned requests.
    let credentials = home.credentials();
    service.set_auth(SimpleAuth::from_single(&*credentials.access_key_id, &*credentials.secret_access_key));
    service.set_access(digest::Digests);
    Ok(service.build())
}

async fn answer(State(service): State<S3Service>, request: Request) -> Response {
    // s3s looks at the link alone. An app that adds its own bearer token to every request has to find out here.
    let is_link = request.uri().query().is_some_and(|query| query.contains("X-Amz-Signature="));
    if is_link && request.headers().contains_key(AUTHORIZATION) {
        return (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, "application/xml")], TWO_MECHANISMS).into_response();
    }
    match service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(?error, "the embedded S3 could not answer");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
