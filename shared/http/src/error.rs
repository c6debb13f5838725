//! The one table from an error to a status and a body. Nothing else knows both.

use crate::fault::{Place, RequestFault};
use acredita_domain::{Conflict, Error, Time, error::FieldFault, midni::CodeRefusal, pictures::PictureFault};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Where the errors are described. Relative, because the docs are served next to the API.
const DOCS: &str = "/docs/errors";
/// `Retry-After` in seconds when a dependency did not answer: its own retries are over by then.
const UNAVAILABLE_RETRY_AFTER: i64 = 1;

/// The body of every refusal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorsResponse {
    /// One entry for each fault.
    pub errors: Vec<ErrorEntry>,
}

/// One fault.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorEntry {
    /// The stable code of the kind of error.
    #[schema(example = "MDOC_001")]
    pub code: &'static str,
    /// The stable name of the kind of error.
    #[schema(example = "INVALID_INPUT")]
    pub title: &'static str,
    /// Where this kind of error is described.
    #[serde(rename = "ref")]
    #[schema(example = "/docs/errors#MDOC_001")]
    pub reference: String,
    /// What is wrong, for a developer. A fault in a body begins with its JSON pointer.
    #[schema(example = "/actor/email: is not an e-mail address")]
    pub details: String,
}

/// A kind of error: the code and title of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Our fault, or a dependency's.
    Internal,
    /// The body is invalid.
    InvalidInput,
    /// A path, query or header parameter is invalid.
    Parameter,
    Unauthorized,
    NotFound,
    /// In conflict with the current state.
    Conflict,
    /// Understood but refused: too many requests.
    Unprocessable,
}

impl Kind {
    /// Every kind, for the docs.
    pub const ALL: [Self; 7] = [
        Self::Internal,
        Self::InvalidInput,
        Self::Parameter,
        Self::Unauthorized,
        Self::NotFound,
        Self::Conflict,
        Self::Unprocessable,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Internal => "MDOC_000",
            Self::InvalidInput | Self::Parameter => "MDOC_001",
            Self::Unauthorized => "MDOC_002",
            Self::NotFound => "MDOC_003",
            Self::Conflict => "MDOC_005",
            Self::Unprocessable => "MDOC_006",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Internal => "INTERNAL_SERVER_ERROR",
            Self::InvalidInput => "INVALID_INPUT",
            Self::Parameter => "PARAMETER_ERROR",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::NotFound => "RESOURCE_NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::Unprocessable => "UNPROCESSABLE_ENTITY",
        }
    }

    /// The kind of a status about which nothing more is known.
    pub fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            400 | 405 | 413 | 415 => Self::InvalidInput,
            401 | 403 => Self::Unauthorized,
            404 => Self::NotFound,
            409 | 412 => Self::Conflict,
            422 | 429 => Self::Unprocessable,
            _ => Self::Internal,
        }
    }

    /// One entry of this kind.
    pub fn entry(self, details: impl Into<String>) -> ErrorEntry {
        ErrorEntry {
            code: self.code(),
            title: self.title(),
            reference: format!("{DOCS}#{}", self.code()),
            details: details.into(),
        }
    }
}

/// Every way to refuse a request.
#[derive(Debug)]
pub enum ApiError {
    /// No token at all.
    NoToken,
    /// An invalid token.
    Token(&'static str),
    /// A valid token that does not allow this, where the contract answers 401.
    NotAllowed(&'static str),
    /// A valid token that does not allow this, where the contract answers 403.
    Forbidden(&'static str),
    Faults(Vec<RequestFault>),
    /// The body is larger than this operation takes.
    BodyTooLarge,
    /// The body is not of a type that this operation takes.
    UnsupportedMediaType(&'static str),
    NoSuchPath,
    MethodNotAllowed,
    /// It went around what stands in front of this address.
    NotThroughTheEdge,
    Domain {
        error: Error,
        /// The time that `Retry-After` is counted from.
        now: Time,
    },
    /// Internal error.
    Bug(&'static str),
}

impl ApiError {
    fn parts(&self) -> (StatusCode, Vec<ErrorEntry>) {
        let one = |status: StatusCode, details: String| (status, vec![Kind::of(status).entry(details)]);
        match self {
            Self::NoToken => one(StatusCode::UNAUTHORIZED, "a bearer token is required".into()),
            Self::Token(why) | Self::NotAllowed(why) => one(StatusCode::UNAUTHORIZED, (*why).into()),
            Self::Forbidden(why) => one(StatusCode::FORBIDDEN, (*why).into()),
            Self::Faults(faults) => (StatusCode::BAD_REQUEST, faults.iter().map(fault_entry).collect()),
            Self::BodyTooLarge => {
                one(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than this operation takes".into())
            }
            Self::UnsupportedMediaType(what) => one(StatusCode::UNSUPPORTED_MEDIA_TYPE, (*what).into()),
            Self::NoSuchPath => one(StatusCode::NOT_FOUND, "there is no such path".into()),
            Self::MethodNotAllowed => one(StatusCode::METHOD_NOT_ALLOWED, "this path does not take this method".into()),
            Self::NotThroughTheEdge => {
                one(StatusCode::FORBIDDEN, "this address is closed: use the published one".into())
            }
            Self::Domain { error: Error::BadParameter { name, problem }, .. } => {
                let fault = RequestFault { place: Place::Query(name), problem };
                (StatusCode::BAD_REQUEST, vec![fault_entry(&fault)])
            }
            Self::Domain { error: Error::BadFields(faults), .. } => {
                let entry = |FieldFault { pointer, problem }: &FieldFault| {
                    fault_entry(&RequestFault { place: Place::Body(pointer.clone()), problem })
                };
                (StatusCode::BAD_REQUEST, faults.iter().map(entry).collect())
            }
            Self::Domain { error, .. } => one(status_of(error), details_of(error)),
            Self::Bug(_) => one(StatusCode::INTERNAL_SERVER_ERROR, "an internal error".into()),
        }
    }

    /// `WWW-Authenticate` (RFC 6750 §3). A client that gets `invalid_token` fetches a new token; with
    /// `insufficient_scope`, a new one is of no use.
    fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::NoToken => Some("Bearer"),
            Self::Token(_) => Some(r#"Bearer error="invalid_token""#),
            Self::NotAllowed(_) | Self::Forbidden(_) | Self::Domain { error: Error::PersonsNotPermitted, .. } => {
                Some(r#"Bearer error="insufficient_scope""#)
            }
            _ => None,
        }
    }

    /// Seconds, for the answers that carry `Retry-After`.
    fn retry_after(&self) -> Option<i64> {
        let Self::Domain { error, now } = self else { return None };
        match error {
            Error::Unavailable(_) => Some(UNAVAILABLE_RETRY_AFTER),
            Error::TooManyMessages { again_at }
            | Error::OverBudget { again_at }
            | Error::TooManyCodes { again_at }
            | Error::TooManyRequests { again_at }
            | Error::TooManyScorings { again_at } => {
                Some((*again_at - *now).num_milliseconds().max(0).div_euclid(1_000) + 1)
            }
            _ => None,
        }
    }
}

fn fault_entry(fault: &RequestFault) -> ErrorEntry {
    let kind = if matches!(fault.place, Place::Body(_)) { Kind::InvalidInput } else { Kind::Parameter };
    kind.entry(fault.to_string())
}

/// The status of every refusal of the domain.
fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::BadField { .. }
        | Error::BadFields(_)
        | Error::BadParameter { .. }
        | Error::WrongCode
        | Error::CodeRefused { .. } => StatusCode::BAD_REQUEST,
        Error::Stale => StatusCode::PRECONDITION_FAILED,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::DeleteForbidden => StatusCode::FORBIDDEN,
        Error::PersonsNotPermitted => StatusCode::UNAUTHORIZED,
        Error::TooManyMessages { .. }
        | Error::OverBudget { .. }
        | Error::TooManyCodes { .. }
        | Error::TooManyRequests { .. }
        | Error::TooManyScorings { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Picture { fault: PictureFault::Unsupported, .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Error::Picture { fault: PictureFault::TooManyBytes | PictureFault::TooManyPixels, .. } => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        Error::Picture { fault: PictureFault::Undecodable, .. } => StatusCode::BAD_REQUEST,
        Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Corrupt(_) | Error::NotBuiltIn(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The public text of an error, without internals.
fn details_of(error: &Error) -> String {
    match error {
        Error::Picture { part, fault } => format!("/{part}: {fault}"),
        Error::Unavailable(_) => "a part of the service does not answer; try again".to_owned(),
        Error::Corrupt(_) | Error::NotBuiltIn(_) => "an internal error".to_owned(),
        Error::Conflict(Conflict::ConcurrentChange) => "another request changed it at the same time".to_owned(),
        other => other.to_string(),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match &self {
            Self::Bug(what) => tracing::error!(what, "a bug"),
            Self::Domain { error: Error::Corrupt(what), .. } => {
                tracing::error!(what, "stored data cannot be understood")
            }
            Self::Domain { error: Error::WrongCode, .. } => {
                tracing::info!(target: "acredita::counted", wrong_code = true, "a wrong try");
            }
            Self::Domain { error: Error::CodeRefused { refusal: CodeRefusal::UnknownSigner, .. }, .. } => {
                tracing::info!(target: "acredita::counted", unknown_signer = true, "a code of an unknown signer");
            }
            Self::Domain { error: Error::Conflict(Conflict::MidniPresentedBefore), .. } => {
                tracing::info!(target: "acredita::counted", presented_before = true, "a code that was presented before");
            }
            Self::Domain { error: error @ Error::NotBuiltIn(_), .. } => tracing::error!(%error, "a bug"),
            _ => {}
        }
        let (status, errors) = self.parts();
        let mut response = (status, Json(ErrorsResponse { errors })).into_response();
        if let Some(challenge) = self.challenge() {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
