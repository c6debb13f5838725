//! Identification by agent, the actor's side: metadata, validate.

pub mod body;

use acredita_domain::{identification::MethodKind, use_cases};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    answers::StepAnswer,
    idempotency::Keyed,
    metadata::AgentMetadata,
    params::{DeviceHeaders, IdempotencyHeader, IdentificationPath, OrgPath},
    principal::Agent,
    request::IdentificationRequest,
};
use axum::{Json, extract::State};
use body::{ValidateAgentBody, ValidateAgentRequest};
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read_agent_identification)).routes(routes!(validate_agent_identification))
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
            "personal_document_image": true})),
        (status = 404, description = "No such identification."),
    ),
)]
async fn read_agent_identification(
    State(api): State<Api>,
    principal: Principal<Agent>,
    Checked(IdentificationRequest { id }): Checked<IdentificationRequest>,
) -> Result<Json<AgentMetadata>, ApiError> {
    let metadata = use_cases::read_metadata(api.app(), &principal.request.org, MethodKind::Agent, id).await;
    metadata.map(|metadata| Json((&metadata).into())).map_err(|error| api.refused(error))
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
        (status = 409, description = "The identification is not CREATED, the idempotency key was used with another body, or the first request with it is still running."),
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
