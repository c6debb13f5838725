//! Identification by one-time code, the back office's side: create, new code, cancel, close, delete.

pub mod body;

use acredita_domain::{
    identification::MethodKind,
    stores::{AllStores, Stores},
    use_cases::{self, NewCode},
};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    answers::{CreateAnswer, CreatedIdentification},
    params::{AdminPath, IdempotencyHeader, OrgPath},
    principal::Admin,
};
use axum::{extract::State, http::StatusCode};
use body::{CreateOtpBody, CreateOtpCodeRequest, CreateOtpRequest, OtpCodeAnswer};

acredita_http::operations!(
    create_otp_identification,
    create_otp_code,
    cancel_otp_identification,
    close_otp_identification,
    delete_otp_identification,
);

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores {
        by_id: all.by_id(),
        identifications: all.identifications(),
        idempotency: all.idempotency(),
        pictures: all.pictures(),
        requests: all.requests(),
        ..Stores::default()
    }
}

/// Sends a one-time code to a person, or hands it to the caller to deliver.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/identifications/otp",
    tag = "Identification by OTP, admin",
    params(OrgPath, IdempotencyHeader),
    request_body(content = CreateOtpBody, example = json!({
        "actor": {"name": "James", "last_name": "Smith",
        "identity_document": {"document_number": "12345678A", "document_type": "NIF", "country": "ES"},
        "email": "example@email.com", "msisdn": {"phone_number": 6123456789_u64, "country_code": "34"}, "language": "ES"},
        "two_factor_type": "DOCUMENT_NUMBER", "channel": {"type": "SMS", "external": "true"}, "expires_in": "PT1H"})),
    responses(
        (status = 201, description = "Created.", body = CreatedIdentification, example = json!({
            "admin_identification_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
            "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "status": "CREATED",
            "created_at": "2026-11-20T08:33:00Z", "expires_at": "2026-11-20T09:33:00Z", "code": "k7m2pq",
            "code_expires_at": "2026-11-20T09:33:00Z"})),
        (status = 404, description = "The organisation cannot send on this channel."),
        (status = 429, description = "The destination has had five messages within ten minutes or twenty within a day, the organisation's messages of the day are used up, or it sends too many requests."),
        (status = 409, description = "The idempotency key was used with another body, or the first request with it is still running."),
    ),
)]
async fn create_otp_identification(
    State(api): State<Api>,
    principal: Principal<Admin>,
    Checked(request): Checked<CreateOtpRequest>,
) -> Result<CreateAnswer<CreatedIdentification>, ApiError> {
    let created =
        use_cases::create_otp_identification(api.app(), &principal.request, request.command, request.idempotency).await;
    let created = created.map_err(|error| api.refused(error))?;
    Ok(CreateAnswer::new(StatusCode::CREATED, created))
}

/// Makes a new code for the caller to deliver, where the channel is external, and invalidates the old one. Wrong tries stay
/// counted.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/identifications/otp/{admin_identification_id}/code",
    tag = "Identification by OTP, admin",
    params(OrgPath, AdminPath, IdempotencyHeader),
    responses(
        (status = 200, description = "A new code.", body = OtpCodeAnswer, example = json!({
            "code": "k7m2pq", "code_expires_at": "2026-11-20T09:33:00Z"})),
        (status = 404, description = "No such identification."),
        (status = 409, description = "The identification is not CREATED, the service sends its codes, the idempotency key was used with another body, or the first request with it is still running."),
        (status = 429, description = "Within 30 seconds of the code before, or after five codes. `Retry-After` says when."),
    ),
)]
async fn create_otp_code(
    State(api): State<Api>,
    principal: Principal<Admin>,
    Checked(CreateOtpCodeRequest { id, idempotency }): Checked<CreateOtpCodeRequest>,
) -> Result<CreateAnswer<OtpCodeAnswer>, ApiError> {
    let made = use_cases::create_otp_code(api.app(), &principal.request, id, idempotency).await;
    let NewCode { code, replayed } = made.map_err(|error| api.refused(error))?;
    Ok(CreateAnswer { status: StatusCode::OK, replayed, body: code.into() })
}

acredita_http::admin_operations! {
    kind: MethodKind::Otp,
    tag: "Identification by OTP, admin",
    cancel: cancel_otp_identification at "/v1/orgs/{org_id}/identifications/otp/{admin_identification_id}/cancel",
    close: close_otp_identification at "/v1/orgs/{org_id}/identifications/otp/{admin_identification_id}/close",
    delete: delete_otp_identification at "/v1/orgs/{org_id}/identifications/otp/{admin_identification_id}",
}
