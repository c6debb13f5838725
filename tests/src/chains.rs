//! A chain under test: creates it and takes its steps.

use crate::{
    Answer, Call, World, bodies,
    subject::{Method, Subject, forcing_token},
};
use serde_json::{Value, json};

/// Steps of a create's body.
pub mod steps {
    use serde_json::{Value, json};

    pub fn agent() -> Value {
        json!({ "identification_type": "AGENT" })
    }

    /// With a code that the caller delivers.
    pub fn otp() -> Value {
        json!({ "identification_type": "OTP", "otp_step": { "channel": { "type": "SMS", "external": true } } })
    }

    /// With a code that we send.
    pub fn sent_otp() -> Value {
        json!({ "identification_type": "OTP", "otp_step": { "channel": { "type": "SMS" } } })
    }

    /// Scored by our own engine.
    pub fn internal_document() -> Value {
        json!({ "identification_type": "IDENTITY_DOCUMENT" })
    }

    /// Scored by the world's external provider.
    pub fn document() -> Value {
        let step = json!({ "provider_type": "EXTERNAL", "configuration_name": "MEDIUM" });
        json!({ "identification_type": "IDENTITY_DOCUMENT", "identity_document_step": step })
    }
}

/// The body of a create, for an hour.
pub fn body(steps: Vec<Value>) -> Value {
    json!({ "actor": bodies::actor(), "expires_in": "PT1H", "sequence": steps })
}

/// The same, for a phone of its own, so that tests do not share a throttle.
pub fn body_to(phone: u64, steps: Vec<Value>) -> Value {
    let mut body = body(steps);
    body["actor"]["msisdn"]["phone_number"] = json!(phone);
    body
}

pub const PATH: &str = "/identifications/chain";

pub struct ChainSubject {
    pub id: String,
    pub admin_id: String,
    pub steps: Vec<Subject>,
}

impl ChainSubject {
    pub async fn of(world: &World, steps: Vec<Value>) -> Self {
        Self::by(world, body(steps)).await
    }

    pub async fn by(world: &World, body: Value) -> Self {
        Self::created(&world.call("POST", PATH, Some(body)).await.expect(201))
    }

    /// The one that this answer created.
    pub fn created(created: &Answer) -> Self {
        let json = created.json();
        let steps = json["sequence"].as_array().expect("steps").iter();
        let step = |step: &Value| {
            let text = |name: &str| step[name].as_str().map(str::to_owned);
            Subject {
                method: match step["identification_type"].as_str() {
                    Some("AGENT") => Method::Agent,
                    Some("OTP") => Method::Otp,
                    _ => Method::IdentityDocument,
                },
                admin_id: text("admin_identification_id").expect("an id"),
                id: text("identification_id").expect("an id"),
                scoring_id: text("scoring_id"),
                code: text("code"),
            }
        };
        Self {
            id: created.text("identification_chain_id"),
            admin_id: created.text("admin_identification_chain_id"),
            steps: steps.map(step).collect(),
        }
    }

    pub fn actor_path(&self, rest: &str) -> String {
        format!("{PATH}/{}{rest}", self.id)
    }

    pub fn admin_path(&self, rest: &str) -> String {
        format!("{PATH}/{}{rest}", self.admin_id)
    }

    pub fn validation(&self, world: &World) -> Call {
        world.request("POST", &self.actor_path("/validate"), None)
    }

    pub fn cancellation(&self, world: &World) -> Call {
        world.request("POST", &self.admin_path("/cancel"), Some(bodies::reason()))
    }

    pub fn closing(&self, world: &World) -> Call {
        world.request("POST", &self.admin_path("/close"), None)
    }

    pub fn deletion(&self, world: &World) -> Call {
        world.request("DELETE", &self.admin_path(""), None)
    }

    pub fn forced_deletion(&self, world: &World) -> Call {
        let call = world.request("DELETE", &self.admin_path("?force=true"), None);
        call.without("authorization").token(&forcing_token(world))
    }

    pub async fn validate(&self, world: &World) -> Answer {
        world.send(self.validation(world)).await
    }

    pub async fn cancel(&self, world: &World) -> Answer {
        world.send(self.cancellation(world)).await
    }

    pub async fn close(&self, world: &World) -> Answer {
        world.send(self.closing(world)).await
    }

    pub async fn read(&self, world: &World) -> Answer {
        world.call("GET", &self.actor_path(""), None).await
    }

    /// The step at this index, with all that it needs to be validated: its code has arrived, or its document has been
    /// scored.
    pub async fn ready(&self, world: &World, at: usize) -> Subject {
        let Subject { method, ref admin_id, ref id, ref scoring_id, ref code } = self.steps[at];
        let mut step = Subject {
            method,
            admin_id: admin_id.clone(),
            id: id.clone(),
            scoring_id: scoring_id.clone(),
            code: code.clone(),
        };
        match method {
            Method::Otp if code.is_none() => {
                world.deliver().await;
                step.code = Some(world.code_of(id));
            }
            Method::IdentityDocument => step.score(world, 0.95, Vec::new()).await,
            Method::Agent | Method::Otp => {}
        }
        step
    }

    /// Validates the first so many steps.
    pub async fn walk(&self, world: &World, steps: usize) {
        for at in 0..steps {
            self.ready(world, at).await.validate(world).await.expect(204);
        }
    }

    /// The status of the chain, its current step, and the status of each step.
    pub async fn state(&self, world: &World) -> (String, u64, Vec<String>) {
        let read = self.read(world).await.expect(200).json();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let steps = read["sequence"].as_array().expect("steps").iter().map(|step| text(&step["status"]));
        (text(&read["status"]), read["current_step"].as_u64().expect("a number"), steps.collect())
    }

    /// Requires that state, and that the metadata of each step says the same.
    pub async fn assert_state(&self, world: &World, status: &str, current_step: u64, steps: &[&str]) {
        let expected = (status.to_owned(), current_step, steps.iter().map(|step| (*step).to_owned()).collect());
        assert_eq!(self.state(world).await, expected);
        for (step, status) in self.steps.iter().zip(steps) {
            assert_eq!(step.status(world).await.as_deref(), Some(*status));
        }
    }
}
