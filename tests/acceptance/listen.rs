//! `acredita listen`, as a developer runs it next to a service and a receiver.

use crate::webhooks::receiver::{Receiver, Reply, Taken};
use acceptance::{
    bodies,
    program::{Program, binary, signal},
    request::Call,
};
use serde_json::{Value, json};
use std::{path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

const ORG: &str = "demo";
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `acredita listen`. Dropping it kills it.
struct Listener {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// The secret that it signs with.
    secret: String,
}

impl Listener {
    /// Starts it, and waits until it listens.
    async fn start(data: &Path, receiver: &Receiver, arguments: &[&str]) -> Self {
        let mut command = Command::new(binary());
        command.args(["listen", "--forward-to", &receiver.url(), "--data-dir"]).arg(data).args(arguments);
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut listener = Self { child, lines, secret: String::new() };
        let signed = listener.line("signed with").await;
        listener.secret = signed.split_whitespace().last().expect("a secret").to_owned();
        listener.line("Ctrl-C").await;
        listener
    }

    /// The next line with this text.
    async fn line(&mut self, text: &str) -> String {
        let read = async {
            loop {
                let line = self.lines.next_line().await.expect("readable").expect("it goes on");
                if line.contains(text) {
                    return line;
                }
            }
        };
        tokio::time::timeout(PATIENCE, read).await.unwrap_or_else(|_| panic!("a line with {text} in time"))
    }

    fn verify(&self, taken: &Taken) {
        let verifier = standardwebhooks::Webhook::new(&self.secret).expect("a secret");
        let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        let headers = names.map(|name| {
            let value = taken.header(name).parse().expect("a value");
            (http::HeaderName::from_static(name), value)
        });
        let headers: http::HeaderMap = headers.into_iter().collect();
        verifier.verify(taken.body.as_bytes(), &headers).expect("signed");
    }
}

async fn call(program: &Program, path: &str, body: &Value) -> Value {
    let call = Call::org("POST", ORG, path).token(&program.printed("token")).json(body);
    let answer = program.send(call).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.status);
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// Creates and cancels an identification. Returns its id.
async fn created_and_cancelled(program: &Program) -> String {
    let created = call(program, "/identifications/agent", &bodies::referenced(bodies::agent(false))).await;
    let admin = created["admin_identification_id"].as_str().expect("an id");
    call(program, &format!("/identifications/agent/{admin}/cancel"), &bodies::reason()).await;
    created["identification_id"].as_str().expect("an id").to_owned()
}

/// What a receiver got of a subject, in its order.
fn of(receiver: &Receiver, identification: &str) -> Vec<String> {
    let taken = receiver.taken().into_iter();
    let of_subject =
        taken.filter(|taken| taken.body()["data"]["subject"]["identification_id"] == json!(identification));
    of_subject.map(|taken| taken.body).collect()
}

#[tokio::test]
async fn a_receiver_under_development_gets_what_an_endpoint_gets_also_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &[]).await;
    let before = created_and_cancelled(&program).await;

    let (receiver, endpoint) = (Receiver::start().await, Receiver::start().await);
    let mut listener = Listener::start(folder.path(), &receiver, &["--types", "identification.*"]).await;
    call(&program, "/webhook_endpoints", &json!({ "url": endpoint.url(), "event_types": ["identification.*"] })).await;

    let first = created_and_cancelled(&program).await;
    for (kind, number) in [("identification.created", 1), ("identification.cancelled", 2)] {
        let line = listener.line(kind).await;
        assert!(line.contains(&format!("{first} #{number}")) && line.contains("  200 in "), "{line}");
    }
    assert_eq!(of(&receiver, &first), of(&endpoint, &first), "byte for byte");
    assert!(receiver.taken().iter().all(|taken| taken.body()["data"]["client_reference_id"] == bodies::REFERENCE));
    receiver.taken().iter().for_each(|taken| listener.verify(taken));
    assert_eq!(of(&receiver, &before), [""; 0], "from now on");

    program.kill().await;
    listener.line("asked again").await;
    let program = Program::serve(folder.path(), &[]).await;
    listener.line("answers again").await;
    let second = created_and_cancelled(&program).await;
    listener.line(&format!("{second} #2")).await;
    assert_eq!(of(&receiver, &second).len(), 2);
    assert_eq!(receiver.heard(), 4, "nothing twice, and nothing of the endpoint's own");

    signal(listener.child.id().expect("it runs"), "INT").await;
    let ended = tokio::time::timeout(PATIENCE, listener.child.wait()).await.expect("it ends").expect("a status");
    assert_eq!(ended.code(), Some(0));
}

#[tokio::test]
async fn what_a_failing_receiver_answered_is_printed_and_the_next_event_goes_out() {
    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDgZDaWvM0fqc=";
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &[]).await;
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    let elsewhere = other.url();
    receiver.answer(move |number| match number {
        0 => Reply::Status(500),
        1 => Reply::Redirect(elsewhere.clone()),
        _ => Reply::Status(204),
    });
    let mut listener = Listener::start(folder.path(), &receiver, &["--secret", SECRET]).await;
    assert_eq!(listener.secret, SECRET);
    created_and_cancelled(&program).await;
    created_and_cancelled(&program).await;
    for status in ["  500 in ", "  301 in ", "  204 in ", "  204 in "] {
        listener.line(status).await;
    }
    assert_eq!((receiver.heard(), receiver.taken().len(), other.heard()), (4, 2, 0));
    receiver.taken().iter().for_each(|taken| listener.verify(taken));
}

#[tokio::test]
async fn where_nothing_can_be_listened_to_or_sent_it_ends_at_once_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("UTF-8");
    let hooks = "http://127.0.0.1:9/hooks";
    let url = "http://127.0.0.1:9";
    for (arguments, status, problem) in [
        (&["--forward-to", hooks, "--data-dir", data][..], 1, "no service runs over"),
        (&["--forward-to", hooks, "--url", url, "--org", ORG], 1, "put a token"),
        (&["--forward-to", hooks, "--url", "http://shop.example", "--org", ORG], 2, "is not an https URL"),
        (&["--forward-to", hooks, "--url", url], 2, "--org"),
        (&["--forward-to", "http://shop.example/hooks"], 2, "is not an https URL"),
        (&["--forward-to", "https://10.0.0.1/hooks", "--data-dir", data], 1, "is not a public address"),
        (&["--forward-to", hooks, "--types", "identification.teleported"], 2, "is neither a type of events"),
        (&["--forward-to", hooks, "--secret", "hunter2"], 2, "is not whsec_"),
        (&[], 2, "--forward-to"),
    ] {
        let run = Command::new(binary()).arg("listen").args(arguments).env_remove("ACREDITA_TOKEN").output();
        let ended = tokio::time::timeout(PATIENCE, run).await.expect("it ends").expect("it runs");
        let printed = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(status), "{arguments:?}: {printed}");
        assert!(printed.contains(problem), "{arguments:?}: {printed}");
    }
    assert!(std::fs::read_dir(folder.path()).expect("a folder").next().is_none(), "nothing was made");
}
