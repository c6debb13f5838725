//! The OpenAPI document agrees with the contract, which is the manifest, and the copy in `infra/openapi.json` is the
//! one that the code generates.

use acredita_local::gateway::{document, functions};
use acredita_manifest::{Body, Door, OPERATIONS, Operation};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Method and path, as in the document.
fn route(operation: &Operation) -> (String, String) {
    (operation.method.as_str().to_lowercase(), operation.documented_path())
}

fn statuses(operation: &Operation) -> BTreeSet<String> {
    operation.documented_statuses().map(|status| status.to_string()).chain(["default".to_owned()]).collect()
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
    for function in functions() {
        let document = serde_json::to_value((function.document)()).expect("a document");
        let served: BTreeSet<_> = operations_of(&document).into_keys().collect();
        let named = OPERATIONS.iter().filter(|operation| operation.function == function.name);
        let route = |operation: &Operation| (operation.method.as_str().to_lowercase(), operation.full_path());
        assert_eq!(served, named.map(route).collect(), "{}", function.name);
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
fn every_operation_asks_for_a_token_with_its_permission() {
    let scheme = &generated()["components"]["securitySchemes"]["bearer"];
    assert_eq!(
        (&scheme["type"], &scheme["scheme"], &scheme["bearerFormat"]),
        (&"http".into(), &"bearer".into(), &"JWT".into())
    );
    let documented = documented();
    for operation in OPERATIONS {
        let it = &documented[&route(operation)];
        assert_eq!(it["security"], json!([{ "bearer": [operation.permission] }]), "{}", operation.name);
        let description = it["description"].as_str().expect("a description");
        assert!(description.contains(&format!("`{}`", operation.permission)), "{}", operation.name);
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
fn an_answer_documents_the_headers_that_go_with_its_status() {
    for ((method, path), operation) in documented() {
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let headers = keys(&response["headers"]);
            for (name, statuses) in [
                ("WWW-Authenticate", &["401", "403"][..]),
                ("Retry-After", &["429", "503", "default"]),
                ("Allow", &["default"]),
            ] {
                assert_eq!(
                    headers.contains(name),
                    statuses.contains(&status.as_str()),
                    "{method} {path} {status} {name}"
                );
            }
        }
    }
}

/// The path without the names of its parameters.
fn shape(path: &str) -> String {
    path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment }).collect::<Vec<_>>().join("/")
}

#[test]
fn no_two_paths_differ_only_in_the_name_of_a_parameter() {
    let document = generated();
    let paths = keys(&document["paths"]);
    assert_eq!(paths.iter().map(|path| shape(path)).collect::<BTreeSet<_>>().len(), paths.len());
}

/// The names of the path's parameters that an operation describes.
fn path_parameters(operation: &Value) -> BTreeSet<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let in_path = parameters.filter(|parameter| parameter["in"] == "path");
    in_path.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect()
}

#[test]
fn every_operation_describes_the_parameters_of_its_path_and_which_id_it_takes() {
    let documented = documented();
    for operation in OPERATIONS {
        let (method, path) = route(operation);
        let named: BTreeSet<String> = path.split(['{', '}']).skip(1).step_by(2).map(str::to_owned).collect();
        let it = &documented[&(method, path)];
        assert_eq!(path_parameters(it), named, "{}", operation.name);
        let door = match operation.door {
            Door::Create | Door::Organisation => continue,
            Door::Admin => "`admin_identification_id`",
            Door::Actor => "`identification_id`",
            Door::Scoring => "`scoring_id`",
            Door::Event => "`event_id`",
            Door::Record => "`record_id`",
            Door::Export => "`export_id`",
            Door::Endpoint => "`endpoint_id`",
            Door::Review => "`review_id`",
            Door::AdminChain => "`admin_identification_chain_id`",
            Door::Chain => "`identification_chain_id`",
        };
        let described = it["parameters"].as_array().into_iter().flatten().filter_map(|one| one["description"].as_str());
        assert_eq!(described.filter(|text| text.contains(door)).count(), 1, "{}", operation.name);
    }
}

#[test]
fn a_create_links_to_every_operation_that_it_opens() {
    let documented = documented();
    let of = |name: &str| documented.values().find(|operation| operation["operationId"] == name).expect("an operation");
    for create in OPERATIONS.iter().filter(|operation| operation.door == Door::Create) {
        let links = documented[&route(create)]["responses"][create.success.to_string()]["links"].clone();
        let opens = |operation: &&Operation| {
            let is_scored = create.path.ends_with("/identifications/identity_document");
            let is_below = operation.path.starts_with(&format!("{}/", create.path));
            is_below || (is_scored && operation.door == Door::Scoring)
        };
        let opened = OPERATIONS.iter().filter(opens).map(|operation| operation.name.to_owned()).collect();
        assert_eq!(keys(&links), opened, "{}", create.name);
        for link in links.as_object().into_iter().flatten().map(|(_, link)| link) {
            let to = of(link["operationId"].as_str().expect("an id"));
            assert_eq!(keys(&link["parameters"]), path_parameters(to), "{link}");
        }
    }
}

#[test]
fn every_tag_is_described() {
    let document = generated();
    let described: BTreeSet<&str> =
        document["tags"].as_array().into_iter().flatten().filter_map(|tag| tag["name"].as_str()).collect();
    let used: Vec<Value> = documented().into_values().map(|operation| operation["tags"].clone()).collect();
    let used: BTreeSet<&str> = used.iter().filter_map(|tags| tags[0].as_str()).collect();
    assert_eq!(described, used);
}

/// Every schema of the document, at any depth, with its place.
fn every_schema<'a>(value: &'a Value, place: &str, visit: &mut impl FnMut(&str, &'a Value)) {
    visit(place, value);
    let members = value.as_object().into_iter().flatten().map(|(name, member)| (name.clone(), member));
    let items = value.as_array().into_iter().flatten().enumerate().map(|(index, item)| (index.to_string(), item));
    for (name, member) in members.chain(items) {
        if name != "example" && name != "examples" {
            every_schema(member, &format!("{place}/{name}"), visit);
        }
    }
}

/// The types that a value may have: what `allOf` leaves of them. `None` for all.
fn possible_types(document: &Value, schema: &Value) -> Option<BTreeSet<String>> {
    if let Some(reference) = schema["$ref"].as_str() {
        return possible_types(document, document.pointer(&reference[1..]).expect("a schema"));
    }
    let stated = match &schema["type"] {
        Value::Null => None,
        Value::Array(names) => Some(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()),
        name => name.as_str().map(|name| BTreeSet::from([name.to_owned()])),
    };
    let parts = schema["allOf"].as_array().into_iter().flatten().map(|part| possible_types(document, part));
    parts.chain([stated]).flatten().reduce(|left, right| left.intersection(&right).cloned().collect())
}

#[test]
fn no_value_has_to_be_of_two_types_at_once() {
    let document = generated();
    every_schema(&document, "", &mut |place, schema| {
        assert_ne!(possible_types(&document, schema), Some(BTreeSet::new()), "{place}");
    });
}

#[test]
fn every_value_of_a_body_has_a_type() {
    let document = generated();
    let has_type = |schema: &Value| ["type", "$ref", "oneOf", "allOf"].iter().any(|name| !schema[name].is_null());
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        // Not those of its conditions, which say more about members that are described already.
        for part in [schema].into_iter().chain(schema["allOf"].as_array().into_iter().flatten()) {
            for (member, schema) in part["properties"].as_object().into_iter().flatten() {
                assert!(has_type(schema), "{name}/{member}");
            }
        }
    }
}

#[test]
fn patterns_are_of_ecma_262_with_and_without_its_flags() {
    let document = generated();
    every_schema(&document, "", &mut |place, schema| {
        let pattern = schema["pattern"].as_str().unwrap_or_default();
        // Inline flags, atomic groups, properties, other anchors, possessive repetitions.
        for foreign in ["(?", "\\p{", "\\P{", "\\A", "\\z", "\\Z", "\\x{", "*+", "++", "?+", "}+"] {
            assert!(!pattern.contains(foreign), "{place}: {foreign}");
        }
    });
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
        assert!(operation.success != 204 || content.is_null(), "{} answers no body", operation.name);
        // What is done later may answer how far it is.
        if operation.success == 204 || (operation.success == 202 && content.is_null()) {
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
