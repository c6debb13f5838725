//! What the actor of a one-time code has to have, in JSON Schema. Generators of clients ignore these keywords; validators
//! and testers follow them.

use serde_json::{Value, json};

/// The keyword for both, which depend on the channel and on the second factor. One keyword only: the builder keeps several
/// in no order.
pub fn keyword() -> (&'static str, Value) {
    ("dependentSchemas", json!({ "channel": channel(), "two_factor_type": second_factor() }))
}

fn channel() -> Value {
    let is_email = json!({ "properties": { "channel": { "properties": { "type": { "const": "EMAIL" } } } } });
    let is_external = json!({ "properties": { "channel": {
        "required": ["external"], "properties": { "external": { "enum": [true, "true"] } } } } });
    let is_sent_to_a_phone = json!({ "if": is_external, "then": {}, "else": actor_has(&["msisdn"]) });
    json!({ "if": is_email, "then": actor_has(&["email"]), "else": is_sent_to_a_phone })
}

fn second_factor() -> Value {
    let factor_is = |schema: Value| json!({ "properties": { "two_factor_type": schema } });
    let other_channel =
        json!({ "properties": { "channel": { "properties": { "type": { "not": { "const": "EMAIL" } } } } } });
    let email = json!({ "allOf": [actor_has(&["email"]), other_channel] });
    let document = json!({
        "if": factor_is(json!({ "type": "string" })),
        "then": actor_has(&["identity_document", "document_number"]),
    });
    json!({ "if": factor_is(json!({ "const": "EMAIL" })), "then": email, "else": document })
}

fn actor_has(path: &[&str]) -> Value {
    json!({ "properties": { "actor": has(path) } })
}

/// An object with something at this path.
fn has(path: &[&str]) -> Value {
    match path {
        [] => json!({ "not": { "type": "null" } }),
        [name, rest @ ..] => json!({ "type": "object", "required": [name], "properties": { *name: has(rest) } }),
    }
}
