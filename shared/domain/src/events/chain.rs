//! Whether a log is what was written.

use super::{
    EventHash, EventType, Head, LogKey, StoredEvent,
    data::{SCORED, STATE},
};
use crate::Time;

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

/// Requires that these events, in their order, are one unbroken chain of one subject. Returns the head.
///
/// `ended_before`: the earliest event may have ended with its retention if the first one here is older than this.
pub fn unbroken(events: &[StoredEvent], ended_before: Time) -> Result<Option<Head>, BrokenChain> {
    let mut head: Option<Head> = None;
    for event in events {
        let sequence = event.sequence();
        let first = if event.created_at() < ended_before { sequence.max(1) } else { 1 };
        let expected = head.map_or(first, |head| head.sequence + 1);
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

/// Requires that the latest event of a score recorded this one. `scored`: whether there is a score at all.
pub fn scored_as(events: &[StoredEvent], key: &LogKey, text: &str, scored: bool) -> Result<(), BrokenChain> {
    let recorded = events.iter().rev().find_map(|event| Some((event.sequence(), event.digest_of(SCORED)?)));
    match recorded {
        Some((sequence, digest)) if digest != key.digest(SCORED, text) => Err(BrokenChain::State(sequence)),
        // An earlier score may be from before there were events.
        None if scored && events.first().is_some_and(begins) => {
            Err(BrokenChain::State(events.last().map_or(0, StoredEvent::sequence)))
        }
        _ => Ok(()),
    }
}

fn begins(event: &StoredEvent) -> bool {
    matches!(event.kind(), EventType::IdentificationCreated | EventType::ScoringCreated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Time,
        events::{EventData, Happened, Log, Now, Story, Subject},
        ids::{EventId, OrgId, ScoringId},
        request::By,
        system::Entropy,
    };
    use proptest::{prelude::*, sample::Index};

    struct Fixed;

    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn org() -> OrgId {
        "yoigo".parse().expect("an organisation")
    }

    /// A log of some events of one scoring, and its key.
    fn log(length: u32) -> (Vec<StoredEvent>, Log) {
        let happened = |at: u32| Happened {
            id: EventId::at(Time::UNIX_EPOCH, &Fixed),
            kind: EventType::ScoringScored,
            at: Time::UNIX_EPOCH,
            data: EventData::default().with("score", at).personal("name", Some("ana")).state(format!("state {at}")),
            by: By::System,
            request_id: None,
        };
        let story = Story {
            org: org(),
            subject: Subject::Scoring { scoring_id: ScoringId::generate(&Fixed) },
            log: Log::begin(&Fixed),
            adopted: None,
            events: (0..length).map(happened).collect(),
            keep_until: Time::UNIX_EPOCH,
            once: None,
            reviews: None,
            now: Now::standing_still(Time::UNIX_EPOCH),
        };
        let chapter = story.after(&story.log);
        let log = chapter.continued();
        (chapter.events, log)
    }

    /// Whether a log is the one that its subject knows of.
    fn verified(events: &[StoredEvent], log: &Log) -> bool {
        unbroken(events, Time::UNIX_EPOCH).is_ok_and(|head| head == log.head)
    }

    proptest! {
        #[test]
        fn a_log_as_it_was_written_is_unbroken_and_any_change_of_it_is_found(
            length in 2..8_u32,
            at in any::<Index>(),
            other in any::<Index>(),
            byte in any::<Index>(),
            bit in 0..8_u32,
        ) {
            let (events, log) = log(length);
            prop_assert!(verified(&events, &log));
            let (at, other) = (at.index(events.len()), other.index(events.len()));

            let mut dropped = events.clone();
            dropped.remove(at);
            prop_assert!(!verified(&dropped, &log), "one was left out");

            let mut moved = events.clone();
            moved.swap(at, other);
            prop_assert!(at == other || !verified(&moved, &log), "two changed places");

            let mut doubled = events.clone();
            doubled.insert(at, events[other].clone());
            prop_assert!(!verified(&doubled, &log), "one was put in");

            let mut bytes = events[at].text.clone().into_bytes();
            let place = byte.index(bytes.len());
            bytes[place] ^= 1 << bit;
            // What is no event any more is found when it is read.
            if let Some(changed) = String::from_utf8(bytes).ok().and_then(|text| StoredEvent::read(org(), text, events[at].hash).ok()) {
                let mut flipped = events.clone();
                flipped[at] = changed;
                prop_assert!(!verified(&flipped, &log), "a bit was changed");
            }
        }
    }

    #[test]
    fn only_what_is_old_enough_may_have_ended() {
        let (events, log) = log(3);
        let later = Time::UNIX_EPOCH + chrono::TimeDelta::milliseconds(1);
        assert_eq!(unbroken(&events[1..], later), Ok(log.head));
        assert_eq!(unbroken(&events[1..], Time::UNIX_EPOCH), Err(BrokenChain::Missing(1)));
    }

    #[test]
    fn the_state_is_the_one_that_the_latest_event_left() {
        let (events, log) = log(3);
        assert_eq!(left_as(&events, &log.key, "state 2"), Ok(()));
        assert_eq!(left_as(&events, &log.key, "state 1"), Err(BrokenChain::State(3)));
    }

    /// 128 bits under a key that is gone: the same value gives another digest under any other key.
    #[test]
    fn a_digest_says_nothing_without_its_key() {
        let (_, log) = log(1);
        struct Other;
        impl Entropy for Other {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(8);
            }
        }
        assert_ne!(log.key.digest("name", "ana"), Log::begin(&Other).key.digest("name", "ana"));
        assert_ne!(log.key.digest("name", "ana"), log.key.digest("last_name", "ana"));
        assert_eq!(log.key.digest("name", "ana").len(), 32);
    }
}
