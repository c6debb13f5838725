//! Chains, the back office's side: create, cancel, close, delete.

pub mod body;

use acredita_domain::{
    stores::{AllStores, Stores},
    use_cases,
};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    admin::{CancelBody, deleted},
    answers::{CreateAnswer, StepAnswer},
    idempotency::Keyed,
    params::{AdminChainPath, ForceQuery, IdempotencyHeader, OrgPath, UserAgentHeader},
    principal::AdminOfChains,
};
use axum::{extract::State, http::StatusCode};
use body::{
    CancelChainRequest, CloseChainRequest, CreateChainBody, CreateChainRequest, CreatedChain, DeleteChainRequest,
};

acredita_http::operations!(create_chain, cancel_chain, close_chain, delete_chain);

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores {
        by_id: all.by_id(),
        chains: all.chains(),
        idempotency: all.idempotency(),
        pictures: all.pictures(),
        requests: all.requests(),
        ..Stores::default()
    }
}

/// Asks for several identifications of one person, in an order. Each is an identification of its own, which opens when
/// those before it are validated.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/identifications/chain",
    tag = "Chain, admin",
    params(OrgPath, UserAgentHeader, IdempotencyHeader),
    request_body(content = CreateChainBody, example = json!({
        "actor": {"name": "James", "last_name": "Smith",
        "identity_document": {"document_number": "12345678A", "document_type": "NIF", "country": "ES"},
        "email": "example@email.com", "msisdn": {"phone_number": 6123456789_u64, "country_code": "34"}, "language": "ES"},
        "expires_in": "PT1H", "sequence": [
            {"identification_type": "OTP", "otp_step": {"two_factor_type": "DOCUMENT_NUMBER", "channel": {"type": "SMS", "external": true}}},
            {"identification_type": "AGENT", "agent_step": {"personal_document_image": true}},
            {"identification_type": "IDENTITY_DOCUMENT", "identity_document_step": {"provider_type": "INTERNAL", "configuration_name": "MEDIUM"}}]})),
    responses(
        (status = 201, description = "Created.", body = CreatedChain, example = json!({
            "identification_chain_id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "admin_identification_chain_id": "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "status": "CREATED",
            "created_at": "2026-11-20T08:33:00Z", "expires_at": "2026-11-20T09:33:00Z", "current_step": 0, "sequence": [
                {"identification_type": "OTP", "status": "CREATED", "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
                "admin_identification_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "code": "k7m2pq",
                "code_expires_at": "2026-11-20T09:33:00Z"}]})),
        (status = 403, description = "The token does not allow this."),
        (status = 404, description = "A step asks for an external provider, and none is configured for this organisation."),
        (status = 409, description = "The idempotency key was used with another body, or the first request with it is still running."),
        (status = 429, description = "The destination of the first step has had five messages within ten minutes or twenty within a day, the organisation's messages of the day are used up, or it sends too many requests."),
    ),
)]
async fn create_chain(
    State(api): State<Api>,
    principal: Principal<AdminOfChains>,
    Checked(request): Checked<CreateChainRequest>,
) -> Result<CreateAnswer<CreatedChain>, ApiError> {
    let command = request.command(&api, &principal.request.org)?;
    let created = use_cases::create_chain(api.app(), &principal.request, command, request.idempotency).await;
    let created = created.map_err(|error| api.refused(error))?;
    Ok(CreateAnswer { status: StatusCode::CREATED, replayed: created.replayed, body: created.into() })
}

/// Cancels a chain, with those of its steps that are CREATED.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/identifications/chain/{admin_identification_chain_id}/cancel",
    tag = "Chain, admin",
    params(OrgPath, AdminChainPath, IdempotencyHeader),
    request_body(content = CancelBody, example = json!({"reason": "The customer changed their mind"})),
    responses(
        (status = 204, description = "Cancelled."),
        (status = 403, description = "The token does not allow this."),
        (status = 404, description = "No such chain."),
        (status = 409, description = "The chain is not CREATED, the idempotency key was used with another body, or the first request with it is still running."),
    ),
)]
async fn cancel_chain(
    State(api): State<Api>,
    principal: Principal<AdminOfChains>,
    Checked(Keyed { request, idempotency }): Checked<Keyed<CancelChainRequest>>,
) -> Result<StepAnswer, ApiError> {
    let (by, CancelChainRequest { id, reason }) = (&principal.request, request);
    api.done(use_cases::cancel_chain(api.app(), by, id, reason, idempotency).await)
}

/// Closes a chain with its steps.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/identifications/chain/{admin_identification_chain_id}/close",
    tag = "Chain, admin",
    params(OrgPath, AdminChainPath, IdempotencyHeader),
    responses(
        (status = 204, description = "Closed."),
        (status = 403, description = "The token does not allow this."),
        (status = 404, description = "No such chain."),
        (status = 409, description = "The chain is neither CREATED nor VALIDATED, the idempotency key was used with another body, or the first request with it is still running."),
    ),
)]
async fn close_chain(
    State(api): State<Api>,
    principal: Principal<AdminOfChains>,
    Checked(Keyed { request, idempotency }): Checked<Keyed<CloseChainRequest>>,
) -> Result<StepAnswer, ApiError> {
    api.done(use_cases::close_chain(api.app(), &principal.request, request.id, idempotency).await)
}

/// Deletes a chain, its identifications, and everything that belongs to them.
#[utoipa::path(
    delete,
    path = "/v1/orgs/{org_id}/identifications/chain/{admin_identification_chain_id}",
    tag = "Chain, admin",
    params(OrgPath, AdminChainPath, ForceQuery, IdempotencyHeader),
    responses(
        (status = 204, description = "Deleted."),
        (status = 403, description = "The chain is not CREATED, or the token does not allow this."),
        (status = 404, description = "No such chain."),
        (status = 409, description = "Another request changed the chain at the same time, the idempotency key was used with another body, or the first request with it is still running."),
    ),
)]
async fn delete_chain(
    State(api): State<Api>,
    principal: Principal<AdminOfChains>,
    Checked(Keyed { request, idempotency }): Checked<Keyed<DeleteChainRequest>>,
) -> Result<StepAnswer, ApiError> {
    let DeleteChainRequest { id, forced } = request;
    let force = principal.force(forced);
    let outcome = use_cases::delete_chain(api.app(), &principal.request, id, force, idempotency).await;
    deleted(&api, forced, force, outcome)
}
