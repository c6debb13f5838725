//! Creates identifications in a given state and scorings, and compares answers with the reviewed ones.

use acceptance::{
    World, bodies,
    subject::{Method, Subject},
    world::Setup,
};
use acredita_aws::SystemClock;
use acredita_domain::{
    Time,
    ports::Clock,
    scoring::{Check, CheckName, CheckResult},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

pub const STATES: [&str; 6] = ["CREATED", "VALIDATED", "CLOSED", "CANCELLED", "FAILED", "EXPIRED"];

/// A new identification in a state; `None` if the method has no such state. The world needs an external provider.
pub async fn in_state(world: &World, method: Method, state: &str) -> Option<Subject> {
    let subject = Subject::create(world, method).await;
    if method == Method::IdentityDocument {
        subject.score(world, 0.95, vec![]).await;
    }
    match state {
        "CREATED" => {}
        "VALIDATED" => drop(subject.validate(world).await.expect(204)),
        "CLOSED" => drop(subject.close(world).await.expect(204)),
        "CANCELLED" => drop(subject.cancel(world).await.expect(204)),
        "FAILED" if method == Method::Otp => {
            for _ in 0..5 {
                subject.try_code(world, "untrue").await.expect(400);
            }
        }
        "FAILED" => return None,
        _ => world.clock.advance(TimeDelta::hours(1)),
    }
    Some(subject)
}

/// Creates a scoring, and returns its path.
pub async fn create_scoring(world: &World, change: impl FnOnce(&mut Value)) -> String {
    let mut body = bodies::scoring();
    change(&mut body);
    let created = world.call("POST", "/scorings/identity_document", Some(body)).await.expect(200);
    format!("/scorings/identity_document/{}", created.text("scoring_id"))
}

/// Signed links are checked against the real time.
pub async fn world_of_today() -> World {
    World::with(Setup { clock: SystemClock.now(), ..Setup::default() }).await
}

/// An entry of a breakdown.
pub fn check(name: CheckName, result: CheckResult) -> Check {
    Check::new(name, result).noting("as the test wants it")
}

/// The names of all stored pictures.
pub async fn kept_pictures(world: &World) -> Vec<String> {
    let listed =
        world.aws.clients.s3.list_objects_v2().bucket("acredita-pictures").send().await.expect("the bucket answers");
    listed.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect()
}

pub fn time(text: &str) -> Time {
    text.parse().expect("an RFC 3339 time in UTC")
}

/// Compares a body with the reviewed one. Ids, links, random codes and values that depend on an encoder are left out;
/// times are included, because the test sets the clock.
pub fn reviewed(name: &str, body: Value) {
    let settings = {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings
    };
    settings.bind(|| insta::assert_json_snapshot!(name, redacted(body)));
}

fn redacted(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| match (name.as_str(), &value) {
                ("url", Value::String(_)) => (name, json!("[link]")),
                ("sha256", _) => (name, json!("[digest]")),
                ("size_bytes", _) => (name, json!("[size]")),
                ("code", Value::String(code)) if code.len() == 6 => (name, json!("[code]")),
                _ => (name, redacted(value)),
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        Value::String(text) if text.len() == 36 && text.matches('-').count() == 4 => json!("[uuid]"),
        other => other,
    }
}
