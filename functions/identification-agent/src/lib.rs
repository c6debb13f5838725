//! Identification by agent, the actor's side: metadata, the check of the DNI on the phone, validate.

pub mod body;

use acredita_domain::{
    identification::MethodKind,
    stores::{AllStores, Stores},
    use_cases,
};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    answers::{CreateAnswer, StepAnswer},
    idempotency::Keyed,
    metadata::AgentMetadata,
    params::{DeviceHeaders, IdempotencyHeader, IdentificationPath, OrgPath},
    principal::Agent,
    request::IdentificationRequest,
};
use axum::{Json, extract::State, http::StatusCode};
use body::{CheckMidniBody, CheckMidniRequest, MidniCheck, ValidateAgentBody, ValidateAgentRequest};

acredita_http::operations!(read_agent_identification, check_midni, validate_agent_identification);

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores {
        by_id: all.by_id(),
        identifications: all.identifications(),
        chains: all.chains(),
        idempotency: all.idempotency(),
        pictures: all.pictures(),
        requests: all.requests(),
        midni_checks: all.midni_checks(),
        ..Stores::default()
    }
}

/// Reads an identification as the actor's side sees it.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/identifications/agent/{identification_id}",
    tag = "Identification by agent",
    params(OrgPath, IdentificationPath),
    responses(
        (status = 200, description = "The identification, masked.", body = AgentMetadata, example = json!({
            "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "type": "AGENT", "status": "CREATED", "created_at": "2026-11-20T08:33:00Z",
            "expires_at": "2026-11-20T09:33:00Z", "actor": {"name": "James", "language": "ES", "email": "e*****e@email.com", "msisdn": "*******789"},
            "personal_document_image": true, "midni": "ACCEPTED"})),
        (status = 404, description = "No such identification."),
    ),
)]
async fn read_agent_identification(
    State(api): State<Api>,
    principal: Principal<Agent>,
    Checked(IdentificationRequest { id }): Checked<IdentificationRequest>,
) -> Result<Json<AgentMetadata>, ApiError> {
    let metadata = use_cases::read_metadata(api.app(), &principal.request.org, MethodKind::Agent, id).await;
    let metadata = metadata.and_then(|metadata| AgentMetadata::try_from(&metadata));
    metadata.map(Json).map_err(|error| api.refused(error))
}

/// Checks the DNI that a person shows on their phone (MiDNI): the code is one that the police signed, is still valid, and
/// was not presented before. Compare the face with the person, then validate.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/identifications/agent/{identification_id}/midni",
    tag = "Identification by agent",
    params(OrgPath, IdentificationPath, IdempotencyHeader),
    request_body(content = CheckMidniBody, example = json!({"code": "3AMjWI3p/EP0R0Q9"})),
    responses(
        (status = 200, description = "The card.", body = MidniCheck, example = json!({
            "midni_check_id": "2c5ea4c0-4067-41e9-8bad-9b1deb4d3b7d", "kind": "SIMPLE", "valid_until": "2026-11-20T08:38:00Z",
            "document_number": "12345678Z", "name": "ANA", "last_name": "MUÑOZ GIL", "birth_date": "1980-01-01", "sex": "F",
            "expiry_date": "2034-04-17", "thumbnail": "data:image/png;base64,iVBORw0KGgo=",
            "declared_match": {"document_number": "PASS", "name": "PASS"}})),
        (status = 400, description = "The request is malformed, or the code is refused: `NOT_A_SEAL`, `NOT_READ`, `SIGNATURE_INVALID`, `UNKNOWN_SIGNER`, `CERTIFICATE_NOT_VALID` or `OUTDATED` follows the pointer in `details`."),
        (status = 404, description = "No such identification."),
        (status = 409, description = "The identification is not CREATED, or refuses the DNI on the phone; the code was presented before; the idempotency key was used with another body, or the first request with it is still running."),
        (status = 413, description = "The body is larger than 6 MiB."),
    ),
)]
async fn check_midni(
    State(api): State<Api>,
    principal: Principal<Agent>,
    Checked(Keyed { request, idempotency }): Checked<Keyed<CheckMidniRequest>>,
) -> Result<CreateAnswer<MidniCheck>, ApiError> {
    let (by, CheckMidniRequest { id, presented }) = (&principal.request, request);
    let checked = use_cases::check_midni(api.app(), by, id, presented, idempotency).await;
    let checked = checked.map_err(|error| api.refused(error))?;
    Ok(CreateAnswer { status: StatusCode::OK, replayed: checked.replayed, body: checked.into() })
}

/// Records a shop agent's confirmation of the person.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/identifications/agent/{identification_id}/validate",
    tag = "Identification by agent",
    params(OrgPath, IdentificationPath, DeviceHeaders, IdempotencyHeader),
    request_body(content = ValidateAgentBody, example = json!({"agent": "shop-042/maria", "evidence": "iVBORw0KGgoAAAANSUhEUgAAAMgAAADIAQAAAACFI5MzAAAAJ0lEQVR42u3JoQEAAAwCIP9/WvPCPoBK+okxxhhjjDHGGGOMMcYcA4uOdZZzS32eAAAAAElFTkSuQmCC", "evidence_metadata": "{\"shop\":\"042\"}"})),
    responses(
        (status = 204, description = "Validated."),
        (status = 404, description = "No such identification."),
        (status = 409, description = "The identification is not CREATED, the DNI on the phone is another person's, the idempotency key was used with another body, or the first request with it is still running."),
        (status = 413, description = "The body is larger than 6 MiB."),
    ),
)]
async fn validate_agent_identification(
    State(api): State<Api>,
    principal: Principal<Agent>,
    Checked(Keyed { request, idempotency }): Checked<Keyed<ValidateAgentRequest>>,
) -> Result<StepAnswer, ApiError> {
    let (by, ValidateAgentRequest { id, device, confirmation }) = (&principal.request, request);
    api.done(use_cases::validate_agent_identification(api.app(), by, id, device, confirmation, idempotency).await)
}
