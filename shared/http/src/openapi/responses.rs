//! The responses that every operation has, and the headers of each.

use crate::error::{ErrorsResponse, Kind};
use axum::http::StatusCode;
use serde_json::{Value, json};
use utoipa::{
    ToSchema,
    openapi::{
        ContentBuilder, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Schema,
        path::{Operation, Parameter},
        schema::{SchemaType, Type},
    },
};

const SHARED: [(&str, &str); 5] = [
    ("400", "The request is invalid. All its faults are listed."),
    ("401", "No valid token, or one that does not allow this."),
    ("429", "More requests than the organisation may send."),
    ("500", "Internal error."),
    ("default", "Any other refusal."),
];

/// The refusals of a body in JSON.
const OF_JSON: [(&str, &str); 2] =
    [("413", "The body is larger than 1 MiB."), ("415", "The body is not JSON, or has a content encoding.")];

/// Adds the shared responses, and describes the body of each refusal and the headers of each answer.
pub fn complete(operation: &mut Operation) {
    let takes_json =
        matches!(&operation.request_body, Some(RefOr::T(body)) if body.content.contains_key("application/json"));
    for (status, description) in SHARED.into_iter().chain(takes_json.then_some(OF_JSON).into_iter().flatten()) {
        let missing = ResponseBuilder::new().description(description).build();
        operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(missing));
    }
    let is_key = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(it) if it.name == "Idempotency-Key");
    let creates = operation.parameters.iter().flatten().any(is_key);
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if is_refusal(status) {
            describe_refusal(status, response);
        }
        for (name, header) in headers(status, creates) {
            response.headers.insert(name.to_owned(), header.into());
        }
    }
}

fn is_refusal(status: &str) -> bool {
    status == "default" || status >= "400"
}

/// Every refusal has the same body, with an example of its kind.
fn describe_refusal(status: &str, response: &mut Response) {
    let schema = Ref::from_schema_name(ErrorsResponse::name());
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(schema))).example(Some(example(status))).build();
    response.content.insert("application/json".to_owned(), RefOr::T(content));
}

fn headers(status: &str, creates: bool) -> Vec<(&'static str, Header)> {
    let any_other = status == "default";
    let mut headers = vec![
        ("x-request-id", header(text(), "Identifies the request in our logs.")),
        ("Cache-Control", header(one_of(["no-store"]), "Answers are about people.")),
    ];
    if creates && !is_refusal(status) {
        let when = "Only where an earlier request with the same key got this answer first.";
        headers.push(("Idempotent-Replayed", header(one_of(["true"]), when)));
    }
    if matches!(status, "401" | "403") {
        let why = "What is wrong with the token (RFC 6750): `Bearer` alone, there is none; `error=\"invalid_token\"`, get a new one; `error=\"insufficient_scope\"`, a new one like it is of no use.";
        headers.push(("WWW-Authenticate", header(text(), why)));
    }
    if matches!(status, "429" | "503") || any_other {
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).build();
        headers.push(("Retry-After", header(seconds.into(), "With 429 and 503: seconds until it may work.")));
    }
    if any_other {
        headers.push(("Allow", header(text(), "With 405: the methods that this path takes.")));
    }
    headers
}

fn header(schema: Schema, description: &str) -> Header {
    HeaderBuilder::new().schema(Some(RefOr::T(schema))).description(Some(description)).build()
}

fn text() -> Schema {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).build().into()
}

fn one_of(values: [&str; 1]) -> Schema {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(values)).build().into()
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
        429 => "too many requests",
        503 => "a part of the service does not answer; try again",
        _ => "an internal error",
    };
    json!({ "errors": [Kind::of(status).entry(details)] })
}
