//! The pictures of a score: `multipart/mixed` or `multipart/form-data` (RFC 2046 §5.1, RFC 7578), parts identified by
//! name, file name or order.

use crate::{
    api::Api,
    base64,
    error::ApiError,
    fault::{Faults, Place, RequestFault},
    idempotency::Keyed,
    json,
    parameters::parameter,
    parts::{Part, Parts},
    request::{ScoringRequest, body_fault, check, content_type, read_body},
};
use acredita_domain::{
    Error, Invalid, Time,
    idempotency::Idempotency,
    ids::ScoringId,
    pictures::{MAX_PICTURE_BYTES, PictureFault, PictureFormat, Side, UploadedPicture},
};
use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::HeaderMap,
};
use bytes::Bytes;

/// Two pictures, plus room for the headers of their parts. Of pictures in base64 so much smaller ones: two of 7 MiB.
const MAX_BODY: usize = 2 * MAX_PICTURE_BYTES + 64 * 1024;

/// The most parts of a body. Two of them are pictures; the others may be fields of a form that were left empty.
const MOST_PARTS: usize = 16;

/// A scoring, and the pictures to score.
pub struct PicturesRequest {
    pub id: ScoringId,
    pub pictures: Vec<UploadedPicture>,
    pub idempotency: Option<Idempotency>,
}

impl FromRequest<Api> for PicturesRequest {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Api) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let keyed: Keyed<ScoringRequest> = check(&mut parts, api, None, Faults::default()).await?;
        let Keyed { request: ScoringRequest { id }, idempotency } = keyed;
        let pictures = read_pictures(&parts.headers, body, api.app().now()).await?;
        let sides = pictures.iter().map(|UploadedPicture { side, bytes }| (side.part(), &**bytes));
        let idempotency = idempotency.map(|idempotency| idempotency.with_parts(sides));
        Ok(Self { id, pictures, idempotency })
    }
}

/// Reads the pictures of a request. Without a body there is none, and what was uploaded or captured before is scored.
pub async fn read_pictures(headers: &HeaderMap, body: Body, now: Time) -> Result<Vec<UploadedPicture>, ApiError> {
    let content_type = content_type(headers)?.unwrap_or("");
    let body = read_body(headers, body, MAX_BODY).await?;
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if !matches!(essence.as_str(), "multipart/form-data" | "multipart/mixed") {
        // Some clients label even an empty body, and some send an empty object for none.
        return if is_none(&body) { Ok(Vec::new()) } else { Err(ApiError::UnsupportedMediaType(NOT_MULTIPART)) };
    }
    let boundary = parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty());
    let boundary = boundary.ok_or_else(|| body_fault("is multipart without a boundary"))?;
    // RFC 7578 §4.7 deprecates encodings in forms: whoever sends one there does not mean it.
    let encoded = essence == "multipart/mixed";
    read_parts(body, &boundary, encoded, now)
}

fn is_none(body: &[u8]) -> bool {
    body.is_empty() || json::parse(body).is_ok_and(|value| value.as_object().is_some_and(serde_json::Map::is_empty))
}

const NOT_MULTIPART: &str = "the body has to be multipart/mixed or multipart/form-data";

/// Reads the parts. `encoded` tells whether a part may have a transfer encoding.
fn read_parts(body: Bytes, boundary: &str, encoded: bool, now: Time) -> Result<Vec<UploadedPicture>, ApiError> {
    let broken = |Invalid(problem)| body_fault(problem);
    let mut pictures: Vec<UploadedPicture> = Vec::with_capacity(2);
    let mut some = false;
    for (index, part) in Parts::of(body, boundary).map_err(broken)?.enumerate() {
        let part = part.map_err(broken)?;
        if index == MOST_PARTS {
            return Err(body_fault("has more than 16 parts"));
        }
        some = true;
        let side = side_of(&part, index);
        let encoding = if encoded { TransferEncoding::of(&part) } else { TransferEncoding::None };
        let bytes = encoding.decode(&part.bytes);
        // A file input that was left empty.
        if bytes.as_ref().is_ok_and(Bytes::is_empty) {
            continue;
        }
        let side = side.ok_or_else(|| body_fault("has a part that is neither front nor back"))?;
        if pictures.iter().any(|picture| picture.side == side) {
            return Err(body_fault("has two parts for the same side"));
        }
        let fault = |fault| ApiError::Domain { error: Error::Picture { part: side.part(), fault }, now };
        let bytes = bytes.map_err(|Invalid(problem)| part_fault(side, problem))?;
        if bytes.len() > MAX_PICTURE_BYTES {
            return Err(fault(PictureFault::TooManyBytes));
        }
        if PictureFormat::sniff(&bytes).is_none() {
            // A field such as `comment` is no picture that we do not support.
            let other = || body_fault("has a part that is neither front nor back");
            return Err(if is_named_otherwise(&part) { other() } else { fault(PictureFault::Unsupported) });
        }
        pictures.push(UploadedPicture { side, bytes });
    }
    if some { Ok(pictures) } else { Err(body_fault("is multipart without a part")) }
}

fn part_fault(side: Side, problem: &'static str) -> ApiError {
    ApiError::Faults(vec![RequestFault { place: Place::Body(format!("/{}", side.part())), problem }])
}

/// A `Content-Transfer-Encoding` (RFC 2045 §6), as mail libraries set it.
#[derive(Clone, Copy)]
enum TransferEncoding {
    None,
    Base64,
    QuotedPrintable,
}

impl TransferEncoding {
    fn of(part: &Part) -> Self {
        match part.header("content-transfer-encoding").unwrap_or("").to_ascii_lowercase().as_str() {
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            _ => Self::None,
        }
    }

    fn decode(self, bytes: &Bytes) -> Result<Bytes, Invalid> {
        match self {
            Self::None => Ok(bytes.clone()),
            Self::Base64 => {
                let text = std::str::from_utf8(bytes).map_err(|_| Invalid("is not base64"))?;
                base64::decode(text).map(Bytes::from)
            }
            Self::QuotedPrintable => quoted_printable::decode(bytes, quoted_printable::ParseMode::Robust)
                .map(Bytes::from)
                .map_err(|_| Invalid("is not quoted-printable")),
        }
    }
}

/// The side of a part: by its name, else by its file name's stem, else by its order among the parts. A name or a stem
/// that is neither `front` nor `back` counts as none: `file` and `upload` say nothing.
fn side_of(part: &Part, index: usize) -> Option<Side> {
    named_side(part).or_else(|| Side::ALL.get(index).copied())
}

fn named_side(part: &Part) -> Option<Side> {
    let known = |name: &str| Side::ALL.iter().copied().find(|side| side.part().eq_ignore_ascii_case(name.trim()));
    let of_file = |name| known(stem(&disposition(part, name)?));
    let named = disposition(part, "name").and_then(|name| known(&name));
    named.or_else(|| of_file("filename")).or_else(|| of_file("filename*"))
}

fn is_named_otherwise(part: &Part) -> bool {
    disposition(part, "name").is_some_and(|name| !name.is_empty()) && named_side(part).is_none()
}

fn disposition(part: &Part, name: &str) -> Option<String> {
    parameter(part.header("content-disposition")?, name)
}

/// The name of a file without its folders (old browsers send them) and its extension.
fn stem(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}
