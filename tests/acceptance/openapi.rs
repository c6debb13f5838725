//! The OpenAPI document agrees with the contract, which is the manifest, and the copy in `infra/openapi.json` is the
//! one that the code generates.

use acredita_local::gateway::{document, functions};
use acredita_manifest::{Body, OPERATIONS, Operation};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Method and path, as in the document.
fn route(operation: &Operation) -> (String, String) {
    (operation.method.as_str().to_lowercase(), operation.full_path())
}

fn statuses(operation: &Operation) -> BTreeSet<String> {
    let numbers = operation.errors.iter().chain(operation.further).chain([&operation.success]);
    numbers.map(u16::to_string).chain(["default".to_owned()]).collect()
}

fn generated() -> Value {
    serde_json::to_value(document()).expect("a document")
}

/// Every operation of the document, by method and path.
fn documented() -> BTreeMap<(String, String), Value> {
    operations_of(&generated())
}

fn operations_of(document: &Value) -> BTreeMap<(String, String), Value> {
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
    let contract: BTreeSet<(String, String)> = OPERATIONS.iter().map(route).collect();
    assert_eq!(documented().into_keys().collect::<BTreeSet<_>>(), contract);
}

#[test]
fn every_operation_is_served_by_the_function_that_the_manifest_names() {
    for (function, router) in functions() {
        let document = serde_json::to_value(router.split_for_parts().1).expect("a document");
        let served: BTreeSet<_> = operations_of(&document).into_keys().collect();
        let named = OPERATIONS.iter().filter(|operation| operation.function == function);
        assert_eq!(served, named.map(route).collect(), "{function}");
    }
}

#[test]
fn the_operations_that_take_an_idempotency_key_document_it() {
    let documented = documented();
    for operation in OPERATIONS {
        let parameters = documented[&route(operation)]["parameters"].as_array().cloned().unwrap_or_default();
        let documents_it = parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key");
        assert_eq!(documents_it, operation.takes_idempotency_key, "{}", operation.name);
    }
}

#[test]
fn every_operation_documents_its_statuses_and_no_other() {
    let documented = documented();
    for operation in OPERATIONS {
        assert_eq!(keys(&documented[&route(operation)]["responses"]), statuses(operation), "{}", operation.name);
    }
}

#[test]
fn every_operation_has_the_name_that_it_has_everywhere() {
    let documented = documented();
    for operation in OPERATIONS {
        assert_eq!(documented[&route(operation)]["operationId"], operation.name);
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
        let types = documented[&route(operation)]["requestBody"]["content"].clone();
        let taken: &[&str] = match operation.body {
            Body::No => &[],
            Body::Json | Body::OptionalJson => &["application/json"],
            Body::Multipart => &["multipart/form-data", "multipart/mixed"],
        };
        assert_eq!(keys(&types), taken.iter().map(|kind| (*kind).to_owned()).collect(), "{}", operation.name);
        let has_example = |content: &Value| content["example"].is_object() || content["examples"].is_object();
        let examples = types.as_object().into_iter().flatten().filter(|(_, content)| has_example(content)).count();
        assert!(operation.body == Body::No || examples > 0, "{} has no example of its body", operation.name);
    }
}

#[test]
fn every_body_that_is_answered_has_an_example_with_all_that_is_required() {
    let document = generated();
    let documented = documented();
    for operation in OPERATIONS {
        let content = &documented[&route(operation)]["responses"][operation.success.to_string()]["content"];
        if operation.success == 204 {
            assert!(content.is_null(), "{} answers no body", operation.name);
            continue;
        }
        let (example, schema) =
            (&content["application/json"]["example"], &content["application/json"]["schema"]["$ref"]);
        let name = schema.as_str().and_then(|reference| reference.rsplit('/').next()).expect("a schema of its own");
        let missing: Vec<String> =
            required(&document, name).into_iter().filter(|field| example.get(field).is_none()).collect();
        assert!(missing.is_empty(), "the example of {} lacks {missing:?}", operation.name);
    }
}

/// The required fields of a schema and of those that it is composed of.
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
