//! The content policy of the pages.

use axum::{
    http::{
        HeaderName, HeaderValue,
        header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    response::Response,
};

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
