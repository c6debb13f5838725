//! Access to the pages, and their content policy.
//!
//! The inbox shows codes without asking for a token, so it must not leave this machine. A web site that the developer
//! visits could reach it by letting its own name point here (DNS rebinding): such a request carries the site's name as
//! its host and is refused.

use axum::{
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue, StatusCode, Uri,
        header::{CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
        uri::Authority,
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{net::IpAddr, sync::Arc};

/// Exceptions to the content policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentPolicy {
    /// None: our own files only.
    Strict,
    /// Swagger UI writes styles into its elements and pictures into its styles.
    InlineStyles,
}

impl ContentPolicy {
    const fn csp(self) -> &'static str {
        match self {
            Self::Strict => {
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
                 form-action 'none'; frame-ancestors 'none'"
            }
            Self::InlineStyles => {
                "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; \
                 base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            }
        }
    }
}

/// Adds the headers that restrict a page to being shown.
pub async fn harden(policy: ContentPolicy, mut response: Response) -> Response {
    let headers = [
        (CONTENT_SECURITY_POLICY, policy.csp()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The host names that this server answers to.
pub struct Allowed {
    /// The one that it listens on; `None` when it listens on every address of the machine.
    own: Option<String>,
}

impl Allowed {
    /// Loopback, and the host of the server's own URL.
    pub fn of(address: &str) -> Self {
        let authority = address.parse::<Uri>().ok().and_then(|uri| uri.into_parts().authority);
        let host = authority.map(|authority| host_of(&authority)).unwrap_or_default();
        let every = host.parse::<IpAddr>().is_ok_and(|ip| ip.is_unspecified());
        Self { own: (!every).then_some(host) }
    }

    /// The port does not matter: a tunnel or a container may map it. An address cannot be rebound, so a server that
    /// listens on every address of the machine accepts any.
    fn allows(&self, host: &str) -> bool {
        let ip = host.parse::<IpAddr>().ok();
        let local = host == "localhost" || ip.is_some_and(|ip| ip.is_loopback());
        local || self.own.as_deref().map_or(ip.is_some(), |own| own == host)
    }
}

/// Lower case, and an IPv6 address without its brackets.
fn host_of(authority: &Authority) -> String {
    authority.host().trim_matches(['[', ']']).to_ascii_lowercase()
}

/// Refuses requests for another host than this one.
pub async fn known_hosts_only(State(allowed): State<Arc<Allowed>>, request: Request, next: Next) -> Response {
    if asks_for_us(&allowed, &request) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "these pages are shown to localhost and to the address that the server listens on\n")
        .into_response()
}

/// If a request names two hosts, both have to be known.
fn asks_for_us(allowed: &Allowed, request: &Request) -> bool {
    let headers = request.headers().get_all(HOST).iter().map(|host| Authority::try_from(host.as_bytes()).ok());
    let mut named = headers.chain(request.uri().authority().cloned().map(Some)).peekable();
    named.peek().is_some() && named.all(|host| host.is_some_and(|host| allowed.allows(&host_of(&host))))
}
