//! Identification by agent, the back office's side: create, cancel, close, delete.

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
use body::{CreateAgentBody, CreateAgentRequest};

acredita_http::operations!(
    create_agent_identification,
    cancel_agent_identification,
    close_agent_identification,
    delete_agent_identification,
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

/// Asks for a shop agent's confirmation of a person.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/identifications/agent",
    tag = "Identification by agent, admin",
    params(OrgPath, IdempotencyHeader),
    request_body(content = CreateAgentBody, example = json!({
        "actor": {"name": "James", "last_name": "Smith",
        "identity_document": {"document_number": "12345678A", "document_type": "NIF", "country": "ES"},
        "email": "example@email.com", "msisdn": {"phone_number": 6123456789_u64, "country_code": "34"}, "language": "ES"},
        "personal_document_image": true, "expires_in": "PT1H"})),
    responses(
        (status = 201, description = "Created.", body = CreatedIdentification, example = json!({
            "admin_identification_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
            "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "status": "CREATED",
            "created_at": "2026-11-20T08:33:00Z", "expires_at": "2026-11-20T09:33:00Z"})),
        (status = 409, description = "The idempotency key was used with another body, or the first request with it is still running."),
    ),
)]
async fn create_agent_identification(
    State(api): State<Api>,
    principal: Principal<Admin>,
    Checked(request): Checked<CreateAgentRequest>,
) -> Result<CreateAnswer<CreatedIdentification>, ApiError> {
    let created =
        use_cases::create_agent_identification(api.app(), &principal.request, request.command, request.idempotency)
            .await;
    let created = created.map_err(|error| api.refused(error))?;
    Ok(CreateAnswer::new(StatusCode::CREATED, created))
}

acredita_http::admin_operations! {
    kind: MethodKind::Agent,
    tag: "Identification by agent, admin",
    cancel: cancel_agent_identification at "/v1/orgs/{org_id}/identifications/agent/{admin_identification_id}/cancel",
    close: close_agent_identification at "/v1/orgs/{org_id}/identifications/agent/{admin_identification_id}/close",
    delete: delete_agent_identification at "/v1/orgs/{org_id}/identifications/agent/{admin_identification_id}",
}
