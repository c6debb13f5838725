//! Identification by identity document, the back office's side: create, close, cancel, delete.

pub mod body;

use acredita_domain::{
    identification::MethodKind,
    stores::{AllStores, Stores},
    use_cases,
};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    answers::{CreateAnswer, CreatedIdentification},
    params::{IdempotencyHeader, OrgPath},
    principal::Admin,
};
use axum::{extract::State, http::StatusCode};
use body::{CreateIdentityDocumentBody, CreateIdentityDocumentRequest};

acredita_http::operations!(
    create_identity_document_identification,
    cancel_identity_document_identification,
    close_identity_document_identification,
    delete_identity_document_identification,
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

/// Asks for a scored identity document. Its scoring is created with it.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/identifications/identity_document",
    tag = "Identity document, admin",
    params(OrgPath, IdempotencyHeader),
    request_body(content = CreateIdentityDocumentBody, example = json!({
        "actor": {"name": "James", "last_name": "Smith",
        "identity_document": {"document_number": "12345678A", "document_type": "NIF", "country": "ES"},
        "email": "example@email.com", "msisdn": {"phone_number": 6123456789_u64, "country_code": "34"}, "language": "ES"},
        "configuration_name": "MEDIUM", "expires_in": "P30D", "scoring": {"provider": "INTERNAL"}})),
    responses(
        (status = 200, description = "Created.", body = CreatedIdentification, example = json!({
            "admin_identification_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
            "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "status": "CREATED",
            "created_at": "2026-11-20T08:33:00Z", "expires_at": "2026-11-20T09:33:00Z", "scoring_id": "16fd2706-8baf-433b-82eb-8c7fada847da"})),
        (status = 400, description = "The body is invalid, or `scoring.provider` is `EXTERNAL` and the organisation has no external provider."),
        (status = 409, description = "The idempotency key was used with another body, or the first request with it is still running."),
    ),
)]
async fn create_identity_document_identification(
    State(api): State<Api>,
    principal: Principal<Admin>,
    Checked(request): Checked<CreateIdentityDocumentRequest>,
) -> Result<CreateAnswer<CreatedIdentification>, ApiError> {
    let command = request.command(&api, &principal.request.org)?;
    let created =
        use_cases::create_identity_document_identification(api.app(), &principal.request, command, request.idempotency)
            .await;
    let created = created.map_err(|error| api.refused(error))?;
    Ok(CreateAnswer::new(StatusCode::OK, created))
}

acredita_http::admin_operations! {
    kind: MethodKind::IdentityDocument,
    tag: "Identity document, admin",
    cancel: cancel_identity_document_identification at "/v1/orgs/{org_id}/identifications/identity_document/{admin_identification_id}/cancel",
    close: close_identity_document_identification at "/v1/orgs/{org_id}/identifications/identity_document/{admin_identification_id}/close",
    delete: delete_identity_document_identification at "/v1/orgs/{org_id}/identifications/identity_document/{admin_identification_id}",
}
