//! `cargo lambda invoke <function> --data-file events/<function>.<case>.json` against the AWS shape: the same requests
//! as that command's, for every file.

use super::{Service, Shape, in_an_hour};
use crate::events::{Event, TOKEN, event, events};
use acceptance::{
    Answer, Call, ORG,
    tokens::{ISSUER, claims},
};
use serde_json::{Value, json};

/// As `cargo lambda invoke` does it: the bytes of the file, without a content type.
async fn invoke(service: &Service, function: &str, payload: &str) -> Answer {
    let path = format!("/2015-03-31/functions/{function}/invocations");
    service.send(Call { body: payload.as_bytes().to_vec(), ..Call::new("POST", path) }).await
}

async fn answered(service: &Service, event: &Event, values: &[(&str, String)]) -> Value {
    let answer = invoke(service, &event.function, &event.filled(values)).await;
    assert_eq!(answer.status, 200, "{}: {}", event.name(), String::from_utf8_lossy(&answer.body));
    answer.json()
}

/// The answer of an HTTP function: its status, and its body if it has one.
fn http(answer: &Value) -> (u64, Value) {
    let body = answer["body"].as_str().filter(|body| !body.is_empty());
    let body = body.map_or(Value::Null, |body| serde_json::from_str(body).expect("JSON"));
    (answer["statusCode"].as_u64().expect("a status"), body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_is_taken_by_the_function_that_it_is_named_after() {
    let service = Service::start(Shape::AwsLocal).await;
    let mut powers = claims(ORG, in_an_hour());
    powers["permissions"] = json!(
        "identifications:force_delete events:read webhooks:admin settings:admin reviews:decide records:list records:read records:read_personal records:search records:export"
    );
    let token = [(TOKEN, ISSUER.sign(&powers))];
    for event in events() {
        let (name, case) = (event.name(), event.case.as_str());
        let as_it_is = answered(&service, &event, &[]).await;
        match event.function.as_str() {
            // The message is not in the table: nobody waits for it any more.
            "notify" | "dispatch" | "receipts" | "exports" => {
                let poisoned = if case == "sqs-poison" {
                    vec![json!({ "itemIdentifier": event.json()["Records"][0]["messageId"] })]
                } else {
                    vec![]
                };
                assert_eq!(as_it_is["batchItemFailures"], json!(poisoned), "{name}");
            }
            "sweep" => assert_eq!(as_it_is["failed"], 0, "{name}"),
            // It is open to everybody.
            "page" => assert_eq!(as_it_is["statusCode"], 200, "{name}"),
            _ => {
                let (status, body) = http(&as_it_is);
                assert_eq!(
                    (status, &body["errors"][0]["code"]),
                    (401, &json!("MDOC_002")),
                    "{name}: its token is a placeholder"
                );
                let (status, body) = http(&answered(&service, &event, &token).await);
                // Every organisation has settings.
                if case.starts_with("create")
                    || case.starts_with("list")
                    || case.starts_with("search")
                    || event.function == "settings"
                {
                    assert!(matches!(status, 200..=202), "{name}: {status} {body}");
                } else {
                    // So are its ids. Unknown ids are found out last, so everything else was valid.
                    let details = body["errors"][0]["details"].as_str().unwrap_or_default();
                    assert!(
                        status == 404 && details.starts_with("no such") && details != "no such path",
                        "{name}: {status} {body}"
                    );
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invocation_that_fails_says_what_failed() {
    let service = Service::start(Shape::AwsLocal).await;
    let read = event("identification-agent.read.json");
    for (function, payload, status, kind) in [
        ("nothing", read.text.as_str(), 404, "ResourceNotFoundException"),
        ("identification-agent", "{}", 500, ""),
        ("notify", "no event", 500, ""),
    ] {
        let answer = invoke(&service, function, payload).await.expect(status);
        // The output of `cargo lambda invoke`.
        let report = answer.json();
        let (said, message) =
            (report["errorType"].as_str().expect("a kind"), report["errorMessage"].as_str().expect("a message"));
        assert!(said.contains(kind) && !message.is_empty(), "{function}: {report}");
    }
    assert_eq!(http(&answered(&service, &read, &[]).await).0, 401, "the function goes on");
}
