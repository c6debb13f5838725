//! The DNI on the phone, shown in person (§11).

mod chains;
mod checking;
mod refusals;
mod validating;

use acceptance::{
    Answer, World, bodies, midni,
    subject::{Method, Subject},
};
use serde_json::json;

/// An identification by agent with these terms for the DNI on the phone.
async fn agent_with(world: &World, terms: &str) -> Subject {
    let mut body = bodies::agent(false);
    body["midni"] = json!(terms);
    Subject::of(world, Method::Agent, body).await
}

async fn check(world: &World, subject: &Subject, code: &[u8]) -> Answer {
    world.call("POST", &subject.actor_path("/midni"), Some(midni::body(code))).await
}

/// Requires that a code is refused with this reason.
#[track_caller]
fn refused(answer: Answer, reason: &str, what: &str) {
    let answer = answer.expect(400);
    assert_eq!(answer.details(), [format!("/code: {reason}")], "{what}");
}
