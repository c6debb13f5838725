//! What all sockets of the local server share: who may ask ([`Access`]), how long a request may take to arrive, and how
//! many connections there are at a time ([`serve()`]).
//!
//! Listening on loopback keeps other machines out, but not the web pages that the developer visits: a browser sends
//! their requests from this machine. A page can reach a local port directly, or by letting its own name point here (DNS
//! rebinding). Both are refused before anything is done.
//!
//! `axum::serve` is disallowed elsewhere (`clippy.toml`), and a test compares the sockets of the running server with
//! its own list of them, so that none is left out.

mod access;
mod body;
mod cors;
mod guard;
mod host;
mod origin;
mod serve;

pub use access::Access;
pub use host::{HostName, NotAHost};
pub use origin::{NotAnOrigin, Origin};
pub use serve::{Limits, bind, serve};

use std::net::SocketAddr;

/// A socket that is listened on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listener {
    pub name: &'static str,
    pub address: SocketAddr,
}
