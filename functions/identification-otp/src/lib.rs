//! Identification by one-time code, the actor's side: metadata, validate, resend.

pub mod body;

use acredita_domain::{
    identification::MethodKind,
    stores::{AllStores, Stores},
    use_cases::{self, Done, ValidatedOtp},
};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    answers::StepAnswer,
    idempotency::Keyed,
    metadata::OtpMetadata,
    params::{DeviceHeaders, IdempotencyHeader, IdentificationPath, OrgPath},
    principal::Validate,
    request::IdentificationRequest,
};
use axum::{Json, extract::State};
use body::{ValidateOtpBody, ValidateOtpRequest};

acredita_http::operations!(read_otp_identification, validate_otp_identification, resend_otp);

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores {
        by_id: all.by_id(),
        identifications: all.identifications(),
        chains: all.chains(),
        pictures: all.pictures(),
        requests: all.requests(),
        ..Stores::default()
    }
}

/// Reads an identification as the actor's side sees it.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/identifications/otp/{identification_id}",
    tag = "Identification by OTP",
    params(OrgPath, IdentificationPath),
    responses(
        (status = 200, description = "The identification, masked.", body = OtpMetadata, example = json!({
            "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "type": "OTP", "status": "CREATED", "created_at": "2026-11-20T08:33:00Z",
            "expires_at": "2026-11-20T09:33:00Z", "actor": {"name": "James", "language": "ES", "email": "e*****e@email.com", "msisdn": "*******789"},
            "two_factor_type": "DOCUMENT_NUMBER", "channel": {"type": "SMS", "external": false},
            "code_format": {"length": 6, "alphabet": "ALPHANUMERIC"}, "attempts_left": 5,
            "resend_available_at": "2026-11-20T08:33:30Z"})),
        (status = 404, description = "No such identification."),
    ),
)]
async fn read_otp_identification(
    State(api): State<Api>,
    principal: Principal<Validate>,
    Checked(IdentificationRequest { id }): Checked<IdentificationRequest>,
) -> Result<Json<OtpMetadata>, ApiError> {
    let metadata = use_cases::read_metadata(api.app(), &principal.request.org, MethodKind::Otp, id).await;
    let metadata = metadata.and_then(|metadata| OtpMetadata::try_from(&metadata));
    metadata.map(Json).map_err(|error| api.refused(error))
}

/// Validates the code that the person typed, and the second factor where there is one. The fifth wrong try fails the
/// identification.
///
/// A wrong code, a wrong second factor, and pictures from which the document's number cannot be read beyond doubt all
/// count as a wrong try and get the same answer. A malformed request does not count: text that is not base64, bytes that
/// are neither JPEG nor PNG, or too many of them.
#[utoipa::path(
    put,
    path = "/v1/orgs/{org_id}/identifications/otp/{identification_id}/validate",
    tag = "Identification by OTP",
    params(OrgPath, IdentificationPath, DeviceHeaders, IdempotencyHeader),
    request_body(content = ValidateOtpBody, examples(
        ("text" = (summary = "A code and a document number", value = json!({"code": "k7m2pq", "two_factor": "12345678A"}))),
        ("pictures" = (summary = "A code and a picture of the document's back", value = json!({"code": "k7m2pq", "two_factor": {"back": "/9j/4AAQSkZJRg"}}))),
    )),
    responses(
        (status = 204, description = "Validated."),
        (status = 404, description = "No such identification."),
        (status = 409, description = "The identification is not CREATED, the idempotency key was used with another body, or the first request with it is still running."),
        (status = 413, description = "The body is larger than 6 MiB, or a picture has more than 50 megapixels."),
    ),
)]
async fn validate_otp_identification(
    State(api): State<Api>,
    principal: Principal<Validate>,
    Checked(Keyed { request, idempotency }): Checked<Keyed<ValidateOtpRequest>>,
) -> Result<StepAnswer, ApiError> {
    let (by, ValidateOtpRequest { id, device, attempt }) = (&principal.request, request);
    let validated = use_cases::validate_otp_identification(api.app(), by, id, device, attempt, idempotency).await;
    if let Ok(ValidatedOtp { done: Done::Now, was_sent: true }) = validated {
        tracing::info!(target: "acredita::counted", sent_code = "RIGHT", "a code that we sent was right");
    }
    api.done(validated.map(|validated| validated.done))
}

/// Sends a new code and invalidates the old one. Wrong tries stay counted.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/identifications/otp/{identification_id}/resend",
    tag = "Identification by OTP",
    params(OrgPath, IdentificationPath, IdempotencyHeader),
    responses(
        (status = 204, description = "A new code is on its way."),
        (status = 404, description = "No such identification."),
        (status = 409, description = "The identification is not CREATED, has used up its messages, its caller delivers the code, the idempotency key was used with another body, or the first request with it is still running."),
        (status = 429, description = "Too soon, or too often. `Retry-After` says when."),
    ),
)]
async fn resend_otp(
    State(api): State<Api>,
    principal: Principal<Validate>,
    Checked(Keyed { request, idempotency }): Checked<Keyed<IdentificationRequest>>,
) -> Result<StepAnswer, ApiError> {
    api.done(use_cases::resend_otp(api.app(), &principal.request, request.id, idempotency).await)
}
