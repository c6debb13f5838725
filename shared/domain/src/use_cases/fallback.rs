//! Another channel for a code that does not arrive: once, with a new code, while the old one dies.
//!
//! What may have to be done is an effect of its own in the outbox. It is committed with what makes it necessary: the refusal of
//! a message, a receipt of its failure, or its sending where a receipt is to come, and then it is due when that is overdue.
//! Whoever takes it up looks whether it still is necessary.

use super::{effects, otp::require_country, steps, telling};
use crate::{
    App, Error, Request, Time,
    delivery::{DeliveryFailure, DeliveryStatus},
    events::{EventType, Story},
    identification::{Identification, Transition},
    ids::MessageId,
    keys::CodeContext,
    otp::{Channel, Delivery, Destination},
    ports::{Effect, LaterMessage, MessageRef, OutboxMessage, Settlement, StepError, Told},
    settings::OrgSettings,
};

/// How an effect ends.
pub(super) type Ending = (Settlement, Option<Told>);

/// The effect that looks after the live code of an identification, if another channel could take the place of its own: at
/// once, or when its receipt is overdue.
pub(super) fn later(
    app: &App,
    settings: &OrgSettings,
    identification: &Identification,
    due_at: Option<Time>,
) -> Option<LaterMessage> {
    destination(app, settings, identification)?;
    let generation = identification.otp()?.generation;
    let message_id = MessageId::generate(&*app.entropy);
    let message = OutboxMessage {
        reference: MessageRef { message_id, identification_id: identification.id },
        org: identification.org.clone(),
        effect: due_at.map_or(Effect::Fallback { generation }, |_| Effect::Overdue { generation }),
        attempts: 0,
    };
    Some(LaterMessage { message, due_at })
}

/// Wakes a worker for a committed effect that is due at once.
pub(super) async fn kick(app: &App, later: Option<&LaterMessage>) {
    if let Some(LaterMessage { message, due_at: None }) = later {
        effects::kick(app, &[message.reference]).await;
    }
}

/// Sends a new code on another channel, unless this one has arrived meanwhile, or something else looks after it.
pub(super) async fn carry_out(app: &App, identification: &Identification, effect: Effect) -> Result<Ending, Error> {
    const DROPPED: Ending = (Settlement::Dropped, None);
    let (org, id, now) = (&identification.org, identification.id, app.now());
    let settings = app.settings(org).await?;
    let Some(otp) = identification.otp() else { return Ok(DROPPED) };
    let is_needed = match otp.message.map(|state| state.status) {
        Some(DeliveryStatus::Delivered) => false,
        // Whoever wrote that has left an effect that is due at once.
        Some(DeliveryStatus::Failed) => matches!(effect, Effect::Fallback { .. }),
        Some(DeliveryStatus::Pending | DeliveryStatus::Sent) | None => true,
    };
    let Some(destination) = destination(app, &settings, identification).filter(|_| is_needed) else {
        return Ok(DROPPED);
    };
    let opened = match steps::require_open(app, identification, None, now).await {
        // The chain is over, or this step of it.
        Err(Error::Conflict(_) | Error::NotFound(_)) => return Ok(DROPPED),
        opened => opened?,
    };
    let (generation, channel) = (otp.generation + 1, destination.channel());
    let keys = app.keys.current().await?;
    let outbox = vec![effects::send_code(app, &keys, &settings, CodeContext { org, id, generation }, &destination)];
    let (request, transition) = (Request::system(org), Transition::Fallback { generation, channel });
    let refused = |why| {
        let story = of_refusal(app, identification, (otp.generation, channel), why, now);
        Ok((Settlement::Dropped, Some(Told { story, later: None })))
    };
    match steps::send_again(app, &request, &opened, transition, outbox, now).await {
        Ok(()) => Ok((Settlement::FellBack, None)),
        // Validated, resent, or fallen back by another worker.
        Err(StepError::Lost) => Ok(DROPPED),
        Err(StepError::TooManyMessages { .. }) => refused(DeliveryFailure::NotSent),
        Err(StepError::OverBudget { .. }) => refused(DeliveryFailure::Budget),
        Err(error) => Err(error.into()),
    }
}

/// Where the code could go instead: the first of the organisation's channels that reaches the actor elsewhere, proves
/// something else than the second factor, and has nothing against it that a create would have.
fn destination(app: &App, settings: &OrgSettings, identification: &Identification) -> Option<Destination> {
    let otp = identification.otp().filter(|otp| otp.may_fall_back())?;
    let is_another = |channel: Channel| {
        channel != otp.delivery.channel() && otp.second_factor.is_none_or(|factor| factor.differs_from(channel))
    };
    let reached = |channel: &Channel| Destination::of(&identification.actor, *channel)?.canonical().ok();
    let is_allowed = |destination: &Destination| {
        let delivery = Delivery::Sent(destination.clone());
        let is_test = app.policy.test_destinations.code_of(destination).is_some();
        !is_test && app.policy.require_channel(&delivery).is_ok() && require_country(settings, &delivery).is_ok()
    };
    settings.fallback.iter().filter(|channel| is_another(**channel)).filter_map(reached).find(is_allowed)
}

/// The event of another channel's message that a limit refused.
fn of_refusal(
    app: &App,
    identification: &Identification,
    (generation, channel): (u32, Channel),
    why: DeliveryFailure,
    now: Time,
) -> Story {
    let data = telling::basics(identification, now).with("generation", generation);
    let data = data.named("channel", channel).named("reason", why);
    let (request, kind) = (Request::system(&identification.org), EventType::IdentificationUndelivered);
    telling::of_identification(app, &request, identification, kind, data, now)
}
