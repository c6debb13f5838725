//! §4: each status with its code, its title and its headers.

use super::{
    operations::{OPERATIONS, Operation, Requests},
    stage::{create_scoring, reviewed},
};
use acceptance::{
    Answer, Call, NOBODY, ORG, World, bodies,
    subject::{Method, Subject, put_pictures},
};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const AGENT: &str = "/identifications/agent";

/// The names of an object's members, sorted.
fn members(object: &Value) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Requires a refusal as in the contract: the status, and in every entry four strings, the code and the title.
#[track_caller]
fn refusal(answer: Answer, status: u16, code: &str, title: &str) -> Answer {
    let answer = answer.expect(status);
    assert_eq!(answer.headers["content-type"], "application/json", "{status}");
    let body = answer.json();
    assert_eq!(members(&body), ["errors"], "{body}");
    let errors = body["errors"].as_array().expect("a list");
    assert!(!errors.is_empty(), "{status}");
    for error in errors {
        assert_eq!(members(error), ["code", "details", "ref", "title"], "{body}");
        assert!(
            ["code", "details", "ref", "title"]
                .iter()
                .all(|name| error[name].as_str().is_some_and(|text| !text.is_empty())),
            "{body}"
        );
        assert_eq!((&error["code"], &error["title"]), (&json!(code), &json!(title)), "{body}");
        assert!(error["ref"].as_str().is_some_and(|link| link.ends_with(&format!("#{code}"))), "{body}");
    }
    answer
}

#[tokio::test]
async fn a_fault_in_the_body_is_invalid_input() {
    let world = World::start().await;
    for body in ["", "{", "[]", "null", "17", r#""text""#, "{} {}", "{\"reason\":", "{'reason':'x'}", "\u{feff}{"] {
        let call = world.request("POST", &format!("{AGENT}/{NOBODY}/cancel"), None).body("application/json", body);
        let answer = refusal(world.send(call).await, 400, "MDOC_001", "INVALID_INPUT");
        assert!(answer.details()[0].starts_with(": "), "{body}: the pointer of the whole body is empty");
    }
    let answer = world.call("POST", &format!("{AGENT}/{NOBODY}/cancel"), Some(json!({ "reason": 5 }))).await;
    reviewed("fault_in_the_body", refusal(answer, 400, "MDOC_001", "INVALID_INPUT").json());
}

#[tokio::test]
async fn a_fault_in_path_query_or_header_is_a_parameter_error() {
    let world = World::start().await;
    let path = world.call("GET", &format!("{AGENT}/17"), None).await;
    let query = world.call("DELETE", &format!("{AGENT}/{NOBODY}?force=perhaps"), None).await;
    let header =
        world.send(world.request("POST", AGENT, Some(bodies::agent(false))).header("idempotency-key", "")).await;
    for (name, answer) in [("path", path), ("query", query), ("header", header)] {
        reviewed(&format!("fault_in_the_{name}"), refusal(answer, 400, "MDOC_001", "PARAMETER_ERROR").json());
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_ones_there_are() {
    let world = World::start().await;
    let shape = |operation: &Operation| operation.path_of(NOBODY);
    let mut paths: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for operation in OPERATIONS {
        paths.entry(shape(operation)).or_default().insert(operation.method.as_str());
    }
    for (path, methods) in &paths {
        for method in ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "BREW"]
            .into_iter()
            .filter(|method| !methods.contains(method))
        {
            let answer = refusal(world.call(method, path, None).await, 405, "MDOC_001", "INVALID_INPUT");
            let allow = answer.headers["allow"].to_str().expect("ASCII").to_owned();
            assert_eq!(&allow.split(", ").collect::<BTreeSet<_>>(), methods, "{method} {path}");
            assert_eq!(answer.headers.get_all("allow").iter().count(), 1);
        }
        // On AWS it has no route either.
        let head = world.call("HEAD", path, None).await.expect(405);
        let allow = head.headers["allow"].to_str().expect("ASCII").to_owned();
        assert_eq!(&allow.split(", ").collect::<BTreeSet<_>>(), methods, "HEAD {path}");
        assert!(head.body.is_empty());
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::start().await;
    for path in [
        "",
        "/",
        "/identifications",
        "/identifications/agent/",
        "/identifications/chains",
        "/identifications/otp/x/y/z",
        "/scorings",
        "/v1/orgs",
        "//identifications/agent",
        "/identifications/Agent",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            refusal(world.call(method, path, None).await, 404, "MDOC_003", "RESOURCE_NOT_FOUND");
        }
    }
    for path in [
        "/",
        "/v1",
        "/v2/orgs/yoigo/identifications/agent",
        "/V1/orgs/yoigo/identifications/agent",
        "/v1/orgs//identifications/agent",
    ] {
        refusal(world.send(Call::new("POST", path)).await, 404, "MDOC_003", "RESOURCE_NOT_FOUND");
    }
    let nobody = world.call("GET", &format!("{AGENT}/{NOBODY}"), None).await;
    reviewed("no_such_identification", refusal(nobody, 404, "MDOC_003", "RESOURCE_NOT_FOUND").json());
}

#[tokio::test]
async fn no_token_and_no_permission_are_unauthorized() {
    let world = World::start().await;
    let missing = refusal(world.send(Call::org("POST", ORG, AGENT)).await, 401, "MDOC_002", "UNAUTHORIZED");
    reviewed("no_token", missing.json());
    assert_eq!(missing.headers["www-authenticate"], "Bearer");
    let subject = Subject::create(&world, Method::Agent).await;
    subject.close(&world).await.expect(204);
    let forbidden = refusal(subject.delete(&world).await, 403, "MDOC_002", "UNAUTHORIZED");
    reviewed("delete_forbidden", forbidden.json());
}

#[tokio::test]
async fn a_state_that_forbids_it_is_a_conflict() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    subject.cancel(&world).await.expect(204);
    reviewed("conflict", refusal(subject.validate(&world).await, 409, "MDOC_005", "CONFLICT").json());
}

/// A body of exactly this many bytes, valid for the operation and padded with white space.
fn padded(body: &Value, bytes: usize) -> Vec<u8> {
    let mut text = body.to_string().into_bytes();
    text.resize(bytes, b' ');
    text
}

#[tokio::test]
async fn a_body_may_be_as_large_as_the_contract_says_and_not_a_byte_more() {
    const MIB: usize = 1024 * 1024;
    let world = World::start().await;
    for operation in OPERATIONS {
        let Some(body) = operation.body() else { continue };
        let with_picture = operation.path.ends_with("/validate") || operation.path.ends_with("/midni");
        let most = if with_picture { 6 * MIB } else { MIB };
        let call = |bytes| operation.good_call(&world, NOBODY).body("application/json", padded(&body, bytes));
        let taken = world.send(call(most)).await;
        assert!(!matches!(taken.status.as_u16(), 400 | 413), "{}", operation.name);
        refusal(world.send(call(most + 1)).await, 413, "MDOC_001", "INVALID_INPUT");
        // A client that announces the length is refused before its body is read.
        let announced =
            operation.good_call(&world, NOBODY).json(&body).header("content-length", (most + 1).to_string());
        refusal(world.send(announced).await, 413, "MDOC_001", "INVALID_INPUT");
    }
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let world = World::start().await;
    for operation in OPERATIONS.iter().filter(|operation| operation.body().is_some()) {
        let text = operation.body().expect("a body").to_string();
        for content_type in [
            "text/plain",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
            "json",
            "application/jsonx",
            "text/json",
        ] {
            let call = operation.good_call(&world, NOBODY).body(content_type, text.clone());
            refusal(world.send(call).await, 415, "MDOC_001", "INVALID_INPUT");
        }
        for content_type in ["application/json", "Application/JSON; charset=UTF-8", "application/merge-patch+json"] {
            let answer = world.send(operation.good_call(&world, NOBODY).body(content_type, text.clone())).await;
            assert_ne!(answer.status, 415, "{content_type}");
        }
        let unsaid = world
            .send(operation.good_call(&world, NOBODY).json(&operation.body().expect("a body")).without("content-type"))
            .await;
        assert_ne!(unsaid.status, 415);
    }
}

#[tokio::test]
async fn too_many_messages_are_told_when_to_come_again() {
    let world = World::start().await;
    let otp = Subject::of(&world, Method::Otp, bodies::otp()).await;
    let answer = world.call("POST", &otp.actor_path("/resend"), None).await;
    let answer = refusal(answer, 429, "MDOC_006", "UNPROCESSABLE_ENTITY");
    reviewed("too_many_messages", answer.json());
    let seconds: i64 = answer.headers["retry-after"].to_str().expect("ASCII").parse().expect("seconds");
    assert!((30..=31).contains(&seconds), "{seconds}");
    world.clock.advance(chrono::TimeDelta::seconds(seconds));
    world.call("POST", &otp.actor_path("/resend"), None).await.expect(204);
}

#[tokio::test]
async fn a_provider_that_is_down_is_told_with_503() {
    let world = World::with_external_provider().await;
    world.scorer.go_down();
    let scoring = create_scoring(&world, |body| body["provider"] = json!("GOOGLE")).await;
    let answer = put_pictures(&world, &scoring, &[("front", &bodies::png(1))]).await;
    let answer = refusal(answer, 503, "MDOC_000", "INTERNAL_SERVER_ERROR");
    reviewed("unavailable", answer.json());
    assert!(answer.headers["retry-after"].to_str().expect("ASCII").parse::<u32>().expect("seconds") > 0);
}

#[tokio::test]
async fn a_fault_of_ours_is_told_with_500_and_nothing_else() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let update =
        world.aws.clients.dynamodb.update_item().table_name("acredita").update_expression("SET #status = :broken");
    let update =
        update.key("pk", AttributeValue::S(format!("IDN#{}", subject.id))).key("sk", AttributeValue::S("A".to_owned()));
    let update = update
        .expression_attribute_names("#status", "status")
        .expression_attribute_values(":broken", AttributeValue::S("BROKEN".to_owned()));
    update.send().await.expect("the table answers");
    let answer = refusal(subject.metadata(&world).await, 500, "MDOC_000", "INTERNAL_SERVER_ERROR");
    reviewed("internal_error", answer.json());
    refusal(subject.close(&world).await, 500, "MDOC_000", "INTERNAL_SERVER_ERROR");
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let world = World::start().await;
    let mut ids = BTreeSet::new();
    let mut answers = 0;
    let mut note = |answer: Answer| {
        let id = answer.headers["x-request-id"].to_str().expect("ASCII").to_owned();
        assert!(!id.is_empty() && id != "mine");
        assert_eq!(answer.headers.get_all("x-request-id").iter().count(), 1);
        ids.insert(id);
        answers += 1;
    };
    for operation in OPERATIONS {
        note(world.send(operation.good_call(&world, NOBODY)).await);
        note(world.send(operation.good_call(&world, "17")).await);
        note(world.send(operation.good_call(&world, NOBODY).header("x-request-id", "mine")).await);
        note(world.send(operation.call(ORG, NOBODY)).await);
        note(world.call("PATCH", &operation.path_of(NOBODY), None).await);
    }
    let subject = Subject::create(&world, Method::Agent).await;
    note(subject.metadata(&world).await.expect(200));
    note(subject.close(&world).await.expect(204));
    note(subject.close(&world).await.expect(409));
    note(subject.delete(&world).await.expect(403));
    note(world.send(Call::new("GET", "/nowhere")).await.expect(404));
    note(subject.cancel(&world).await.expect(409));
    assert_eq!(ids.len(), answers);
}
