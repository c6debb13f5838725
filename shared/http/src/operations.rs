//! The operations of a function: its router, and their part of the OpenAPI document.

use crate::Api;
use axum::{
    Router,
    handler::Handler,
    routing::{MethodFilter, on},
};
use utoipa::{Path, openapi::HttpMethod};

/// Makes `router()` and `document()` of handlers with `#[utoipa::path]`. They are two functions, so that a Lambda does
/// not contain the document, which only the local server and the tests read.
#[macro_export]
macro_rules! operations {
    ($($handler:ident),+ $(,)?) => { $crate::operations::paste! {
        /// Serves the operations.
        pub fn router() -> axum::Router<$crate::Api> {
            let router = axum::Router::new();
            $(let router = $crate::operations::route::<[<__path_ $handler>], _, _>(router, $handler);)+
            router
        }

        /// Describes the operations.
        pub fn document() -> utoipa::openapi::OpenApi {
            #[derive(utoipa::OpenApi)]
            #[openapi(paths($($handler),+))]
            struct Operations;
            <Operations as utoipa::OpenApi>::openapi()
        }
    } };
}

#[doc(hidden)]
pub use pastey::paste;

/// Adds a handler where its description says that it is.
pub fn route<Described: Path, H: Handler<T, Api>, T: 'static>(router: Router<Api>, handler: H) -> Router<Api> {
    match Described::methods().iter().map(filter).reduce(MethodFilter::or) {
        Some(methods) => router.route(&Described::path(), on(methods, handler)),
        None => router,
    }
}

fn filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    }
}
