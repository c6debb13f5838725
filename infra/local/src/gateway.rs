//! The part of API Gateway: routes each path to the function that serves it.
//!
//! Each function keeps its own router, as on AWS, and the manifest maps paths to functions. The routers cannot be
//! merged into one: the published API uses different parameter names for the same path segment on the back office's and
//! the actor's side.

use crate::drain::answered_after_reading;
use acredita_domain::stores::Stores;
use acredita_http::{Api, ApiError, layers, openapi, path::decode_unreserved, request::ClientIp};
use acredita_manifest::{OPERATIONS, Operation, ROOT};
use axum::{
    Router,
    extract::{ConnectInfo, Request},
    http::{HeaderValue, Method, header},
    response::Response,
    routing::any,
};
use std::{collections::HashMap, net::SocketAddr, sync::Arc};
use tower::ServiceExt;
use utoipa::openapi::OpenApi;

/// A function that serves HTTP.
pub struct Function {
    /// On AWS.
    pub name: &'static str,
    pub router: Router<Api>,
    pub document: fn() -> OpenApi,
    /// The stores that it names.
    pub stores: fn(&Stores) -> Stores,
}

macro_rules! function {
    ($name:literal, $function:ident) => {
        Function { name: $name, router: $function::router(), document: $function::document, stores: $function::stores }
    };
}

pub fn functions() -> Vec<Function> {
    vec![
        function!("identification-agent-admin", acredita_identification_agent_admin),
        function!("identification-agent", acredita_identification_agent),
        function!("identification-otp-admin", acredita_identification_otp_admin),
        function!("identification-otp", acredita_identification_otp),
        function!("identity-document-admin", acredita_identity_document_admin),
        function!("identity-document", acredita_identity_document),
        function!("chain-admin", acredita_chain_admin),
        function!("chain", acredita_chain),
        function!("scoring", acredita_scoring),
        function!("events", acredita_events),
        function!("webhook-endpoints", acredita_webhook_endpoints),
        function!("settings", acredita_settings),
        function!("records", acredita_records),
        function!("reviews", acredita_reviews),
    ]
}

/// The OpenAPI document of all functions.
pub fn document() -> OpenApi {
    let permission = |id: &str| OPERATIONS.iter().find(|operation| operation.name == id).map(|found| found.permission);
    openapi::document(functions().into_iter().map(|function| (function.document)()), permission)
}

/// The function that serves this method of this path.
pub fn function(method: &Method, path: &str) -> Option<&'static str> {
    of_path(path).find(|operation| operation.method.as_str() == method.as_str()).map(|operation| operation.function)
}

/// One of the functions that serve a path, and all the methods that the path takes.
pub fn allowed(path: &str) -> Option<(&'static str, String)> {
    let function = of_path(path).next()?.function;
    let methods: Vec<&str> = of_path(path).map(|operation| operation.method.as_str()).collect();
    Some((function, methods.join(", ")))
}

fn of_path(path: &str) -> impl Iterator<Item = &'static Operation> {
    let template = |operation: &Operation| ROOT.split('/').chain(operation.path.split('/').skip(1));
    OPERATIONS.iter().filter(move |operation| matches(template(operation), path))
}

/// Routes requests to functions in this process.
#[derive(Clone)]
pub struct Gateway(Arc<Parts>);

struct Parts {
    routers: HashMap<&'static str, Router>,
    no_such_path: Router,
    no_such_method: Router,
}

impl Gateway {
    /// `new_id` makes the ids of requests.
    pub fn new(api: &Api, new_id: impl Fn() -> String + Clone + Send + Sync + 'static) -> Self {
        let finish = |Function { router, stores, .. }: Function| {
            layers::finish(router.with_state(api.with(stores)), new_id.clone())
        };
        let routers = functions().into_iter().map(|function| (function.name, finish(function))).collect();
        let no_such_path = layers::finish(Router::new(), new_id.clone());
        let no_such_method = Router::new().route("/{*path}", any(async || ApiError::MethodNotAllowed));
        let no_such_method = layers::finish(no_such_method, new_id);
        Self(Arc::new(Parts { routers, no_such_path, no_such_method }))
    }

    pub async fn serve(self, mut request: Request) -> Response {
        if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
            request.extensions_mut().insert(ClientIp(peer.ip()));
        }
        decode_unreserved(request.uri_mut());
        let Parts { routers, no_such_path, no_such_method } = &*self.0;
        if let Some(function) = function(request.method(), request.uri().path()) {
            return call(routers.get(function).unwrap_or(no_such_path), request).await;
        }
        let Some((_, allowed)) = allowed(request.uri().path()) else {
            return call(no_such_path, request).await;
        };
        // By no function: only all of the path's functions together know its methods, and a router that has GET would
        // answer HEAD too, which has no route on AWS.
        let mut response = call(no_such_method, request).await;
        if let Ok(allowed) = HeaderValue::from_str(&allowed) {
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

/// Whether a path has the same segments as a template, with a non-empty segment for each of its parameters.
fn matches<'a>(mut template: impl Iterator<Item = &'a str>, path: &str) -> bool {
    let mut path = path.split('/');
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
    use super::{functions, matches};
    use acredita_manifest::{FUNCTIONS, Trigger};

    #[test]
    fn every_function_that_serves_http_is_behind_the_gateway() {
        let names: Vec<&str> = functions().into_iter().map(|function| function.name).collect();
        let served = FUNCTIONS.iter().filter(|function| function.trigger == Trigger::Http);
        assert_eq!(names, served.map(|function| function.name).collect::<Vec<_>>());
    }

    #[test]
    fn a_parameter_takes_one_segment_that_is_not_empty() {
        assert!(matches("/a/{id}/close".split('/'), "/a/1/close"));
        for path in ["/a//close", "/a/1/2/close", "/a/1", "/a/1/close/", "/b/1/close"] {
            assert!(!matches("/a/{id}/close".split('/'), path), "{path}");
        }
    }
}
