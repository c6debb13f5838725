//! Carries out an effect of the outbox.
//!
//! The code is made here, when the message goes out, so that it is fresh on arrival and never lies in the outbox or the
//! queue. A worker holds a message by a lease: two live workers never send the same message. A send cannot be taken
//! back or recognized by the provider, so a worker that dies between sending and recording leaves a window in which a
//! person gets a second code; the second is then the live one.

use super::{
    effects,
    fallback::{self, Ending},
    telling,
};
use crate::{
    App, Error, Request,
    code::OtpCode,
    delivery::DeliveryFailure,
    events::{EventType, Story},
    identification::Identification,
    ids::LeaseId,
    keys::CodeContext,
    messages::Refusal,
    otp::{CODE_LIFE, Destination, LiveCode, Otp},
    ports::{
        Claim, Effect, MessageRef, OutboxMessage, OutgoingMessage, SendError, Sender, Settlement, Told,
        limits::{LEASE, RETRY_WITHIN},
        unless_lost,
    },
    unavailable::Unavailable,
    webhooks::Stream,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// The provider accepted it.
    Sent,
    /// Nobody is waiting for it any more, or it was settled before.
    NothingToDo,
    /// The provider refused it permanently.
    Refused,
    /// Another channel has taken the place of its own.
    OnAnotherChannel,
    /// Another worker holds it: look again later.
    Leased,
}

/// On an error the message goes back, and a later attempt takes it up.
pub async fn deliver_message(app: &App, sender: &dyn Sender, message: MessageRef) -> Result<Delivered, Error> {
    let lease = LeaseId::generate(&*app.entropy);
    let now = app.now();
    let message = match app.stores.outbox.claim(message, lease, now, now + LEASE).await? {
        Claim::Taken(message) => message,
        Claim::Leased => return Ok(Delivered::Leased),
        Claim::Settled => return Ok(Delivered::NothingToDo),
    };
    match carry_out(app, sender, &message, lease).await {
        Ok(((settlement, told), stream)) => {
            // A lease lost after the send is not an error: the worker that took over has made a newer code.
            let settled = app.stores.outbox.settle(&message, lease, settlement, told.clone()).await;
            if unless_lost(settled)?.is_some() {
                fallback::kick(app, told.and_then(|told| told.later).as_ref()).await;
            }
            effects::wake(app, &message.org, stream).await;
            Ok(match settlement {
                Settlement::Sent => Delivered::Sent,
                Settlement::Dropped => Delivered::NothingToDo,
                Settlement::FellBack => Delivered::OnAnotherChannel,
                Settlement::Refused(_) => Delivered::Refused,
            })
        }
        Err(error) => {
            // Released at once, to avoid waiting for the lease. If that fails too, the lease expires on its own.
            let _ = app.stores.outbox.release(&message, lease, app.now() + RETRY_WITHIN).await;
            Err(error)
        }
    }
}

/// How an effect ends, and for whose events to wake a worker.
async fn carry_out(
    app: &App,
    sender: &dyn Sender,
    message: &OutboxMessage,
    lease: LeaseId,
) -> Result<(Ending, Stream), Error> {
    let (id, generation) = (message.reference.identification_id, message.effect.generation());
    let found = app.stores.by_id.identification(&message.org, id).await?;
    let stream = found.as_ref().map_or(Stream::IdentificationId(id), effects::stream_of);
    let ending = match (found.filter(|found| found.waits_for(generation, app.now())), message.effect) {
        (None, _) => DROPPED,
        (Some(identification), Effect::Code { .. }) => send_code(app, sender, message, &identification, lease).await?,
        (Some(identification), effect @ (Effect::Fallback { .. } | Effect::Overdue { .. })) => {
            fallback::carry_out(app, &identification, effect).await?
        }
    };
    Ok((ending, stream))
}

const DROPPED: Ending = (Settlement::Dropped, None);

async fn send_code(
    app: &App,
    sender: &dyn Sender,
    message: &OutboxMessage,
    identification: &Identification,
    lease: LeaseId,
) -> Result<Ending, Error> {
    let (now, generation) = (app.now(), message.effect.generation());
    let (otp, destination) = sent(identification)?;
    let told = |settlement, later| {
        let story = of_settlement(app, identification, generation, settlement);
        (settlement, story.map(|story| Told { story, later }))
    };
    let test = app.policy.test_destinations.code_of(&destination);
    let code = match test {
        // A test destination now or then, and not the one of both: it gets no message, and no code that could be right.
        None if otp.is_test => return Ok(told(Settlement::Refused(Refusal::NotConfigured), None)),
        Some(test) if test.format != otp.code_format => {
            return Ok(told(Settlement::Refused(Refusal::NotConfigured), None));
        }
        Some(test) => test.code.clone(),
        None => OtpCode::generate(&*app.entropy, otp.code_format),
    };
    // The text is of now, too: it lies in no outbox, and a change of it is for everybody within a minute.
    let settings = app.settings(&message.org).await?;
    let keys = app.keys.current().await?;
    let expires_at = identification.expires_at.min(now + CODE_LIFE);
    let context = CodeContext { org: &message.org, id: identification.id, generation };
    let live = LiveCode { hash: keys.hash_code(context, &code), expires_at };
    if unless_lost(app.stores.outbox.issue_code(message, lease, live, now).await)?.is_none() {
        // Validated, cancelled, resent or taken over between the read and the write.
        return Ok(DROPPED);
    }
    if test.is_some() {
        return Ok(told(Settlement::Sent, None));
    }
    let minutes = (expires_at - now).num_minutes().max(1);
    let (language, channel) = (identification.actor.language, destination.channel());
    let rendered = settings.code_message(language, channel, &code, minutes);
    let outgoing =
        OutgoingMessage { reference: message.reference, destination: &destination, code: &code, rendered, expires_at };
    let later = |due_at| fallback::later(app, &settings, identification, due_at);
    match sender.send(outgoing).await {
        Ok(()) if app.policy.receipts.contains(&channel) => {
            Ok(told(Settlement::Sent, later(Some(app.now() + settings.fallback_after.delta()))))
        }
        Ok(()) => Ok(told(Settlement::Sent, None)),
        Err(SendError::Refused(refusal)) => Ok(told(Settlement::Refused(refusal), later(None))),
        Err(SendError::Unavailable) => Err(Unavailable("the sender").into()),
    }
}

/// The event of a message that was sent, or will never be; none for one that nobody waits for.
fn of_settlement(app: &App, identification: &Identification, generation: u32, settlement: Settlement) -> Option<Story> {
    let now = app.now();
    let data = telling::of_message(identification, generation, now);
    let (kind, data) = match settlement {
        Settlement::Sent => (EventType::IdentificationSent, data),
        Settlement::Refused(refusal) => {
            (EventType::IdentificationUndelivered, data.named("reason", DeliveryFailure::from(refusal)))
        }
        Settlement::Dropped | Settlement::FellBack => return None,
    };
    Some(telling::of_identification(app, &Request::system(&identification.org), identification, kind, data, now))
}

fn sent(identification: &Identification) -> Result<(&Otp, Destination), Error> {
    let sent = identification.otp().zip(identification.destination());
    sent.ok_or(Error::Corrupt("a message of an identification that sends none"))
}
