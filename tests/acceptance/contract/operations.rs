//! The operations of the manifest, as requests.

pub use acredita_manifest::{Door, OPERATIONS, Operation};

use acceptance::{Call, ORG, World, bodies};
use acredita_local::gateway::document;
use acredita_manifest::{Body, Method};
use serde_json::Value;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(document()).expect("a document"));

/// The operations that have an id in their path.
pub fn with_an_id() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().filter(|operation| !matches!(operation.door, Door::Create | Door::Organisation))
}

/// The operations that create.
pub fn creates() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().filter(|operation| operation.door == Door::Create)
}

pub trait Requests {
    fn path_of(&self, id: &str) -> String;

    /// A valid body, if the operation takes one: the published example.
    fn body(&self) -> Option<Value>;

    /// Whether the contract answers 403 rather than 401 to a valid token without the permission.
    fn documents_403(&self) -> bool;

    /// A request whose only error is the missing token.
    fn call(&self, org: &str, id: &str) -> Call;

    /// A valid request.
    fn good_call(&self, world: &World, id: &str) -> Call;
}

impl Requests for Operation {
    fn path_of(&self, id: &str) -> String {
        let segments = self.path.split('/').map(|segment| if segment.starts_with('{') { id } else { segment });
        segments.collect::<Vec<_>>().join("/")
    }

    fn body(&self) -> Option<Value> {
        match (self.body, self.name) {
            (Body::No | Body::OptionalJson | Body::Multipart, _) => None,
            // Its example's picture is truncated.
            (Body::Json, "validate_agent_identification") => Some(bodies::confirmation()),
            // It has several examples.
            (Body::Json, "validate_otp_identification") => Some(bodies::code("222222")),
            (Body::Json, _) => {
                let operation = &DOCUMENT["paths"][self.documented_path()][self.method.as_str().to_lowercase()];
                Some(operation["requestBody"]["content"]["application/json"]["example"].clone())
            }
        }
    }

    fn documents_403(&self) -> bool {
        let is_of_chain = self.path.starts_with("/identifications/chain");
        is_of_chain || (self.method == Method::Delete && self.door != Door::Endpoint)
    }

    fn call(&self, org: &str, id: &str) -> Call {
        let call = Call::org(self.method.as_str(), org, &self.path_of(id));
        let call = if self.path.ends_with("/validate") { call.device() } else { call.agent_of(self.path) };
        let call = if self.name == "replace_settings" { call.header("if-match", "*") } else { call };
        match self.body() {
            Some(body) => call.json(&body),
            None => call,
        }
    }

    fn good_call(&self, world: &World, id: &str) -> Call {
        self.call(ORG, id).token(&world.token(ORG))
    }
}
