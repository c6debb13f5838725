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
    identification::{Closable, RightCode, Status, Transition},
    ids::{LeaseId, OrgId},
    otp::{MAX_SENDS, MAX_TRIES, TRY_LEASE},
};

/// Open at `:now`: CREATED, not expired and with tries that are left or still being judged. Its values are
/// [`open_values`]. Before tries had verdicts, the last one to be counted was the end.
pub(crate) const OPEN: &str = "#org = :org AND #status = :created AND #expires_at > :now AND (attribute_not_exists(#tries) OR #tries < :max_tries OR (#judged_wrong < :max_tries AND #tried_at > :gone))";

/// Of what is validated without a code.
const OPEN_FOR_VALIDATION: &str = "#org = :org AND #status = :created AND #expires_at > :now";
const OPEN_FOR_THIS_CODE: &str = "#org = :org AND #status = :created AND #expires_at > :now AND #generation = :generation AND #judged_wrong = :judged_wrong AND #tries > :judged_wrong AND (#tries < :max_tries OR #tried_at > :gone)";
const OPEN_FOR_NEW_CODE: &str = "#org = :org AND #status = :created AND #expires_at > :now AND (attribute_not_exists(#tries) OR #tries < :max_tries OR (#judged_wrong < :max_tries AND #tried_at > :gone)) AND #generation = :previous";
const OPEN_FOR_NEXT_CODE: &str = "#org = :org AND #status = :created AND #expires_at > :now AND (attribute_not_exists(#tries) OR #tries < :max_tries OR (#judged_wrong < :max_tries AND #tried_at > :gone)) AND #generation = :previous AND #sends < :max_sends";
const OPEN_FOR_OTHER_CHANNEL: &str = "#org = :org AND #status = :created AND #expires_at > :now AND (attribute_not_exists(#tries) OR #tries < :max_tries OR (#judged_wrong < :max_tries AND #tried_at > :gone)) AND #generation = :previous AND #sends < :max_sends AND attribute_not_exists(#fallback)";
/// An identification whose tries are used up has failed, recorded or not, and does not expire any more.
const OVER: &str = "#org = :org AND #status = :created AND #expires_at <= :now AND (attribute_not_exists(#tries) OR #tries < :max_tries OR (#judged_wrong < :max_tries AND #tried_at > :gone))";
/// Whoever says so has judged the last try to be wrong, or has seen that its request is gone.
const TRIES_USED_UP: &str = "#org = :org AND #status = :created AND #tries >= :max_tries AND (attribute_not_exists(#judged_wrong) OR #judged_wrong >= :all_but_one OR #tried_at <= :gone)";
const VALIDATED: &str = "#org = :org AND #status = :validated";

/// The values that the guards of an identification may use.
pub(crate) fn open_values(org: &OrgId, now: Time) -> Values {
    vec![
        ("org", text(org)),
        ("now", millis(now)),
        ("created", text(Status::Created)),
        ("validated", text(Status::Validated)),
        ("max_tries", number(MAX_TRIES)),
        ("gone", millis(now - TRY_LEASE)),
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
            Transition::Validate { validation, code } => {
                values.push(("validation", json(validation)));
                let (update, condition) = match code {
                    None => ("SET #status = :next, #validation = :validation", OPEN_FOR_VALIDATION),
                    Some(RightCode { generation, judged_wrong }) => {
                        values.extend([
                            ("generation", number(*generation)),
                            ("judged_wrong", number(*judged_wrong)),
                            ("one", number(1)),
                        ]);
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
            Transition::Fallback { generation, channel } => {
                values.extend([
                    ("generation", number(*generation)),
                    ("previous", number(generation.saturating_sub(1))),
                    ("one", number(1)),
                    ("max_sends", number(MAX_SENDS)),
                    ("channel", text(channel)),
                ]);
                let update = "SET #generation = :generation, #last_send_at = :now, \
                              #sends = #sends + :one, #fallback = :channel REMOVE #code";
                (Status::Created, update, OPEN_FOR_OTHER_CHANNEL)
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
            Transition::Fail => {
                values.push(("all_but_one", number(MAX_TRIES - 1)));
                let update = "SET #status = :next, #ended_at = :now, #judged_wrong = :max_tries";
                (Status::Failed, update, TRIES_USED_UP)
            }
            Transition::Reject { .. } => (Status::Failed, ENDS, OPEN_FOR_VALIDATION),
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
        Transition::Fallback { .. } => "fall back",
        Transition::NewCode { .. } => "new code",
        Transition::Cancel { .. } => "cancel",
        Transition::Close { .. } => "close",
        Transition::Fail => "fail",
        Transition::Reject { .. } => "reject",
        Transition::Expire => "expire",
    }
}

const ENDS: &str = "SET #status = :next, #ended_at = :now";

/// A mark that no other call has. Callers never see it, so the system's randomness will do.
pub(crate) fn new_mark() -> String {
    LeaseId::generate(&SystemEntropy).to_string()
}
