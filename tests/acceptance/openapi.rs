//! The OpenAPI document: it says what the contract says, and the copy in `infra/openapi.json` is the one that the code
//! generates.

use acredita_local::gateway::document;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const AGENT: &str = "/identifications/agent";
const OTP: &str = "/identifications/otp";
const DOCUMENT: &str = "/identifications/identity_document";
const SCORING: &str = "/scorings/identity_document";
const ADMIN: &str = "/{admin_identification_id}";
const ACTOR: &str = "/{identification_id}";
const ONE: &str = "/{scoring_id}";

/// What the contract says of an operation.
struct Operation {
    id: &'static str,
    method: &'static str,
    path: [&'static str; 3],
    success: u16,
    /// The errors that the contract names.
    errors: &'static [u16],
    /// Further ones that the code documents, as `default` allows.
    further: &'static [u16],
    body: Body,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Body {
    No,
    Json,
    Multipart,
}

const CREATE: &[u16] = &[400, 401, 500];
const READ: &[u16] = &[400, 401, 404, 500];
const CHANGE: &[u16] = &[400, 401, 404, 409, 500];
const DELETE: &[u16] = &[400, 401, 403, 404, 500];

macro_rules! operations {
    ($($id:ident: $method:ident $($path:ident)? / $($part:ident)? / $tail:literal => $success:literal, $errors:expr, $further:expr, $body:ident;)+) => {
        &[$(Operation {
            id: stringify!($id), method: stringify!($method), path: [$($path)?, operations!(@part $($part)?), $tail],
            success: $success, errors: $errors, further: &$further, body: Body::$body,
        }),+]
    };
    (@part) => { "" };
    (@part $part:ident) => { $part };
}

/// §1 of the contract, without the chain.
#[rustfmt::skip]
const OPERATIONS: &[Operation] = operations! {
    create_agent_identification: post AGENT / / "" => 201, CREATE, [409], Json;
    cancel_agent_identification: post AGENT / ADMIN / "/cancel" => 204, CHANGE, [], Json;
    close_agent_identification: post AGENT / ADMIN / "/close" => 204, CHANGE, [], No;
    delete_agent_identification: delete AGENT / ADMIN / "" => 204, DELETE, [409], No;
    read_agent_identification: get AGENT / ACTOR / "" => 200, READ, [], No;
    validate_agent_identification: post AGENT / ACTOR / "/validate" => 204, CHANGE, [413], Json;
    create_otp_identification: post OTP / / "" => 201, &[400, 401, 404, 409, 429, 500], [], Json;
    cancel_otp_identification: post OTP / ADMIN / "/cancel" => 204, CHANGE, [], Json;
    close_otp_identification: post OTP / ADMIN / "/close" => 204, CHANGE, [], No;
    delete_otp_identification: delete OTP / ADMIN / "" => 204, DELETE, [409], No;
    read_otp_identification: get OTP / ACTOR / "" => 200, READ, [], No;
    validate_otp_identification: put OTP / ACTOR / "/validate" => 204, CHANGE, [413], Json;
    resend_otp: post OTP / ACTOR / "/resend" => 204, &[400, 401, 404, 409, 429, 500], [], No;
    create_identity_document_identification: post DOCUMENT / / "" => 200, CREATE, [409], Json;
    close_identity_document_identification: post DOCUMENT / ADMIN / "/close" => 204, CHANGE, [], No;
    cancel_identity_document_identification: post DOCUMENT / ADMIN / "/cancel" => 204, CHANGE, [], Json;
    delete_identity_document_identification: delete DOCUMENT / ADMIN / "" => 204, DELETE, [409], No;
    read_identity_document_identification: get DOCUMENT / ACTOR / "" => 200, READ, [], No;
    validate_identity_document_identification: post DOCUMENT / ACTOR / "/validate" => 204, CHANGE, [], No;
    create_scoring: post SCORING / / "" => 200, READ, [409], Json;
    read_scoring: get SCORING / ONE / "" => 200, READ, [], No;
    read_captures: get SCORING / ONE / "/captures" => 200, READ, [], No;
    score_document: put SCORING / ONE / "/score" => 204, &[400, 401, 404, 409, 413, 415, 500, 503], [], Multipart;
    delegate_scoring: post SCORING / ONE / "/delegate" => 200, &[400, 401, 404, 409, 500, 503], [], No;
    close_scoring: post SCORING / ONE / "/close" => 204, READ, [], No;
};

impl Operation {
    fn route(&self) -> (String, String) {
        (self.method.to_owned(), format!("/v1/orgs/{{org_id}}{}", self.path.concat()))
    }

    fn statuses(&self) -> BTreeSet<String> {
        let numbers = self.errors.iter().chain(self.further).chain([&self.success]);
        numbers.map(u16::to_string).chain(["default".to_owned()]).collect()
    }
}

fn generated() -> Value {
    serde_json::to_value(document()).expect("a document")
}

/// Every operation of the document, by method and path.
fn documented() -> BTreeMap<(String, String), Value> {
    let document = generated();
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        let operations = item.as_object().expect("operations").iter();
        operations.map(move |(method, operation)| ((method.clone(), path.clone()), operation.clone()))
    });
    operations.collect()
}

fn keys(object: &Value) -> BTreeSet<String> {
    object.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn the_copy_in_the_repository_is_what_the_code_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/openapi.json");
    let generated = serde_json::to_string_pretty(&document()).expect("JSON") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, generated).expect("writable");
        return;
    }
    let copy = fs::read_to_string(&file).unwrap_or_default();
    let line = copy
        .lines()
        .zip(generated.lines())
        .position(|(copy, generated)| copy != generated)
        .unwrap_or_else(|| copy.lines().count());
    assert!(
        copy == generated,
        "infra/openapi.json is out of date from line {} on: run `cargo run -- openapi > infra/openapi.json`, or this test with UPDATE=1",
        line + 1
    );
}

#[test]
fn the_operations_are_those_of_the_contract() {
    let contract: BTreeSet<(String, String)> = OPERATIONS.iter().map(Operation::route).collect();
    assert_eq!(documented().into_keys().collect::<BTreeSet<_>>(), contract);
}

#[test]
fn every_operation_documents_its_statuses_and_no_other() {
    let documented = documented();
    for operation in OPERATIONS {
        assert_eq!(keys(&documented[&operation.route()]["responses"]), operation.statuses(), "{}", operation.id);
    }
}

#[test]
fn every_operation_has_the_name_that_it_has_everywhere() {
    let documented = documented();
    for operation in OPERATIONS {
        assert_eq!(documented[&operation.route()]["operationId"], operation.id);
    }
}

#[test]
fn every_operation_asks_for_a_token() {
    let scheme = &generated()["components"]["securitySchemes"]["bearer"];
    assert_eq!(
        (&scheme["type"], &scheme["scheme"], &scheme["bearerFormat"]),
        (&"http".into(), &"bearer".into(), &"JWT".into())
    );
    for ((method, path), operation) in documented() {
        assert_eq!(operation["security"], serde_json::json!([{ "bearer": [] }]), "{method} {path}");
    }
}

#[test]
fn every_refusal_has_the_one_body_with_an_example() {
    for ((method, path), operation) in documented() {
        for (status, response) in operation["responses"].as_object().expect("responses") {
            if status == "default" || status.as_str() >= "400" {
                let content = &response["content"]["application/json"];
                assert_eq!(
                    content["schema"]["$ref"], "#/components/schemas/ErrorsResponse",
                    "{method} {path} {status}"
                );
                let entry = &content["example"]["errors"][0];
                assert_eq!(
                    keys(entry),
                    ["code", "details", "ref", "title"].map(str::to_owned).into(),
                    "{method} {path} {status}"
                );
            }
        }
    }
}

#[test]
fn every_answer_names_its_request() {
    for ((method, path), operation) in documented() {
        for (status, response) in operation["responses"].as_object().expect("responses") {
            assert!(response["headers"]["x-request-id"].is_object(), "{method} {path} {status}");
        }
    }
}

#[test]
fn every_body_that_is_taken_has_an_example() {
    let documented = documented();
    for operation in OPERATIONS {
        let types = documented[&operation.route()]["requestBody"]["content"].clone();
        let taken: &[&str] = match operation.body {
            Body::No => &[],
            Body::Json => &["application/json"],
            Body::Multipart => &["multipart/form-data", "multipart/mixed"],
        };
        assert_eq!(keys(&types), taken.iter().map(|kind| (*kind).to_owned()).collect(), "{}", operation.id);
        let has_example = |content: &Value| content["example"].is_object() || content["examples"].is_object();
        let examples = types.as_object().into_iter().flatten().filter(|(_, content)| has_example(content)).count();
        assert!(operation.body == Body::No || examples > 0, "{} has no example of its body", operation.id);
    }
}

#[test]
fn every_body_that_is_answered_has_an_example_with_all_that_is_required() {
    let document = generated();
    let documented = documented();
    for operation in OPERATIONS {
        let content = &documented[&operation.route()]["responses"][operation.success.to_string()]["content"];
        if operation.success == 204 {
            assert!(content.is_null(), "{} answers no body", operation.id);
            continue;
        }
        let (example, schema) =
            (&content["application/json"]["example"], &content["application/json"]["schema"]["$ref"]);
        let name = schema.as_str().and_then(|reference| reference.rsplit('/').next()).expect("a schema of its own");
        let missing: Vec<String> =
            required(&document, name).into_iter().filter(|field| example.get(field).is_none()).collect();
        assert!(missing.is_empty(), "the example of {} lacks {missing:?}", operation.id);
    }
}

/// The required fields of a schema and of those that it is made of.
fn required(document: &Value, name: &str) -> Vec<String> {
    fn collect(document: &Value, schema: &Value, fields: &mut Vec<String>) {
        let texts = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
        };
        fields.extend(texts(&schema["required"]));
        for part in schema["allOf"].as_array().into_iter().flatten() {
            collect(document, part, fields);
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
            collect(document, &document["components"]["schemas"][name], fields);
        }
    }
    let mut fields = Vec::new();
    collect(document, &document["components"]["schemas"][name], &mut fields);
    fields
}
