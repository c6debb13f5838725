//! Checked requests: a request is checked in one place, and all its faults are answered at once.

use crate::{
    api::Api,
    error::ApiError,
    fault::{Faults, Place, RequestFault},
    fields::Fields,
    json,
};
use acredita_domain::{
    Invalid,
    ids::{IdentificationId, ScoringId},
};
use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::{borrow::Cow, net::IpAddr, str::FromStr};

/// The most bytes of a JSON body.
pub const MAX_JSON: usize = 1024 * 1024;
/// The most bytes of a JSON body that a picture travels in.
pub const MAX_JSON_WITH_PICTURE: usize = 6 * 1024 * 1024;

/// The client's address as the gateway saw it. The host of the router puts it into the request's extensions; it never
/// comes from a header of the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientIp(pub IpAddr);

/// The kind of body that an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// No body. One that is sent is ignored.
    None,
    /// JSON of at most this many bytes.
    Json(usize),
    /// The same, or nothing.
    OptionalJson(usize),
}

/// A request of one operation, without faults.
pub trait ParseRequest: Sized + Send {
    const BODY: BodyKind;

    /// Reads the request and reports every fault. Returns `None` only after reporting one.
    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self>;
}

/// Extracts a request by its [`ParseRequest`].
pub struct Checked<T>(pub T);

impl<T: ParseRequest> FromRequest<Api> for Checked<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Api) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let mut faults = Faults::default();
        let body = match T::BODY {
            BodyKind::None => None,
            BodyKind::Json(most) => {
                require_json(&parts.headers)?;
                let body = read_body(&parts.headers, body, most).await?;
                faults.value(Place::Body(String::new()), json::parse(&body))
            }
            BodyKind::OptionalJson(most) => {
                let body = read_body(&parts.headers, body, most).await?;
                if body.is_empty() {
                    None
                } else {
                    require_json(&parts.headers)?;
                    faults.value(Place::Body(String::new()), json::parse(&body))
                }
            }
        };
        check(&mut parts, api, body, faults).await.map(Self)
    }
}

/// Checks a request whose body has been read.
pub(crate) async fn check<T: ParseRequest>(
    parts: &mut Parts,
    api: &Api,
    body: Option<Value>,
    mut faults: Faults,
) -> Result<T, ApiError> {
    let params = path_params(parts, api).await?;
    let client_ip = parts.extensions.get::<ClientIp>().copied();
    let reader =
        RequestReader { params, query: parts.uri.query().unwrap_or(""), headers: &parts.headers, body, client_ip };
    match T::parse(&reader, &mut faults) {
        Some(checked) if faults.is_empty() => Ok(checked),
        None if faults.is_empty() => Err(ApiError::Bug("a check that says nothing and gives nothing")),
        _ => Err(ApiError::Faults(faults.into_vec())),
    }
}

/// The parameters of the path, decoded.
pub(crate) async fn path_params(parts: &mut Parts, api: &Api) -> Result<Vec<(String, String)>, ApiError> {
    let not_text = |_| ApiError::Faults(vec![RequestFault { place: Place::Path("path"), problem: "is not UTF-8" }]);
    let params = RawPathParams::from_request_parts(parts, api).await.map_err(not_text)?;
    Ok(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// Refuses a body with a content type other than JSON; without a content type it is taken for JSON.
fn require_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(content_type) = content_type(headers)? else {
        return Ok(());
    };
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let json = essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if json { Ok(()) } else { Err(ApiError::UnsupportedMediaType("the body has to be application/json")) }
}

/// The stated type of the body. Of two, nobody knows which one a gateway looked at.
pub(crate) fn content_type(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let mut stated = headers.get_all(header::CONTENT_TYPE).iter();
    let first = stated.next().map(|value| value.to_str().unwrap_or(""));
    if stated.next().is_some() {
        let place = Place::Header("content-type");
        return Err(ApiError::Faults(vec![RequestFault { place, problem: "is given more than once" }]));
    }
    Ok(first)
}

/// Reads a body of at most `most` bytes, and not one more.
pub(crate) async fn read_body(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, ApiError> {
    if !headers.get_all(header::CONTENT_ENCODING).iter().all(is_identity) {
        return Err(ApiError::UnsupportedMediaType("the body has to be sent without a content encoding"));
    }
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > most) {
        return Err(ApiError::BodyTooLarge);
    }
    match Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::BodyTooLarge),
        Err(_) => Err(body_fault("was cut off")),
    }
}

/// Whether a `Content-Encoding` leaves the body as it is (RFC 9110 §8.4).
fn is_identity(encoding: &HeaderValue) -> bool {
    let codings = encoding.to_str().unwrap_or("unknown").split(',').map(str::trim);
    codings.into_iter().all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity"))
}

pub(crate) fn body_fault(problem: &'static str) -> ApiError {
    ApiError::Faults(vec![RequestFault { place: Place::Body(String::new()), problem }])
}

/// The raw parts of a request, for a [`ParseRequest`] to read.
pub struct RequestReader<'a> {
    params: Vec<(String, String)>,
    query: &'a str,
    headers: &'a HeaderMap,
    body: Option<Value>,
    client_ip: Option<ClientIp>,
}

impl RequestReader<'_> {
    /// A parameter of the path.
    pub fn path<T: FromStr<Err = Invalid>>(&self, name: &'static str, faults: &mut Faults) -> Option<T> {
        let text = self.params.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value);
        faults.value(Place::Path(name), text.parse())
    }

    /// A parameter of the query, decoded, which may be absent but not repeated.
    pub fn query(&self, name: &'static str, faults: &mut Faults) -> Option<Cow<'_, str>> {
        let pairs = self.query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let mut values = pairs.filter(|(n, _)| decoded(n) == name).map(|(_, value)| decoded(value));
        let first = values.next()?;
        if values.next().is_some() {
            faults.add(Place::Query(name), "is given more than once");
        }
        Some(first)
    }

    /// A header of visible ASCII, which may be absent but not repeated.
    pub fn header<T: FromStr<Err = Invalid>>(&self, name: &'static str, faults: &mut Faults) -> Option<T> {
        let value = self.only_value(&[name], faults)?;
        faults.value(Place::Header(name), visible(value).and_then(|text| text.trim().parse()))
    }

    /// A header that is absent when it is empty.
    pub fn header_unless_empty<T: FromStr<Err = Invalid>>(&self, name: &'static str, faults: &mut Faults) -> Option<T> {
        let value = self.only_value(&[name], faults)?;
        let text = faults.value(Place::Header(name), visible(value))?.trim();
        if text.is_empty() { None } else { faults.value(Place::Header(name), text.parse()) }
    }

    /// A required header, under the first of these names or another one.
    pub fn required_header<T: FromStr<Err = Invalid>>(&self, names: &[&'static str], faults: &mut Faults) -> Option<T> {
        let value = self.required_value(names, faults)?;
        faults.value(Place::Header(names[0]), visible(value).and_then(|text| text.trim().parse()))
    }

    /// A required header of any text: UTF-8, or else Latin-1, as clients send it in fact.
    pub fn required_text_header<T: FromStr<Err = Invalid>>(
        &self,
        name: &'static str,
        faults: &mut Faults,
    ) -> Option<T> {
        let bytes = self.required_value(&[name], faults)?.as_bytes();
        let latin = |_| Cow::Owned(bytes.iter().copied().map(char::from).collect());
        let text: Cow<'_, str> = std::str::from_utf8(bytes).map_or_else(latin, Cow::Borrowed);
        faults.value(Place::Header(name), text.parse())
    }

    fn required_value(&self, names: &[&'static str], faults: &mut Faults) -> Option<&HeaderValue> {
        if !names.iter().any(|name| self.headers.contains_key(*name)) {
            faults.add(Place::Header(names[0]), "is required");
        }
        self.only_value(names, faults)
    }

    /// The value of a header that goes by these names; a fault if there are several.
    fn only_value(&self, names: &[&'static str], faults: &mut Faults) -> Option<&HeaderValue> {
        let mut values = names.iter().flat_map(|name| self.headers.get_all(*name));
        let first = values.next()?;
        if values.next().is_some() {
            faults.add(Place::Header(names[0]), "is given more than once");
            return None;
        }
        Some(first)
    }

    /// The fields of the body.
    pub fn body(&self, faults: &mut Faults) -> Option<Fields<'_>> {
        Fields::of_body(self.body.as_ref()?, faults)
    }

    /// The body in a normal form, without white space and with its members in order.
    pub fn canonical_body(&self) -> Vec<u8> {
        self.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default()
    }

    /// The client's address as the gateway saw it.
    pub fn client_ip(&self) -> Option<IpAddr> {
        self.client_ip.map(|ClientIp(ip)| ip)
    }
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

fn visible(value: &HeaderValue) -> Result<&str, Invalid> {
    value.to_str().map_err(|_| Invalid("is not visible ASCII"))
}

/// A request that only names an identification of the actor's side.
pub struct IdentificationRequest {
    pub id: IdentificationId,
}

impl ParseRequest for IdentificationRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        Some(Self { id: request.path("identification_id", faults)? })
    }
}

/// A request that only names a scoring.
pub struct ScoringRequest {
    pub id: ScoringId,
}

impl ParseRequest for ScoringRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        Some(Self { id: request.path("scoring_id", faults)? })
    }
}
