//! `acredita trigger`, `acredita events` and the page of events: what a developer of a receiver makes happen, and sees.

use crate::webhooks::receiver::Receiver;
use acceptance::{
    ORG, World,
    program::{Program, binary},
    request::Call,
};
use acredita_domain::events::EventType;
use acredita_local::{client::Client, trigger};
use axum::Router;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::{future::pending, net::Ipv4Addr, process::Output, time::Duration};
use tokio::process::Command;

const PATIENCE: Duration = Duration::from_secs(60);

/// A client of a world, over HTTP.
async fn client(world: &World) -> Client {
    let (listener, address) = acredita_local::serve::listen((Ipv4Addr::LOCALHOST, 0).into()).await.expect("a port");
    let gateway = world.gateway().clone();
    let router = Router::new().fallback(move |request| gateway.clone().serve(request));
    let (access, limits) = (acredita_listener::Access::to(address), acredita_listener::Limits::default());
    tokio::spawn(acredita_listener::serve(listener, router, access, limits, pending()));
    let url = format!("http://{address}").parse().expect("loopback");
    Client::to(url, world.token(ORG), ORG.parse().expect("a name"))
}

/// Lets the worker and the sweep do their work while time goes by, ten seconds in each twentieth of one.
async fn goes_on(world: &World) {
    loop {
        world.deliver().await;
        world.sweep().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        world.clock.advance(TimeDelta::seconds(10));
    }
}

#[tokio::test]
async fn every_type_that_is_offered_ends_with_an_event_of_it() {
    let world = World::start().await;
    let client = client(&world).await;
    let email = "developer@example.com".parse().expect("an address");
    let mut made = Vec::new();
    for kind in EventType::ALL {
        let say = |_: &str| {};
        let event = tokio::select! {
            event = trigger::make(&client, *kind, Some(&email), &say) => event,
            () = goes_on(&world) => panic!("it goes on"),
        };
        match event {
            Ok(event) => {
                assert_eq!(event["type"], kind.as_str());
                made.push(*kind);
            }
            Err(trigger::TriggerError::Never(..) | trigger::TriggerError::NotRefused) => {}
            Err(error) => panic!("{kind}: {error}"),
        }
    }
    let left: Vec<&str> = EventType::ALL.iter().filter(|kind| !made.contains(kind)).map(|kind| kind.as_str()).collect();
    assert_eq!(
        left,
        [
            "identification.adopted",
            "identification.delivered",
            "identification.undelivered",
            "review.opened",
            "review.claimed",
            "review.released",
            "review.approved",
            "review.rejected",
            "review.withdrawn",
            "record.searched",
            "record.exported",
            "settings.updated"
        ]
    );
    let endpoints = world.call("GET", "/webhook_endpoints", None).await.expect(200).json();
    assert_eq!(endpoints["webhook_endpoints"], json!([]), "none is left behind");
}

#[tokio::test]
async fn nobody_elses_service_sends_a_code_unasked() {
    let world = World::start().await;
    let client = client(&world).await;
    let made = trigger::make(&client, EventType::IdentificationSent, None, &|_: &str| {}).await;
    assert!(matches!(made, Err(trigger::TriggerError::NoEmail)));
    let all = world.call("GET", "/events", None).await.expect(200).json();
    assert_eq!(all["events"], json!([]));
}

/// Runs the program to its end over a data folder.
async fn run(data: &std::path::Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments).arg("--data-dir").arg(data).kill_on_drop(true);
    tokio::time::timeout(PATIENCE, command.output()).await.expect("it ends in time").expect("it runs")
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim().to_owned()
}

#[track_caller]
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[tokio::test]
async fn what_was_triggered_is_listed_shown_and_sent_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &[]).await;
    let made = run(folder.path(), &["trigger", "identification.undelivered"]).await;
    assert!(text(&made.stderr).contains("POST /identifications/otp"), "each step is printed");
    let event: Value = serde_json::from_str(&printed(&made)).expect("JSON");
    assert_eq!(
        (&event["type"], &event["data"]["reason"]),
        (&json!("identification.undelivered"), &json!("INVALID_DESTINATION"))
    );
    let id = event["event_id"].as_str().expect("an id");
    let subject = event["subject"]["identification_id"].as_str().expect("an id");

    let listed = printed(&run(folder.path(), &["events", "list", "--type", "identification.undelivered"]).await);
    let row = listed.lines().find(|line| line.contains(id)).expect("a row");
    assert!(row.contains(subject) && row.contains("  2 ") && row.contains("SYSTEM"), "{row}");
    let json = ["events", "list", "--subject-id", subject, "--order", "asc", "--limit", "1", "--json"];
    let json: Value = serde_json::from_str(&printed(&run(folder.path(), &json).await)).expect("JSON");
    assert_eq!(json["events"][0]["type"], "identification.created");
    let cursor = json["next_cursor"].as_str().expect("a cursor");
    let rest = ["events", "list", "--subject-id", subject, "--order", "asc", "--limit", "1", "--cursor", cursor];
    let rest = run(folder.path(), &rest).await;
    assert!(text(&rest.stderr).starts_with("What comes next: --cursor "), "{}", text(&rest.stderr));
    let rest = printed(&rest);
    assert!(rest.lines().nth(1).is_some_and(|row| row.contains(id)), "{rest}");

    let page = async |path: String| {
        let answer = program.send(Call::new("GET", &path)).await.expect(200);
        String::from_utf8(answer.body).expect("UTF-8")
    };
    let all = page("/local/events".to_owned()).await;
    assert!(all.find("identification.undelivered") < all.find("identification.created"), "the newest is first");
    let of_subject = page(format!("/local/events?subject_id={subject}")).await;
    assert!(of_subject.contains("Verified: 2 events, unbroken, and the subject is as they left it."));
    assert!(of_subject.contains(event["hash"].as_str().expect("a hash")));
    let of_type = page("/local/events?type=scoring.scored".to_owned()).await;
    assert!(of_type.contains("Nothing has happened here"));

    let receiver = Receiver::start().await;
    let endpoint = Call::org("POST", "demo", "/webhook_endpoints").token(&program.printed("token"));
    let endpoint = endpoint.json(&json!({ "url": receiver.url(), "event_types": ["settings.updated"] }));
    let endpoint = program.send(endpoint).await.expect(201).text("endpoint_id");
    printed(&run(folder.path(), &["events", "resend", id, "--endpoint", &endpoint]).await);
    let arrives = async {
        while receiver.taken().is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, arrives).await.expect("it arrives");
    assert_eq!(receiver.taken()[0].header("webhook-id"), id);
    let nobody = "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11";
    let refused = run(folder.path(), &["events", "resend", id, "--endpoint", nobody]).await;
    assert_eq!((refused.status.code(), text(&refused.stderr).contains("404: no such")), (Some(1), true));
}

#[tokio::test]
async fn what_never_happens_cannot_be_triggered() {
    let folder = tempfile::tempdir().expect("a folder");
    for (kind, reason) in [
        ("identification.delivered", "no carrier reports by itself here"),
        ("chain.shattered", "there is no such type of events"),
    ] {
        let refused = run(folder.path(), &["trigger", kind]).await;
        let problem = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{problem}");
        assert!(problem.contains(reason) && problem.contains("scoring.scored"), "{problem}");
    }
}

#[tokio::test]
async fn another_service_is_asked_with_the_token_that_it_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::serve(&folder.path().join("data"), &[]).await;
    let file = folder.path().join("token.txt");
    std::fs::write(&file, format!("{}\n", program.printed("token"))).expect("writable");
    let list = |token: Option<&str>, file: Option<&str>| {
        let mut command = Command::new(binary());
        command.args(["events", "list", "--url", &program.address, "--org", "demo", "--json"]).kill_on_drop(true);
        command.env_remove("ACREDITA_TOKEN").envs(token.map(|token| ("ACREDITA_TOKEN", token)));
        command.args(file.map(|file| ["--token-file", file]).into_iter().flatten());
        async move { tokio::time::timeout(PATIENCE, command.output()).await.expect("it ends in time").expect("it runs") }
    };
    let token = program.printed("token");
    for listed in [list(Some(&token), None).await, list(Some("not.a.token"), file.to_str()).await] {
        assert_eq!(serde_json::from_str::<Value>(&printed(&listed)).expect("JSON")["events"], json!([]));
    }
    for (token, problem) in [(Some("not.a.token"), "401: "), (Some(" "), "put a token for"), (None, "put a token for")]
    {
        let refused = list(token, None).await;
        let said = text(&refused.stderr);
        assert!(refused.status.code() == Some(1) && said.contains(problem), "{token:?}: {said}");
        assert!(!said.contains("not.a.token"), "a token is no part of what is said");
    }
}
