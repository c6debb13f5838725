//! The one list of functions and their operations.
//!
//! A function's name is also the name of its folder and binary; an operation's name is also the name of its use case
//! and handler, and its `operationId`. The gateway of the local server, the Lambda host in `tests/aws-local` and the
//! tests read this list, and the tests check the routers, the OpenAPI document, the template and the events against it.
//! No function links it.

mod operations;

pub use operations::OPERATIONS;

use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    pub name: &'static str,
    pub trigger: Trigger,
    /// The time limit for one event.
    pub timeout: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    Http,
    /// Files that everybody may read, without an operation: see [`PAGE_ROUTES`].
    Page,
    Queue,
    Schedule,
}

/// Serves the operator's page.
pub const PAGE: Function = Function { name: "page", trigger: Trigger::Page, timeout: Duration::from_secs(29) };

/// What the gateway routes to [`PAGE`].
pub const PAGE_ROUTES: [&str; 4] = ["GET /office", "HEAD /office", "GET /office/{file}", "HEAD /office/{file}"];

/// Delivers codes.
pub const NOTIFY: Function = Function { name: "notify", trigger: Trigger::Queue, timeout: Duration::from_secs(15) };

/// Delivers events.
pub const DISPATCH: Function = Function { name: "dispatch", trigger: Trigger::Queue, timeout: Duration::from_secs(75) };

/// Records what became of messages.
pub const RECEIPTS: Function = Function { name: "receipts", trigger: Trigger::Queue, timeout: Duration::from_secs(15) };

/// Makes files of records.
pub const EXPORTS: Function = Function { name: "exports", trigger: Trigger::Queue, timeout: Duration::from_secs(75) };

/// Finishes interrupted work, and deletes what is over.
pub const SWEEP: Function = Function { name: "sweep", trigger: Trigger::Schedule, timeout: Duration::from_secs(60) };

pub const FUNCTIONS: &[Function] = &[
    http("identification-agent-admin"),
    http("identification-agent"),
    http("identification-otp-admin"),
    http("identification-otp"),
    http("identity-document-admin"),
    http("identity-document"),
    http("chain-admin"),
    http("chain"),
    http("scoring"),
    http("events"),
    http("webhook-endpoints"),
    http("settings"),
    http("records"),
    PAGE,
    http("reviews"),
    NOTIFY,
    DISPATCH,
    RECEIPTS,
    EXPORTS,
    SWEEP,
];

/// One second less than the gateway waits for the function behind it.
const fn http(name: &'static str) -> Function {
    Function { name, trigger: Trigger::Http, timeout: Duration::from_secs(29) }
}

/// The prefix of all paths.
pub const ROOT: &str = "/v1/orgs/{org_id}";

/// An operation of the contract (§1).
#[derive(Debug)]
pub struct Operation {
    pub name: &'static str,
    pub function: &'static str,
    pub method: Method,
    pub path: &'static str,
    pub door: Door,
    /// The permission that a token needs.
    pub permission: &'static str,
    pub body: Body,
    pub takes_idempotency_key: bool,
    /// The status on success.
    pub success: u16,
    pub errors: &'static [u16],
    /// Further documented errors, as the contract's `default` allows.
    pub further: &'static [u16],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Put,
    Post,
    Patch,
    Delete,
}

/// The kind of id in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// No id: the operation creates.
    Create,
    Admin,
    Actor,
    /// The back office's id of a chain.
    AdminChain,
    /// The actor's id of a chain.
    Chain,
    Scoring,
    /// No id: the operation is about what the organisation has.
    Organisation,
    Event,
    Endpoint,
    Review,
    Record,
    Export,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    No,
    Json,
    OptionalJson,
    Multipart,
}

impl Method {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Operation {
    pub fn full_path(&self) -> String {
        format!("{ROOT}{}", self.path)
    }

    /// The path in the OpenAPI document, where paths that differ only in the name of their id are one path.
    pub fn documented_path(&self) -> String {
        let after_id = |path: &'static str| {
            path.split_once('{').map(|(before, id)| (before, id.split_once('}').map(|(_, rest)| rest)))
        };
        let is_shared =
            OPERATIONS.iter().any(|other| other.path != self.path && after_id(other.path) == after_id(self.path));
        match (self.path.split_once('{'), self.path.split_once('}')) {
            (Some((before, _)), Some((_, rest))) if is_shared => format!("{ROOT}{before}{{id}}{rest}"),
            _ => self.full_path(),
        }
    }

    /// Every status that the OpenAPI document has for it: its own, those of a body, and that of the throttle.
    pub fn documented_statuses(&self) -> impl Iterator<Item = u16> {
        let of_body: &[u16] = if self.body == Body::No { &[] } else { &[413, 415] };
        [self.success, 429].into_iter().chain([self.errors, self.further, of_body].into_iter().flatten().copied())
    }

    /// Method and path, as a gateway names a route: `PUT /v1/orgs/{org_id}/…`.
    pub fn route(&self) -> String {
        format!("{} {ROOT}{}", self.method.as_str(), self.path)
    }
}
