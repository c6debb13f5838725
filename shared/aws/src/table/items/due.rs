//! What is due: rows of the index, and erasures.

use super::{Corrupt, Item, Key, json, outbox::read_reference, read_json, read_parsed, read_text, set_due};
use acredita_domain::{
    Time,
    ports::limits::ERASE_AGAIN_AFTER,
    ports::{Due, Erasure},
};

/// An erasure of what is deleted `now`. It has no time to live: it stays until it is done.
pub(crate) fn encode_erasure(erasure: &Erasure, now: Time) -> Item {
    let mut item = Key::erasure(&erasure.id).item();
    item.insert("prefixes".to_owned(), json(&erasure.prefixes));
    set_due(&mut item, &erasure.id, now + ERASE_AGAIN_AFTER);
    item
}

/// What a row of the index says is due. A row has the keys, `org` and `prefixes`; what it is stands in its key.
pub(crate) fn decode_due(item: &Item) -> Result<Due, Corrupt> {
    let pk = read_text(item, "pk")?;
    let (kind, id) = pk.split_once('#').ok_or(Corrupt("due key"))?;
    match (kind, read_text(item, "sk")?) {
        ("IDN", "A") => {
            Ok(Due::Identification(read_parsed(item, "org")?, id.parse().map_err(|_| Corrupt("identification id"))?))
        }
        ("IDN", _) => Ok(Due::Message(read_reference(item)?)),
        ("SCO", "A") => Ok(Due::Scoring(read_parsed(item, "org")?, id.parse().map_err(|_| Corrupt("scoring id"))?)),
        ("ERA", "A") => Ok(Due::Erasure(Erasure { id: id.to_owned(), prefixes: read_json(item, "prefixes")? })),
        _ => Err(Corrupt("due kind")),
    }
}

/// Where something that is due lies.
pub(crate) fn key_of_due(due: &Due) -> Key {
    match due {
        Due::Message(message) => Key::message(*message),
        Due::Identification(_, id) => Key::identification(*id),
        Due::Scoring(_, id) => Key::scoring(*id),
        Due::Erasure(erasure) => Key::erasure(&erasure.id),
    }
}
