//! Where an organisation gets its events: create, list, read, update, delete, rotate the secret, ping, list what was
//! sent, recover.

pub mod body;

use acredita_domain::{
    stores::{AllStores, Stores},
    use_cases,
};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    params::{EndpointPath, EventPath, OrgPath},
    principal::WebhooksAdmin,
};
use axum::{Json, extract::State, http::StatusCode};
use body::{
    CreateEndpointBody, CreateEndpointRequest, DeliveriesAnswer, DeliveriesRequest, EndpointAnswer, EndpointRequest,
    EndpointsAnswer, ListRequest, RecoverBody, RecoverRequest, ResendBody, ResendRequest, RotateSecretBody,
    RotateSecretRequest, SecretAnswer, UpdateEndpointBody, UpdateEndpointRequest,
};

acredita_http::operations!(
    create_webhook_endpoint,
    list_webhook_endpoints,
    read_webhook_endpoint,
    update_webhook_endpoint,
    delete_webhook_endpoint,
    rotate_webhook_secret,
    ping_webhook_endpoint,
    list_webhook_deliveries,
    recover_webhook_endpoint,
    resend_event,
);

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores {
        requests: all.requests(),
        events: all.events(),
        endpoints: all.endpoints(),
        deliveries: all.deliveries(),
        ..Stores::default()
    }
}

/// Has events delivered to a URL. The answer shows the secret that they are signed with, once.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/webhook_endpoints",
    tag = "Webhooks",
    params(OrgPath),
    request_body(content = CreateEndpointBody, example = json!({
        "url": "https://example.com/hooks", "event_types": ["identification.*"], "description": "The shop's back end"})),
    responses(
        (status = 201, description = "Created.", body = EndpointAnswer, example = json!({
            "endpoint_id": "5d1f6b0e-51f2-4d0a-8a0e-0c1c1a2b3c4d", "url": "https://example.com/hooks",
            "event_types": ["identification.*"], "description": "The shop's back end", "status": "ENABLED",
            "created_at": "2026-11-20T08:33:00Z", "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDgZDaWvM0fqc="})),
        (status = 409, description = "The organisation has 16 endpoints, which is the most."),
    ),
)]
async fn create_webhook_endpoint(
    State(api): State<Api>,
    principal: Principal<WebhooksAdmin>,
    Checked(CreateEndpointRequest(command)): Checked<CreateEndpointRequest>,
) -> Result<(StatusCode, Json<EndpointAnswer>), ApiError> {
    let created = use_cases::create_webhook_endpoint(api.app(), &principal.request, command).await;
    created.map(|created| (StatusCode::CREATED, Json(created.into()))).map_err(|error| api.refused(error))
}

/// Lists the endpoints of the organisation.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/webhook_endpoints",
    tag = "Webhooks",
    params(OrgPath),
    responses(
        (status = 200, description = "All of them.", body = EndpointsAnswer, example = json!({"webhook_endpoints": [{
            "endpoint_id": "5d1f6b0e-51f2-4d0a-8a0e-0c1c1a2b3c4d", "url": "https://example.com/hooks",
            "event_types": ["identification.*"], "status": "ENABLED", "created_at": "2026-11-20T08:33:00Z"}]})),
    ),
)]
async fn list_webhook_endpoints(
    State(api): State<Api>,
    principal: Principal<WebhooksAdmin>,
    Checked(ListRequest): Checked<ListRequest>,
) -> Result<Json<EndpointsAnswer>, ApiError> {
    let listed = use_cases::list_webhook_endpoints(api.app(), &principal.request.org).await;
    let listed = listed.map_err(|error| api.refused(error))?;
    Ok(Json(EndpointsAnswer { webhook_endpoints: listed.into_iter().map(EndpointAnswer::from).collect() }))
}

/// Reads an endpoint.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/webhook_endpoints/{endpoint_id}",
    tag = "Webhooks",
    params(OrgPath, EndpointPath),
    responses(
        (status = 200, description = "The endpoint.", body = EndpointAnswer, example = json!({
            "endpoint_id": "5d1f6b0e-51f2-4d0a-8a0e-0c1c1a2b3c4d", "url": "https://example.com/hooks",
            "event_types": ["identification.*"], "status": "ENABLED", "created_at": "2026-11-20T08:33:00Z"})),
        (status = 404, description = "No such endpoint."),
    ),
)]
async fn read_webhook_endpoint(
    State(api): State<Api>,
    principal: Principal<WebhooksAdmin>,
    Checked(EndpointRequest { id }): Checked<EndpointRequest>,
) -> Result<Json<EndpointAnswer>, ApiError> {
    let endpoint = use_cases::read_webhook_endpoint(api.app(), &principal.request.org, id).await;
    endpoint.map(|endpoint| Json(endpoint.into())).map_err(|error| api.refused(error))
}

/// Changes an endpoint, disables it, or enables it again.
#[utoipa::path(
    patch,
    path = "/v1/orgs/{org_id}/webhook_endpoints/{endpoint_id}",
    tag = "Webhooks",
    params(OrgPath, EndpointPath),
    request_body(content = UpdateEndpointBody, example = json!({"status": "ENABLED", "event_types": ["*"]})),
    responses(
        (status = 200, description = "The endpoint, as it is now.", body = EndpointAnswer, example = json!({
            "endpoint_id": "5d1f6b0e-51f2-4d0a-8a0e-0c1c1a2b3c4d", "url": "https://example.com/hooks",
            "event_types": ["*"], "status": "ENABLED", "created_at": "2026-11-20T08:33:00Z"})),
        (status = 404, description = "No such endpoint."),
        (status = 409, description = "Another request changed it at the same time."),
    ),
)]
async fn update_webhook_endpoint(
    State(api): State<Api>,
    principal: Principal<WebhooksAdmin>,
    Checked(UpdateEndpointRequest { id, change }): Checked<UpdateEndpointRequest>,
) -> Result<Json<EndpointAnswer>, ApiError> {
    let endpoint = use_cases::update_webhook_endpoint(api.app(), &principal.request, id, change).await;
    endpoint.map(|endpoint| Json(endpoint.into())).map_err(|error| api.refused(error))
}

/// Deletes an endpoint. Nothing more goes there.
#[utoipa::path(
    delete,
    path = "/v1/orgs/{org_id}/webhook_endpoints/{endpoint_id}",
    tag = "Webhooks",
    params(OrgPath, EndpointPath),
    responses(
        (status = 204, description = "Deleted."),
        (status = 404, description = "No such endpoint."),
    ),
)]
async fn delete_webhook_endpoint(
    State(api): State<Api>,
    principal: Principal<WebhooksAdmin>,
    Checked(EndpointRequest { id }): Checked<EndpointRequest>,
) -> Result<StatusCode, ApiError> {
    let deleted = use_cases::delete_webhook_endpoint(api.app(), &principal.request, id).await;
    deleted.map(|()| StatusCode::NO_CONTENT).map_err(|error| api.refused(error))
}

/// Makes a new secret, and shows it once. The old one signs too for a while; one before that ends at once.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/webhook_endpoints/{endpoint_id}/rotate_secret",
    tag = "Webhooks",
    params(OrgPath, EndpointPath),
    request_body(content = Option<RotateSecretBody>, example = json!({"overlap": "PT24H"})),
    responses(
        (status = 200, description = "The new secret.", body = SecretAnswer, example = json!({
            "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDgZDaWvM0fqc="})),
        (status = 404, description = "No such endpoint."),
        (status = 409, description = "Another request changed it at the same time."),
    ),
)]
async fn rotate_webhook_secret(
    State(api): State<Api>,
    principal: Principal<WebhooksAdmin>,
    Checked(RotateSecretRequest { id, overlap }): Checked<RotateSecretRequest>,
) -> Result<Json<SecretAnswer>, ApiError> {
    let secret = use_cases::rotate_webhook_secret(api.app(), &principal.request, id, overlap).await;
    secret.map(|secret| Json(SecretAnswer { secret: secret.expose() })).map_err(|error| api.refused(error))
}

/// Sends a message of the type `webhook_endpoint.ping`, to show that the endpoint works.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/webhook_endpoints/{endpoint_id}/ping",
    tag = "Webhooks",
    params(OrgPath, EndpointPath),
    responses(
        (status = 202, description = "It will be sent."),
        (status = 404, description = "No such endpoint."),
        (status = 409, description = "The endpoint is DISABLED."),
    ),
)]
async fn ping_webhook_endpoint(
    State(api): State<Api>,
    principal: Principal<WebhooksAdmin>,
    Checked(EndpointRequest { id }): Checked<EndpointRequest>,
) -> Result<StatusCode, ApiError> {
    let pinged = use_cases::ping_webhook_endpoint(api.app(), &principal.request.org, id).await;
    pinged.map(|()| StatusCode::ACCEPTED).map_err(|error| api.refused(error))
}

/// Lists what was sent to an endpoint in the last 30 days. Bodies are not kept.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/webhook_endpoints/{endpoint_id}/deliveries",
    tag = "Webhooks",
    params(
        OrgPath,
        EndpointPath,
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, nullable = false, description = "The most in the answer. Default: 50."),
        ("cursor" = Option<String>, Query, nullable = false, description = "`next_cursor` of the answer before.")
    ),
    responses(
        (status = 200, description = "The tries, the newest first.", body = DeliveriesAnswer, example = json!({"deliveries": [{
            "event_id": "01945c1e-7d00-7000-8000-000000000001", "type": "identification.validated", "attempt": 1,
            "created_at": "2026-11-20T08:33:00Z", "http_status": 200, "milliseconds": 87}]})),
        (status = 404, description = "No such endpoint."),
    ),
)]
async fn list_webhook_deliveries(
    State(api): State<Api>,
    principal: Principal<WebhooksAdmin>,
    Checked(DeliveriesRequest { id, limit, after }): Checked<DeliveriesRequest>,
) -> Result<Json<DeliveriesAnswer>, ApiError> {
    let page = use_cases::list_webhook_deliveries(api.app(), &principal.request.org, id, after.as_deref(), limit).await;
    let page = page.map_err(|error| api.refused(error))?;
    let deliveries = page.deliveries.into_iter().map(Into::into).collect();
    Ok(Json(DeliveriesAnswer { deliveries, next_cursor: page.next }))
}

/// Sends again, in order, what the endpoint should have got between two times and did not take.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/webhook_endpoints/{endpoint_id}/recover",
    tag = "Webhooks",
    params(OrgPath, EndpointPath),
    request_body(content = RecoverBody, example = json!({"since": "2026-11-20T08:00:00Z", "until": "2026-11-20T09:00:00Z"})),
    responses(
        (status = 202, description = "It will be sent."),
        (status = 404, description = "No such endpoint."),
        (status = 409, description = "The endpoint is DISABLED."),
    ),
)]
async fn recover_webhook_endpoint(
    State(api): State<Api>,
    principal: Principal<WebhooksAdmin>,
    Checked(RecoverRequest { id, since, until }): Checked<RecoverRequest>,
) -> Result<StatusCode, ApiError> {
    let until = until.unwrap_or_else(|| api.app().now());
    let recovered = use_cases::recover_webhook_endpoint(api.app(), &principal.request.org, id, since, until).await;
    recovered.map(|()| StatusCode::ACCEPTED).map_err(|error| api.refused(error))
}

/// Sends an event to an endpoint again, whatever became of it and whether or not the endpoint asks for its type.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/events/{event_id}/resend",
    tag = "Webhooks",
    params(OrgPath, EventPath),
    request_body(content = ResendBody, example = json!({"endpoint_id": "5d1f6b0e-51f2-4d0a-8a0e-0c1c1a2b3c4d"})),
    responses(
        (status = 202, description = "It will be sent."),
        (status = 404, description = "No such event, or no such endpoint."),
        (status = 409, description = "The endpoint is DISABLED."),
    ),
)]
async fn resend_event(
    State(api): State<Api>,
    principal: Principal<WebhooksAdmin>,
    Checked(ResendRequest { event, endpoint }): Checked<ResendRequest>,
) -> Result<StatusCode, ApiError> {
    let resent = use_cases::resend_event(api.app(), &principal.request.org, event, endpoint).await;
    resent.map(|()| StatusCode::ACCEPTED).map_err(|error| api.refused(error))
}
