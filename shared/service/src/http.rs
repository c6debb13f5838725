//! A router as a Lambda behind API Gateway.

use crate::{Error, Root, Settings, WarmUp, answer::Answer};
use acredita_aws::{AwsStores, SystemEntropy};
use acredita_domain::{App, ids::MessageId, stores::Stores};
use acredita_http::{
    Api,
    layers::{self, RequestId},
    logs,
    office::Office,
    path::decode_unreserved,
    request::ClientIp,
};
use axum::Router;
use lambda_http::{
    Request, RequestExt,
    http::{Uri, uri::PathAndQuery},
    request::RequestContext,
};
use tower::ServiceBuilder;

/// Serves API Gateway events with a router, until the environment is shut down. `parts` adds what only some have: one of
/// [`crate::engine`] or [`crate::receivers`].
pub async fn serve(
    router: Router<Api>,
    stores: impl FnOnce(&AwsStores) -> Stores,
    warm_up: WarmUp,
    parts: impl FnOnce(&Root, App) -> App,
) -> Result<(), Error> {
    logs::start_json();
    let root = Root::of_environment()?;
    let app = parts(&root, root.app(stores));
    let tokens = root.tokens();
    tokio::join!(warm_up.read(&app), tokens.warm_up(app.now()));
    let entropy = app.entropy.clone();
    let api = Api::new(app, tokens);
    let router = root.edge().guard(router.with_state(api));
    run(layers::finish(router, move || MessageId::generate(&*entropy).to_string())).await
}

/// Serves files that everybody may read. They are told where people sign in, and nothing else.
pub async fn serve_page(router: impl FnOnce(Office) -> Router) -> Result<(), Error> {
    logs::start_json();
    let settings = Settings::from_env(|name| std::env::var(name).ok())?;
    let router = settings.edge.guard(router(settings.office));
    run(layers::finish(router, || MessageId::generate(&SystemEntropy).to_string())).await
}

async fn run(router: Router) -> Result<(), Error> {
    lambda_http::run(ServiceBuilder::new().map_request(prepare).map_response(Answer).service(router)).await
}

/// Gives the router what only the gateway knows: the client's address, the request's id, and where in the path its
/// route begins.
pub fn prepare(mut request: Request) -> Request {
    decode_unreserved(request.uri_mut());
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
        return request;
    };
    let ip = context.http.source_ip.as_deref().and_then(|ip| ip.parse().ok());
    let id = context.request_id.clone();
    let uri = context.route_key.as_deref().and_then(|route| from_its_route(request.uri(), route));
    if let Some(uri) = uri {
        *request.uri_mut() = uri;
    }
    let extensions = request.extensions_mut();
    if let Some(ip) = ip {
        extensions.insert(ClientIp(ip));
    }
    if let Some(id) = id {
        extensions.insert(RequestId(id));
    }
    request
}

/// The address without the prefix of its route, if there is one: the name of a stage, or a custom domain's mapping to
/// the API. Both depend on the deployment, and are unknown to routers.
fn from_its_route(uri: &Uri, route: &str) -> Option<Uri> {
    let (_, template) = route.split_once(' ')?;
    let path = uri.path_and_query()?.as_str();
    let segments = |path: &str| path.matches('/').count();
    let surplus = segments(uri.path()).checked_sub(segments(template))?;
    let (begin, _) = uri.path().match_indices('/').nth(surplus)?;
    let fixed = template.split('{').next()?;
    if surplus == 0 || !path[begin..].starts_with(fixed) {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(&path[begin..]).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::from_its_route;

    const ROUTE: &str = "GET /v1/orgs/{org_id}/scorings/identity_document/{id}";

    fn cut(path: &str, route: &str) -> Option<String> {
        let uri = format!("https://api.example.com{path}").parse().expect("an address");
        from_its_route(&uri, route).map(|uri| uri.to_string())
    }

    #[test]
    fn what_stands_before_the_route_is_cut_off() {
        for before in ["/prod", "/v1", "/identity/live"] {
            let path = "/v1/orgs/yoigo/scorings/identity_document/1?a=/b/";
            assert_eq!(
                cut(&format!("{before}{path}"), ROUTE),
                Some(format!("https://api.example.com{path}")),
                "{before}"
            );
        }
    }

    #[test]
    fn a_path_that_is_its_route_or_is_not_of_it_stays_as_it_is() {
        for (path, route) in [
            ("/v1/orgs/yoigo/scorings/identity_document/1?a=/b/c", ROUTE),
            ("/prod/v1/orgs/yoigo/scorings/identity_document/1", "$default"),
            ("/v1/orgs/yoigo/scorings/identity_document/1/", ROUTE),
            ("/", ROUTE),
        ] {
            assert_eq!(cut(path, route), None, "{path}");
        }
    }
}
