//! The pictures of a score: `multipart/mixed` or `multipart/form-data` (RFC 2046 §5.1, RFC 7578), parts identified by
//! name, file name or order.

use crate::{
    api::Api,
    error::ApiError,
    fault::Faults,
    request::{ScoringRequest, body_fault, check, read_body},
};
use acredita_domain::{
    Error, Time,
    ids::ScoringId,
    pictures::{MAX_PICTURE_BYTES, PictureFault, PictureFormat, Side, UploadedPicture},
};
use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use multer::{Constraints, Multipart, SizeLimit};

/// Two pictures, plus room for the headers of their parts.
const MAX_BODY: usize = 2 * MAX_PICTURE_BYTES + 64 * 1024;

/// A scoring, and the pictures to score.
pub struct PicturesRequest {
    pub id: ScoringId,
    pub pictures: Vec<UploadedPicture>,
}

impl FromRequest<Api> for PicturesRequest {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Api) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let ScoringRequest { id } = check(&mut parts, api, None, Faults::default()).await?;
        let pictures = read_pictures(&parts.headers, body, api.app().now()).await?;
        Ok(Self { id, pictures })
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
        // Some clients label even an empty body.
        return if body.is_empty() { Ok(Vec::new()) } else { Err(ApiError::UnsupportedMediaType(NOT_MULTIPART)) };
    }
    // The parser takes form-data only; what follows the boundary is the same in both (RFC 2046 §5.1.1).
    let as_form = content_type
        .to_ascii_lowercase()
        .find("boundary=")
        .map(|at| format!("multipart/form-data; {}", &content_type[at..]));
    let boundary = as_form
        .and_then(|as_form| multer::parse_boundary(as_form).ok())
        .ok_or_else(|| body_fault("is multipart without a boundary"))?;
    read_parts(body, boundary, now).await
}

const NOT_MULTIPART: &str = "the body has to be multipart/mixed or multipart/form-data";

async fn read_parts(body: bytes::Bytes, boundary: String, now: Time) -> Result<Vec<UploadedPicture>, ApiError> {
    let constraints = Constraints::new().size_limit(SizeLimit::new().per_field(MAX_PICTURE_BYTES as u64));
    let stream = futures_util::stream::once(async move { Ok::<_, std::convert::Infallible>(body) });
    let mut multipart = Multipart::with_constraints(stream, boundary, constraints);
    let mut pictures: Vec<UploadedPicture> = Vec::with_capacity(2);
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        let side = side_of(&field, pictures.len())?;
        if pictures.iter().any(|picture| picture.side == side) {
            return Err(body_fault("has two parts for the same side"));
        }
        let fault = |fault| ApiError::Domain { error: Error::Picture { part: side.part(), fault }, now };
        let bytes = match field.bytes().await {
            Ok(bytes) => bytes,
            Err(multer::Error::FieldSizeExceeded { .. }) => return Err(fault(PictureFault::TooManyBytes)),
            Err(error) => return Err(broken(error)),
        };
        if PictureFormat::sniff(&bytes).is_none() {
            return Err(fault(PictureFault::Unsupported));
        }
        pictures.push(UploadedPicture { side, bytes });
    }
    if pictures.is_empty() {
        return Err(body_fault("is multipart without a part"));
    }
    Ok(pictures)
}

fn broken(_: multer::Error) -> ApiError {
    body_fault("is broken multipart")
}

/// The side of a part: by its name, else by its file name's stem, else by its order. A name that is given has to be one
/// that we know.
fn side_of(field: &multer::Field<'_>, index: usize) -> Result<Side, ApiError> {
    let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_ascii_lowercase();
    let known = |name: &str| Side::ALL.iter().copied().find(|side| side.part() == name);
    let unknown = || body_fault("has a part that is neither front nor back");
    match (field.name().filter(|name| !name.is_empty()), field.file_name().filter(|name| !name.is_empty())) {
        (Some(name), _) => known(&name.to_ascii_lowercase()).ok_or_else(unknown),
        (None, Some(file)) => known(&stem(file)).ok_or_else(unknown),
        (None, None) => Side::ALL.get(index).copied().ok_or_else(unknown),
    }
}
