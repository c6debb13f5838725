//! The pictures of a score: `multipart/mixed` or `multipart/form-data` (RFC 2046 §5.1, RFC 7578), parts identified by
//! name, file name or order.

use crate::{
    api::Api,
    base64,
    error::ApiError,
    fault::{Faults, Place, RequestFault},
    idempotency::Keyed,
    json,
    request::{ScoringRequest, body_fault, check, read_body},
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
    http::{HeaderMap, header},
};
use bytes::Bytes;
use multer::Multipart;

/// Two pictures, plus room for the headers of their parts. Of pictures in base64 so much smaller ones: two of 7 MiB.
const MAX_BODY: usize = 2 * MAX_PICTURE_BYTES + 64 * 1024;

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
    let content_type = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or(""));
    let body = read_body(headers, body, MAX_BODY).await?;
    let Some(content_type) = content_type else {
        return if body.is_empty() { Ok(Vec::new()) } else { Err(ApiError::UnsupportedMediaType(NOT_MULTIPART)) };
    };
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let multipart = matches!(essence.as_str(), "multipart/form-data" | "multipart/mixed");
    if !multipart {
        // Some clients label even an empty body, and some send an empty object for none.
        return if is_none(&body) { Ok(Vec::new()) } else { Err(ApiError::UnsupportedMediaType(NOT_MULTIPART)) };
    }
    // The parser takes form-data only; what follows the boundary is the same in both (RFC 2046 §5.1.1).
    let as_form = content_type
        .to_ascii_lowercase()
        .find("boundary=")
        .map(|at| format!("multipart/form-data; {}", &content_type[at..]));
    let boundary = as_form
        .and_then(|as_form| multer::parse_boundary(as_form).ok())
        .ok_or_else(|| body_fault("is multipart without a boundary"))?;
    // RFC 7578 §4.7 deprecates encodings in forms: whoever sends one there does not mean it.
    let encoded = essence == "multipart/mixed";
    read_parts(body, boundary, encoded, now).await
}

fn is_none(body: &[u8]) -> bool {
    body.is_empty() || json::parse(body).is_ok_and(|value| value.as_object().is_some_and(serde_json::Map::is_empty))
}

const NOT_MULTIPART: &str = "the body has to be multipart/mixed or multipart/form-data";

/// Reads the parts. `encoded` tells whether a part may have a transfer encoding.
async fn read_parts(body: Bytes, boundary: String, encoded: bool, now: Time) -> Result<Vec<UploadedPicture>, ApiError> {
    let stream = futures_util::stream::once(async move { Ok::<_, std::convert::Infallible>(body) });
    let mut multipart = Multipart::new(stream, boundary);
    let mut pictures: Vec<UploadedPicture> = Vec::with_capacity(2);
    let mut parts = 0;
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        let (side, is_named_otherwise) = (side_of(&field, parts), is_named_otherwise(&field));
        let encoding = if encoded { TransferEncoding::of(field.headers()) } else { TransferEncoding::None };
        let bytes = field.bytes().await.map_err(broken)?;
        parts += 1;
        // A file input that was left empty.
        if bytes.is_empty() {
            continue;
        }
        let side = side.ok_or_else(|| body_fault("has a part that is neither front nor back"))?;
        if pictures.iter().any(|picture| picture.side == side) {
            return Err(body_fault("has two parts for the same side"));
        }
        let fault = |fault| ApiError::Domain { error: Error::Picture { part: side.part(), fault }, now };
        let bytes = encoding.decode(bytes).map_err(|Invalid(problem)| part_fault(side, problem))?;
        if bytes.len() > MAX_PICTURE_BYTES {
            return Err(fault(PictureFault::TooManyBytes));
        }
        if PictureFormat::sniff(&bytes).is_none() {
            // A field such as `comment` is no picture that we do not support.
            let other = || body_fault("has a part that is neither front nor back");
            return Err(if is_named_otherwise { other() } else { fault(PictureFault::Unsupported) });
        }
        pictures.push(UploadedPicture { side, bytes });
    }
    if parts == 0 {
        return Err(body_fault("is multipart without a part"));
    }
    Ok(pictures)
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
    fn of(headers: &HeaderMap) -> Self {
        let stated = headers.get("content-transfer-encoding").and_then(|value| value.to_str().ok()).unwrap_or("");
        match stated.trim().to_ascii_lowercase().as_str() {
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            _ => Self::None,
        }
    }

    fn decode(self, bytes: Bytes) -> Result<Bytes, Invalid> {
        match self {
            Self::None => Ok(bytes),
            Self::Base64 => {
                let text = std::str::from_utf8(&bytes).map_err(|_| Invalid("is not base64"))?;
                base64::decode(text).map(Bytes::from)
            }
            Self::QuotedPrintable => quoted_printable::decode(&bytes, quoted_printable::ParseMode::Robust)
                .map(Bytes::from)
                .map_err(|_| Invalid("is not quoted-printable")),
        }
    }
}

fn broken(_: multer::Error) -> ApiError {
    body_fault("is broken multipart")
}

/// The side of a part: by its name, else by its file name's stem, else by its order among the parts. A name or a stem
/// that is neither `front` nor `back` counts as none: `file` and `upload` say nothing.
fn side_of(field: &multer::Field<'_>, index: usize) -> Option<Side> {
    named_side(field).or_else(|| Side::ALL.get(index).copied())
}

fn named_side(field: &multer::Field<'_>) -> Option<Side> {
    let known = |name: &str| Side::ALL.iter().copied().find(|side| side.part().eq_ignore_ascii_case(name.trim()));
    field.name().and_then(known).or_else(|| known(stem(field.file_name()?)))
}

fn is_named_otherwise(field: &multer::Field<'_>) -> bool {
    field.name().is_some_and(|name| !name.is_empty()) && named_side(field).is_none()
}

/// The name of a file without its folders (old browsers send them) and its extension.
fn stem(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}
