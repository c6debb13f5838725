//! Who sees the pages that show codes and tokens: the account that runs the service. Where that cannot be known, or for
//! a browser on another machine, the link that the service prints at its start opens them.

use super::account;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, Method, StatusCode, Uri,
        header::{CACHE_CONTROL, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{net::SocketAddr, sync::Arc};

const PARAMETER: &str = "start";
const CLOSED: &str = "These pages show codes and tokens, so they are for the account that runs the service. \
                      From another one, open the link that it printed after `start`.\n";
const FOREIGN: &str = "These pages show codes and tokens, so no other page may read them.\n";

/// The owner of the pages, and the secret that stands for them.
#[derive(Clone)]
pub struct Owner {
    secret: String,
    port: u16,
}

impl Owner {
    /// `secret` consists of letters and digits.
    pub fn new(secret: String, port: u16) -> Self {
        Self { secret, port }
    }

    /// The link that opens the pages of a service at this URL.
    pub fn link(&self, address: &str) -> String {
        format!("{address}/?{PARAMETER}={}", self.secret)
    }

    /// Browsers send cookies to all ports of a host.
    fn cookie(&self) -> String {
        format!("acredita-{}", self.port)
    }

    fn knows(&self, secret: &str) -> bool {
        verify_slices_are_equal(secret.as_bytes(), self.secret.as_bytes()).is_ok()
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut cookies = cookies.flat_map(|value| value.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
        cookies.any(|(name, value)| name == self.cookie() && self.knows(value))
    }
}

pub async fn owner_only(State(owner): State<Arc<Owner>>, request: Request, next: Next) -> Response {
    // A page that may call the API has its browser ask, which is of the owner's account too. These pages themselves send
    // an origin, which is their own, only where something changes.
    if request.headers().contains_key(ORIGIN) && !is_own_change(&request) {
        return (StatusCode::FORBIDDEN, FOREIGN).into_response();
    }
    if let Some((secret, rest)) = started(request.uri())
        && owner.knows(&secret)
    {
        let cookie = format!("{}={secret}; Path=/; HttpOnly; SameSite=Strict", owner.cookie());
        return (StatusCode::SEE_OTHER, [(LOCATION, rest), (SET_COOKIE, cookie), (CACHE_CONTROL, "no-store".into())])
            .into_response();
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let ours = peer.is_some_and(|ConnectInfo(peer)| account::is_ours(*peer, owner.port));
    if ours || owner.has_cookie(request.headers()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, CLOSED).into_response()
}

/// Whether one of these pages changes something. The host is one that the server answers to: see `infra/listener`.
fn is_own_change(request: &Request) -> bool {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let own = header(HOST).map(|host| format!("http://{host}"));
    request.method() == Method::POST && own.is_some() && header(ORIGIN) == own.as_deref()
}

/// The secret in a link, and the link without it.
fn started(uri: &Uri) -> Option<(String, String)> {
    let fields: Vec<&str> = uri.query()?.split('&').collect();
    let secret = fields.iter().find_map(|field| secret_in(field))?;
    let rest: Vec<&str> = fields.iter().copied().filter(|field| secret_in(field).is_none()).collect();
    // A path that begins with two slashes would lead to another host.
    let path = format!("/{}", uri.path().trim_start_matches('/'));
    Some((secret.to_owned(), if rest.is_empty() { path } else { format!("{path}?{}", rest.join("&")) }))
}

fn secret_in(field: &str) -> Option<&str> {
    field.strip_prefix(PARAMETER)?.strip_prefix('=')
}
