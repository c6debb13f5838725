//! §4: all the errors of a request are reported at once, each at its place, and none repeats what the caller sent.

use super::stage::reviewed;
use acceptance::{
    Answer, Call, NOBODY, ORG, World, bodies,
    subject::{Method, Subject},
};
use serde_json::json;

#[tokio::test]
async fn all_faults_of_a_create_come_in_one_answer() {
    let world = World::start().await;
    let body = json!({
        "actor": {
            "name": " ", "last_name": 5, "email": "nobody", "language": "FR",
            "identity_document": { "document_number": "", "document_type": "DNI", "country": "SPAIN" },
            "msisdn": { "phone_number": 1.5 },
        },
        "channel": { "type": "PIGEON", "external": "perhaps" }, "two_factor_type": "FINGER", "expires_in": "P1Y",
    });
    let answer = world
        .send(world.request("POST", "/identifications/otp", Some(body)).header("idempotency-key", "a b"))
        .await
        .expect(400);
    let pointers: Vec<String> =
        answer.details().iter().map(|details| details.split(": ").next().unwrap_or_default().to_owned()).collect();
    assert_eq!(
        pointers,
        [
            "/actor/email",
            "/actor/identity_document/country",
            "/actor/identity_document/document_number",
            "/actor/identity_document/document_type",
            "/actor/language",
            "/actor/last_name",
            "/actor/msisdn/country_code",
            "/actor/msisdn/phone_number",
            "/actor/name",
            "/channel/external",
            "/channel/type",
            "/expires_in",
            "/two_factor_type",
            "header idempotency-key",
        ]
    );
    reviewed("all_faults_of_a_create", answer.json());
}

#[tokio::test]
async fn faults_in_path_headers_and_body_come_together() {
    let world = World::start().await;
    let call = |method, path: &str| Call::org(method, ORG, path).token(&world.token(ORG));
    let headers = |call: Call| call.header("x-fingerprint", "a b").header("x-location", "91,0");
    let agent = headers(call("POST", "/identifications/agent/17/validate"))
        .json(&json!({ "evidence": "*", "evidence_metadata": "[]" }));
    let otp = headers(call("PUT", "/identifications/otp/17/validate")).json(&json!({ "code": [], "two_factor": 5 }));
    let document = headers(call("POST", "/identifications/identity_document/17/validate"));
    for (name, call) in [("agent", agent), ("otp", otp), ("identity_document", document)] {
        reviewed(&format!("all_faults_of_a_validate_{name}"), world.send(call).await.expect(400).json());
    }
    reviewed(
        "all_faults_of_a_delete",
        world.send(call("DELETE", "/identifications/otp/17?force=perhaps")).await.expect(400).json(),
    );
    let cancel = call("POST", "/identifications/otp/17/cancel").json(&json!({}));
    reviewed("all_faults_of_a_cancel", world.send(cancel).await.expect(400).json());
}

#[tokio::test]
async fn an_empty_body_of_each_create_says_all_that_is_missing() {
    let world = World::start().await;
    for (path, missing) in [
        ("/identifications/agent", vec!["/actor: is required", "/expires_in: is required"]),
        ("/identifications/otp", vec!["/actor: is required", "/channel: is required", "/expires_in: is required"]),
        (
            "/scorings/identity_document",
            vec!["/document: is required", "/expires_in: is required", "/provider: is required"],
        ),
    ] {
        assert_eq!(world.call("POST", path, Some(json!({}))).await.expect(400).details(), missing, "{path}");
    }
    let null = json!({ "actor": null, "expires_in": null });
    assert_eq!(
        world.call("POST", "/identifications/agent", Some(null)).await.expect(400).details(),
        ["/actor: is required", "/expires_in: is required"]
    );
}

const CANARY: &str = "C4NARY";

/// Requires that the answer contains nothing that the caller sent.
#[track_caller]
fn silent(answer: Answer, status: u16) {
    let text = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body)).to_uppercase();
    assert_eq!(answer.status.as_u16(), status, "{text}");
    assert!(!text.contains(CANARY), "{text}");
}

#[tokio::test]
async fn no_field_of_a_body_is_repeated() {
    let world = World::start().await;
    let name = CANARY.repeat(50);
    let body = json!({
        "actor": {
            "name": name, "last_name": format!("{CANARY}\n"), "email": format!("{CANARY}@"), "language": CANARY,
            "identity_document": { "document_number": name, "document_type": CANARY, "country": CANARY },
            "msisdn": { "phone_number": CANARY, "country_code": CANARY },
        },
        "channel": { "type": CANARY, "external": CANARY }, "two_factor_type": CANARY, "expires_in": CANARY, "configuration_name": CANARY,
        "scoring": { "provider": CANARY }, "document": { "type": CANARY, "country": CANARY }, "provider": CANARY, "max_score_retries": CANARY,
        "personal_document_image": CANARY, CANARY: CANARY,
    });
    for path in [
        "/identifications/agent",
        "/identifications/otp",
        "/identifications/identity_document",
        "/scorings/identity_document",
    ] {
        silent(world.call("POST", path, Some(body.clone())).await, 400);
        let broken = format!("{{\"{CANARY}\": {CANARY}");
        silent(world.send(world.request("POST", path, None).body("application/json", broken)).await, 400);
        silent(world.send(world.request("POST", path, None).body(CANARY, "{}")).await, 415);
    }
}

#[tokio::test]
async fn no_path_query_or_header_is_repeated() {
    let world = World::start().await;
    let agent = format!("/identifications/agent/{CANARY}");
    silent(world.call("GET", &agent, None).await, 400);
    silent(world.call("POST", &format!("{agent}/{CANARY}"), None).await, 404);
    silent(world.call(CANARY, &agent, None).await, 405);
    silent(world.call("DELETE", &format!("/identifications/agent/{NOBODY}?force={CANARY}"), None).await, 400);
    silent(world.send(Call::new("GET", format!("/{CANARY}"))).await, 404);
    silent(world.send(Call::org("POST", CANARY, "/identifications/agent").token(&world.token(ORG))).await, 401);
    silent(world.send(Call::org("GET", ORG, &format!("/identifications/agent/{NOBODY}")).token(CANARY)).await, 401);
    let validate = world.request("POST", &format!("/identifications/identity_document/{NOBODY}/validate"), None);
    for name in ["x-installation_id", "x-location"] {
        silent(world.send(validate.clone().without(name).header(name, CANARY)).await, 400);
    }
    silent(
        world.send(validate.without("x-fingerprint").header("x-fingerprint", format!("{CANARY} {CANARY}"))).await,
        400,
    );
    let key = format!("{CANARY} {CANARY}");
    silent(
        world
            .send(
                world
                    .request("POST", "/identifications/agent", Some(bodies::agent(false)))
                    .header("idempotency-key", key),
            )
            .await,
        400,
    );
}

#[tokio::test]
async fn no_code_no_factor_and_no_reason_is_repeated() {
    let world = World::start().await;
    let mut body = bodies::external_otp();
    body["two_factor_type"] = json!("EMAIL");
    let otp = Subject::of(&world, Method::Otp, body).await;
    let attempt = json!({ "code": CANARY, "two_factor": format!("{CANARY}@email.com") });
    silent(world.call("PUT", &otp.actor_path("/validate"), Some(attempt)).await, 400);
    silent(world.call("PUT", &otp.actor_path("/validate"), Some(json!({ "code": CANARY.repeat(50) }))).await, 400);
    silent(world.call("POST", &otp.admin_path("/cancel"), Some(json!({ "reason": CANARY.repeat(200) }))).await, 400);
    let agent = Subject::create(&world, Method::Agent).await;
    let evidence = json!({ "agent": CANARY.repeat(50), "evidence": CANARY, "evidence_metadata": CANARY });
    silent(world.call("POST", &agent.actor_path("/validate"), Some(evidence)).await, 400);
    let scoring = format!("/scorings/identity_document/{NOBODY}/score");
    silent(world.send(world.request("PUT", &scoring, None).pictures(&[(CANARY, CANARY.as_bytes())])).await, 400);
    silent(world.send(world.request("PUT", &scoring, None).pictures(&[("front", CANARY.as_bytes())])).await, 415);
}
