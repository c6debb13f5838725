//! The state of an identification or of a chain of them.

use super::{Corrupt, Item, if_there, json, millis, read_json, read_parsed, read_time, text};
use acredita_domain::identification::{State, Status};
use serde::{Serialize, de::DeserializeOwned};

pub(super) fn encode_state<V: Serialize>(item: &mut Item, state: &State<V>) {
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    let status = match state {
        State::Created => Status::Created,
        State::Expired => Status::Expired,
        State::Validated(validation) => {
            set("validation", json(validation));
            Status::Validated
        }
        State::Closed { at, validation } => {
            set("ended_at", millis(*at));
            if let Some(validation) = validation {
                set("validation", json(validation));
            }
            Status::Closed
        }
        State::Cancelled { at, reason } => {
            set("ended_at", millis(*at));
            set("reason", text(reason.expose()));
            Status::Cancelled
        }
        State::Failed { at } => {
            set("ended_at", millis(*at));
            Status::Failed
        }
    };
    set("status", text(status));
}

pub(super) fn decode_state<V: DeserializeOwned>(item: &Item) -> Result<State<V>, Corrupt> {
    let at = || read_time(item, "ended_at");
    Ok(match read_parsed(item, "status")? {
        Status::Created => State::Created,
        Status::Expired => State::Expired,
        Status::Validated => State::Validated(read_json(item, "validation")?),
        Status::Closed => State::Closed { at: at()?, validation: if_there(item, "validation", read_json)? },
        Status::Cancelled => State::Cancelled { at: at()?, reason: read_parsed(item, "reason")? },
        Status::Failed => State::Failed { at: at()? },
    })
}
