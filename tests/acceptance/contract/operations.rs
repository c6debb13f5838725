//! The operations of the contract (§1), in its order.

use acceptance::{Call, ORG, World, bodies};
use serde_json::{Value, json};

/// An id that nothing has.
pub const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// The permissions of §3.
pub const PERMISSIONS: [&str; 5] = [
    "identifications:admin",
    "identifications:validate",
    "scorings:write",
    "scorings:read",
    "identifications:force_delete",
];

/// Which id an operation's path has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// None: it creates.
    Create,
    /// The back office's handle.
    Admin,
    /// The actor's side.
    Actor,
    /// A scoring.
    Scoring,
}

/// A row of the table.
pub struct Operation {
    pub method: &'static str,
    /// Below `/v1/orgs/{org_id}`, with `{id}` for the id.
    pub path: &'static str,
    pub door: Door,
    pub permission: &'static str,
    pub success: u16,
    /// A body that is good for it.
    body: fn() -> Option<Value>,
}

const fn operation(
    method: &'static str,
    path: &'static str,
    door: Door,
    permission: usize,
    success: u16,
    body: fn() -> Option<Value>,
) -> Operation {
    Operation { method, path, door, permission: PERMISSIONS[permission], success, body }
}

const ADMIN: usize = 0;
const VALIDATE: usize = 1;
const WRITE: usize = 2;
const READ: usize = 3;

fn none() -> Option<Value> {
    None
}

/// A body that cancels.
pub fn reason() -> Option<Value> {
    Some(json!({ "reason": "The customer changed their mind" }))
}

/// A body that confirms without a picture.
pub fn confirmation() -> Option<Value> {
    Some(json!({ "agent": "shop-042/maria" }))
}

/// A body that tries a code.
pub fn code(code: &str) -> Option<Value> {
    Some(json!({ "code": code }))
}

/// All of them but the chain, which is a later step.
pub const OPERATIONS: [Operation; 25] = [
    operation("POST", "/identifications/agent", Door::Create, ADMIN, 201, || Some(bodies::agent(false))),
    operation("POST", "/identifications/agent/{id}/cancel", Door::Admin, ADMIN, 204, reason),
    operation("POST", "/identifications/agent/{id}/close", Door::Admin, ADMIN, 204, none),
    operation("DELETE", "/identifications/agent/{id}", Door::Admin, ADMIN, 204, none),
    operation("GET", "/identifications/agent/{id}", Door::Actor, VALIDATE, 200, none),
    operation("POST", "/identifications/agent/{id}/validate", Door::Actor, VALIDATE, 204, confirmation),
    operation("POST", "/identifications/otp", Door::Create, ADMIN, 201, || Some(bodies::external_otp())),
    operation("POST", "/identifications/otp/{id}/cancel", Door::Admin, ADMIN, 204, reason),
    operation("POST", "/identifications/otp/{id}/close", Door::Admin, ADMIN, 204, none),
    operation("DELETE", "/identifications/otp/{id}", Door::Admin, ADMIN, 204, none),
    operation("GET", "/identifications/otp/{id}", Door::Actor, VALIDATE, 200, none),
    operation("PUT", "/identifications/otp/{id}/validate", Door::Actor, VALIDATE, 204, || code("222222")),
    operation("POST", "/identifications/otp/{id}/resend", Door::Actor, VALIDATE, 204, none),
    operation("POST", "/identifications/identity_document", Door::Create, ADMIN, 200, || {
        Some(bodies::identity_document("MEDIUM"))
    }),
    operation("POST", "/identifications/identity_document/{id}/close", Door::Admin, ADMIN, 204, none),
    operation("POST", "/identifications/identity_document/{id}/cancel", Door::Admin, ADMIN, 204, reason),
    operation("DELETE", "/identifications/identity_document/{id}", Door::Admin, ADMIN, 204, none),
    operation("GET", "/identifications/identity_document/{id}", Door::Actor, VALIDATE, 200, none),
    operation("POST", "/identifications/identity_document/{id}/validate", Door::Actor, VALIDATE, 204, none),
    operation("POST", "/scorings/identity_document", Door::Create, WRITE, 200, || Some(bodies::scoring())),
    operation("GET", "/scorings/identity_document/{id}", Door::Scoring, READ, 200, none),
    operation("GET", "/scorings/identity_document/{id}/captures", Door::Scoring, READ, 200, none),
    operation("PUT", "/scorings/identity_document/{id}/score", Door::Scoring, WRITE, 204, none),
    operation("POST", "/scorings/identity_document/{id}/delegate", Door::Scoring, WRITE, 200, none),
    operation("POST", "/scorings/identity_document/{id}/close", Door::Scoring, WRITE, 204, none),
];

impl Operation {
    /// The operations that have an id in their path.
    pub fn with_an_id() -> impl Iterator<Item = &'static Self> {
        OPERATIONS.iter().filter(|operation| operation.door != Door::Create)
    }

    /// The four creates.
    pub fn creates() -> impl Iterator<Item = &'static Self> {
        OPERATIONS.iter().filter(|operation| operation.door == Door::Create)
    }

    /// For messages of tests.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The path with an id in it.
    pub fn path_of(&self, id: &str) -> String {
        self.path.replace("{id}", id)
    }

    /// A body that is good for it, if it takes one.
    pub fn body(&self) -> Option<Value> {
        (self.body)()
    }

    /// Whether the contract answers 403 rather than 401 to a good token that does not allow it.
    pub fn documents_403(&self) -> bool {
        self.method == "DELETE"
    }

    /// A request without any fault but the missing token.
    pub fn call(&self, org: &str, id: &str) -> Call {
        let call = Call::org(self.method, org, &self.path_of(id));
        let call = if self.path.ends_with("/validate") { call.device() } else { call };
        match self.body() {
            Some(body) => call.json(&body),
            None => call,
        }
    }

    /// A request without any fault.
    pub fn good_call(&self, world: &World, id: &str) -> Call {
        self.call(ORG, id).token(&world.token(ORG))
    }
}
