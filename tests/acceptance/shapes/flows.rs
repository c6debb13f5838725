//! People are identified: by a code, by a shop agent, by a document.

use super::{Created, Service, Step, in_an_hour, on_both_shapes};
use acceptance::{ORG, bodies, chains, request::base64, tokens::ISSUER};
use serde_json::{Value, json};

const FORCE: &str = "identifications:admin identifications:force_delete";

/// An OTP with a channel, external or not, and a second factor.
fn otp(channel: &str, external: bool, factor: Option<&str>) -> Value {
    let mut body = bodies::otp();
    body["channel"] = json!({ "type": channel, "external": external });
    body["two_factor_type"] = json!(factor);
    body
}

/// Requires that it can no longer be validated, cancelled or closed.
async fn is_over(service: &Service, created: &Created, status: &str, validate: Step<'_>) {
    service.step(created, validate).await.expect(409);
    service.step(created, Step::Cancel).await.expect(409);
    service.step(created, Step::Close).await.expect(409);
    assert_eq!(service.status(created).await, status);
}

on_both_shapes! {
    async fn a_code_goes_to_its_channel_and_validates_once(service: Service) {
        for (channel, to) in [("SMS", "+346123456789"), ("EMAIL", "example@email.com")] {
            let created = service.create("otp", otp(channel, false, None)).await;
            assert!(created.answer.json().get("code").is_none(), "what we deliver is not told");
            let message = service.message(&created.id).await;
            let (code, text) = (message["code"].as_str().expect("a code"), message["text"].as_str().expect("a text"));
            assert_eq!((&message["status"], &message["channel"], &message["to"]), (&json!("DELIVERED"), &json!(channel), &json!(to)));
            assert_eq!(text.matches(code).count(), 1, "{text}");
            service.step(&created, Step::Code("untrue")).await.expect(400);
            assert_eq!(service.metadata("otp", &created.id).await["attempts_left"], 4);
            let validated = service.step(&created, Step::Code(&code.to_uppercase())).await.expect(204);
            assert!(validated.body.is_empty());
            service.step(&created, Step::Code(code)).await.expect(409);
            assert_eq!(service.status(&created).await, "VALIDATED");
            service.step(&created, Step::Close).await.expect(204);
            is_over(&service, &created, "CLOSED", Step::Code(code)).await;
            assert_eq!(service.inbox(&created.id).await.len(), 1, "one message is sent");
        }
    }

    async fn a_code_that_the_caller_delivers_is_told_once_and_counts_with_its_second_factor(service: Service) {
        for (factor, right) in [("DOCUMENT_NUMBER", "12345678A"), ("EMAIL", "example@email.com")] {
            let created = service.create("otp", otp("SMS", true, Some(factor))).await;
            let code = created.answer.text("code");
            let path = format!("{}/{}", created.path, created.id);
            service.call("POST", &format!("{path}/resend"), None).await.expect(409);
            let attempt = async |factor: Value| {
                let body = json!({ "code": code, "two_factor": factor });
                service.call("PUT", &format!("{path}/validate"), Some(body)).await
            };
            attempt(Value::Null).await.expect(400);
            attempt(json!("another")).await.expect(400);
            attempt(json!(right)).await.expect(204);
            assert_eq!(service.status(&created).await, "VALIDATED");
            assert!(service.inbox(&created.id).await.is_empty(), "nothing is sent");
        }
    }

    async fn a_picture_of_the_document_counts_with_its_code(service: Service) {
        let mut body = otp("SMS", true, Some("PERSONAL_DOCUMENT_IMAGE"));
        body["actor"]["identity_document"]["document_number"] = json!("12345678Z");
        let created = service.create("otp", body).await;
        let code = created.answer.text("code");
        let path = format!("{}/{}", created.path, created.id);
        let show = async |code: &str, picture: &str| {
            let body = bodies::code_and_pictures(code, &[("back", &bodies::fixture(picture))]);
            service.call("PUT", &format!("{path}/validate"), Some(body)).await
        };
        let wrong = show(&code, "otp-other.jpg").await.expect(400);
        assert_eq!(show("untrue", "otp-dni.jpg").await.expect(400).details(), wrong.details());
        assert_eq!(service.metadata("otp", &created.id).await["attempts_left"], 3);
        show(&code, "otp-dni.jpg").await.expect(204);
        show(&code, "otp-dni.jpg").await.expect(409);
        assert_eq!(service.status(&created).await, "VALIDATED");
    }

    async fn a_shop_agent_confirms_a_person_with_a_picture(service: Service) {
        let created = service.create("agent", bodies::agent(true)).await;
        service.step(&created, Step::Validate(Some(json!({ "agent": "shop-042/maria" })))).await.expect(400);
        let evidence = |bytes: &[u8]| {
            let metadata = json!({ "camera": "2" }).to_string();
            Some(json!({ "agent": "shop-042/maria", "evidence": base64(bytes), "evidence_metadata": metadata }))
        };
        let refused = service.step(&created, Step::Validate(evidence(b"no picture"))).await.expect(400);
        assert!(refused.details()[0].starts_with("/evidence: "), "{:?}", refused.details());
        // Close to the limit of API Gateway: base64 adds a third to it, and an event is 6 MiB at most.
        let picture = bodies::png_of_noise(2_000, 1_900);
        assert!(picture.len() > 3_500_000, "{}", picture.len());
        service.step(&created, Step::Validate(evidence(&picture))).await.expect(204);
        is_over_but_closes(&service, &created).await;
        let plain = service.create("agent", bodies::agent(false)).await;
        let refused = service.step(&plain, Step::Validate(evidence(&bodies::png(1)))).await.expect(400);
        assert!(refused.details()[0].starts_with("/evidence: "), "{:?}", refused.details());
        service.step(&plain, Step::Validate(Some(json!({ "agent": "maria" })))).await.expect(204);
    }

    async fn what_is_cancelled_or_deleted_is_over(service: Service) {
        for (kind, body) in [
            ("agent", bodies::agent(false)),
            ("otp", bodies::external_otp()),
            ("identity_document", bodies::identity_document("LOW")),
        ] {
            let validate = || match kind {
                "otp" => Step::Code("222222"),
                "agent" => Step::Validate(Some(json!({ "agent": "maria" }))),
                _ => Step::Validate(None),
            };
            let created = service.create(kind, body.clone()).await;
            service.step(&created, Step::Cancel).await.expect(204);
            is_over(&service, &created, "CANCELLED", validate()).await;
            service.step(&created, Step::Delete("")).await.expect(403);
            service.step(&created, Step::Delete("?force=true")).await.expect(403);
            service.step(&created, Step::Delete("?force=perhaps")).await.expect(400);
            let mut claims = acceptance::tokens::claims(ORG, in_an_hour());
            claims["permissions"] = json!(FORCE);
            let delete = service.request("DELETE", &format!("{}/{}?force=TRUE", created.path, created.admin), None);
            service.send(delete.without("authorization").token(&ISSUER.sign(&claims))).await.expect(204);
            assert_eq!(service.status(&created).await, "gone");

            let fresh = service.create(kind, body).await;
            service.step(&fresh, Step::Delete("")).await.expect(204);
            for step in [Step::Delete(""), Step::Cancel, Step::Close, validate()] {
                service.step(&fresh, step).await.expect(404);
            }
            assert_eq!(service.status(&fresh).await, "gone");
        }
    }

    async fn a_chain_is_taken_step_by_step(service: Service) {
        let (chain, agent, code) = service.chain(600_000_001).await;
        let path = format!("{}/{}", chains::PATH, chain.text("identification_chain_id"));
        let validate = || service.request("POST", &format!("{path}/validate"), None);
        service.step(&code, Step::Code("k7p2qx")).await.expect(409);
        service.send(validate()).await.expect(409);
        assert!(service.inbox(&code.id).await.is_empty(), "nothing goes out before its turn");
        service.step(&agent, Step::Validate(Some(json!({ "agent": "maria" })))).await.expect(204);
        service.step(&code, Step::Cancel).await.expect(409);
        let sent = service.code(&code.id).await;
        service.step(&code, Step::Code(&sent)).await.expect(204);
        service.send(validate()).await.expect(204);
        let read = service.request("GET", &path, None).header("user-agent", "tests");
        assert_eq!(service.send(read).await.expect(200).text("status"), "VALIDATED");
        assert_eq!(service.status(&code).await, "VALIDATED");
    }

    async fn what_was_answered_is_still_there_after_a_kill(service: Service) {
        let sent = service.create("otp", bodies::otp()).await;
        let code = service.code(&sent.id).await;
        let told = service.create("otp", bodies::external_otp()).await;
        let agent = service.create("agent", bodies::agent(false)).await;
        service.step(&agent, Step::Close).await.expect(204);
        let service = service.killed_and_started_again().await;
        assert_eq!(service.code(&sent.id).await, code, "the inbox keeps its messages");
        assert_eq!(service.status(&agent).await, "CLOSED");
        service.step(&sent, Step::Code(&code)).await.expect(204);
        service.step(&told, Step::Code(&told.answer.text("code"))).await.expect(204);
    }
}

async fn is_over_but_closes(service: &Service, created: &Created) {
    service.step(created, Step::Validate(Some(json!({ "agent": "maria" })))).await.expect(400);
    let evidence = json!({ "agent": "maria", "evidence": base64(&bodies::evidence_png(1)) });
    service.step(created, Step::Validate(Some(evidence))).await.expect(409);
    service.step(created, Step::Close).await.expect(204);
    assert_eq!(service.status(created).await, "CLOSED");
}
