//! Carries out an effect of the outbox.
//!
//! The code is made here, when the message goes out, so that it is fresh on arrival and never lies in the outbox or the
//! queue. A worker holds a message by a lease: two live workers never send the same message. A send cannot be taken
//! back or recognized by the provider, so a worker that dies between sending and recording leaves a window in which a
//! person gets a second code; the second is then the live one.

use super::{effects, telling};
use crate::{
    App, Error, Request, Time,
    code::OtpCode,
    delivery::DeliveryFailure,
    events::{EventType, Story},
    identification::{Identification, Status},
    ids::LeaseId,
    keys::CodeContext,
    messages::Refusal,
    otp::{CODE_LIFE, Delivery, Destination, LiveCode, Otp},
    ports::{
        Claim, Effect, MessageRef, OutboxMessage, OutgoingMessage, SendError, Sender, Settlement,
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
    let carried_out = match message.effect {
        Effect::Code { generation } => send_code(app, sender, &message, generation, lease).await,
    };
    match carried_out {
        Ok(Carried { settlement, story, stream }) => {
            // A lease lost after the send is not an error: the worker that took over has made a newer code.
            unless_lost(app.stores.outbox.settle(&message, lease, settlement, story).await)?;
            effects::wake(app, &message.org, stream).await;
            Ok(match settlement {
                Settlement::Sent => Delivered::Sent,
                Settlement::Dropped => Delivered::NothingToDo,
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

/// What became of an effect, and for whose events to wake a worker.
struct Carried {
    settlement: Settlement,
    story: Option<Story>,
    stream: Stream,
}

async fn send_code(
    app: &App,
    sender: &dyn Sender,
    message: &OutboxMessage,
    generation: u32,
    lease: LeaseId,
) -> Result<Carried, Error> {
    let now = app.now();
    let id = message.reference.identification_id;
    let found = app.stores.identifications.find(&message.org, id).await?;
    let stream = found.as_ref().map_or(Stream::IdentificationId(id), effects::stream_of);
    let dropped = Carried { settlement: Settlement::Dropped, story: None, stream };
    let Some(identification) = found.filter(|found| wants(found, generation, now)) else { return Ok(dropped) };
    let (otp, destination) = sent(&identification)?;
    let told =
        |settlement| Carried { settlement, story: of_settlement(app, &identification, generation, settlement), stream };
    let test = app.policy.test_destinations.code_of(destination);
    let code = match test {
        // A test destination now or then, and not the one of both: it gets no message, and no code that could be right.
        None if otp.is_test => return Ok(told(Settlement::Refused(Refusal::NotConfigured))),
        Some(test) if test.format != otp.code_format => {
            return Ok(told(Settlement::Refused(Refusal::NotConfigured)));
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
        return Ok(dropped);
    }
    if test.is_some() {
        return Ok(told(Settlement::Sent));
    }
    let minutes = (expires_at - now).num_minutes().max(1);
    let language = identification.actor.language;
    let rendered = settings.code_message(language, destination.channel(), &code, minutes);
    let settlement = match sender
        .send(OutgoingMessage { reference: message.reference, destination, code: &code, rendered, expires_at })
        .await
    {
        Ok(()) => Settlement::Sent,
        Err(SendError::Refused(refusal)) => Settlement::Refused(refusal),
        Err(SendError::Unavailable) => return Err(Unavailable("the sender").into()),
    };
    Ok(told(settlement))
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
        Settlement::Dropped => return None,
    };
    Some(telling::of_identification(app, &Request::system(&identification.org), identification, kind, data, now))
}

/// Whether this generation's code is still needed.
fn wants(identification: &Identification, generation: u32, now: Time) -> bool {
    let current = identification.otp().is_some_and(|otp| otp.generation == generation);
    current && identification.status(now) == Status::Created
}

fn sent(identification: &Identification) -> Result<(&Otp, &Destination), Error> {
    match identification.otp().map(|otp| (otp, &otp.delivery)) {
        Some((otp, Delivery::Sent(destination))) => Ok((otp, destination)),
        _ => Err(Error::Corrupt("a message of an identification that sends none")),
    }
}
