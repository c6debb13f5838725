//! §3: what a good token opens: its organisations, and the operations of its roles.

use super::{
    operations::{Door, OPERATIONS, Operation, Requests},
    tokens::{METADATA, read_with, unauthorized},
};
use acceptance::{
    Answer, Call, NOBODY, ORG, OTHER_ORG, World,
    subject::{Method, Subject},
    tokens::{ISS, ISSUER, claims},
};
use acredita_domain::identification::State;
use serde_json::{Value, json};

/// Every permission of §3 with its operations, in the contract's words.
const ROLES: [(&str, &[&str]); 15] = [
    (
        "identifications:admin",
        &[
            "create_agent_identification",
            "cancel_agent_identification",
            "close_agent_identification",
            "delete_agent_identification",
            "create_otp_identification",
            "create_otp_code",
            "cancel_otp_identification",
            "close_otp_identification",
            "delete_otp_identification",
            "create_identity_document_identification",
            "close_identity_document_identification",
            "cancel_identity_document_identification",
            "delete_identity_document_identification",
            "create_chain",
            "cancel_chain",
            "close_chain",
            "delete_chain",
        ],
    ),
    ("identifications:agent", &["read_agent_identification", "check_midni", "validate_agent_identification"]),
    (
        "identifications:validate",
        &[
            "read_otp_identification",
            "validate_otp_identification",
            "resend_otp",
            "read_identity_document_identification",
            "validate_identity_document_identification",
            "read_chain",
            "validate_chain",
        ],
    ),
    ("scorings:write", &["create_scoring", "score_document", "delegate_scoring", "close_scoring", "delete_scoring"]),
    ("scorings:read", &["read_scoring", "read_captures"]),
    ("events:read", &["list_events", "read_event"]),
    (
        "webhooks:admin",
        &[
            "create_webhook_endpoint",
            "list_webhook_endpoints",
            "read_webhook_endpoint",
            "update_webhook_endpoint",
            "delete_webhook_endpoint",
            "rotate_webhook_secret",
            "ping_webhook_endpoint",
            "list_webhook_deliveries",
            "recover_webhook_endpoint",
            "resend_event",
        ],
    ),
    ("reviews:decide", &["list_reviews", "claim_review", "release_review", "decide_review"]),
    ("settings:admin", &["read_settings", "replace_settings"]),
    ("records:list", &["list_records"]),
    ("records:read", &["read_record"]),
    ("records:read_personal", &["read_record_pictures"]),
    ("records:search", &["search_records"]),
    ("records:export", &["create_record_export", "read_record_export"]),
    ("identifications:force_delete", &[]),
];

/// Requires the one answer to a good token that does not allow this.
#[track_caller]
pub fn lacking(answer: Answer, what: &str) {
    unauthorized(answer, 401, INSUFFICIENT, what);
}

const INSUFFICIENT: &str = r#"Bearer error="insufficient_scope""#;

#[tokio::test]
async fn a_token_opens_its_own_organisations_and_no_other() {
    let world = World::start().await;
    for operation in OPERATIONS {
        let answer = world.send(operation.call(ORG, NOBODY).token(&world.token(OTHER_ORG))).await;
        assert_denied(operation, answer);
    }
    let both = json!([{ "tenant_id": "15", "org": ORG }, { "tenant_id": "16", "org": OTHER_ORG }]);
    let mut of_both = claims(ORG, world.in_almost_thirty_days());
    of_both["tenants_translation"] = both;
    for org in [ORG, OTHER_ORG] {
        world.send(Call::org("GET", org, METADATA).token(&ISSUER.sign(&of_both))).await.expect(404);
    }
    for of_none in [
        json!([]),
        json!(null),
        json!(15),
        json!([{ "tenant_id": ORG }]),
        json!([{ "org": format!("{ORG}x") }]),
        json!([{ "org": "YOIGO" }]),
    ] {
        let mut claims = claims(ORG, world.in_almost_thirty_days());
        claims["tenants_translation"] = of_none.clone();
        lacking(read_with(&world, &ISSUER.sign(&claims)).await, &of_none.to_string());
    }
}

/// 401 for a valid token without the permission, or 403 where the contract documents it.
#[track_caller]
fn assert_denied(operation: &Operation, answer: Answer) {
    let status = if operation.documents_403() { 403 } else { 401 };
    unauthorized(answer, status, INSUFFICIENT, operation.name);
}

/// The answer of an operation to an allowed request for an unknown id.
#[track_caller]
fn assert_let_in(operation: &Operation, answer: Answer) {
    let expected = if matches!(operation.door, Door::Create | Door::Organisation) { operation.success } else { 404 };
    assert_eq!(answer.status.as_u16(), expected, "{}: {}", operation.name, answer.json());
}

#[tokio::test]
async fn each_role_opens_exactly_its_operations() {
    let world = World::start().await;
    let mut opened = 0;
    for (permission, operations) in ROLES {
        let token = world.token_with(ORG, permission);
        for operation in OPERATIONS {
            let answer = world.send(operation.call(ORG, NOBODY).token(&token)).await;
            if operations.contains(&operation.name) {
                assert_let_in(operation, answer);
                opened += 1;
            } else {
                assert_denied(operation, answer);
            }
        }
    }
    assert_eq!(opened, OPERATIONS.len(), "each operation has one role");
}

#[tokio::test]
async fn two_roles_open_the_operations_of_both() {
    let world = World::start().await;
    let token = world.token_with(ORG, "identifications:agent scorings:read");
    for operation in OPERATIONS {
        let answer = world.send(operation.call(ORG, NOBODY).token(&token)).await;
        if ["identifications:agent", "scorings:read"].contains(&operation.permission) {
            assert_let_in(operation, answer);
        } else {
            assert_denied(operation, answer);
        }
    }
}

#[tokio::test]
async fn no_permission_opens_nothing() {
    let world = World::start().await;
    for permissions in [
        "",
        "identifications",
        "identifications:*",
        "IDENTIFICATIONS:ADMIN",
        "identifications:administrator",
        "identifications:actor",
        "identifications:admin,scorings:read",
        "api:everything",
    ] {
        let token = world.token_with(ORG, permissions);
        for operation in OPERATIONS {
            assert_denied(operation, world.send(operation.call(ORG, NOBODY).token(&token)).await);
        }
    }
}

#[tokio::test]
async fn permissions_and_scope_are_strings_or_lists() {
    let world = World::start().await;
    let signed = |claim: &str, value: Value| {
        let mut claims = claims(ORG, world.in_almost_thirty_days());
        claims["scope"] = json!("");
        claims[claim] = value;
        ISSUER.sign(&claims)
    };
    for value in [json!("scorings:read identifications:agent"), json!(["scorings:read", "identifications:agent"])] {
        read_with(&world, &signed("permissions", value)).await.expect(404);
    }
    for value in [json!("openid api:everything"), json!(["openid", "api:everything"])] {
        read_with(&world, &signed("scope", value)).await.expect(404);
    }
    for value in
        [json!({ "identifications:agent": true }), json!(true), json!(null), json!([["identifications:agent"]])]
    {
        lacking(read_with(&world, &signed("permissions", value.clone())).await, &value.to_string());
    }
}

#[tokio::test]
async fn everything_is_all_but_deleting_by_force() {
    let world = World::start().await;
    for operation in OPERATIONS {
        assert_let_in(operation, world.send(operation.good_call(&world, NOBODY)).await);
    }
    let created = world.call("POST", "/identifications/agent", OPERATIONS[0].body()).await.expect(201);
    let path = format!("/identifications/agent/{}", created.text("admin_identification_id"));
    world.call("POST", &format!("{path}/close"), None).await.expect(204);
    let unforced = world.call("DELETE", &path, None).await.expect(403);
    assert!(unforced.headers.get("www-authenticate").is_none(), "no permission is missing");
    let answer = world.call("DELETE", &format!("{path}?force=true"), None).await;
    unauthorized(answer, 403, INSUFFICIENT, "by force");
    let forcing = world.token_with(ORG, "identifications:admin identifications:force_delete");
    world.send(Call::org("DELETE", ORG, &format!("{path}?force=true")).token(&forcing)).await.expect(204);
}

/// Has an identification validated under a token with these further claims, and returns whom its evidence names:
/// subject, client, issuer.
async fn named_by(world: &World, further: Value) -> [Option<String>; 3] {
    let subject = Subject::create(world, Method::Agent).await;
    let mut claims = claims(ORG, world.in_almost_thirty_days());
    claims.as_object_mut().expect("an object").extend(further.as_object().cloned().expect("an object"));
    let validation = subject.validation(world).without("authorization").token(&ISSUER.sign(&claims));
    world.send(validation).await.expect(204);
    let (org, id) = (ORG.parse().expect("an organisation"), subject.id.parse().expect("an id"));
    let kept = world.app.stores.by_id.identification(&org, id).await.expect("an answer").expect("it is there");
    let State::Validated(validation) = kept.state else { panic!("validated") };
    let caller = validation.agent.expect("an agent's evidence").caller.expect("a caller");
    assert!(!format!("{caller:?}").contains("maria"), "a subject is private");
    [caller.subject, caller.client_id, caller.issuer].map(|name| name.map(|name| name.expose().to_owned()))
}

#[tokio::test]
async fn the_agents_word_is_kept_with_whoever_gave_it() {
    let world = World::start().await;
    let some = |text: &str| Some(text.to_owned());
    let issuer = some(ISS);
    for (claims, subject, client) in [
        (json!({ "sub": "maria@shop.example" }), some("maria@shop.example"), None),
        (json!({ "sub": "maria", "client_id": "till-7" }), some("maria"), some("till-7")),
        (json!({ "sub": "maria", "azp": "till-8" }), some("maria"), some("till-8")),
        (json!({ "sub": "maria", "client_id": "till-7", "azp": "till-8" }), some("maria"), some("till-7")),
        (json!({ "sub": "", "client_id": 7 }), None, None),
        (json!({ "sub": "m".repeat(5_000) }), Some("m".repeat(256)), None),
        (json!({}), None, None),
    ] {
        assert_eq!(named_by(&world, claims.clone()).await, [subject, client, issuer.clone()], "{claims}");
    }
}
