//! The steps of an identification as conditional updates: their guards and their writes.
//!
//! A step writes only its own attributes, so that a try counted at the same moment is not lost.

use super::{
    expressions::Values,
    items::{json, millis, number, text},
};
use crate::system::SystemEntropy;
use acredita_domain::{
    Time,
    identification::{Closable, Status, Transition},
    ids::{LeaseId, OrgId},
    otp::{MAX_SENDS, MAX_TRIES},
};

/// Open at `:now`: CREATED, not expired and with tries left. Its values are [`open_values`].
pub(crate) const OPEN: &str = "#org = :org AND #status = :created AND #expires_at > :now AND (attribute_not_exists(#tries) OR #tries < :max_tries)";

/// Like [`OPEN`], but allows the last try to be counted: it is the one being judged.
const OPEN_FOR_VALIDATION: &str = "#org = :org AND #status = :created AND #expires_at > :now";
const OPEN_FOR_THIS_CODE: &str =
    "#org = :org AND #status = :created AND #expires_at > :now AND #generation = :generation AND #tries > :zero";
const OPEN_FOR_NEW_CODE: &str = "#org = :org AND #status = :created AND #expires_at > :now AND (attribute_not_exists(#tries) OR #tries < :max_tries) AND #generation = :previous";
const OPEN_FOR_NEXT_CODE: &str = "#org = :org AND #status = :created AND #expires_at > :now AND (attribute_not_exists(#tries) OR #tries < :max_tries) AND #generation = :previous AND #sends < :max_sends";
/// An identification whose tries are used up has failed, recorded or not, and does not expire any more.
const OVER: &str = "#org = :org AND #status = :created AND #expires_at <= :now AND (attribute_not_exists(#tries) OR #tries < :max_tries)";
const TRIES_USED_UP: &str = "#org = :org AND #status = :created AND #tries >= :max_tries";
const VALIDATED: &str = "#org = :org AND #status = :validated";

/// The values that the guards of an identification may use.
pub(crate) fn open_values(org: &OrgId, now: Time) -> Values {
    vec![
        ("org", text(org)),
        ("now", millis(now)),
        ("created", text(Status::Created)),
        ("validated", text(Status::Validated)),
        ("max_tries", number(MAX_TRIES)),
    ]
}

/// A step in DynamoDB's terms.
pub(crate) struct Step {
    pub update: &'static str,
    pub condition: &'static str,
    pub values: Values,
}

impl Step {
    pub fn of(org: &OrgId, transition: &Transition, now: Time) -> Self {
        let mut values = open_values(org, now);
        let (next, update, condition) = match transition {
            Transition::Validate { validation, generation } => {
                values.push(("validation", json(validation)));
                let (update, condition) = match generation {
                    None => ("SET #status = :next, #validation = :validation", OPEN_FOR_VALIDATION),
                    Some(generation) => {
                        values.extend([("generation", number(*generation)), ("zero", number(0)), ("one", number(1))]);
                        let update = "SET #status = :next, #validation = :validation, #tries = #tries - :one";
                        (update, OPEN_FOR_THIS_CODE)
                    }
                };
                (Status::Validated, update, condition)
            }
            Transition::Resend { generation } => {
                values.extend([
                    ("generation", number(*generation)),
                    ("previous", number(generation.saturating_sub(1))),
                    ("one", number(1)),
                    ("max_sends", number(MAX_SENDS)),
                ]);
                let update = "SET #generation = :generation, #last_send_at = :now, \
                              #sends = #sends + :one REMOVE #code";
                (Status::Created, update, OPEN_FOR_NEXT_CODE)
            }
            Transition::NewCode { generation, code } => {
                values.extend([
                    ("generation", number(*generation)),
                    ("previous", number(generation.saturating_sub(1))),
                    ("code", json(code)),
                ]);
                let update = "SET #generation = :generation, #last_send_at = :now, #code = :code";
                (Status::Created, update, OPEN_FOR_NEW_CODE)
            }
            Transition::Cancel { reason } => {
                values.push(("reason", text(reason.expose())));
                let update = "SET #status = :next, #ended_at = :now, #reason = :reason";
                (Status::Cancelled, update, OPEN)
            }
            Transition::Close { from: Closable::Created } => (Status::Closed, ENDS, OPEN),
            Transition::Close { from: Closable::Validated } => (Status::Closed, ENDS, VALIDATED),
            Transition::Fail => (Status::Failed, ENDS, TRIES_USED_UP),
            Transition::Expire => (Status::Expired, "SET #status = :next", OVER),
        };
        values.push(("next", text(next)));
        Self { update, condition, values }
    }
}

/// For logs.
pub(crate) fn step_name(transition: &Transition) -> &'static str {
    match transition {
        Transition::Validate { .. } => "validate",
        Transition::Resend { .. } => "resend",
        Transition::NewCode { .. } => "new code",
        Transition::Cancel { .. } => "cancel",
        Transition::Close { .. } => "close",
        Transition::Fail => "fail",
        Transition::Expire => "expire",
    }
}

const ENDS: &str = "SET #status = :next, #ended_at = :now";

/// A mark that no other call has. Callers never see it, so the system's randomness will do.
pub(crate) fn new_mark() -> String {
    LeaseId::generate(&SystemEntropy).to_string()
}
