//! Whether a log is what was written.

use super::{EventHash, Head, LogKey, StoredEvent, data::STATE};

/// Where a log, or its subject, is not what was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    #[error("event {0} is missing, or out of its place")]
    Missing(u64),
    #[error("event {0} is not chained to the one before it")]
    NotChained(u64),
    #[error("event {0} was changed")]
    Changed(u64),
    #[error("event {0} belongs to another subject")]
    OfAnother(u64),
    /// The subject knows of another latest event.
    #[error("the log ends with event {found}, and its subject knows of {known}")]
    End { found: u64, known: u64 },
    /// The subject was changed without an event, or its events were changed with it.
    #[error("the subject is not as event {0} left it")]
    State(u64),
    #[error("the subject is gone, and no event says that it was deleted")]
    Gone,
}

/// Requires that these events, in their order, are one unbroken chain of one subject. The first one may be a later one
/// than the first that was written: the earlier ones end with their retention. Returns the head.
pub fn unbroken(events: &[StoredEvent]) -> Result<Option<Head>, BrokenChain> {
    let mut head: Option<Head> = None;
    for event in events {
        let sequence = event.sequence();
        let expected = head.map_or(sequence.max(1), |head| head.sequence + 1);
        if sequence != expected {
            return Err(BrokenChain::Missing(expected));
        }
        if event.subject() != events[0].subject() || event.org != events[0].org {
            return Err(BrokenChain::OfAnother(sequence));
        }
        // The first one's predecessor may have ended.
        let named = match event.previous_hash().map(EventHash::stored) {
            None if sequence == 1 => None,
            Some(Some(hash)) if sequence > 1 => Some(hash),
            _ => return Err(BrokenChain::NotChained(sequence)),
        };
        if head.is_some_and(|head| named != Some(head.hash)) {
            return Err(BrokenChain::NotChained(sequence));
        }
        if EventHash::of(named, event.text.as_bytes()) != event.hash {
            return Err(BrokenChain::Changed(sequence));
        }
        head = Some(Head { sequence, hash: event.hash });
    }
    Ok(head)
}

/// Requires that the latest event that recorded the subject's state recorded this one.
pub fn left_as(events: &[StoredEvent], key: &LogKey, state: &str) -> Result<(), BrokenChain> {
    let recorded = events.iter().rev().find_map(|event| Some((event.sequence(), event.state_digest()?)));
    match recorded {
        Some((sequence, digest)) if digest != key.digest(STATE, state) => Err(BrokenChain::State(sequence)),
        _ => Ok(()),
    }
}
