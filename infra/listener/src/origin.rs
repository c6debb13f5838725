//! The origins of web pages (RFC 6454).

use crate::host::HostName;
use axum::http::{HeaderValue, Uri};
use std::str::FromStr;

/// The origin of a web page, as browsers write it in `Origin`: `https://shop.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

/// The text is not an [`Origin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not one exact origin, such as https://shop.example")]
pub struct NotAnOrigin;

impl Origin {
    pub(crate) fn of_page(host: &HostName) -> Self {
        let authority = host.authority();
        Self(format!("http://{}", authority.strip_suffix(":80").unwrap_or(&authority)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let text = text.to_ascii_lowercase();
        let uri: Uri = text.parse().map_err(|_| NotAnOrigin)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(NotAnOrigin) };
        let default_port = match scheme {
            "http" => ":80",
            "https" => ":443",
            _ => return Err(NotAnOrigin),
        };
        let exact = text == format!("{scheme}://{authority}");
        let known = exact && HostName::read(authority.as_str().as_bytes()).is_ok();
        // Browsers leave the port of the scheme out.
        let written = text.strip_suffix(default_port).unwrap_or(&text);
        known.then(|| Self(written.to_owned())).ok_or(NotAnOrigin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_perhaps_a_port() {
        for (text, written) in [
            ("https://shop.example", "https://shop.example"),
            ("HTTPS://Shop.Example:443", "https://shop.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(text.parse::<Origin>().expect(text).as_str(), written);
        }
        for text in ["*", "null", "", "shop.example", "https://", "https://*.example", "ftp://a", "file:///a"] {
            assert_eq!(text.parse::<Origin>(), Err(NotAnOrigin), "{text}");
        }
        for text in ["https://a/", "https://a/b", "https://a?b", "https://a@b", "https://a:x", "https://a b"] {
            assert_eq!(text.parse::<Origin>(), Err(NotAnOrigin), "{text}");
        }
    }
}
