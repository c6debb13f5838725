//! A router as a Lambda behind API Gateway.

use crate::{Error, WarmUp, boot, jwks::HttpsJwks};
use acredita_aws::lambda::Settings;
use acredita_domain::ids::MessageId;
use acredita_http::{
    Api,
    jwt::{TokenPolicy, TokenVerifier},
    layers::{self, RequestId},
    request::ClientIp,
};
use lambda_http::{Request, RequestExt, request::RequestContext};
use std::sync::Arc;
use tower::ServiceBuilder;
use utoipa_axum::router::OpenApiRouter;

/// Serves the events of API Gateway with a router, until the environment is taken down.
pub async fn serve(router: OpenApiRouter<Api>, warm_up: WarmUp) -> Result<(), Error> {
    let (settings, app) = boot(warm_up).await?;
    let entropy = app.entropy.clone();
    let api = Api::new(app, tokens(&settings)?);
    let (router, _) = router.split_for_parts();
    let router = layers::finish(router.with_state(api), move || MessageId::generate(&*entropy).to_string());
    lambda_http::run(ServiceBuilder::new().map_request(prepare).service(router)).await
}

/// Tells the router what only the gateway knows: the client's address, and how it named the request.
pub fn prepare(mut request: Request) -> Request {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
        return request;
    };
    let ip = context.http.source_ip.as_deref().and_then(|ip| ip.parse().ok());
    let id = context.request_id.clone();
    let extensions = request.extensions_mut();
    if let Some(ip) = ip {
        extensions.insert(ClientIp(ip));
    }
    if let Some(id) = id {
        extensions.insert(RequestId(id));
    }
    request
}

fn tokens(settings: &Settings) -> Result<TokenVerifier, Error> {
    let defaults = TokenPolicy::default();
    let tokens = &settings.tokens;
    let policy = TokenPolicy {
        issuer: tokens.issuer.clone(),
        audience: tokens.audience.clone(),
        organisations_claim: tokens.organisations_claim.clone().unwrap_or(defaults.organisations_claim),
        permissions_claim: tokens.permissions_claim.clone().unwrap_or(defaults.permissions_claim),
        scope_claim: tokens.scope_claim.clone().unwrap_or(defaults.scope_claim),
        ..TokenPolicy::default()
    };
    Ok(TokenVerifier::fetching(Arc::new(HttpsJwks::new(&tokens.jwks_url)?), policy))
}
