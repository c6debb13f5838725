//! What API Gateway does: which function serves which path.
//!
//! Each function keeps its own router, as on AWS, and the table of routes is read off their OpenAPI documents. The routers cannot be merged into
//! one: the published API names the same place in a path differently on the back office's and the actor's side.

use crate::drain::answered_after_reading;
use acredita_http::{Api, ApiError, layers, openapi, request::ClientIp};
use axum::{
    Router,
    extract::{ConnectInfo, Request},
    http::{HeaderValue, Method, header},
    response::Response,
};
use std::{net::SocketAddr, sync::Arc};
use tower::ServiceExt;
use utoipa::openapi::{OpenApi, PathItem};
use utoipa_axum::router::OpenApiRouter;

/// The functions that serve HTTP, by their names on AWS.
pub fn functions() -> Vec<(&'static str, OpenApiRouter<Api>)> {
    vec![
        ("identification-agent-admin", acredita_identification_agent_admin::router()),
        ("identification-agent", acredita_identification_agent::router()),
        ("identification-otp-admin", acredita_identification_otp_admin::router()),
        ("identification-otp", acredita_identification_otp::router()),
        ("identity-document-admin", acredita_identity_document_admin::router()),
        ("identity-document", acredita_identity_document::router()),
        ("scoring", acredita_scoring_api::router()),
    ]
}

/// The OpenAPI document of all functions.
pub fn document() -> OpenApi {
    openapi::document(functions().into_iter().map(|(_, router)| router.split_for_parts().1))
}

/// Routes requests to functions.
#[derive(Clone)]
pub struct Gateway {
    functions: Arc<[Function]>,
    no_function: Router,
}

struct Function {
    name: &'static str,
    routes: Vec<Route>,
    router: Router,
}

struct Route {
    method: Method,
    template: String,
}

impl Gateway {
    /// The gateway in front of all functions. `new_id` names requests.
    pub fn new(api: &Api, new_id: impl Fn() -> String + Clone + Send + Sync + 'static) -> Self {
        let function = |(name, router): (&'static str, OpenApiRouter<Api>)| {
            let (router, document) = router.split_for_parts();
            Function { name, routes: routes(&document), router: layers::finish(router.with_state(api.clone()), new_id.clone()) }
        };
        let functions = functions().into_iter().map(function).collect();
        let no_such_path = Router::new().route("/{*path}", axum::routing::any(async || ApiError::NoSuchPath));
        Self { functions, no_function: layers::finish(no_such_path, new_id.clone()) }
    }

    /// The function that serves a method of a path.
    pub fn function(&self, method: &Method, path: &str) -> Option<&'static str> {
        self.find(method, path).map(|function| function.name)
    }

    fn find(&self, method: &Method, path: &str) -> Option<&Function> {
        self.functions
            .iter()
            .find(|function| function.routes.iter().any(|route| route.method == *method && matches(&route.template, path)))
    }

    /// Serves a request.
    pub async fn serve(self, mut request: Request) -> Response {
        if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
            request.extensions_mut().insert(ClientIp(peer.ip()));
        }
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        if let Some(function) = self.find(&method, &path) {
            return call(&function.router, request).await;
        }
        let takes = |function: &&Function| function.routes.iter().any(|route| matches(&route.template, &path));
        let Some(function) = self.functions.iter().find(takes) else {
            return call(&self.no_function, request).await;
        };
        // The path is there, the method is not: any of its functions answers that, and all of them together say what is allowed.
        let mut response = call(&function.router, request).await;
        let routes = self.functions.iter().flat_map(|function| &function.routes);
        let allowed: Vec<&str> = routes.filter(|route| matches(&route.template, &path)).map(|route| route.method.as_str()).collect();
        if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        response
    }
}

async fn call(router: &Router, request: Request) -> Response {
    let router = router.clone();
    answered_after_reading(request, async move |request| match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    })
    .await
}

fn routes(document: &OpenApi) -> Vec<Route> {
    let methods = |item: &PathItem| {
        let taken = [(Method::GET, item.get.is_some()), (Method::PUT, item.put.is_some()), (Method::POST, item.post.is_some())];
        let delete = (Method::DELETE, item.delete.is_some());
        taken
            .into_iter()
            .chain([delete])
            .filter(|(_, taken)| *taken)
            .map(|(method, _)| method)
            .collect::<Vec<_>>()
    };
    let paths = document.paths.paths.iter();
    paths
        .flat_map(|(template, item)| methods(item).into_iter().map(|method| Route { method, template: template.clone() }))
        .collect()
}

/// Whether a path is one of a template's: the same segments, and anything but nothing where the template has a parameter.
fn matches(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == found || (wanted.starts_with('{') && !found.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_parameter_takes_one_segment_that_is_not_empty() {
        assert!(matches("/a/{id}/close", "/a/1/close"));
        for path in ["/a//close", "/a/1/2/close", "/a/1", "/a/1/close/", "/b/1/close"] {
            assert!(!matches("/a/{id}/close", path), "{path}");
        }
    }
}
