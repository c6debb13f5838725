//! Identification by identity document, the actor's side: metadata, validate.

use acredita_domain::{
    identification::MethodKind,
    stores::{AllStores, Stores},
    use_cases,
};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    answers::StepAnswer,
    device::DeviceRequest,
    idempotency::Keyed,
    metadata::IdentityDocumentMetadata,
    params::{DeviceHeaders, IdempotencyHeader, IdentificationPath, OrgPath},
    principal::Validate,
    request::IdentificationRequest,
};
use axum::{Json, extract::State};

acredita_http::operations!(read_identity_document_identification, validate_identity_document_identification);

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores {
        by_id: all.by_id(),
        identifications: all.identifications(),
        scorings: all.scorings(),
        chains: all.chains(),
        requests: all.requests(),
        ..Stores::default()
    }
}

/// Reads an identification as the actor's side sees it.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/identifications/identity_document/{identification_id}",
    tag = "Identity document",
    params(OrgPath, IdentificationPath),
    responses(
        (status = 200, description = "The identification, masked.", body = IdentityDocumentMetadata, example = json!({
            "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "type": "IDENTITY_DOCUMENT", "status": "CREATED",
            "created_at": "2026-11-20T08:33:00Z", "expires_at": "2026-12-20T08:33:00Z", "actor": {"name": "James", "language": "ES"},
            "configuration_name": "MEDIUM", "scoring": {"scoring_id": "16fd2706-8baf-433b-82eb-8c7fada847da", "provider": "INTERNAL", "status": "SCORED"},
            "review": {"status": "OPEN"}})),
        (status = 404, description = "No such identification."),
    ),
)]
async fn read_identity_document_identification(
    State(api): State<Api>,
    principal: Principal<Validate>,
    Checked(IdentificationRequest { id }): Checked<IdentificationRequest>,
) -> Result<Json<IdentityDocumentMetadata>, ApiError> {
    let metadata = use_cases::read_metadata(api.app(), &principal.request.org, MethodKind::IdentityDocument, id).await;
    let metadata = metadata.and_then(|metadata| IdentityDocumentMetadata::try_from(&metadata));
    metadata.map(Json).map_err(|error| api.refused(error))
}

/// Validates an identification whose linked scoring reaches its configuration's level, or whose review is approved. There
/// is no body.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/identifications/identity_document/{identification_id}/validate",
    tag = "Identity document",
    params(OrgPath, IdentificationPath, DeviceHeaders, IdempotencyHeader),
    responses(
        (status = 204, description = "Validated."),
        (status = 404, description = "No such identification."),
        (status = 409, description = "The identification is not CREATED, its scoring is not SCORED, the score is too low, its review is not decided, the idempotency key was used with another body, or the first request with it is still running."),
    ),
)]
async fn validate_identity_document_identification(
    State(api): State<Api>,
    principal: Principal<Validate>,
    Checked(Keyed { request, idempotency }): Checked<Keyed<DeviceRequest>>,
) -> Result<StepAnswer, ApiError> {
    let (by, DeviceRequest { id, device }) = (&principal.request, request);
    api.done(use_cases::validate_identity_document_identification(api.app(), by, id, device, idempotency).await)
}
