//! The OpenAPI 3.1 document. Whatever all operations share is added here, once.

use crate::error::{ErrorEntry, ErrorsResponse, Kind};
use axum::http::StatusCode;
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ComponentsBuilder, ContentBuilder, HeaderBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref,
        RefOr, Response, ResponseBuilder,
        path::{Operation, Parameter},
        schema::{ObjectBuilder, SchemaType, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

const DESCRIPTION: &str = "Establishes that a person is who they say they are: by a one-time code, by a shop agent, or by a scored identity document.";

/// Merges the documents of all groups and adds what all operations share: the bearer token, the errors, the request id.
pub fn document(groups: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let license = LicenseBuilder::new().name("MIT OR Apache-2.0").build();
    let info = InfoBuilder::new()
        .title("Acredita")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(license))
        .build();
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build());
    let components = ComponentsBuilder::new()
        .schema(ErrorsResponse::name(), ErrorsResponse::schema())
        .schema(ErrorEntry::name(), ErrorEntry::schema())
        .security_scheme("bearer", bearer)
        .build();
    let mut document = OpenApiBuilder::new().info(info).components(Some(components)).build();
    for group in groups {
        document.merge(group);
    }
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
        operations.into_iter().flatten().for_each(complete);
    }
    document
}

/// Adds the shared parts to an operation.
fn complete(operation: &mut Operation) {
    operation.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    let shared = [
        ("400", "The request is invalid. All its faults are listed."),
        ("401", "No valid token, or one that does not allow this."),
        ("500", "Internal error."),
        ("default", "Any other refusal."),
    ];
    for (status, description) in shared {
        let missing = ResponseBuilder::new().description(description).build();
        operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(missing));
    }
    let is_key = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(it) if it.name == "Idempotency-Key");
    let creates = operation.parameters.iter().flatten().any(is_key);
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if refusal(status) {
            describe_refusal(status, response);
        }
        if creates && !refusal(status) {
            let yes = ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(["true"]));
            let header = HeaderBuilder::new()
                .schema(Some(RefOr::T(yes.build().into())))
                .description(Some("Only where an earlier request with the same key got this answer first."));
            response.headers.insert("Idempotent-Replayed".to_owned(), header.build().into());
        }
        let text = RefOr::T(ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).build().into());
        let header =
            HeaderBuilder::new().schema(Some(text)).description(Some("Identifies the request in our logs.")).build();
        response.headers.insert("x-request-id".to_owned(), header.into());
    }
}

fn refusal(status: &str) -> bool {
    status == "default" || status >= "400"
}

/// Every refusal has the same body, with an example of its kind.
fn describe_refusal(status: &str, response: &mut Response) {
    let schema = Ref::from_schema_name(ErrorsResponse::name());
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(schema))).example(Some(example(status))).build();
    response.content.insert("application/json".to_owned(), RefOr::T(content));
}

fn example(status: &str) -> Value {
    let status = status.parse().unwrap_or(StatusCode::BAD_REQUEST);
    let details = match status.as_u16() {
        400 => "/actor/email: is not an e-mail address",
        401 => "the token has expired",
        403 => "in this state it can only be deleted with force and the permission for it",
        404 => "no such identification",
        409 => "the identification is CLOSED",
        413 => "/front: is larger than 10 MiB",
        415 => "/front: is neither JPEG nor PNG",
        429 => "too many messages",
        503 => "a part of the service does not answer; try again",
        _ => "an internal error",
    };
    json!({ "errors": [Kind::of(status).entry(details)] })
}
