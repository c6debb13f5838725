//! The address of an endpoint.

use crate::{
    invalid::Invalid,
    text::{checked, stored_as_text},
};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// In characters.
const LONGEST: usize = 2_048;
/// The ports of a receiver on the internet.
const PORTS: [u16; 2] = [443, 8443];

/// `https` on port 443 or 8443, or on this machine `http` and any port: whether an address on this machine is taken is
/// for the deployment to say. Kept as it was written, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EndpointUrl(String);

stored_as_text!(EndpointUrl, |url| url.0);

impl EndpointUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host as it stands in the URL, an address of version 6 within its brackets.
    pub fn host(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        host_and_port(authority(rest)).0
    }
}

impl FromStr for EndpointUrl {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.len() > LONGEST {
            return Err(Invalid("is longer than 2,048 characters"));
        }
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic() && !br#""<>\^`{|}#"#.contains(&byte));
        checked(text, visible, "has a character that is not of a URL without a fragment")?;
        let (secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(Invalid("is not an https URL")),
        };
        let authority = authority(rest);
        if authority.contains('@') {
            return Err(Invalid("has credentials"));
        }
        let (host, port) = host_and_port(authority);
        let port = match port {
            None => None,
            Some(port) => Some(port_number(port).ok_or(Invalid("has no port where one should be"))?),
        };
        let here = is_here(host)?;
        let public = secure && port.is_none_or(|port| PORTS.contains(&port));
        checked(text, public || here, "is not an https URL on port 443 or 8443").map(Self)
    }
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?']).next().unwrap_or_default()
}

fn host_and_port(authority: &str) -> (&str, Option<&str>) {
    let end_of_literal = if authority.starts_with('[') { authority.find(']').map_or(0, |at| at + 1) } else { 0 };
    match authority[end_of_literal..].find(':') {
        Some(at) => (&authority[..end_of_literal + at], Some(&authority[end_of_literal + at + 1..])),
        None => (authority, None),
    }
}

fn port_number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port != 0)
}

/// Whether a host is this machine, by its address or by its name.
fn is_here(host: &str) -> Result<bool, Invalid> {
    const NO_HOST: Invalid = Invalid("has a host that is neither a name nor an address");
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').and_then(|address| address.parse::<Ipv6Addr>().ok());
        return address.map(|address| IpAddr::V6(address).is_loopback()).ok_or(NO_HOST);
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let labels: Vec<&str> = name.split('.').collect();
    let of_label = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let good = labels.iter().all(|label| (1..=63).contains(&label.len()) && label.bytes().all(of_label));
    if !good || name.len() > 253 {
        return Err(NO_HOST);
    }
    // What ends in a number is an address to resolvers, in forms that few readers recognise: 127.1, 0x7f000001.
    let last = labels.last().copied().unwrap_or_default().to_ascii_lowercase();
    let number = last.bytes().all(|byte| byte.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if number {
        return host.parse::<Ipv4Addr>().map(|address| address.is_loopback()).map_err(|_| NO_HOST);
    }
    Ok(name.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_reached_by_https_on_its_usual_ports() {
        for (text, host) in [
            ("https://example.com", "example.com"),
            ("https://example.com/", "example.com"),
            ("https://example.com:443/hooks?a=%2F&b=c;d", "example.com"),
            ("https://Hooks.Example.com.:8443?x", "Hooks.Example.com."),
            ("https://xn--bcher-kva.example/a//b/../c", "xn--bcher-kva.example"),
            ("https://8.8.8.8/hooks", "8.8.8.8"),
            ("https://10.0.0.1/hooks", "10.0.0.1"),
            ("https://[2606:4700::1111]:8443/hooks", "[2606:4700::1111]"),
            ("https://a/b:c@d", "a"),
            ("http://127.0.0.1:3000/hooks", "127.0.0.1"),
            ("http://localhost:3000", "localhost"),
            ("http://[::1]:3000/hooks", "[::1]"),
            ("https://localhost:3000/hooks", "localhost"),
        ] {
            let url = text.parse::<EndpointUrl>();
            assert_eq!(url.as_ref().map(EndpointUrl::as_str), Ok(text));
            assert_eq!(url.map(|url| url.host().to_owned()), Ok(host.to_owned()), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "example.com",
            "//example.com",
            "http://example.com",
            "http://example.com:443",
            "ftp://example.com",
            "HTTPS://example.com",
            "https://",
            "https:///hooks",
            "https://?x",
            "https://user@example.com",
            "https://user:secret@example.com/",
            "https://example.com@evil.example/",
            "https://example.com:80/",
            "https://example.com:3000/",
            "https://example.com:/",
            "https://example.com:0",
            "https://example.com:+443",
            "https://example.com:65979",
            "https://example.com/#fragment",
            "https://example.com\\@evil.example/",
            "https://exa mple.com",
            "https://example..com",
            "https://bücher.example",
            "https://example.com/ñ",
            "https://%65xample.com",
            "https://127.1",
            "https://0x7f.0.0.1",
            "https://0x7f000001",
            "https://2130706433",
            "https://0177.0.0.1",
            "https://1.2.3.4.",
            "https://256.1.1.1",
            "https://[::1",
            "https://[::1]x",
            "https://[fe80::1%25eth0]",
            "https://[127.0.0.1]",
            "http://10.0.0.1:3000",
            "http://0.0.0.0:3000",
            "https://a\tb.example",
            "javascript:alert(1)",
        ] {
            assert!(text.parse::<EndpointUrl>().is_err(), "{text}");
        }
        assert!(format!("https://example.com/{}", "x".repeat(2_028)).parse::<EndpointUrl>().is_ok());
        assert!(format!("https://example.com/{}", "x".repeat(2_029)).parse::<EndpointUrl>().is_err());
    }
}
