//! What the operator's page is told about its deployment: where people sign in, and whom a browser may ask for it.

use crate::jwt::TokenPolicy;
use acredita_domain::Invalid;
use std::str::FromStr;

/// What the operator's page is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// `None` where a token is pasted instead.
    pub sign_in: Option<SignIn>,
    /// Where the page finds in a token what it may show.
    pub claims: ClaimNames,
    /// Where the issuer's endpoints are, and its own origin.
    pub asks: Vec<WebOrigin>,
    /// Where links to pictures lead.
    pub pictures: Option<WebOrigin>,
}

/// The names of claims, as in [`TokenPolicy`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    pub organisations: String,
    pub permissions: String,
}

impl From<&TokenPolicy> for ClaimNames {
    fn from(policy: &TokenPolicy) -> Self {
        Self { organisations: policy.organisations_claim.clone(), permissions: policy.permissions_claim.clone() }
    }
}

/// A client of an issuer (OpenID Connect).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Its URL, as its tokens name it.
    pub issuer: String,
    pub client_id: String,
    /// What is asked for, separated by blanks.
    pub scopes: String,
    /// The audience of the tokens.
    pub audience: Option<String>,
}

/// The origin of a URL, as a content policy names it: `https`, or `http` on loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebOrigin(String);

impl WebOrigin {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WebOrigin {
    type Err = Invalid;

    /// The path of the URL doesn't matter.
    fn from_str(url: &str) -> Result<Self, Invalid> {
        const PROBLEM: Invalid = Invalid("is not an https URL, or an http one on loopback");
        let (scheme, rest) = url.split_once("://").ok_or(PROBLEM)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        // Anything else could end the directive that it is written into.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
        let loopback = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
        let reachable = scheme == "https" || scheme == "http" && loopback;
        let named = !host.is_empty() && authority.bytes().all(plain);
        (reachable && named).then(|| Self(format!("{scheme}://{authority}"))).ok_or(PROBLEM)
    }
}

#[cfg(test)]
mod tests {
    use super::WebOrigin;

    #[test]
    fn an_origin_is_what_stands_before_the_path() {
        for (url, origin) in [
            ("https://issuer.example/realms/shop", "https://issuer.example"),
            ("https://issuer.example:8443?a", "https://issuer.example:8443"),
            ("http://127.0.0.1:9000/", "http://127.0.0.1:9000"),
            ("http://[::1]:9000", "http://[::1]:9000"),
        ] {
            assert_eq!(url.parse::<WebOrigin>().expect(url).as_str(), origin);
        }
    }

    #[test]
    fn what_could_end_a_directive_or_be_read_on_its_way_is_no_origin() {
        for url in [
            "issuer",
            "http://issuer.example",
            "https://",
            "https://issuer.example; script-src *",
            "https://issuer.example,",
            "https://*.example",
            "https://user@issuer.example",
            "https://issuer.example'unsafe-inline'",
            "data://x",
        ] {
            assert!(url.parse::<WebOrigin>().is_err(), "{url}");
        }
    }
}
