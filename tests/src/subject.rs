//! An identification under test: creates it and takes its steps.

use crate::{Answer, Call, ORG, World, bodies};
use acredita_domain::scoring::{Check, Provider};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Agent,
    Otp,
    IdentityDocument,
}

impl Method {
    pub const ALL: [Self; 3] = [Self::Agent, Self::Otp, Self::IdentityDocument];

    /// The path that creates one.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Agent => "/identifications/agent",
            Self::Otp => "/identifications/otp",
            Self::IdentityDocument => "/identifications/identity_document",
        }
    }

    /// A body that creates one for an hour. It sends nothing, and leaves the scoring to the external provider if there
    /// is one.
    pub fn body(self) -> Value {
        match self {
            Self::Agent => bodies::agent(false),
            Self::Otp => bodies::external_otp(),
            Self::IdentityDocument => bodies::identity_document("MEDIUM"),
        }
    }
}

pub struct Subject {
    pub method: Method,
    pub admin_id: String,
    pub id: String,
    pub scoring_id: Option<String>,
    pub code: Option<String>,
}

impl Subject {
    /// Creates one, with everything that it needs to be validated later.
    pub async fn create(world: &World, method: Method) -> Self {
        let mut body = method.body();
        if method == Method::IdentityDocument
            && world
                .app
                .engine
                .iter()
                .flat_map(|engine| &engine.scorers)
                .any(|scorer| scorer.provider() != Provider::Internal)
        {
            body["scoring"] = json!({ "provider": "EXTERNAL" });
        }
        Self::of(world, method, body).await
    }

    pub async fn of(world: &World, method: Method, body: Value) -> Self {
        let created = world.call("POST", method.path(), Some(body)).await;
        Self::created(method, &created)
    }

    /// The one that this answer created.
    pub fn created(method: Method, created: &Answer) -> Self {
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

    /// An OTP by SMS whose code has arrived.
    pub async fn delivered(world: &World) -> Self {
        Self::delivered_by(world, bodies::otp()).await
    }

    /// An OTP with this body, whose code has arrived.
    pub async fn delivered_by(world: &World, body: Value) -> Self {
        let otp = Self::of(world, Method::Otp, body).await;
        assert_eq!(world.deliver().await, 0);
        Self { code: Some(world.code_of(&otp.id)), ..otp }
    }

    /// The code of an OTP that is external or was delivered.
    #[track_caller]
    pub fn code(&self) -> &str {
        self.code.as_deref().expect("a code that is known")
    }

    /// A path of the back office.
    pub fn admin_path(&self, rest: &str) -> String {
        format!("{}/{}{rest}", self.method.path(), self.admin_id)
    }

    /// A path of the actor's side.
    pub fn actor_path(&self, rest: &str) -> String {
        format!("{}/{}{rest}", self.method.path(), self.id)
    }

    pub fn scoring_path(&self, rest: &str) -> String {
        format!("/scorings/identity_document/{}{rest}", self.scoring_id.as_deref().expect("an identity document"))
    }

    pub fn validation(&self, world: &World) -> Call {
        let (method, body) = match self.method {
            Method::Agent => ("POST", Some(bodies::confirmation())),
            Method::Otp => ("PUT", Some(bodies::code(self.code()))),
            Method::IdentityDocument => ("POST", None),
        };
        world.request(method, &self.actor_path("/validate"), body)
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

    pub fn attempt(&self, world: &World, tried: &str) -> Call {
        world.request("PUT", &self.actor_path("/validate"), Some(bodies::code(tried)))
    }

    /// Validates it with the required permission.
    pub async fn validate(&self, world: &World) -> Answer {
        world.send(self.validation(world)).await
    }

    pub async fn cancel(&self, world: &World) -> Answer {
        world.send(self.cancellation(world)).await
    }

    pub async fn close(&self, world: &World) -> Answer {
        world.send(self.closing(world)).await
    }

    pub async fn delete(&self, world: &World) -> Answer {
        world.send(self.deletion(world)).await
    }

    /// Deletes it by force, with a token that permits it or not.
    pub async fn delete_by_force(&self, world: &World, permitted: bool) -> Answer {
        let call = world.request("DELETE", &self.admin_path("?force=true"), None);
        let call = if permitted { call.without("authorization").token(&forcing_token(world)) } else { call };
        world.send(call).await
    }

    pub async fn metadata(&self, world: &World) -> Answer {
        world.call("GET", &self.actor_path(""), None).await
    }

    /// `None` when it is gone.
    pub async fn status(&self, world: &World) -> Option<String> {
        let metadata = self.metadata(world).await;
        if metadata.status == 404 { None } else { Some(metadata.expect(200).text("status")) }
    }

    pub async fn try_code(&self, world: &World, tried: &str) -> Answer {
        world.send(self.attempt(world, tried)).await
    }

    /// The number of tries that an OTP has left.
    pub async fn attempts_left(&self, world: &World) -> u64 {
        self.metadata(world).await.expect(200).json()["attempts_left"].as_u64().expect("a number")
    }

    /// Scores the front of the linked scoring, with this answer of the world's provider.
    pub async fn score(&self, world: &World, score: f64, breakdown: Vec<Check>) {
        world.scorer.answer(score, breakdown);
        put_pictures(world, &self.scoring_path(""), &[("front", &bodies::png(1))]).await.expect(204);
    }
}

/// A token with every permission, including the one to delete by force.
pub fn forcing_token(world: &World) -> String {
    world.token_with(
        ORG,
        "identifications:admin identifications:agent identifications:validate scorings:read scorings:write identifications:force_delete",
    )
}

/// Adds pictures to a scoring with its score operation.
pub async fn put_pictures(world: &World, scoring_path: &str, parts: &[(&str, &[u8])]) -> Answer {
    world.send(world.request("PUT", &format!("{scoring_path}/score"), None).pictures(parts)).await
}
