//! The template as JSON, and accessors for its parts.

use acredita_manifest::PAGE;
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::LazyLock,
};

/// The template as JSON, with CloudFormation's short forms written out: `!Ref a` is `{"Ref": "a"}`, `!Sub a` is
/// `{"Fn::Sub": "a"}`.
pub static TEMPLATE: LazyLock<Value> = LazyLock::new(|| {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml")).expect("a template");
    let documents = Yaml::load_from_str(&text).expect("YAML");
    to_json(&documents[0])
});

fn to_json(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Sequence(items) => items.iter().map(to_json).collect(),
        Yaml::Mapping(entries) => {
            let name = |key: &Yaml<'_>| key.as_str().expect("a key is a text").to_owned();
            Value::Object(entries.iter().map(|(key, value)| (name(key), to_json(value))).collect::<Map<_, _>>())
        }
        Yaml::Tagged(tag, value) => {
            let name = match tag.suffix.as_str() {
                name @ ("Ref" | "Condition") => name.to_owned(),
                name => format!("Fn::{name}"),
            };
            json!({ name: to_json(value) })
        }
        other => panic!("nothing that a template has: {other:?}"),
    }
}

/// The properties of a resource.
pub fn properties(resource: &str) -> &'static Value {
    &TEMPLATE["Resources"][resource]["Properties"]
}

/// The resources of a type, by logical id.
pub fn resources(kind: &str) -> impl Iterator<Item = (&'static str, &'static Value)> {
    let resources = TEMPLATE["Resources"].as_object().expect("resources");
    resources
        .iter()
        .filter(move |(_, resource)| resource["Type"] == kind)
        .map(|(name, resource)| (name.as_str(), resource))
}

/// The functions' logical ids, by the names of their binaries.
pub fn deployed() -> BTreeMap<&'static str, &'static str> {
    let binary =
        |resource: &'static Value| resource["Metadata"]["BuildProperties"]["Binary"].as_str().expect("what it runs");
    resources("AWS::Serverless::Function").map(|(name, resource)| (binary(resource), name)).collect()
}

/// A text, or a list of texts.
pub fn texts(value: &'static Value) -> Vec<&'static str> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        text => text.as_str().into_iter().collect(),
    }
}

/// The argument of one of CloudFormation's functions.
pub fn argument(value: &'static Value, function: &str) -> &'static str {
    value[function].as_str().unwrap_or_else(|| panic!("not a {function}: {value}"))
}

pub fn statements(policy: &'static Value) -> impl Iterator<Item = &'static Value> {
    policy["Statement"].as_array().expect("statements").iter()
}

/// The statements of a function's own role, whether or not a condition of the template leaves some of them out.
pub fn allowed(logical: &str) -> Vec<&'static Value> {
    let role = properties(argument(&properties(logical)["Role"], "Fn::GetAtt").trim_end_matches(".Arn"));
    // The page has no business with the table.
    let managed = if logical == deployed()[PAGE.name] { Value::Null } else { json!([{ "Ref": "TableKeyPolicy" }]) };
    assert_eq!(
        role.get("ManagedPolicyArns").unwrap_or(&Value::Null),
        &managed,
        "{logical}: nothing of AWS's own policies"
    );
    let policies = role["Policies"].as_array().expect("policies").iter();
    let own: Vec<_> = policies
        .flat_map(|policy| statements(&policy["PolicyDocument"]))
        .map(|statement| statement.get("Fn::If").map_or(statement, |branches| &branches[1]))
        .collect();
    assert!(own.iter().all(|statement| statement["Effect"] == "Allow"), "{logical}");
    own
}

/// The permissions of a function's role, besides logging and keys: actions, and the kinds of their targets, as seen on
/// the wire.
pub fn granted(logical: &str) -> Vec<(String, String)> {
    let mut granted = Vec::new();
    for statement in allowed(logical) {
        let kinds = kinds(statement);
        for action in texts(&statement["Action"]) {
            if !action.starts_with("logs:") && !action.starts_with("kms:") {
                granted.extend(kinds.iter().map(|kind| (action.to_owned(), kind.clone())));
            }
        }
    }
    granted
}

/// The kinds of items or pictures that a statement is limited to; an empty one if it is not limited.
pub fn kinds(statement: &'static Value) -> Vec<String> {
    let condition = &statement["Condition"];
    // `IDN#*`, `*/i/*`, `${Bucket.Arn}/*/i/*`
    let of_folder = |pattern: &str| pattern.trim_end_matches("/*").rsplit('/').next().unwrap_or_default().to_owned();
    if statement["Resource"]["Fn::GetAtt"] == "Table.Arn" {
        let keys = texts(&condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]);
        assert!(!keys.is_empty(), "the whole table: {statement}");
        return keys.iter().map(|key| key.trim_end_matches("#*").to_owned()).collect();
    }
    let prefixes = texts(&condition["StringLike"]["s3:prefix"]);
    if !prefixes.is_empty() {
        return prefixes.into_iter().map(of_folder).collect();
    }
    match statement["Resource"].as_array() {
        Some(objects) if texts(&statement["Action"])[0].starts_with("s3:") => {
            objects.iter().map(|object| of_folder(argument(object, "Fn::Sub"))).collect()
        }
        _ => vec![String::new()],
    }
}

/// The services through which a function's role may use the key, besides DynamoDB.
pub fn services_of_keys(logical: &str) -> BTreeSet<&'static str> {
    let of_keys = allowed(logical).into_iter().filter(|statement| texts(&statement["Action"])[0].starts_with("kms:"));
    let through =
        of_keys.map(|statement| argument(&statement["Condition"]["StringEquals"]["kms:ViaService"], "Fn::Sub"));
    through.map(|service| service.split('.').next().unwrap_or_default()).collect()
}

pub fn sorted(items: impl IntoIterator<Item = &'static str>) -> BTreeSet<&'static str> {
    items.into_iter().collect()
}
