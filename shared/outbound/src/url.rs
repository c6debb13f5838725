//! Which addresses may be reached. Clear text could be read, and answered, by anybody.

use std::str::FromStr;

const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Why an address may not be reached. It does not quote the address, which may hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidUrl(pub &'static str);

/// `https`, or `http` on loopback, without credentials and without a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(String);

impl Url {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Url {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        const PROBLEM: InvalidUrl = InvalidUrl("is not an https URL without credentials, or an http one on loopback");
        let uri: http::Uri = text.parse().map_err(|_| PROBLEM)?;
        let secure = uri.scheme_str() == Some("https");
        let loopback = uri.scheme_str() == Some("http") && is_loopback(&uri);
        let credentials = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
        let plain = !credentials && !text.contains('#');
        if (secure || loopback) && plain { Ok(Self(text.to_owned())) } else { Err(PROBLEM) }
    }
}

fn is_loopback(uri: &http::Uri) -> bool {
    uri.host().is_some_and(|host| LOOPBACK.contains(&host))
}

/// A [`Url`] to which paths are added: without a query, and without a `/` at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The URL below this one. `path` begins with `/` and consists of our own words and of validated ids.
    pub fn join(&self, path: &str) -> Url {
        Url(format!("{}{path}", self.as_str()))
    }

    pub fn is_loopback(&self) -> bool {
        self.as_str().parse().is_ok_and(|uri| is_loopback(&uri))
    }
}

impl FromStr for BaseUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        if text.contains('?') {
            return Err(InvalidUrl("has a query, where only a path can be added to a URL without one"));
        }
        text.trim_end_matches('/').parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_in_the_clear() {
        for url in [
            "https://eu-documentai.googleapis.com",
            "https://api.eu.veri-das.com/validas/v1/",
            "https://issuer.example/keys?p=policy",
            "https://issuer.example/@tenant/keys",
            "http://127.0.0.1:8080/x",
            "http://localhost/jwks.json",
            "http://[::1]:80",
        ] {
            assert!(url.parse::<Url>().is_ok(), "{url}");
        }
        for url in [
            "http://api.veri-das.com",
            "http://127.0.0.1.example/",
            "ftp://127.0.0.1",
            "ftp://issuer.example/",
            "https://user@host",
            "http://127.0.0.1@host/",
            "https://host/#f",
            "host",
            "",
            "https://",
        ] {
            assert!(url.parse::<Url>().is_err() && url.parse::<BaseUrl>().is_err(), "{url}");
        }
    }

    #[test]
    fn paths_are_added_to_what_has_no_query() {
        let base = |url: &str| url.parse::<BaseUrl>();
        assert_eq!(
            base("https://host/v1/").map(|base| base.join("/validation").as_str().to_owned()),
            Ok("https://host/v1/validation".to_owned())
        );
        assert!(base("https://host/?q").is_err());
        assert_eq!(base("http://[::1]:80").map(|base| base.is_loopback()), Ok(true));
        assert_eq!(base("https://host").map(|base| base.is_loopback()), Ok(false));
    }
}
