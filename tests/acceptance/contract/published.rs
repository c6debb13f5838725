//! The published examples work unchanged: clients written for the API that this one re-implements must not need
//! changes.

use acceptance::{Answer, Call, ORG, World, bodies, request::base64, tokens::ISSUER};
use serde_json::json;

const ACTOR: &str = r#"{"name":"James","last_name":"Smith",
 "identity_document":{"document_number":"12345678A","document_type":"NIF","country":"ES"},
 "email":"example@email.com","msisdn":{"phone_number":6123456789,"country_code":"34"},"language":"ES"}"#;

/// A caller with a token as published.
struct Client(World);

impl Client {
    async fn new() -> Self {
        Self(World::start().await)
    }

    /// Sends text, byte for byte.
    async fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let claims = json!({
            "tenants_translation": [{ "tenant_id": "15", "org": "yoigo" }], "permissions": "", "scope": "api:everything", "exp": self.0.in_almost_thirty_days(),
        });
        let call = Call::org(method, ORG, path).token(&ISSUER.sign(&claims));
        let call = if path.ends_with("/validate") { call.device() } else { call };
        let call = if body.is_empty() { call } else { call.body("application/json", body) };
        self.0.send(call).await
    }
}

#[tokio::test]
async fn an_agent_confirms_a_person() {
    let client = Client::new().await;
    let body = format!(r#"{{"actor":{ACTOR},"personal_document_image":true,"expires_in":"PT1H"}}"#);
    let created = client.send("POST", "/identifications/agent", &body).await.expect(201);
    let path = format!("/identifications/agent/{}/validate", created.text("identification_id"));
    // Base64 as published: without padding.
    let unpadded = (1..)
        .map(|seed| base64(&bodies::evidence_png(seed)))
        .find(|text| text.ends_with('='))
        .expect("a length that needs padding");
    let body = json!({ "agent": "shop-042/maria", "evidence": unpadded.trim_end_matches('='), "evidence_metadata": "{\"shop\":\"042\"}" });
    client.send("POST", &path, &body.to_string()).await.expect(204);
    let close = format!("/identifications/agent/{}/close", created.text("admin_identification_id"));
    client.send("POST", &close, "").await.expect(204);
}

#[tokio::test]
async fn a_person_types_a_code() {
    let client = Client::new().await;
    let body = format!(
        r#"{{"actor":{ACTOR},"expires_in":"PT10M","two_factor_type":"DOCUMENT_NUMBER","channel":{{"type":"SMS","external":false}}}}"#
    );
    let created = client.send("POST", "/identifications/otp", &body).await.expect(201);
    let id = created.text("identification_id");
    assert_eq!(client.0.deliver().await, 0);
    assert_eq!(client.0.sender.sent()[0].to, "+346123456789");
    let body = json!({ "code": client.0.code_of(&id), "two_factor": "12345678A" });
    client.send("PUT", &format!("/identifications/otp/{id}/validate"), &body.to_string()).await.expect(204);
}

#[tokio::test]
async fn external_is_text_in_the_published_example() {
    let client = Client::new().await;
    for (external, carries_code) in [(r#""true""#, true), ("true", true), (r#""false""#, false), ("false", false)] {
        let body =
            format!(r#"{{"actor":{ACTOR},"expires_in":"PT1H","channel":{{"type":"SMS","external":{external}}}}}"#);
        let created = client.send("POST", "/identifications/otp", &body).await.expect(201);
        assert_eq!(created.json()["code"].is_string(), carries_code, "{external}");
    }
}

#[tokio::test]
async fn an_identity_document_is_created_with_200() {
    let client = Client::new().await;
    let with_actor = format!(
        r#"{{"actor":{ACTOR},"configuration_name":"MEDIUM","expires_in":"P30D","scoring":{{"provider":"INTERNAL"}}}}"#
    );
    let flat = r#"{"name":"James","last_name":"Smith","identity_document":{"document_number":"12345678A","document_type":"NIF","country":"ES"}}"#;
    for body in [&with_actor, flat, "{}"] {
        let created = client.send("POST", "/identifications/identity_document", body).await.expect(200);
        let path = format!("/identifications/identity_document/{}", created.text("identification_id"));
        client.send("GET", &path, "").await.expect(200);
    }
}

#[tokio::test]
async fn a_document_is_scored() {
    let client = Client::new().await;
    let body = r#"{"document":{"type":"IDENTITY_CARD","country":"ES"},"provider":"INTERNAL","expires_in":"P1DT2H30M","max_score_retries":5}"#;
    let created = client.send("POST", "/scorings/identity_document", body).await.expect(200);
    let path = format!("/scorings/identity_document/{}", created.text("scoring_id"));
    let pictures = client
        .0
        .request("PUT", &format!("{path}/score"), None)
        .pictures(&[("front", &bodies::png(1)), ("back", &bodies::png(2))]);
    client.0.send(pictures).await.expect(204);
    assert_eq!(client.send("GET", &path, "").await.expect(200).text("status"), "SCORED");
    client.send("POST", &format!("{path}/close"), "").await.expect(204);
}
