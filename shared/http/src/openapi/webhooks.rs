//! What receivers get: one message for each type of events.

use acredita_domain::{events::EventType, webhooks::PING};
use utoipa::openapi::{
    Components, HttpMethod, ObjectBuilder, PathItem, Paths, PathsBuilder, Ref, RefOr, Required, ResponseBuilder,
    Schema,
    content::ContentBuilder,
    path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::RequestBodyBuilder,
    schema::{KnownFormat, SchemaFormat, Type},
    security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
};

const TAG: &str = "Webhooks";
const SCHEME: &str = "signature";

/// The headers of every message (Standard Webhooks 1.0), besides its signature.
const HEADERS: [(&str, &str); 2] = [
    ("webhook-id", "The event's id: the same whenever it is sent again."),
    ("webhook-timestamp", "When it was sent, in seconds since 1970. Refuse what is more than five minutes off."),
];

const SIGNATURE: &str = "`v1,` and the Base64 of an HMAC-SHA256, under the endpoint's secret, over `{webhook-id}.{webhook-timestamp}.{body}`; two of them, with a blank between, while an old secret is good too.";

/// What a receiver may answer, and what follows.
const ANSWERS: [(&str, &str); 5] = [
    ("2XX", "Taken. The body is not read past 4 KiB, and not kept."),
    ("3XX", "A failure: redirects are not followed."),
    ("410", "The endpoint is gone, and disabled at once."),
    ("429", "A failure. `Retry-After` is honoured within one and two steps of the schedule."),
    ("default", "A failure: the message is sent again, ten times in all over 75 hours."),
];

/// The messages, by their types.
pub fn webhooks() -> Paths {
    let kinds = EventType::ALL.iter().map(|kind| kind.as_str()).chain([PING]);
    kinds
        .fold(PathsBuilder::new(), |paths, kind| paths.path(kind, PathItem::new(HttpMethod::Post, operation(kind))))
        .build()
}

/// Adds the schemas of the messages, and how a receiver knows them.
pub fn add_to(components: &mut Components) {
    let signature = ApiKey::Header(ApiKeyValue::with_description("webhook-signature", SIGNATURE));
    components.security_schemes.insert(SCHEME.to_owned(), RefOr::T(SecurityScheme::ApiKey(signature)));
    for kind in EventType::ALL.iter().map(|kind| kind.as_str()).chain([PING]) {
        components.schemas.insert(name(kind), RefOr::T(message(kind)));
    }
}

fn operation(kind: &str) -> OperationBuilder {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(name(kind)))).build();
    let body = RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True)).build();
    let answers = ANSWERS.iter().map(|(status, what)| (*status, ResponseBuilder::new().description(*what).build()));
    let answers = utoipa::openapi::ResponsesBuilder::new().responses_from_iter(answers).build();
    OperationBuilder::new()
        .tag(TAG)
        .operation_id(Some(format!("receive_{}", kind.replace('.', "_"))))
        .summary(Some(format!("`{kind}`")))
        .parameters(Some(HEADERS.iter().map(header)))
        .request_body(Some(body))
        .responses(answers)
        .security(SecurityRequirement::new(SCHEME, [""; 0]))
}

fn header((name, description): &(&str, &str)) -> Parameter {
    ParameterBuilder::new()
        .name(*name)
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some(*description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

/// `identification.validated` is an `IdentificationValidatedMessage`.
fn name(kind: &str) -> String {
    let capitalized = |word: &str| {
        let (first, rest) = word.split_at(1.min(word.len()));
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    let words: String = kind.split(['.', '_']).map(capitalized).collect();
    format!("{words}Message")
}

fn message(kind: &str) -> Schema {
    let only = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([kind]));
    let at =
        text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).description(Some("When it happened."));
    ObjectBuilder::new()
        .description(Some(format!("What a receiver gets of `{kind}`. It is thin: ask the API for how things are now.")))
        .property("type", only)
        .property("timestamp", at)
        .property("data", data(kind))
        .required("type")
        .required("timestamp")
        .required("data")
        .into()
}

fn data(kind: &str) -> ObjectBuilder {
    let data = ObjectBuilder::new().property("event_id", id()).property("subject", subject(kind));
    let data = data.required("event_id").required("subject");
    if kind == PING {
        return data;
    }
    let sequence = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    let sequence = sequence.description(Some("The event's number within its subject: without a gap, and in order."));
    data.property("sequence", sequence)
        .property("status", text().description(Some("What it became.")))
        .property("method", text().description(Some("`AGENT`, `OTP` or `IDENTITY_DOCUMENT`.")))
        .property("reason", text().description(Some("Why, as one word of a fixed list.")))
        .property("client_reference_id", text().description(Some("Your own id, for as long as the subject is there.")))
        .required("sequence")
}

fn subject(kind: &str) -> RefOr<Schema> {
    let (name, ids): (&str, &[&str]) = match kind.split_once('.').map(|(kind, _)| kind) {
        Some("identification") => ("IDENTIFICATION", &["identification_id", "admin_identification_id"]),
        Some("chain") => ("CHAIN", &["identification_chain_id", "admin_identification_chain_id"]),
        Some("review") => ("REVIEW", &["review_id"]),
        Some("webhook_endpoint") => ("WEBHOOK_ENDPOINT", &["endpoint_id"]),
        Some("settings") => ("SETTINGS", &["settings_id"]),
        // Of an identification, or standing alone.
        _ => return Ref::from_schema_name("Subject").into(),
    };
    let named = ObjectBuilder::new().property("kind", text().enum_values(Some([name]))).required("kind");
    ids.iter().fold(named, |named, field| named.property(*field, id()).required(*field)).into()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn id() -> ObjectBuilder {
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
}
