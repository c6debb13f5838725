//! Chains, the actor's side: read, validate.

pub mod body;

use acredita_domain::{
    stores::{AllStores, Stores},
    use_cases,
};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    answers::StepAnswer,
    idempotency::Keyed,
    params::{ChainPath, DeviceHeaders, IdempotencyHeader, OrgPath, UserAgentHeader},
    principal::ValidateChains,
};
use axum::{Json, extract::State};
use body::{ChainAnswer, ReadChainRequest, ValidateChainRequest};

acredita_http::operations!(read_chain, validate_chain);

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores { by_id: all.by_id(), chains: all.chains(), requests: all.requests(), ..Stores::default() }
}

/// Reads a chain as the actor's side sees it, with its steps.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/identifications/chain/{identification_chain_id}",
    tag = "Chain",
    params(OrgPath, ChainPath, UserAgentHeader),
    responses(
        (status = 200, description = "The chain, masked.", body = ChainAnswer, example = json!({
            "identification_chain_id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "status": "CREATED",
            "created_at": "2026-11-20T08:33:00Z", "expires_at": "2026-11-20T09:33:00Z", "current_step": 1,
            "actor": {"name": "James", "language": "ES", "email": "e*****e@email.com", "msisdn": "*******789"},
            "sequence": [
                {"identification_type": "OTP", "status": "VALIDATED", "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
                "two_factor_type": "DOCUMENT_NUMBER", "channel": {"type": "SMS", "external": true},
                "code_format": {"length": 6, "alphabet": "ALPHANUMERIC"}, "attempts_left": 5},
                {"identification_type": "AGENT", "status": "CREATED", "identification_id": "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
                "personal_document_image": true}]})),
        (status = 403, description = "The token does not allow this."),
        (status = 404, description = "No such chain."),
    ),
)]
async fn read_chain(
    State(api): State<Api>,
    principal: Principal<ValidateChains>,
    Checked(ReadChainRequest { id }): Checked<ReadChainRequest>,
) -> Result<Json<ChainAnswer>, ApiError> {
    let chain = use_cases::read_chain(api.app(), &principal.request.org, id).await;
    let answer = chain.and_then(|chain| ChainAnswer::try_from(&chain));
    answer.map(Json).map_err(|error| api.refused(error))
}

/// Validates a chain whose steps are all validated. There is no body.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/identifications/chain/{identification_chain_id}/validate",
    tag = "Chain",
    params(OrgPath, ChainPath, DeviceHeaders, IdempotencyHeader),
    responses(
        (status = 204, description = "Validated."),
        (status = 403, description = "The token does not allow this."),
        (status = 404, description = "No such chain."),
        (status = 409, description = "The chain is not CREATED, a step of it is not VALIDATED yet, the idempotency key was used with another body, or the first request with it is still running."),
    ),
)]
async fn validate_chain(
    State(api): State<Api>,
    principal: Principal<ValidateChains>,
    Checked(Keyed { request, idempotency }): Checked<Keyed<ValidateChainRequest>>,
) -> Result<StepAnswer, ApiError> {
    let (by, ValidateChainRequest { id, device }) = (&principal.request, request);
    api.done(use_cases::validate_chain(api.app(), by, id, device, idempotency).await)
}
