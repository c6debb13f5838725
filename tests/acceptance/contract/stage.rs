//! Brings identifications and scorings into being, and into a state.

use super::operations::{code, confirmation, reason};
use acceptance::{Answer, ORG, World, bodies};
use acredita_domain::{
    Time,
    scoring::{Check, CheckName, CheckResult},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The ways to identify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Agent,
    Otp,
    IdentityDocument,
}

impl Method {
    pub const ALL: [Self; 3] = [Self::Agent, Self::Otp, Self::IdentityDocument];

    /// The path of its creates.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Agent => "/identifications/agent",
            Self::Otp => "/identifications/otp",
            Self::IdentityDocument => "/identifications/identity_document",
        }
    }

    /// A body that creates one for an hour. It sends nothing, and its scoring is the external provider's if there is
    /// one.
    pub fn body(self) -> Value {
        match self {
            Self::Agent => bodies::agent(false),
            Self::Otp => bodies::external_otp(),
            Self::IdentityDocument => bodies::identity_document("MEDIUM"),
        }
    }
}

/// An identification of a test.
pub struct Subject {
    pub method: Method,
    pub admin_id: String,
    pub id: String,
    pub scoring_id: Option<String>,
    pub code: Option<String>,
}

impl Subject {
    /// Creates one of a method, whatever it takes to validate it later.
    pub async fn create(world: &World, method: Method) -> Self {
        let mut body = method.body();
        if method == Method::IdentityDocument
            && !world
                .app
                .engine
                .iter()
                .flat_map(|engine| &engine.scorers)
                .all(|scorer| scorer.provider().as_str() == "INTERNAL")
        {
            body["scoring"] = json!({ "provider": "EXTERNAL" });
        }
        Self::of(world, method, body).await
    }

    /// Creates one from a body.
    pub async fn of(world: &World, method: Method, body: Value) -> Self {
        let created = world.call("POST", method.path(), Some(body)).await;
        assert!(created.status.is_success(), "{}", created.json());
        let optional = |field: &str| created.json()[field].as_str().map(str::to_owned);
        Self {
            method,
            admin_id: created.text("admin_identification_id"),
            id: created.text("identification_id"),
            scoring_id: optional("scoring_id"),
            code: optional("code"),
        }
    }

    /// A path of the back office.
    pub fn admin_path(&self, rest: &str) -> String {
        format!("{}/{}{rest}", self.method.path(), self.admin_id)
    }

    /// A path of the actor's side.
    pub fn actor_path(&self, rest: &str) -> String {
        format!("{}/{}{rest}", self.method.path(), self.id)
    }

    /// A path of the linked scoring.
    pub fn scoring_path(&self, rest: &str) -> String {
        format!("/scorings/identity_document/{}{rest}", self.scoring_id.as_deref().expect("an identity document"))
    }

    /// Validates as one does who may.
    pub async fn validate(&self, world: &World) -> Answer {
        let (method, body) = match self.method {
            Method::Agent => ("POST", confirmation()),
            Method::Otp => ("PUT", code(self.code.as_deref().expect("an external channel"))),
            Method::IdentityDocument => ("POST", None),
        };
        world.call(method, &self.actor_path("/validate"), body).await
    }

    pub async fn cancel(&self, world: &World) -> Answer {
        world.call("POST", &self.admin_path("/cancel"), reason()).await
    }

    pub async fn close(&self, world: &World) -> Answer {
        world.call("POST", &self.admin_path("/close"), None).await
    }

    pub async fn delete(&self, world: &World) -> Answer {
        world.call("DELETE", &self.admin_path(""), None).await
    }

    /// Deletes by force, with a token that allows it or not.
    pub async fn delete_by_force(&self, world: &World, permitted: bool) -> Answer {
        let call = world.request("DELETE", &self.admin_path("?force=true"), None);
        let call = if permitted { call.without("authorization").token(&forcing_token(world)) } else { call };
        world.send(call).await
    }

    pub async fn metadata(&self, world: &World) -> Answer {
        world.call("GET", &self.actor_path(""), None).await
    }

    /// Where it stands; nothing when it is gone.
    pub async fn status(&self, world: &World) -> Option<String> {
        let metadata = self.metadata(world).await;
        if metadata.status == 404 { None } else { Some(metadata.expect(200).text("status")) }
    }

    /// Tries a code on an OTP.
    pub async fn try_code(&self, world: &World, tried: &str) -> Answer {
        world.call("PUT", &self.actor_path("/validate"), code(tried)).await
    }

    /// How many tries an OTP has left.
    pub async fn attempts_left(&self, world: &World) -> u64 {
        self.metadata(world).await.expect(200).json()["attempts_left"].as_u64().expect("a number")
    }

    /// Scores the linked scoring's front, by what the world's provider is told to answer.
    pub async fn score(&self, world: &World, score: f64, breakdown: Vec<Check>) {
        world.scorer.answer(score, breakdown);
        put_pictures(world, &self.scoring_path(""), &[("front", &bodies::png(1))]).await.expect(204);
    }
}

/// A token with every permission, deleting by force too.
pub fn forcing_token(world: &World) -> String {
    world.token_with(
        ORG,
        "identifications:admin identifications:validate scorings:read scorings:write identifications:force_delete",
    )
}

/// Every state of the contract.
pub const STATES: [&str; 6] = ["CREATED", "VALIDATED", "CLOSED", "CANCELLED", "FAILED", "EXPIRED"];

/// A fresh identification in a state; none where the method does not know it. The world needs an external provider.
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
                subject.try_code(world, "wrong!").await.expect(400);
            }
        }
        "FAILED" => return None,
        _ => world.clock.advance(TimeDelta::hours(1)),
    }
    Some(subject)
}

/// Puts pictures to a scoring's score.
pub async fn put_pictures(world: &World, scoring_path: &str, parts: &[(&str, &[u8])]) -> Answer {
    world.send(world.request("PUT", &format!("{scoring_path}/score"), None).pictures(parts)).await
}

/// Creates a scoring, and answers its path.
pub async fn create_scoring(world: &World, change: impl FnOnce(&mut Value)) -> String {
    let mut body = bodies::scoring();
    change(&mut body);
    let created = world.call("POST", "/scorings/identity_document", Some(body)).await.expect(200);
    format!("/scorings/identity_document/{}", created.text("scoring_id"))
}

/// A line of a breakdown.
pub fn check(name: CheckName, result: CheckResult) -> Check {
    Check::new(name, result).noting("as the test wants it")
}

/// The names of all pictures that are kept.
pub async fn kept_pictures(world: &World) -> Vec<String> {
    let listed =
        world.aws.clients.s3.list_objects_v2().bucket("acredita-pictures").send().await.expect("the bucket answers");
    listed.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect()
}

/// A time of an answer.
pub fn time(text: &str) -> Time {
    text.parse().expect("an RFC 3339 time in UTC")
}

/// Compares a body with the one that was reviewed. Ids, links, random codes and what depends on an encoder are taken
/// out; times stay, because the clock is the test's.
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
