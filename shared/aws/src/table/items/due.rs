//! Due work: partitions and rows of the index, and erasures.

use super::{
    Corrupt, Item, Key, json, millis, read_json, read_parsed, read_reference, read_text, read_time,
    streams::{read_cursor_id, read_stream},
    text,
};
use acredita_domain::{
    Time,
    ids::{OrgId, ScoringId},
    ports::limits::ERASE_AGAIN_AFTER,
    ports::{Due, Erasure},
    webhooks::CursorId,
};
use aws_sdk_dynamodb::types::AttributeValue;

/// Partitions of each kind, so that creates do not wait for each other's partition.
pub(super) const SHARDS: u32 = 8;

/// The partitions of the index, by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DuePartitions {
    /// Messages, which never queue behind anything else.
    Messages,
    /// Events and their deliveries.
    Deliveries,
    /// Reviews that nobody has claimed, from when they opened.
    Reviews,
    /// All other work. Messages used to be here too: those that an older version wrote still are.
    Ends,
}

impl DuePartitions {
    pub fn all(self) -> impl Iterator<Item = AttributeValue> {
        (0..self.shards()).map(move |shard| self.shard(shard))
    }

    pub fn has(self, shard: u32) -> bool {
        shard < self.shards()
    }

    /// The partition for an id, always the same.
    pub(super) fn of(self, id: &str) -> AttributeValue {
        self.shard(hash(id) % self.shards())
    }

    /// Nobody reviews so much that one partition were too little.
    fn shards(self) -> u32 {
        if let Self::Reviews = self { 1 } else { SHARDS }
    }

    pub fn shard(self, shard: u32) -> AttributeValue {
        match self {
            Self::Messages => text(format_args!("MSG#{shard}")),
            Self::Deliveries => text(format_args!("DLV#{shard}")),
            Self::Reviews => text(format_args!("REV#{shard}")),
            Self::Ends => text(shard),
        }
    }
}

/// Spreads ids over shards.
pub(super) fn hash(id: &str) -> u32 {
    id.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)))
}

/// Puts an item on the index of due work.
pub(super) fn set_due(item: &mut Item, partition: AttributeValue, at: Time) {
    item.insert("due_shard".to_owned(), partition);
    item.insert("due_at".to_owned(), millis(at));
}

/// The erasure of an entity deleted `now`. It has no time to live: it stays until it is done.
pub(crate) fn encode_erasure(erasure: &Erasure, now: Time) -> Item {
    let mut item = Key::erasure(&erasure.id).item();
    item.insert("prefixes".to_owned(), json(&erasure.prefixes));
    set_due(&mut item, DuePartitions::Ends.of(&erasure.id), now + ERASE_AGAIN_AFTER);
    item
}

/// What is left of a scoring that ended `now`. It has no time to live: it stays until it is erased.
pub(crate) fn encode_leftovers(org: &OrgId, id: ScoringId, now: Time) -> Item {
    let mut item = Key::leftovers(id).item();
    item.insert("org".to_owned(), text(org));
    set_due(&mut item, DuePartitions::Ends.of(&id.to_string()), now + ERASE_AGAIN_AFTER);
    item
}

/// The due work of a row of the index. A row has the keys, `org` and `prefixes`; its kind is in its key.
pub(crate) fn decode_due(item: &Item) -> Result<Due, Corrupt> {
    let pk = read_text(item, "pk")?;
    let (kind, id) = pk.split_once('#').ok_or(Corrupt("due key"))?;
    match (kind, read_text(item, "sk")?) {
        ("IDN", "A") => {
            Ok(Due::Identification(read_parsed(item, "org")?, id.parse().map_err(|_| Corrupt("identification id"))?))
        }
        ("EVT", sort) => match sort.parse() {
            Ok(sequence) => Ok(Due::Event(read_parsed(item, "org")?, read_stream(item)?, sequence)),
            Err(_) => Ok(Due::Delivery(read_cursor_id(item)?)),
        },
        ("IDN", _) => Ok(Due::Message(read_reference(item)?)),
        ("CHN", "A") => Ok(Due::Chain(read_parsed(item, "org")?, id.parse().map_err(|_| Corrupt("chain id"))?)),
        ("SCO", "A") => Ok(Due::Scoring(read_parsed(item, "org")?, id.parse().map_err(|_| Corrupt("scoring id"))?)),
        ("REV", "A") => Ok(Due::Review(read_parsed(item, "org")?, id.parse().map_err(|_| Corrupt("review id"))?)),
        ("EXP", "A") => Ok(Due::Export(read_parsed(item, "org")?, id.parse().map_err(|_| Corrupt("export id"))?)),
        ("LEF", "A") => Ok(Due::Leftovers(read_parsed(item, "org")?, id.parse().map_err(|_| Corrupt("scoring id"))?)),
        ("ERA", "A") => Ok(Due::Erasure(Erasure { id: id.to_owned(), prefixes: read_json(item, "prefixes")? })),
        _ => Err(Corrupt("due kind")),
    }
}

/// When a row is due.
pub(crate) fn due_at(row: &Item) -> Result<Time, Corrupt> {
    read_time(row, "due_at")
}

pub(crate) fn key_of_due(due: &Due) -> Key {
    match due {
        Due::Message(message) => Key::message(*message),
        Due::Identification(_, id) => Key::identification(*id),
        Due::Chain(_, id) => Key::chain(*id),
        Due::Scoring(_, id) => Key::scoring(*id),
        Due::Erasure(erasure) => Key::erasure(&erasure.id),
        Due::Leftovers(_, id) => Key::leftovers(*id),
        Due::Review(_, id) => Key::review(*id),
        Due::Export(_, id) => Key::export(*id),
        Due::Event(_, stream, sequence) => Key::stream(*stream).event_of(*sequence),
        Due::Delivery(id) => Key::cursor(id),
    }
}

/// The partition of due work that a cursor is in.
pub(crate) fn due_partition(id: &CursorId) -> AttributeValue {
    DuePartitions::Deliveries.of(&Key::cursor(id).pk)
}

pub(crate) fn partition_of_due(due: &Due) -> AttributeValue {
    match due {
        Due::Message(message) => DuePartitions::Messages.of(&message.message_id.to_string()),
        Due::Identification(_, id) => DuePartitions::Ends.of(&id.to_string()),
        Due::Chain(_, id) => DuePartitions::Ends.of(&id.to_string()),
        Due::Scoring(_, id) | Due::Leftovers(_, id) => DuePartitions::Ends.of(&id.to_string()),
        Due::Erasure(erasure) => DuePartitions::Ends.of(&erasure.id),
        Due::Review(_, id) => DuePartitions::Ends.of(&id.to_string()),
        Due::Export(_, id) => DuePartitions::Ends.of(&id.to_string()),
        Due::Event(_, stream, _) => DuePartitions::Deliveries.of(&Key::events(*stream)),
        Due::Delivery(id) => due_partition(id),
    }
}
