//! The schema of every JSON body agrees with its reader: input allowed by `infra/openapi.json` is read, and forbidden
//! input is refused at its place.
//!
//! Bodies are generated from the schemas. Each is sent as it is, and again with each of its parts spoilt: a required
//! one left out, a value of another type, a name that is not in an enum, a text that is too long.

use acceptance::{NOBODY, World, bodies, request::base64};
use acredita_domain::text::is_invisible;
use acredita_local::gateway::document;
use proptest::{
    collection::btree_map,
    option,
    prelude::{BoxedStrategy, Just, Strategy, any},
    prop_assert,
    sample::select,
    strategy::Union,
    string::string_regex,
    test_runner::{Config, TestRunner},
};
use serde_json::{Map, Value, json};

/// Where a reader requires more than its schema can say or says today: the end of a pointer, the reason, and valid
/// values.
fn known(pointer: &str) -> Option<BoxedStrategy<Value>> {
    let text = |pattern: &str| string_regex(pattern).expect("a pattern").prop_map(Value::from).boxed();
    let one_of = |values: &[Value]| select(values.to_vec()).boxed();
    let known = match pointer.rsplit_once('/').map_or("", |(_, name)| name) {
        // `format` is not an assertion, and mail providers accept less than RFC 5321.
        "email" => text("[a-z0-9]{1,20}(\\.[a-z0-9]{1,9})?@[a-z]{1,20}\\.[a-z]{2,3}"),
        // No schema knows the numbering plans, which hold where we send to a number.
        "phone_number" => one_of(&[json!(612345678), json!("600 11 22 33"), json!("911-234-567")]),
        "country_code" => one_of(&[json!(34), json!("+34"), json!("0034")]),
        // Templates have no links, and a text takes at most two SMS.
        "sms" if pointer != "/sms" => text("[A-Za-z ]{0,20}\\{code\\}( \\{minutes\\} min)?( \\{name\\})?"),
        "email_text" => text("[A-Za-z ]{0,20}\\{code\\}(\\n\\{minutes\\} min)?"),
        "email_subject" | "display_name" => text("[A-Z][a-z]{1,20}( [A-Z][a-z]{1,9})?"),
        // It goes into the same two SMS.
        "web_otp_domain" => text("[a-z0-9]{1,20}(\\.[a-z0-9]{1,9})?\\.[a-z]{2,3}"),
        // Which lengths an alphabet has.
        "code" if pointer == "/messages/code" => one_of(&[json!({ "alphabet": "digits", "length": 8 }), json!({})]),
        // Each channel and each country once, and `*` alone.
        "fallback" => one_of(&[json!([]), json!(["EMAIL", "SMS"])]),
        "countries" => one_of(&[json!(["ES", "pt"]), json!(["*"])]),
        "from_score" => one_of(&[json!(0), json!(0.5), json!(1)]),
        // JSON in a string.
        "evidence_metadata" => text(r#"\{"shop":"[0-9a-z]{0,20}"\}"#),
        // Public, and not to be looked up.
        "url" => text("https://8\\.8\\.8\\.8(:8?443)?/[a-z0-9/]{0,20}"),
        "event_types" => one_of(&[json!(["*"]), json!(["identification.*", "scoring.created"])]),
        "overlap" => one_of(&["PT0S", "PT24H", "P3D"].map(Value::from)),
        "created_from" => one_of(&[json!("2026-11-20T08:00:00Z"), json!("2026-11-20T10:00:00.123+02:00")]),
        "created_to" => one_of(&[json!("2026-11-21T08:00:00Z"), json!("2026-11-21T10:00:00.123+02:00")]),
        "since" => one_of(&[json!("2026-11-20T08:00:00Z"), json!("2026-11-20T10:00:00.123+02:00")]),
        "until" => one_of(&[json!("2026-11-21T08:00:00Z")]),
        // A chain has each type once, and either form of a step excludes the other: see its own tests.
        "sequence" if pointer == "/sequence" => one_of(&[
            json!([{ "identification_type": "AGENT" }]),
            json!([{ "identification_type": "IDENTITY_DOCUMENT" }, { "configuration": { "identificationType": "AGENT" } }]),
        ]),
        // No e-mail, which excludes a second factor.
        "type" if pointer == "/channel/type" => one_of(&["SMS", "WHATSAPP"].map(Value::from)),
        _ => return None,
    };
    Some(known)
}

/// Whether it is required depends on the operation, the channel and the second factor, which is described in words.
const NEEDED: [&str; 6] = [
    "/uploads/front",
    "/actor/email",
    "/actor/msisdn",
    "/actor/identity_document",
    "/actor/identity_document/document_number",
    "/two_factor/back",
];

/// The document, which resolves the references of its schemas.
struct Document(Value);

impl Document {
    /// Method, path below the organisation, and schema of every operation that takes JSON.
    fn bodies(&self) -> Vec<(String, String, &Value)> {
        let mut bodies = Vec::new();
        for (path, operations) in self.0["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                if !schema.is_null() {
                    let below = path.strip_prefix("/v1/orgs/{org_id}").expect("an organisation");
                    let named = below.split('/').map(|part| if part.starts_with('{') { NOBODY } else { part });
                    bodies.push((method.to_uppercase(), named.collect::<Vec<_>>().join("/"), schema));
                }
            }
        }
        bodies
    }

    /// The alternatives of a schema, with references resolved.
    fn branches<'a>(&'a self, schema: &'a Value) -> Vec<&'a Value> {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.branches(self.0.pointer(&reference[1..]).expect("a schema"));
        }
        match schema["oneOf"].as_array() {
            Some(branches) => branches.iter().flat_map(|branch| self.branches(branch)).collect(),
            None => vec![schema],
        }
    }

    /// The types that a value may have; empty if the schema gives none.
    fn types(&self, schema: &Value) -> Vec<String> {
        let names = |branch: &Value| match &branch["type"] {
            Value::Array(names) => names.clone(),
            name => vec![name.clone()],
        };
        let names = self.branches(schema).into_iter().flat_map(names);
        names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    }

    /// Values that a schema allows.
    fn values(&self, schema: &Value, pointer: &str) -> BoxedStrategy<Value> {
        if let Some(known) = known(pointer) {
            return known;
        }
        let mut choices: Vec<_> =
            self.branches(schema).into_iter().map(|branch| self.values_of(branch, pointer)).collect();
        if self.types(schema).iter().any(|name| name == "null") {
            choices.push(Just(Value::Null).boxed());
        }
        Union::new(choices).boxed()
    }

    fn values_of(&self, schema: &Value, pointer: &str) -> BoxedStrategy<Value> {
        let text = |pattern: &str| {
            let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
            // Characters that nobody sees are no text, either, and no schema can list them all.
            let shows = |text: &String| text.chars().any(|c| !c.is_whitespace() && !is_invisible(c));
            string_regex(pattern).expect("a pattern").prop_filter("text", shows).prop_map(Value::from).boxed()
        };
        let types = self.types(schema);
        match types.first().map(String::as_str) {
            _ if schema["enum"].is_array() => select(schema["enum"].as_array().expect("names").clone()).boxed(),
            Some("string") if schema["contentEncoding"] == "base64" => {
                any::<u32>().prop_map(|seed| json!(base64(&bodies::png(seed)))).boxed()
            }
            Some("string") if schema["format"] == "uuid" => {
                text("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
            }
            // Not blank and without control characters, which is described in words.
            Some("string") => text(schema["pattern"].as_str().unwrap_or("[\\p{L}0-9][\\p{L}0-9 .'/-]{0,60}")),
            Some("integer") => {
                let bound = |name: &str, otherwise: i64| schema[name].as_i64().unwrap_or(otherwise);
                (bound("minimum", i64::MIN)..=bound("maximum", i64::MAX)).prop_map(Value::from).boxed()
            }
            Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
            Some("null") => Just(Value::Null).boxed(),
            Some("object") if schema["additionalProperties"].is_object() => self.maps(schema, pointer),
            Some("object") => self.objects(schema, pointer),
            other => panic!("{pointer}: a schema of {other:?}, of which this test knows no values"),
        }
    }

    /// Objects whose keys the schema describes rather than lists.
    fn maps(&self, schema: &Value, pointer: &str) -> BoxedStrategy<Value> {
        let (keys, most) = (&schema["propertyNames"], schema["propertyNames"]["maxLength"].as_u64());
        let is_short = move |key: &String| most.is_none_or(|most| key.chars().count() as u64 <= most);
        let key = self.values(keys, pointer).prop_filter_map("a key", |key| key.as_str().map(str::to_owned));
        let values = self.values(&schema["additionalProperties"], &format!("{pointer}/*"));
        btree_map(key.prop_filter("short enough", is_short), values, 0..4)
            .prop_map(|members| Value::Object(members.into_iter().collect()))
            .boxed()
    }

    fn objects(&self, schema: &Value, pointer: &str) -> BoxedStrategy<Value> {
        let member = |(name, member): (&String, &Value)| {
            let (name, pointer) = (name.clone(), format!("{pointer}/{name}"));
            let values = self.values(member, &pointer);
            let is_needed = required(schema).contains(&name.as_str()) || NEEDED.contains(&pointer.as_str());
            let values = if is_needed {
                values.prop_filter("needed", |value| !value.is_null()).prop_map(Some).boxed()
            } else {
                option::of(values).boxed()
            };
            values.prop_map(move |value| value.map(|value| (name.clone(), value))).boxed()
        };
        let members: Vec<_> = properties(schema).map(member).collect();
        let takes_unknown = schema["additionalProperties"] != json!(false);
        let unknown = any::<bool>()
            .prop_map(move |is_there| (is_there && takes_unknown).then(|| ("unknown".to_owned(), json!([{}]))));
        let object = |(members, unknown): (Vec<_>, _)| {
            let mut object: Map<String, Value> = members.into_iter().chain([unknown]).flatten().collect();
            // With an actor, the flat fields are not read.
            if object.get("actor").is_some_and(Value::is_object) {
                object.retain(|name, _| !["name", "last_name", "identity_document"].contains(&name.as_str()));
            }
            Value::Object(object)
        };
        (members, unknown).prop_map(object).boxed()
    }

    /// Pointers into an allowed value, each with something that the schema forbids there: another value, or a missing
    /// one (`None`).
    fn spoilt(&self, schema: &Value, value: &Value, pointer: &str, spoilt: &mut Vec<(String, Option<Value>)>) {
        let types = self.types(schema);
        let any_type = [json!("?"), json!(7.5), json!(true), json!([]), json!({})];
        let names = ["string", "number", "boolean", "array", "object"];
        let wrong_type = names.into_iter().zip(any_type).filter(|(name, _)| !types.iter().any(|one| one == name));
        let mut wrong: Vec<Value> =
            if types.is_empty() { Vec::new() } else { wrong_type.map(|(_, value)| value).collect() };
        for branch in self.branches(schema) {
            if value.is_string() && branch["enum"].is_array() {
                wrong.push(json!("NOT_ONE_OF_THEM"));
            }
            if value.is_string() && branch["contentEncoding"] == "base64" {
                wrong.push(json!("*"));
            }
            if value.is_string() && branch["pattern"].is_string() {
                wrong.push(json!("\u{0}"));
            }
            wrong.extend(branch["maxLength"].as_u64().map(|most| json!("x".repeat(most as usize + 1))));
            wrong.extend(branch["minimum"].as_i64().map(|least| json!(least - 1)));
            wrong.extend(branch["maximum"].as_i64().map(|most| json!(most + 1)));
            let is_of_branch =
                |members: &&Map<String, Value>| required(branch).iter().all(|name| members.contains_key(*name));
            let members = value.as_object().filter(is_of_branch);
            if let (Some(members), "object") = (members, branch["type"].as_str().unwrap_or_default()) {
                if let Some(most) = branch["maxProperties"].as_u64() {
                    wrong.push(
                        (0..=most).map(|number| (number.to_string(), json!("text"))).collect::<Map<_, _>>().into(),
                    );
                }
                // A key that is refused is refused with its object.
                wrong.extend(branch["propertyNames"]["pattern"].as_str().map(|_| json!({ "[": "text" })));
                wrong.extend(branch["additionalProperties"].is_object().then(|| json!({ "key": 7 })));
                spoilt.extend(required(branch).into_iter().map(|name| (format!("{pointer}/{name}"), None)));
                for (name, member) in properties(branch).filter(|(name, _)| members.contains_key(*name)) {
                    if !members[name].is_null() {
                        self.spoilt(member, &members[name], &format!("{pointer}/{name}"), spoilt);
                    }
                }
            }
        }
        spoilt.extend(wrong.into_iter().map(|value| (pointer.to_owned(), Some(value))));
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

fn required(schema: &Value) -> Vec<&str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// A body with another value at a pointer, or without it.
fn with(mut body: Value, pointer: &str, value: Option<Value>) -> Value {
    match (pointer.rsplit_once('/'), value) {
        (None, value) => value.unwrap_or_default(),
        (Some((parent, name)), value) => {
            let members = body.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
            match value {
                Some(value) => drop(members.insert(name.to_owned(), value)),
                None => drop(members.remove(name)),
            }
            body
        }
    }
}

/// Sends allowed and forbidden bodies of a document, and returns the first difference.
fn difference(document: &Document) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let world = runtime.block_on(World::with_external_provider());
    for (method, path, schema) in document.bodies() {
        // `If-Match` is required where there are versions, and nobody minds it elsewhere.
        let request = |body: &Value| world.request(&method, &path, Some(body.clone())).header("if-match", "*");
        let send = |body: &Value| runtime.block_on(world.send(request(body)));
        let config = Config { cases: 16, failure_persistence: None, max_shrink_iters: 100, ..Config::default() };
        let tested = TestRunner::new(config).run(&document.values(schema, ""), |body| {
            let answer = send(&body);
            let refused = answer.status == 400 || answer.status.is_server_error();
            prop_assert!(!refused, "{} refuses {}: {}", path, body, answer.json());
            let mut spoilt = Vec::new();
            document.spoilt(schema, &body, "", &mut spoilt);
            for (pointer, value) in spoilt {
                let answer = send(&with(body.clone(), &pointer, value.clone()));
                let names_it = answer.details().iter().any(|detail| detail.starts_with(&pointer));
                let refused = answer.status == 400 && names_it;
                prop_assert!(refused, "{} takes {:?} as {}: {} {}", path, value, pointer, answer.status, answer.json());
            }
            Ok(())
        });
        tested.map_err(|failure| failure.to_string())?;
    }
    Ok(())
}

#[test]
fn what_a_schema_allows_is_read_and_what_it_forbids_is_refused() {
    assert_eq!(difference(&Document(serde_json::to_value(document()).expect("a document"))), Ok(()));
}

#[test]
fn a_schema_that_differs_from_its_reader_is_found() {
    let differences = [
        ("/components/schemas/CancelBody/required", json!([])),
        ("/components/schemas/Lines/maxLength", json!(900)),
        ("/components/schemas/CreateAgentBody/properties/personal_document_image/type", json!("integer")),
        ("/components/schemas/Provider/enum", json!(["GOOGLE", "VERIDAS", "INTERNAL", "OTHER"])),
        ("/components/schemas/Msisdn/required", json!(["country_code"])),
    ];
    for (pointer, value) in differences {
        let mut document = serde_json::to_value(document()).expect("a document");
        *document.pointer_mut(pointer).expect("a part of the document") = value;
        assert!(difference(&Document(document)).is_err(), "{pointer}");
    }
}
