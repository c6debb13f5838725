//! The hosts that a listener answers to.

use axum::http::uri::Authority;
use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

/// The port that a URL of `http` leaves out.
const HTTP: u16 = 80;

/// A name or an address with its port: `acredita.test:8080`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName {
    /// In lower case, an IPv6 address without its brackets.
    name: String,
    port: u16,
}

/// The text is not a [`HostName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a host, such as acredita.test:8080")]
pub struct NotAHost;

impl HostName {
    /// As the header `Host` or a URL has it.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, NotAHost> {
        let authority = Authority::try_from(bytes).map_err(|_| NotAHost)?;
        let name = authority.host().trim_matches(['[', ']']).to_ascii_lowercase();
        // `Authority::port` is silent about a port that is none.
        let port = match authority.as_str().strip_prefix(authority.host()).ok_or(NotAHost)?.strip_prefix(':') {
            Some(port) => port.parse().map_err(|_| NotAHost)?,
            None => HTTP,
        };
        let is_name = !name.is_empty() && !name.contains('*');
        is_name.then_some(Self { name, port }).ok_or(NotAHost)
    }

    fn ip(&self) -> Option<IpAddr> {
        self.name.parse().ok()
    }

    fn is_loopback(&self) -> bool {
        self.name == "localhost" || self.ip().is_some_and(|ip| ip.is_loopback())
    }

    /// As a URL has it.
    pub(crate) fn authority(&self) -> String {
        match self.ip() {
            Some(IpAddr::V6(ip)) => format!("[{ip}]:{}", self.port),
            _ => format!("{}:{}", self.name, self.port),
        }
    }
}

impl FromStr for HostName {
    type Err = NotAHost;

    fn from_str(text: &str) -> Result<Self, NotAHost> {
        Self::read(text.as_bytes())
    }
}

/// The hosts that one listener answers to.
#[derive(Clone)]
pub(crate) struct Hosts {
    address: SocketAddr,
    configured: Vec<HostName>,
}

impl Hosts {
    pub fn of(address: SocketAddr, configured: Vec<HostName>) -> Self {
        Self { address, configured }
    }

    pub fn add(&mut self, hosts: &[HostName]) {
        self.configured.extend_from_slice(hosts);
    }

    /// This machine's names with the listener's port, and the configured ones. An address cannot be rebound, so a
    /// listener on all addresses of the machine accepts any.
    pub fn allow(&self, host: &HostName) -> bool {
        let ours = self.address.ip();
        let named = host.is_loopback() || host.ip().is_some_and(|ip| ip == ours || ours.is_unspecified());
        named && host.port == self.address.port() || self.configured.contains(host)
    }

    /// The hosts by which pages of this listener are opened.
    pub fn names(&self) -> Vec<HostName> {
        let own = |name: &str| HostName { name: name.to_owned(), port: self.address.port() };
        let ip = self.address.ip();
        let mut names = vec![own("localhost"), own("127.0.0.1"), own("::1")];
        if !ip.is_loopback() && !ip.is_unspecified() {
            names.push(own(&ip.to_string()));
        }
        names.extend(self.configured.iter().cloned());
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_answers_to_this_machine_with_its_port_and_to_what_is_configured() {
        let cases = [
            ("127.0.0.1:8080", "localhost:8080", true),
            ("127.0.0.1:8080", "LOCALHOST:8080", true),
            ("127.0.0.1:8080", "127.8.9.10:8080", true),
            ("127.0.0.1:8080", "[::1]:8080", true),
            ("127.0.0.1:8080", "acredita.test:9000", true),
            ("127.0.0.1:80", "localhost", true),
            ("127.0.0.1:8080", "localhost", false),
            ("127.0.0.1:8080", "127.0.0.1:9999", false),
            ("127.0.0.1:8080", "acredita.test:8080", false),
            ("127.0.0.1:8080", "rebound.example:8080", false),
            ("127.0.0.1:8080", "localhost.example:8080", false),
            ("127.0.0.1:8080", "127.0.0.1.example:8080", false),
            ("127.0.0.1:8080", "192.168.1.7:8080", false),
            ("127.0.0.1:8080", "0.0.0.0:8080", false),
            ("192.168.1.7:8080", "192.168.1.7:8080", true),
            ("192.168.1.7:8080", "192.168.1.8:8080", false),
            ("0.0.0.0:8080", "192.168.1.8:8080", true),
            ("0.0.0.0:8080", "0.0.0.0:8080", true),
            ("[::]:8080", "[fe80::1]:8080", true),
            ("0.0.0.0:8080", "rebound.example:8080", false),
        ];
        for (address, host, allowed) in cases {
            let configured = vec!["acredita.test:9000".parse().expect("a host")];
            let hosts = Hosts::of(address.parse().expect("an address"), configured);
            assert_eq!(hosts.allow(&host.parse().expect("a host")), allowed, "{host} at {address}");
        }
    }

    #[test]
    fn what_is_no_host_is_none() {
        for text in ["", ":8080", "a:99999", "user@localhost:8080", "*", "*.test", "http://localhost", "a/b", "a b"] {
            assert_eq!(text.parse::<HostName>(), Err(NotAHost), "{text}");
        }
    }
}
