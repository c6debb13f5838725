//! What a browser lets the page do: run its own files, and ask the API, the issuer and the bucket.

use acredita_http::office::{Office, WebOrigin};
use axum::{
    http::{
        HeaderName, HeaderValue,
        header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    response::Response,
};

type Headers = Vec<(HeaderName, HeaderValue)>;

pub fn headers(office: &Office) -> Headers {
    let fixed = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=()",
        ),
    ];
    let fixed = fixed.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value)));
    let content = HeaderValue::from_str(&content(office)).map(|value| (CONTENT_SECURITY_POLICY, value));
    fixed.chain(content).collect()
}

/// Texts become nodes without exception: the browser refuses a script that would write HTML.
fn content(office: &Office) -> String {
    let list = |origins: &[WebOrigin]| origins.iter().map(|origin| format!(" {}", origin.as_str())).collect::<String>();
    let (asks, pictures) = (list(&office.asks), list(office.pictures.as_slice()));
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:{pictures}; connect-src 'self'{asks}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

pub async fn harden(headers: Headers, mut response: Response) -> Response {
    response.headers_mut().extend(headers);
    response
}
