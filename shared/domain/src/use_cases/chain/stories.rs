//! What the events of a chain say.

use super::super::telling;
use crate::{
    App, Request, Time,
    chain::{Chain, ChainTransition},
    delivery::DeliveryFailure,
    events::{EventData, EventType, Story},
    identification::{Identification, Status},
    method::MethodKind,
};
use serde_json::json;

/// The event of the creation.
pub(super) fn of_creation(app: &App, request: &Request, chain: &Chain, now: Time) -> Story {
    let steps = chain.sequence.steps().iter();
    let steps = steps.map(|step| json!({"method": step.kind(), "identification_id": step.identification_id}));
    let data = basics(chain, chain.status(now))
        .with("steps", steps.collect::<Vec<_>>())
        .time("expires_at", chain.expires_at)
        .state(chain.vouched());
    of_chain(app, request, chain, EventType::ChainCreated, data, now)
}

/// The event of the open step's validation.
pub(super) fn of_advance(app: &App, request: &Request, chain: &Chain, kind: MethodKind, now: Time) -> Story {
    let after = chain.clone().advanced();
    let data = basics(&after, Status::Created).named("method", kind).with("step", chain.current_step);
    let data =
        chain.open_step().into_iter().fold(data, |data, step| data.named("identification_id", step.identification_id));
    of_chain(app, request, chain, EventType::ChainStepValidated, data.state(after.vouched()), now)
}

/// The event of a change.
pub(super) fn of_change(app: &App, request: &Request, chain: &Chain, transition: &ChainTransition, now: Time) -> Story {
    let after = chain.clone().after(transition, now);
    // What was decided, whatever the clock says.
    let data = basics(&after, after.status(after.created_at)).state(after.vouched());
    let data = match transition {
        ChainTransition::Validate { validation } => telling::of_device(data, &validation.device),
        ChainTransition::Expire => data.time("expires_at", chain.expires_at),
        ChainTransition::Reject { reason } => data.named("reason", reason),
        ChainTransition::Cancel { .. } | ChainTransition::Close { .. } | ChainTransition::Fail => data,
    };
    of_chain(app, request, chain, transition.event(), data, now)
}

/// The event of the deletion.
pub(super) fn of_deletion(app: &App, request: &Request, chain: &Chain, why: &'static str, now: Time) -> Story {
    // Without a status: by force it is deleted whatever it has become meanwhile.
    of_chain(app, request, chain, EventType::ChainDeleted, EventData::default().with("reason", why), now)
}

/// The event of a step whose first code was refused by a limit.
pub(super) fn of_code_not_sent(
    app: &App,
    request: &Request,
    step: &Identification,
    why: DeliveryFailure,
    now: Time,
) -> Story {
    let data = telling::basics(step, now).with("generation", 1).named("reason", why);
    let data = step.otp().into_iter().fold(data, |data, otp| data.named("channel", otp.channel()));
    telling::of_identification(app, request, step, EventType::IdentificationUndelivered, data, now)
}

/// What every event of a chain has.
pub(in crate::use_cases) fn basics(chain: &Chain, status: Status) -> EventData {
    EventData::default().named("status", status).with("current_step", chain.current_step)
}

/// An event of a chain as it is.
pub(in crate::use_cases) fn of_chain(
    app: &App,
    request: &Request,
    chain: &Chain,
    kind: EventType,
    data: EventData,
    now: Time,
) -> Story {
    telling::story(app, request, (chain.subject(), chain.log.clone()), kind, data, now)
}
