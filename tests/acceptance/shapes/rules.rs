//! The rules for requests, and the answers to requests that break them.

use super::{Service, Shape, Step, in_an_hour, on_both_shapes};
use acceptance::{
    Answer, Call, NOBODY, ORG, OTHER_ORG, bodies,
    tokens::{ISSUER, Issuer, KID, claims},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use std::collections::BTreeSet;

const AGENT: &str = "/identifications/agent";

/// Requires the only form of a refusal: all four fields, an id of its own, nothing else.
#[track_caller]
fn refused(answer: Answer, status: u16, title: &str) -> Answer {
    let answer = answer.expect(status);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert!(!answer.headers["x-request-id"].is_empty());
    let body = answer.json();
    let errors = body["errors"].as_array().expect("errors");
    assert!(!errors.is_empty() && body.as_object().is_some_and(|body| body.len() == 1), "{body}");
    for error in errors {
        let fields: Vec<&str> = error
            .as_object()
            .expect("an object")
            .iter()
            .filter(|(_, field)| field.is_string())
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(
            fields.iter().copied().collect::<BTreeSet<_>>(),
            BTreeSet::from(["code", "details", "ref", "title"]),
            "{error}"
        );
        assert_eq!(error["title"], title);
    }
    answer
}

#[track_caller]
fn retry_after(answer: &Answer) -> u64 {
    answer.headers["retry-after"].to_str().expect("ASCII").parse().expect("seconds")
}

on_both_shapes! {
    async fn only_the_issuers_tokens_open_and_only_their_organisation(service: Service) {
        let good = claims(ORG, in_an_hour());
        let permitted = |permissions: &str| {
            let mut claims = good.clone();
            claims["scope"] = json!("");
            claims["permissions"] = json!(permissions);
            claims
        };
        let with = |token: &str| service.send(Call::org("POST", ORG, AGENT).token(token).json(&bodies::agent(false)));
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(KID.to_owned());
        let modulus = ISSUER.jwks["keys"][0]["n"].as_str().expect("a member").as_bytes();
        let hmac = encode(&header, &good, &EncodingKey::from_secret(modulus)).expect("a token");
        let invalid = r#"Bearer error="invalid_token""#;
        let insufficient = r#"Bearer error="insufficient_scope""#;
        for (what, token, challenge) in [
            ("no JWT", "nonsense".to_owned(), invalid),
            ("expired", ISSUER.sign(&claims(ORG, in_an_hour() - 3_700)), invalid),
            ("another issuer's", Issuer::generate().sign(&good), invalid),
            ("HS256 with the public key", hmac, invalid),
            ("another organisation's", ISSUER.sign(&claims(OTHER_ORG, in_an_hour())), insufficient),
            ("without any permission", ISSUER.sign(&permitted("")), insufficient),
        ] {
            let answer = with(&token).await;
            assert_eq!(answer.status, 401, "{what}");
            assert_eq!(refused(answer, 401, "UNAUTHORIZED").headers["www-authenticate"], challenge, "{what}");
        }
        refused(service.send(Call::org("POST", ORG, AGENT).json(&bodies::agent(false))).await, 401, "UNAUTHORIZED");
        with(&ISSUER.sign(&good)).await.expect(201);

        let created = service.create("agent", bodies::agent(false)).await;
        let theirs = ISSUER.sign(&claims(OTHER_ORG, in_an_hour()));
        let call = |method, id: &str| Call::org(method, OTHER_ORG, &format!("{AGENT}/{id}")).token(&theirs);
        refused(service.send(call("GET", &created.id)).await, 404, "RESOURCE_NOT_FOUND");
        refused(service.send(call("DELETE", &created.admin)).await, 404, "RESOURCE_NOT_FOUND");
        refused(service.call("GET", &format!("{AGENT}/{}", created.admin), None).await, 404, "RESOURCE_NOT_FOUND");
        let may_validate = ISSUER.sign(&permitted("identifications:validate"));
        let delete = service.request("DELETE", &format!("{AGENT}/{}", created.admin), None).without("authorization").token(&may_validate);
        refused(service.send(delete).await, 403, "UNAUTHORIZED");
        assert_eq!(service.status(&created).await, "CREATED");
    }

    async fn all_faults_come_in_one_answer_each_where_it_is(service: Service) {
        let body = json!({
            "actor": { "name": " ", "email": "nobody", "language": "FR", "msisdn": { "phone_number": 1.5, "country_code": "34" } },
            "channel": { "type": "PIGEON" }, "expires_in": "P1Y",
        });
        let create = service.request("POST", "/identifications/otp", Some(body)).header("idempotency-key", "a b");
        let faults = service.send(create).await.expect(400);
        let places = |answer: &Answer| -> Vec<String> {
            answer.details().iter().map(|details| details.split(": ").next().unwrap_or_default().to_owned()).collect()
        };
        let wanted = [
            "/actor/email", "/actor/language", "/actor/last_name", "/actor/msisdn/phone_number", "/actor/name", "/channel/type", "/expires_in",
            "header idempotency-key",
        ];
        assert_eq!(places(&faults), wanted);
        let validate = Call::org("POST", ORG, &format!("{AGENT}/17/validate")).token(&service.token).header("x-location", "91,0").json(&json!({}));
        let faults = service.send(validate).await.expect(400);
        for place in ["path parameter identification_id", "header x-installation_id", "header x-fingerprint", "header x-location", "/agent"] {
            assert!(places(&faults).iter().any(|found| found == place), "{place}: {:?}", faults.details());
        }
        for (body, what) in [("{", "is not JSON"), ("", ""), ("[]", ""), ("{\"actor\":\"\u{e9}", "")] {
            let answer = service.send(service.request("POST", AGENT, None).body("application/json", body)).await;
            assert!(refused(answer, 400, "INVALID_INPUT").details()[0].contains(what), "{body}");
        }
        let latin_1 = service.request("POST", AGENT, None).body("application/json", &b"{\"actor\":\"\xe9\"}"[..]);
        refused(service.send(latin_1).await, 400, "INVALID_INPUT");
    }

    async fn what_no_operation_takes_is_refused_in_our_own_words(service: Service) {
        let token = service.token.clone();
        for path in ["/v1/orgs/yoigo/identifications/nothing", "/v2", "/v1/orgs/yoigo/identifications/agent/x/validate/y", "/v1/orgs//identifications/agent"] {
            refused(service.send(Call::new("GET", path).token(&token)).await, 404, "RESOURCE_NOT_FOUND");
        }
        for (method, path, allowed) in [("GET", AGENT.to_owned(), "POST"), ("POST", format!("/identifications/otp/{NOBODY}/validate"), "PUT")] {
            let answer = refused(service.call(method, &path, None).await, 405, "INVALID_INPUT");
            assert_eq!(answer.headers["allow"], allowed);
        }
        let large = json!({ "actor": "x".repeat(1024 * 1024) });
        refused(service.call("POST", AGENT, Some(large)).await, 413, "INVALID_INPUT");
        refused(service.send(service.request("POST", AGENT, None).body("text/plain", "{}")).await, 415, "INVALID_INPUT");
        refused(service.call("GET", &format!("{AGENT}/17"), None).await, 400, "PARAMETER_ERROR");
        refused(service.call("GET", &format!("{AGENT}/{NOBODY}"), None).await, 404, "RESOURCE_NOT_FOUND");
        // A function takes it for a GET, here of what is not there: on AWS a gateway has no route for it.
        let status = if service.shape == Shape::Serve { 405 } else { 404 };
        let head = service.call("HEAD", &format!("/scorings/identity_document/{NOBODY}"), None).await.expect(status);
        assert!(head.body.is_empty() && head.headers.contains_key("x-request-id"));
        let mut ids = BTreeSet::new();
        for _ in 0..3 {
            let named = service.request("GET", &format!("{AGENT}/{NOBODY}"), None).header("x-request-id", "mine");
            ids.insert(service.send(named).await.headers["x-request-id"].to_str().expect("ASCII").to_owned());
        }
        assert!(ids.len() == 3 && !ids.contains("mine"), "the service names requests: {ids:?}");
    }

    async fn nobody_is_sent_more_than_five_messages_in_ten_minutes(service: Service) {
        let create = || service.call("POST", "/identifications/otp", Some(bodies::otp_to(600_000_001)));
        let first = create().await.expect(201);
        let resend = format!("/identifications/otp/{}/resend", first.text("identification_id"));
        let too_soon = refused(service.call("POST", &resend, None).await, 429, "UNPROCESSABLE_ENTITY");
        assert!((1..=31).contains(&retry_after(&too_soon)), "{too_soon:?}");
        for _ in 0..4 {
            create().await.expect(201);
        }
        let throttled = refused(create().await, 429, "UNPROCESSABLE_ENTITY");
        assert!((500..=601).contains(&retry_after(&throttled)), "{throttled:?}");
        service.create("otp", bodies::otp_to(600_000_002)).await;
    }

    async fn nobody_sees_what_is_masked(service: Service) {
        let created = service.create("otp", bodies::otp()).await;
        let metadata = service.metadata("otp", &created.id).await;
        assert_eq!((&metadata["actor"]["name"], &metadata["actor"]["email"]), (&json!("James"), &json!("e*****e@email.com")));
        let phone = metadata["actor"]["msisdn"].as_str().expect("a phone");
        assert!(phone.ends_with("789") && phone.trim_end_matches("789").chars().all(|c| c == '*'), "{phone}");
        service.step(&created, Step::Cancel).await.expect(204);
        let read = service.call("GET", &format!("{}/{}", created.path, created.id), None).await.expect(200);
        let text = format!("{} {}", read.json(), created.answer.json());
        for secret in ["Smith", "12345678A", "example@email.com", "6123456789", "The customer left"] {
            assert!(!text.contains(secret), "{secret}");
        }
    }

    async fn the_inbox_shows_what_was_sent(service: Service) {
        let created = service.create("otp", bodies::otp()).await;
        let code = service.code(&created.id).await;
        let page = service.send(Call::new("GET", "/local/inbox").header("accept", "text/html")).await.expect(200);
        assert!(page.headers["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/html")));
        assert!(String::from_utf8_lossy(&page.body).contains(&code));
        assert!(service.inbox(NOBODY).await.is_empty());
        assert_eq!(service.send(Call::new("GET", "/health")).await.expect(200).json(), json!({ "status": "ok" }));
        let document = service.send(Call::new("GET", "/openapi.json")).await.expect(200).json();
        assert!(document["paths"].as_object().is_some_and(|paths| paths.len() > 10));
    }
}
