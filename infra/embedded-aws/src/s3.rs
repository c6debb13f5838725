//! S3: s3s over a folder, with signatures and digests checked. A body is written to a temporary file and renamed into place, so it
//! is there completely or not at all; its content type and checksums follow in separate files, which an unanswered
//! upload of a killed process may lack. Leftover temporary files are removed at the next start.

mod digest;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;

use crate::home::Home;
use crate::host::{Host, Listening};
use crate::{LOCAL_CREDENTIALS, Service, StartError};

pub(crate) fn start(home: &Home, port: u16) -> Result<Host, StartError> {
    let router = Router::new().fallback(answer).with_state(open(home)?);
    Listening::on(Service::S3, port)?.serve(|listener, draining| async move {
        // Head and body leave in separate writes; without this the second may wait for the acknowledgement of the
        // first.
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        let serving = axum::serve(listener, router).with_graceful_shutdown(draining.begun());
        if let Err(error) = serving.await {
            tracing::error!(%error, "the embedded S3 stopped serving");
        }
    })
}

fn open(home: &Home) -> Result<S3Service, StartError> {
    let files = FileSystem::new(home.s3_folder())
        .map_err(|error| StartError::Open { service: Service::S3, reason: format!("{error:?}") })?;
    let mut service = S3ServiceBuilder::new(files);
    // With a key pair set, s3s refuses unsigned requests.
    service.set_auth(SimpleAuth::from_single(LOCAL_CREDENTIALS.access_key_id, LOCAL_CREDENTIALS.secret_access_key));
    service.set_access(digest::Digests);
    Ok(service.build())
}

async fn answer(State(service): State<S3Service>, request: Request) -> Response {
    match service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(?error, "the embedded S3 could not answer");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
