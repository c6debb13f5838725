//! What stands in front of the gateway, if anything does: a content delivery network with a firewall, such as CloudFront.
//!
//! It adds a header with a secret to every request. One without it did not pass the firewall, and is refused; only of
//! one with it, the client's address is what the network says. Both headers end here.

use acredita_domain::Invalid;
use acredita_http::{error::ApiError, request::ClientIp};
use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use std::{fmt, net::IpAddr, sync::Arc};
use subtle::{Choice, ConstantTimeEq};

const SECRET: HeaderName = HeaderName::from_static("x-origin-secret");
const VIEWER: HeaderName = HeaderName::from_static("x-viewer-address");
/// A secret cannot be guessed.
const SHORTEST: usize = 32;

/// The secrets that a request may carry: two while one replaces the other, none where clients call the gateway itself.
#[derive(Clone, Default)]
pub struct Edge {
    secrets: Arc<[String]>,
}

impl fmt::Debug for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Edge({} secrets)", self.secrets.len())
    }
}

impl Edge {
    /// Secrets separated by white space.
    pub(crate) fn read(text: &str) -> Result<Self, Invalid> {
        let good = |secret: &str| secret.len() >= SHORTEST && secret.bytes().all(|byte| byte.is_ascii_graphic());
        if !text.split_ascii_whitespace().all(good) {
            return Err(Invalid("holds a secret of less than 32 characters, or one that is not visible ASCII"));
        }
        Ok(Self { secrets: text.split_ascii_whitespace().map(str::to_owned).collect() })
    }

    /// The same router, behind this edge.
    pub fn guard(self, router: Router) -> Router {
        if self.secrets.is_empty() {
            return router;
        }
        router.layer(middleware::from_fn(move |request, next| pass(self.clone(), request, next)))
    }

    fn is_proven_by(&self, headers: &HeaderMap) -> bool {
        let mut given = headers.get_all(SECRET).iter();
        let (Some(secret), None) = (given.next(), given.next()) else { return false };
        let equal = |known: &String| known.as_bytes().ct_eq(secret.as_bytes());
        // All of them, so that the time does not depend on which one it is.
        bool::from(self.secrets.iter().map(equal).fold(Choice::from(0), |any, this| any | this))
    }
}

async fn pass(edge: Edge, mut request: Request, next: Next) -> Response {
    if !edge.is_proven_by(request.headers()) {
        return ApiError::NotThroughTheEdge.into_response();
    }
    let headers = request.headers_mut();
    headers.remove(SECRET);
    let viewer = headers.remove(VIEWER).and_then(|viewer| viewer.to_str().ok()?.parse::<IpAddr>().ok());
    // The gateway saw the network's address, which is nobody's.
    request.extensions_mut().remove::<ClientIp>();
    if let Some(viewer) = viewer {
        request.extensions_mut().insert(ClientIp(viewer));
    }
    next.run(request).await
}

#[cfg(test)]
mod tests;
