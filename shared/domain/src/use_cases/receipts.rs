//! Receipts: what became of a message after its provider had taken it.
//!
//! Providers repeat receipts, and mix up their order. Each is written only where it says more than what is known, and only
//! for the message with the live code; whatever else comes changes nothing. A failure may have another channel tried.

use super::{effects, fallback, telling};
use crate::{
    App, Error, Request,
    delivery::{DeliveryState, Receipt},
    events::{EventType, Story},
    identification::Identification,
    ports::{Effect, MessageRef, Told, unless_lost},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// The state of the message has changed.
    Changed,
    /// It was known, or is of no use any more.
    NothingNew,
}

/// Two reads and a transaction; of a failure a read of the settings once a minute. On an error the receipt comes again.
pub async fn record_receipt(app: &App, message: MessageRef, receipt: Receipt) -> Result<Recorded, Error> {
    let Some(message) = app.stores.outbox.find(message).await? else { return Ok(Recorded::NothingNew) };
    let Effect::Code { generation } = message.effect else { return Ok(Recorded::NothingNew) };
    let id = message.reference.identification_id;
    let Some(identification) = app.stores.by_id.identification(&message.org, id).await? else {
        return Ok(Recorded::NothingNew);
    };
    let state = DeliveryState::by(receipt, app.now());
    if !says_more(&identification, generation, state) {
        return Ok(Recorded::NothingNew);
    }
    let later = match receipt {
        Receipt::Failed(_) if identification.waits_for(generation, state.updated_at) => {
            let settings = app.settings(&message.org).await?;
            fallback::later(app, &settings, &identification, None)
        }
        Receipt::Failed(_) | Receipt::Arrived => None,
    };
    let told = Told { story: of_receipt(app, &identification, generation, state), later };
    if unless_lost(app.stores.outbox.record_receipt(&message, state, told.clone()).await)?.is_none() {
        return Ok(Recorded::NothingNew);
    }
    effects::told(app, &identification).await;
    fallback::kick(app, told.later.as_ref()).await;
    Ok(Recorded::Changed)
}

/// Whether a receipt is of the live code's message, and says more than what is known. The write repeats this as its
/// condition.
fn says_more(identification: &Identification, generation: u32, state: DeliveryState) -> bool {
    let live = identification.otp().filter(|otp| otp.generation == generation);
    live.is_some_and(|otp| otp.message.is_none_or(|known| state.status.before().contains(&known.status)))
}

fn of_receipt(app: &App, identification: &Identification, generation: u32, state: DeliveryState) -> Story {
    let now = state.updated_at;
    let data = telling::of_message(identification, generation, now);
    let (kind, data) = match state.reason {
        Some(reason) => (EventType::IdentificationUndelivered, data.named("reason", reason)),
        None => (EventType::IdentificationDelivered, data),
    };
    telling::of_identification(app, &Request::system(&identification.org), identification, kind, data, now)
}
