//! Both shapes of the service, seen from outside: `acredita serve`, one process, and the AWS shape, the Lambda binaries
//! behind stand-ins for API Gateway, SQS and EventBridge. Each test is written once and runs unchanged on both; only
//! `kills` and `invocations` know about functions and processes.
//!
//! A test starts a service of its own, so that none meets another's throttles, and uses the real time: tests that set
//! the clock are in the other modules. Starting the AWS shape takes a second or two of processor time, so a test walks
//! through a complete flow.

mod flows;
mod invocations;
mod kills;
mod races;
mod rules;
mod scorings;

use acceptance::{
    Answer, Call, ORG, chains,
    program::{self, Program},
    tokens::{ISSUER, claims},
};
use acredita_aws::SystemClock;
use acredita_domain::ports::Clock;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;

/// The time limit for everything that happens automatically.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// A way to run the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `acredita serve`.
    Serve,
    /// The Lambda binaries.
    AwsLocal,
}

/// Generates each test for both shapes.
macro_rules! on_both_shapes {
    ($($(#[$meta:meta])* async fn $name:ident($service:ident: Service) $body:block)*) => {
        $($(#[$meta])* async fn $name($service: Service) $body)*

        mod serve {
            use super::super::{Service, Shape};
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(Service::start(Shape::Serve).await).await;
            })*
        }

        mod aws_local {
            use super::super::{Service, Shape};
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(Service::start(Shape::AwsLocal).await).await;
            })*
        }
    };
}
use on_both_shapes;

/// A running service, and a token with every permission but deleting by force.
struct Service {
    program: Program,
    token: String,
    shape: Shape,
    data: TempDir,
}

impl Service {
    async fn start(shape: Shape) -> Self {
        Self::over(shape, tempfile::tempdir().expect("a folder")).await
    }

    async fn over(shape: Shape, data: TempDir) -> Self {
        let jwks = data.path().join("jwks.json");
        std::fs::write(&jwks, ISSUER.jwks.to_string()).expect("writable");
        let folder = data.path().join("data");
        let program = match shape {
            Shape::Serve => Program::serve(&folder, &["--jwks", jwks.to_str().expect("UTF-8")]).await,
            Shape::AwsLocal => Program::aws_local(&folder, &jwks).await,
        };
        Self { program, token: ISSUER.sign(&claims(ORG, in_an_hour())), shape, data }
    }

    /// Kills it as `kill -9` does, and starts it again over the same data.
    async fn killed_and_started_again(self) -> Self {
        let Self { program, shape, data, .. } = self;
        program.kill().await;
        Self::over(shape, data).await
    }

    fn request(&self, method: &str, path: &str, body: Option<Value>) -> Call {
        let call = Call::org(method, ORG, path).token(&self.token);
        let call = if path.ends_with("/validate") { call.device() } else { call };
        match body {
            Some(body) => call.json(&body),
            None => call,
        }
    }

    async fn send(&self, call: Call) -> Answer {
        self.program.send(call).await
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(self.request(method, path, body)).await
    }

    /// Sends all of these at once, and returns the answers in order.
    async fn at_once(&self, calls: Vec<Call>) -> Vec<Answer> {
        let start = Arc::new(tokio::sync::Barrier::new(calls.len()));
        let send = |call: Call| {
            let (address, start) = (self.program.address.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                program::send(&address, call).await
            })
        };
        let sent: Vec<_> = calls.into_iter().map(send).collect();
        let mut answers = Vec::with_capacity(sent.len());
        for answer in sent {
            answers.push(answer.await.expect("no request panics"));
        }
        answers
    }

    /// The inbox of an identification, newest message first.
    async fn inbox(&self, identification_id: &str) -> Vec<Value> {
        let path = format!("/local/inbox?identification_id={identification_id}");
        let inbox = self.send(Call::new("GET", path).header("accept", "application/json")).await.expect(200);
        inbox.json()["messages"].as_array().expect("a list").clone()
    }

    /// The message of an identification, as soon as there is one.
    async fn message(&self, identification_id: &str) -> Value {
        let look = async {
            loop {
                if let Some(newest) = self.inbox(identification_id).await.into_iter().next() {
                    return newest;
                }
                tokio::time::sleep(POLL).await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("a message in time")
    }

    async fn code(&self, identification_id: &str) -> String {
        self.message(identification_id).await["code"].as_str().expect("a code").to_owned()
    }

    async fn metadata(&self, kind: &str, id: &str) -> Value {
        self.call("GET", &format!("/identifications/{kind}/{id}"), None).await.expect(200).json()
    }

    async fn create(&self, kind: &str, body: Value) -> Created {
        let answer = self.call("POST", &format!("/identifications/{kind}"), Some(body)).await;
        assert_eq!(answer.status, if kind == "identity_document" { 200 } else { 201 }, "{}", answer.json());
        Created {
            path: format!("/identifications/{kind}"),
            id: answer.text("identification_id"),
            admin: answer.text("admin_identification_id"),
            answer,
        }
    }

    /// A chain of an agent and of a code that we send, and its steps.
    async fn chain(&self, phone: u64) -> (Answer, Created, Created) {
        let steps = vec![chains::steps::agent(), chains::steps::sent_otp()];
        let create = self.request("POST", chains::PATH, Some(chains::body_to(phone, steps)));
        let answer = self.send(create.header("user-agent", "tests")).await.expect(201);
        let json = answer.json();
        let step = |at: usize, kind: &str| {
            let text = |name: &str| json["sequence"][at][name].as_str().expect("an id").to_owned();
            Created {
                path: format!("/identifications/{kind}"),
                id: text("identification_id"),
                admin: text("admin_identification_id"),
                answer: answer.clone(),
            }
        };
        let (agent, code) = (step(0, "agent"), step(1, "otp"));
        (answer, agent, code)
    }

    /// Takes one of the steps of the contract's table.
    async fn step(&self, created: &Created, step: Step<'_>) -> Answer {
        let Created { path, id, admin, .. } = created;
        match step {
            Step::Code(code) => self.call("PUT", &format!("{path}/{id}/validate"), Some(json!({ "code": code }))).await,
            Step::Validate(body) => self.call("POST", &format!("{path}/{id}/validate"), body).await,
            Step::Cancel => {
                self.call("POST", &format!("{path}/{admin}/cancel"), Some(json!({ "reason": "The customer left" })))
                    .await
            }
            Step::Close => self.call("POST", &format!("{path}/{admin}/close"), None).await,
            Step::Delete(query) => self.call("DELETE", &format!("{path}/{admin}{query}"), None).await,
        }
    }

    async fn status(&self, created: &Created) -> String {
        let read = self.call("GET", &format!("{}/{}", created.path, created.id), None).await;
        if read.status == 404 { "gone".to_owned() } else { read.expect(200).text("status") }
    }
}

struct Created {
    path: String,
    id: String,
    admin: String,
    answer: Answer,
}

/// A step of an identification.
enum Step<'a> {
    Code(&'a str),
    Validate(Option<Value>),
    Cancel,
    Close,
    Delete(&'a str),
}

/// In epoch seconds.
fn in_an_hour() -> i64 {
    SystemClock.now().timestamp() + 3_600
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status.as_u16() == status).count()
}
