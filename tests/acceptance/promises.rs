//! Compatibility: everything that `infra/openapi.json` ever promised is kept, and callers need not send anything new.
//!
//! `promises.txt` is the last landed document, one line for each promise (`->` answers, `<-` takes) and for each demand
//! (`!`), by operation and by schema. This test records additions with `UPDATE=1`, so the file only gains lines, unless
//! somebody removes one by hand: a change that removes a line breaks the contract, and needs its reason.

use acredita_local::gateway::document;
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::Path};

type Lines = BTreeSet<String>;

/// Whether a caller writes a value or reads it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Taken,
    Answered,
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn list(array: &Value) -> &[Value] {
    array.as_array().map_or(&[], Vec::as_slice)
}

/// The document as lines: those of its operations, then those of each schema that they use, in either direction.
fn lines(document: &Value) -> Lines {
    let mut walk = Walk { document, lines: Lines::new(), done: BTreeSet::new() };
    for (path, operations) in members(&document["paths"]) {
        for (method, operation) in members(operations) {
            walk.operation(&format!("{method} {path}"), operation);
        }
    }
    walk.lines
}

struct Walk<'a> {
    document: &'a Value,
    lines: Lines,
    /// The schemas whose lines are complete.
    done: BTreeSet<String>,
}

impl Walk<'_> {
    fn operation(&mut self, name: &str, operation: &Value) {
        self.lines.insert(name.to_owned());
        for parameter in list(&operation["parameters"]) {
            let at = format!("{name} <- {}", parameter["name"].as_str().expect("a name"));
            self.schema(&parameter["schema"], &at, Side::Taken);
            if parameter["required"] == true {
                self.lines.insert(format!("{at} ! required"));
            }
        }
        for (kind, content) in members(&operation["requestBody"]["content"]) {
            self.schema(&content["schema"], &format!("{name} <- {kind}"), Side::Taken);
        }
        for (status, response) in members(&operation["responses"]) {
            self.lines.insert(format!("{name} -> {status}"));
            for (header, _) in members(&response["headers"]) {
                self.lines.insert(format!("{name} -> {status} {header}"));
            }
            for (_, content) in members(&response["content"]) {
                self.schema(&content["schema"], &format!("{name} -> {status}"), Side::Answered);
            }
        }
    }

    fn schema(&mut self, it: &Value, at: &str, side: Side) {
        if let Some(reference) = it["$ref"].as_str() {
            let name = reference.rsplit('/').next().expect("a name");
            self.lines.insert(format!("{at}: {name}"));
            let named = format!("{} {name}", if side == Side::Taken { "<-" } else { "->" });
            if self.done.insert(named.clone()) {
                self.schema(self.document.pointer(&reference[1..]).expect("a schema"), &named, side);
            }
            return;
        }
        for part in ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|parts| list(&it[parts])) {
            self.schema(part, at, side);
        }
        let format = it["format"].as_str().map(|format| format!(" ({format})")).unwrap_or_default();
        let names = if it["type"].is_array() { list(&it["type"]) } else { std::slice::from_ref(&it["type"]) };
        // An answer that is never null any more breaks no client.
        for name in names.iter().filter_map(Value::as_str).filter(|name| side == Side::Taken || *name != "null") {
            self.lines.insert(format!("{at}: {name}{format}"));
        }
        for value in list(&it["enum"]) {
            self.lines.insert(format!("{at} = {value}"));
        }
        if side == Side::Taken {
            if it["enum"].is_array() {
                self.lines.insert(format!("{at} ! one of these"));
            }
            let bounds = ["pattern", "minLength", "maxLength", "minimum", "maximum", "contentMediaType"];
            let bounds = bounds.into_iter().filter(|bound| !it[bound].is_null());
            self.lines.extend(bounds.map(|bound| format!("{at} ! {bound} {}", it[bound])));
        }
        for (name, member) in members(&it["properties"]) {
            self.schema(member, &format!("{at}.{name}"), side);
        }
        let sign = if side == Side::Taken { '!' } else { '+' };
        let required = list(&it["required"]).iter().filter_map(Value::as_str);
        self.lines.extend(required.map(|name| format!("{at}.{name} {sign} required")));
        for (part, name) in [("items", "[]"), ("additionalProperties", ".*")] {
            if it[part].is_object() {
                self.schema(&it[part], &format!("{at}{name}"), side);
            }
        }
    }
}

/// The changes that break a caller of the promised document.
fn broken(promised: &Lines, now: &Lines) -> Vec<String> {
    let is_demand = |line: &&String| line.contains(" ! ");
    let is_known = |at: &str| promised.iter().any(|line| line == at || line.starts_with(&format!("{at}: ")));
    // A demand is harmless if its subject is new: an optional field, an operation.
    let hurts = |line: &&String| {
        let (at, demand) = line.split_once(" ! ").expect("a demand");
        // A member of a schema, or a parameter of an operation.
        let is_member = at.rsplit("<- ").next().is_some_and(|name| name.contains('.'));
        let whole = if is_member { at.rsplit_once('.') } else { at.rsplit_once(" <- ") };
        let whole = whole.map_or(at, |(whole, _)| whole);
        is_known(if demand == "required" { whole } else { at })
    };
    let gone = promised.difference(now).filter(|line| !is_demand(line)).map(|line| format!("gone: {line}"));
    let demanded = now.difference(promised).filter(is_demand).filter(hurts).map(|line| format!("new: {line}"));
    gone.chain(demanded).collect()
}

#[test]
fn what_was_promised_is_kept() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("acceptance/promises.txt");
    let promised: Lines = fs::read_to_string(&file).unwrap_or_default().lines().map(str::to_owned).collect();
    let now = lines(&serde_json::to_value(document()).expect("JSON"));
    let broken = broken(&promised, &now);
    assert!(broken.is_empty(), "breaks who calls as the document said until now:\n{}", broken.join("\n"));
    if std::env::var_os("UPDATE").is_some() {
        let now: String = now.into_iter().map(|line| line + "\n").collect();
        fs::write(&file, now).expect("writable");
    } else {
        let new: Vec<&String> = now.symmetric_difference(&promised).collect();
        assert!(new.is_empty(), "breaks nobody; run this test with UPDATE=1 to record it as promised: {new:#?}");
    }
}

/// A small document with another part at a pointer, or without it.
fn changed(pointer: &str, value: Option<Value>) -> Value {
    let body = json!({ "type": "object", "required": ["who"], "properties": {
        "who": { "type": "string" }, "how": { "type": ["string", "null"], "enum": ["A", "B"] },
        "more": { "$ref": "#/components/schemas/More" } } });
    let answer = json!({ "type": "object", "required": ["id"], "properties": {
        "id": { "type": "string", "format": "uuid" }, "state": { "type": "string", "enum": ["OPEN", "CLOSED"] } } });
    let content = |schema: Value| json!({ "content": { "application/json": { "schema": schema } } });
    let operation = json!({
        "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
        "requestBody": content(body), "responses": { "200": content(answer), "404": {} } });
    let more = json!({ "type": "object", "properties": { "text": { "type": "string", "maxLength": 9 } } });
    let mut document = json!({
        "paths": { "/a": { "post": operation.clone(), "get": operation.clone() }, "/b": { "get": operation } },
        "components": { "schemas": { "More": more } } });
    if let Some((parent, name)) = pointer.rsplit_once('/') {
        let members = document.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
        match value {
            Some(value) => drop(members.insert(name.replace("~1", "/"), value)),
            None => drop(members.remove(&name.replace("~1", "/"))),
        }
    }
    document
}

#[test]
fn a_break_is_seen_and_an_addition_passes() {
    let promised = lines(&changed("", None));
    let broken_by = |pointer: &str, value: &Option<Value>| broken(&promised, &lines(&changed(pointer, value.clone())));
    let taken = |rest: &str| format!("/paths/~1a/post/requestBody/content/application~1json/schema/{rest}");
    let answered = |rest: &str| format!("/paths/~1a/post/responses/200/content/application~1json/schema/{rest}");
    let at = str::to_owned;
    let parameter =
        |name: &str| json!({ "name": name, "in": "header", "required": true, "schema": { "type": "string" } });
    let breaks = [
        (at("/paths/~1b"), None),
        (at("/paths/~1a/get"), None),
        (at("/paths/~1a/post/responses/404"), None),
        (at("/paths/~1a/post/parameters"), Some(json!([parameter("id"), parameter("key")]))),
        (at("/components/schemas/More/required"), Some(json!(["text"]))),
        (taken("required"), Some(json!(["who", "how"]))),
        (taken("properties/how/enum"), Some(json!(["A"]))),
        (taken("properties/how/type"), Some(json!("string"))),
        (taken("properties/who/maxLength"), Some(json!(5))),
        (taken("properties/who/enum"), Some(json!(["X"]))),
        (taken("properties/who/type"), Some(json!("integer"))),
        (taken("properties/more"), None),
        (answered("properties/state"), None),
        (answered("properties/state/enum"), Some(json!(["OPEN"]))),
        (answered("properties/id/format"), None),
        (answered("required"), None),
    ];
    for (pointer, value) in &breaks {
        assert_ne!(broken_by(pointer, value), Vec::<String>::new(), "{pointer} {value:?}");
    }
    let optional = json!({ "type": "object", "required": ["in"], "properties": {
        "in": { "type": "string", "maxLength": 5 } } });
    let additions = [
        (at("/paths/~1c"), Some(changed("", None)["paths"]["/b"].clone())),
        (at("/paths/~1a/post/responses/409"), Some(json!({}))),
        (at("/components/schemas/More/properties/text/maxLength"), None),
        (taken("required"), None),
        (taken("properties/how/enum"), Some(json!(["A", "B", "C"]))),
        (taken("properties/new"), Some(optional)),
        (answered("properties/new"), Some(json!({ "type": "string" }))),
        (answered("properties/state/enum"), Some(json!(["OPEN", "CLOSED", "GONE"]))),
        (answered("required"), Some(json!(["id", "state"]))),
    ];
    for (pointer, value) in &additions {
        assert_eq!(broken_by(pointer, value), Vec::<String>::new(), "{pointer} {value:?}");
    }
}
