//! The OpenAPI 3.1 document. Whatever all operations share is added here, once.

mod links;
mod paths;
mod responses;
mod webhooks;

use crate::{
    error::{ErrorEntry, ErrorsResponse},
    permission::{EVERYTHING, Permission},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ComponentsBuilder, Info, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, RefOr, Schema, Server,
        ServerBuilder, ServerVariableBuilder,
        path::{Operation, PathItem},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
        tag::{Tag, TagBuilder},
    },
};

const DESCRIPTION: &str = "Establishes that a person is who they say they are: by a one-time code, by a shop agent, by a scored identity document, or by several of these in a chain.

An identification has two ids: `admin_identification_id`, the back office's handle, and `identification_id`, which the actor's side uses. Neither opens the other's doors.";

const LICENSE: &str = "MIT OR Apache-2.0";

const TOKENS: &str = "A token of the configured issuer. It names the organisation of the path and has the operation's permission, or, for identifications and scorings, the scope `api:everything`, which has each of their permissions except `identifications:force_delete`.";

/// The groups of operations.
const TAGS: [(&str, &str); 14] = [
    ("Identification by agent, admin", "The back office's side: create, cancel, close, delete."),
    ("Identification by agent", "The shop agent's side: metadata, validate."),
    ("Identification by OTP, admin", "The back office's side: create, cancel, close, delete."),
    ("Identification by OTP", "The person's side: metadata, validate, resend."),
    ("Identity document, admin", "The back office's side: create, cancel, close, delete."),
    ("Identity document", "The person's side: metadata, validate."),
    ("Chain, admin", "The back office's side of several identifications in an order: create, cancel, close, delete."),
    ("Chain", "The person's side: read, validate."),
    ("Scoring", "Scores of identity documents, of an identification or standing alone."),
    ("Reviews", "Scores that fall short, for a person to decide: list, claim, release, decide."),
    ("Events", "Everything that happened: who did what, numbered and chained."),
    ("Records", "The back office's view: what there is, everything about one of it, and who looked at it."),
    ("Settings", "What an organisation chooses: its name, texts, codes and limits."),
    ("Webhooks", "Endpoints that events are delivered to, signed as Standard Webhooks 1.0 has it."),
];

/// Merges the documents of all groups and adds what all operations share: the bearer token, the errors, the headers of
/// answers. `permission` knows the permission that an operation needs, by its id.
pub fn document(
    groups: impl IntoIterator<Item = OpenApi>,
    permission: impl Fn(&str) -> Option<&'static str>,
) -> OpenApi {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some(TOKENS));
    let mut components = ComponentsBuilder::new()
        .schema(ErrorsResponse::name(), ErrorsResponse::schema())
        .schema(ErrorEntry::name(), ErrorEntry::schema())
        .security_scheme("bearer", SecurityScheme::Http(bearer.build()))
        .build();
    webhooks::add_to(&mut components);
    let mut document = OpenApiBuilder::new()
        .info(info())
        .servers(Some(servers()))
        .tags(Some(tags()))
        .components(Some(components))
        .webhooks(Some(webhooks::webhooks()))
        .build();
    for group in groups {
        document.merge(group);
    }
    for operation in document.paths.paths.values_mut().flat_map(operations_mut) {
        let needed = operation.operation_id.as_deref().and_then(&permission);
        ask_for_token(operation, needed);
        never_null(operation);
        responses::complete(operation);
    }
    links::add(&mut document.paths);
    paths::merge(&mut document.paths);
    document
}

fn info() -> Info {
    let license = LicenseBuilder::new().name(LICENSE).identifier(Some(LICENSE)).build();
    InfoBuilder::new()
        .title("Acredita")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(license))
        .build()
}

fn servers() -> [Server; 3] {
    let variable = |value: &str| ServerVariableBuilder::new().default_value(value);
    [
        ServerBuilder::new().url("/").description(Some("The server that this document comes from")).build(),
        ServerBuilder::new().url("http://127.0.0.1:8080").description(Some("`cargo run` on this machine")).build(),
        ServerBuilder::new()
            .url("https://{api}.execute-api.{region}.amazonaws.com")
            .description(Some("A deployment on AWS"))
            .parameter("api", variable("a1b2c3d4e5").description(Some("The id of the HTTP API")))
            .parameter("region", variable("eu-west-1"))
            .build(),
    ]
}

fn tags() -> Vec<Tag> {
    TAGS.iter()
        .map(|(name, description)| TagBuilder::new().name(*name).description(Some(*description)).build())
        .collect()
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
}

/// A body that may be absent is not `null` either.
fn never_null(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    for content in body.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        let Some(RefOr::T(Schema::OneOf(alternatives))) = &content.schema else { continue };
        if let Some(named) = alternatives.items.iter().find(|item| matches!(item, RefOr::Ref(_))).cloned() {
            content.schema = Some(named);
        }
    }
}

/// Names the permission that a token needs: as a role of the requirement (OpenAPI 3.1 §4.8.30) and in words.
fn ask_for_token(operation: &mut Operation, permission: Option<&str>) {
    operation.security = Some(vec![SecurityRequirement::new("bearer", permission)]);
    if let Some(permission) = permission {
        let by_name_only = permission.parse::<Permission>().is_ok_and(|permission| !permission.is_in_everything());
        let needs = if by_name_only {
            format!("Needs the permission `{permission}`, by its name.")
        } else {
            format!("Needs the permission `{permission}`, or the scope `{EVERYTHING}`.")
        };
        let said = operation.description.take().filter(|text| !text.is_empty());
        operation.description = Some(said.map_or_else(|| needs.clone(), |text| format!("{text}\n\n{needs}")));
    }
}
