//! What a chain and its steps have to have, in JSON Schema. Generators of clients ignore these keywords; validators and
//! testers follow them.

use serde_json::{Value, json};

/// The keyword of a chain: each type once, and an actor who has what the steps need. One keyword only: the builder keeps
/// several in no order.
pub fn keyword() -> (&'static str, Value) {
    let once = ["AGENT", "OTP", "IDENTITY_DOCUMENT"].into_iter().map(|kind| {
        let steps = json!({ "contains": is_of(kind), "minContains": 0, "maxContains": 1 });
        json!({ "properties": { "sequence": steps } })
    });
    let channel_is = |of: Value| asks_for("channel", of);
    let in_house =
        json!({ "not": { "required": ["external"], "properties": { "external": { "enum": [true, "true"] } } } });
    let phone = json!({ "properties": { "type": { "enum": ["SMS", "WHATSAPP"] } }, "allOf": [in_house] });
    let email = json!({ "properties": { "type": { "const": "EMAIL" } } });
    let document = json!({ "enum": ["DOCUMENT_NUMBER", "PERSONAL_DOCUMENT_IMAGE"] });
    let needs = [
        json!({ "if": channel_is(phone), "then": actor_has(&["msisdn"]) }),
        json!({ "if": channel_is(email), "then": actor_has(&["email"]) }),
        json!({ "if": asks_for("two_factor_type", json!({ "const": "EMAIL" })), "then": actor_has(&["email"]) }),
        json!({ "if": asks_for("two_factor_type", document), "then": actor_has(&["identity_document", "document_number"]) }),
    ];
    ("dependentSchemas", json!({ "sequence": { "allOf": once.chain(needs).collect::<Vec<Value>>() } }))
}

/// The keyword of a step: one of its forms, a code with its channel, and a second factor that is not its channel.
pub fn of_step() -> (&'static str, Value) {
    let newer = newer();
    let older = json!({ "required": ["configuration"], "properties": { "configuration": { "type": "object" } } });
    let is_older = json!({ "not": newer });
    let otp =
        json!({ "required": ["identification_type"], "properties": { "identification_type": { "const": "OTP" } } });
    let older_otp =
        json!({ "properties": { "configuration": { "properties": { "identificationType": { "const": "OTP" } } } } });
    let step = json!({ "required": ["otp_step"], "properties": { "otp_step": with_channel("two_factor_type") } });
    let older_step = json!({ "properties": { "configuration": with_channel("twoFactorType") } });
    let conditions = json!([
        { "anyOf": [newer, older] },
        { "if": otp, "then": step },
        { "if": { "allOf": [is_older, older_otp] }, "then": older_step },
    ]);
    ("allOf", conditions)
}

/// A step of the newer form. The name is among the properties for linters only, which look for it there.
fn newer() -> Value {
    json!({ "required": ["identification_type"], "properties": { "identification_type": {} } })
}

fn with_channel(second_factor: &str) -> Value {
    let is_email = json!({ "properties": { "channel": { "properties": { "type": { "const": "EMAIL" } } } } });
    let other = json!({ "properties": { second_factor: { "not": { "const": "EMAIL" } } } });
    let channel = json!({ "channel": { "type": "object" } });
    json!({ "type": "object", "required": ["channel"], "properties": channel, "if": is_email, "then": other })
}

/// A step of this type, in either form.
fn is_of(kind: &str) -> Value {
    let named = |name: &str| json!({ "required": [name], "properties": { name: { "const": kind } } });
    let older = json!({
        "not": newer(),
        "required": ["configuration"],
        "properties": { "configuration": named("identificationType") },
    });
    json!({ "anyOf": [named("identification_type"), older] })
}

/// A chain with a code whose `member` is like this, in either form.
fn asks_for(member: &str, like: Value) -> Value {
    let older = if member == "channel" { "channel" } else { "twoFactorType" };
    let has = |object: &str, member: &str| {
        let with_member = json!({ "type": "object", "required": [member], "properties": { member: like } });
        json!({ "required": [object], "properties": { object: with_member } })
    };
    let code = json!({ "allOf": [is_of("OTP"), { "anyOf": [has("otp_step", member), has("configuration", older)] }] });
    json!({ "properties": { "sequence": { "contains": code } } })
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
