//! §5: the device headers, which every validate accepts and stores.

use super::stage::in_state;
use acceptance::{
    Call, NOBODY, ORG, World,
    subject::{Method, Subject},
};
use acredita_domain::identification::State;
use axum::{extract::ConnectInfo, http::HeaderValue};
use serde_json::json;
use std::net::SocketAddr;

/// A validate that only its device headers can invalidate.
fn validate(world: &World, method: Method, id: &str) -> Call {
    let (verb, body) = match method {
        Method::Agent => ("POST", Some(json!({ "agent": "maria" }))),
        Method::Otp => ("PUT", Some(json!({ "code": "222222" }))),
        Method::IdentityDocument => ("POST", None),
    };
    world.request(verb, &format!("{}/{id}/validate", method.path()), body)
}

/// Refused values, and whether the header may be missing.
fn bad_values() -> Vec<(&'static str, Vec<String>)> {
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    let mut fingerprints = texts(&["", " ", "a b", "é"]);
    fingerprints.push("x".repeat(129));
    let mut agents = texts(&["", "  "]);
    agents.push("x".repeat(100_000));
    vec![
        (
            "x-installation_id",
            texts(&[
                "",
                "17",
                "7d4448409dc041a98a3a6f2a5e4f1c11",
                "not-a-uuid",
                "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c1g",
            ]),
        ),
        ("x-fingerprint", fingerprints),
        (
            "x-location",
            texts(&[
                "40.4168",
                "40.4168,",
                ",",
                "90.0001,0",
                "-91,0",
                "0,180.0001",
                "0,-181",
                "a,b",
                "NaN,0",
                "inf,0",
                "0,inf",
                "1e2,0",
                "0,1e400",
                "1e,0",
                "1,2,3",
                "40.4168;-3.7038",
                "0x10,0",
            ]),
        ),
        ("user-agent", agents),
    ]
}

#[tokio::test]
async fn a_malformed_device_header_is_refused_on_every_validate() {
    let world = World::start().await;
    for method in Method::ALL {
        for (name, values) in bad_values() {
            for value in values {
                let call = validate(&world, method, NOBODY).without(name).header(name, value.clone());
                let details = world.send(call).await.expect(400).details();
                assert!(
                    details.len() == 1 && details[0].starts_with(&format!("header {name}: ")),
                    "{method:?} {name} {value:?}: {details:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn all_but_the_location_are_required() {
    let world = World::start().await;
    for method in Method::ALL {
        for name in ["x-installation_id", "x-fingerprint", "user-agent"] {
            let answer = world.send(validate(&world, method, NOBODY).without(name)).await.expect(400);
            assert_eq!(answer.details(), [format!("header {name}: is required")], "{method:?}");
            assert_eq!(answer.json()["errors"][0]["title"], "PARAMETER_ERROR");
        }
        world.send(validate(&world, method, NOBODY).without("x-location")).await.expect(404);
    }
}

#[tokio::test]
async fn a_device_header_comes_once() {
    let world = World::start().await;
    for name in ["x-installation_id", "x-fingerprint", "x-location", "user-agent"] {
        let call = validate(&world, Method::Agent, NOBODY);
        let value = call.headers.iter().find(|(n, _)| n == name).expect("it is there").1.clone();
        let answer = world.send(call.header(name, value)).await.expect(400);
        assert_eq!(answer.details(), [format!("header {name}: is given more than once")]);
    }
}

#[tokio::test]
async fn values_at_the_edge_are_fine() {
    let world = World::start().await;
    for (name, value) in [
        ("x-installation_id", "7D444840-9DC0-41A9-8A3A-6F2A5E4F1C11".to_owned()),
        ("x-installation_id", "00000000-0000-0000-0000-000000000000".to_owned()),
        ("x-fingerprint", "x".repeat(128)),
        ("x-fingerprint", "!".to_owned()),
        ("x-fingerprint", "~;,\"=/".to_owned()),
        ("x-location", "90,180".to_owned()),
        ("x-location", "-90,-180".to_owned()),
        ("x-location", "0,0".to_owned()),
        ("x-location", "40.4168, -3.7038".to_owned()),
        ("x-location", "39.9,9.485E-4".to_owned()),
        ("x-location", "-1e1,+1.5e+2".to_owned()),
        ("x-location", String::new()),
        ("x-location", "  ".to_owned()),
        ("user-agent", "x".to_owned()),
        ("user-agent", "Mozilla/5.0 (Linux; Android 16) example-app/1.0".to_owned()),
        ("user-agent", "compañía/1.0".to_owned()),
        ("user-agent", "遠傳電信/2 (🙂)".to_owned()),
        ("user-agent", "x".repeat(1_024)),
    ] {
        let subject = Subject::create(&world, Method::Agent).await;
        let call = validate(&world, Method::Agent, &subject.id).without(name).header(name, value.clone());
        assert_eq!(world.send(call).await.status, 204, "{name}: {value}");
    }
}

#[tokio::test]
async fn the_installation_may_come_by_the_name_that_gateways_give_it() {
    let world = World::start().await;
    let id = "0a000000-0000-4000-8000-00000000000a";
    for method in Method::ALL {
        let renamed = || validate(&world, method, NOBODY).without("x-installation_id").header("x-installation-id", id);
        world.send(renamed()).await.expect(404);
        let both = world.send(renamed().header("x-installation_id", id)).await.expect(400);
        assert_eq!(both.details(), ["header x-installation_id: is given more than once"]);
    }
}

#[tokio::test]
async fn a_user_agent_may_be_latin_1() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let mut request = validate(&world, Method::Agent, &subject.id).without("user-agent").into_request();
    let bytes = HeaderValue::from_bytes(b"compa\xF1\xEDa/1.0").expect("a header may have such bytes");
    request.headers_mut().insert("user-agent", bytes);
    world.send_request(request).await.expect(204);
    let (org, id) = (ORG.parse().expect("an organisation"), subject.id.parse().expect("an id"));
    let kept = world.app.stores.by_id.identification(&org, id).await.expect("an answer").expect("it is there");
    let State::Validated(validation) = kept.state else { panic!("validated") };
    assert_eq!(validation.device.user_agent.expose(), "compañía/1.0");
}

#[tokio::test]
async fn no_other_operation_asks_for_the_device() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    world.send(Call::org("GET", ORG, &subject.actor_path("")).token(&world.token(ORG))).await.expect(200);
}

/// The client's address in the evidence is the one that the gateway saw, regardless of what the client sends.
#[tokio::test]
async fn the_device_is_kept_as_evidence_with_the_address_that_the_gateway_saw() {
    let world = World::with_external_provider().await;
    for method in Method::ALL {
        let subject = in_state(&world, method, "CREATED").await.expect("every method knows it");
        let call = validate(&world, method, &subject.id);
        let call = match &subject.code {
            Some(code) => call.json(&json!({ "code": code })),
            None => call,
        };
        let call = call
            .header("x-forwarded-for", "198.51.100.66")
            .header("forwarded", "for=198.51.100.66")
            .header("x-real-ip", "198.51.100.66");
        let mut request = call.into_request();
        request.extensions_mut().insert(ConnectInfo("203.0.113.9:4711".parse::<SocketAddr>().expect("an address")));
        world.send_request(request).await.expect(204);
        let (org, id) = (ORG.parse().expect("an organisation"), subject.id.parse().expect("an id"));
        let kept = world.app.stores.by_id.identification(&org, id).await.expect("an answer").expect("it is there");
        let State::Validated(validation) = kept.state else { panic!("validated") };
        let device = validation.device;
        assert_eq!(device.installation_id.to_string(), "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11");
        assert_eq!(device.fingerprint.expose(), "f6a1c0");
        assert_eq!(device.location.expect("it was said").expose(), "40.4168,-3.7038");
        assert_eq!(device.user_agent.expose(), "acceptance/1.0");
        assert_eq!(device.ip.expect("the gateway saw it").expose().to_string(), "203.0.113.9");
    }
}
