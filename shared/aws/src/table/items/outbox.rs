//! Messages to send.

use super::{
    Corrupt, DuePartitions, Item, Key, SLACK, check_schema, due::set_due, if_there, number, read_number, read_parsed,
    read_reference, read_text, set_ttl, text,
};
use acredita_domain::{
    Time,
    expires_in::ExpiresIn,
    ids::LeaseId,
    ports::limits::REKICK_AFTER,
    ports::{Effect, LaterMessage, OutboxMessage, Settlement},
};

/// `effect` of an [`Effect::Code`].
const CODE: &str = "CODE";
/// The same of an [`Effect::Fallback`].
const FALLBACK: &str = "FALLBACK";
/// The same of an [`Effect::Overdue`].
const OVERDUE: &str = "OVERDUE";

/// A message in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredMessage {
    pub message: OutboxMessage,
    pub state: MessageState,
    /// The lease of the worker that holds it, or held it last.
    pub lease: Option<LeaseId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageState {
    Pending,
    Settled(Settlement),
}

impl MessageState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Settled(how) => how.as_str(),
        }
    }

    fn read(item: &Item) -> Result<Self, Corrupt> {
        let name = read_text(item, "state")?;
        let refusal = if_there(item, "refusal", read_parsed)?;
        let settled = [Settlement::Sent, Settlement::Dropped, Settlement::FellBack].map(Self::Settled);
        let mut all = vec![Self::Pending];
        all.extend(settled);
        all.extend(refusal.map(|refusal| Self::Settled(Settlement::Refused(refusal))));
        all.into_iter().find(|state| state.as_str() == name).ok_or(Corrupt("state"))
    }
}

/// A new item, due when the message has not been carried out in time.
pub(crate) fn encode_message(message: &OutboxMessage, now: Time) -> Item {
    encode_due(message, now + REKICK_AFTER, now)
}

/// The same of one that waits for its time.
pub(crate) fn encode_later(later: &LaterMessage, now: Time) -> Item {
    encode_due(&later.message, later.due_at.unwrap_or(now + REKICK_AFTER), now)
}

/// No code is of use after the longest identification has expired, so the item is dropped then.
fn encode_due(message: &OutboxMessage, due_at: Time, now: Time) -> Item {
    let mut item = Key::message(message.reference).item();
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    set("org", text(&message.org));
    set("state", text(MessageState::Pending.as_str()));
    let effect = match message.effect {
        Effect::Code { .. } => CODE,
        Effect::Fallback { .. } => FALLBACK,
        Effect::Overdue { .. } => OVERDUE,
    };
    set("effect", text(effect));
    set("generation", number(message.effect.generation()));
    set("attempts", number(message.attempts));
    set_due(&mut item, DuePartitions::Messages.of(&message.reference.message_id.to_string()), due_at);
    set_ttl(&mut item, now + ExpiresIn::LONGEST.delta() + SLACK);
    item
}

pub(crate) fn decode_message(item: &Item) -> Result<StoredMessage, Corrupt> {
    check_schema(item)?;
    let message = OutboxMessage {
        reference: read_reference(item)?,
        org: read_parsed(item, "org")?,
        effect: decode_effect(item)?,
        attempts: read_number(item, "attempts")?,
    };
    Ok(StoredMessage { message, state: MessageState::read(item)?, lease: if_there(item, "lease", read_parsed)? })
}

/// Items from before effects had kinds have no `effect`: they send a code.
fn decode_effect(item: &Item) -> Result<Effect, Corrupt> {
    let effect = if item.contains_key("effect") { read_text(item, "effect")? } else { CODE };
    let generation = read_number(item, "generation")?;
    match effect {
        CODE => Ok(Effect::Code { generation }),
        FALLBACK => Ok(Effect::Fallback { generation }),
        OVERDUE => Ok(Effect::Overdue { generation }),
        _ => Err(Corrupt("effect")),
    }
}
