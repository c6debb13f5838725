//! API Gateway in front of the functions: reads the complete request, finds its function, and returns the function's
//! answer.

use crate::{
    apigw,
    runtime::{InvokeError, Runtime},
};
use acredita_domain::{
    ids::MessageId,
    ports::{Clock, Entropy},
};
use acredita_local::gateway;
use acredita_manifest::PAGE;
use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Request},
    http::{Response, StatusCode},
};
use http_body_util::BodyExt;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

/// The largest request: API Gateway's limit.
const MOST_BODY: usize = 10 * 1024 * 1024;
/// A body beyond that is read up to this limit, so that the client sees the answer.
const MOST_READ: usize = 64 * 1024 * 1024;
/// How long the gateway waits for a function.
const PATIENCE: Duration = Duration::from_secs(30);
/// The function of the route `$default`, for requests that match no other route.
const DEFAULT_FUNCTION: &str = "identity-document";

#[derive(Clone)]
pub struct Front {
    pub runtime: Runtime,
    /// Makes the ids of requests.
    pub entropy: Arc<dyn Entropy>,
    /// The time of requests.
    pub clock: Arc<dyn Clock>,
}

impl Front {
    pub async fn serve(self, request: Request) -> Response<Body> {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, ());
        let Some(body) = read(body).await else {
            return apigw::refusal(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };
        let event = self.event(&request, &body, peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        if event.len() > apigw::MAX_EVENT_BYTES {
            return apigw::refusal(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long");
        }
        let internal_error = || apigw::refusal(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
        match tokio::time::timeout(PATIENCE, self.runtime.invoke(self.function(&request), event.into_bytes())).await {
            Ok(Ok(payload)) => apigw::answer(&payload).unwrap_or_else(internal_error),
            Err(_) => apigw::refusal(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a request has no answer");
                match error {
                    InvokeError::TimedOut => apigw::refusal(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
                    _ => internal_error(),
                }
            }
        }
    }

    /// The route for this method, else any of the path's, else `$default`.
    fn function(&self, request: &Request<()>) -> &'static str {
        let (method, path) = (request.method(), request.uri().path());
        if path == "/office" || path.starts_with("/office/") {
            return PAGE.name;
        }
        let any_method = || gateway::allowed(path).map(|(function, _)| function);
        gateway::function(method, path).or_else(any_method).unwrap_or(DEFAULT_FUNCTION)
    }

    fn event(&self, request: &Request<()>, body: &[u8], source_ip: IpAddr) -> String {
        let route = format!("{} {}", request.method(), request.uri().path());
        let id = MessageId::generate(&*self.entropy).to_string();
        apigw::event(request, body, &route, &id, source_ip, self.clock.now()).to_string()
    }
}

/// A body of at most [`MOST_BODY`] bytes; `None` if it is too large, or was cut off.
async fn read(mut body: Body) -> Option<Bytes> {
    let (mut kept, mut read) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        read += data.len();
        if read <= MOST_BODY {
            kept.extend_from_slice(&data);
        } else if read > MOST_READ {
            return None;
        }
    }
    (read <= MOST_BODY).then(|| kept.into())
}
