//! The backfill: what was stored before there were an index of records and digests to search by gets its entries later,
//! from the sweep, a part at a time.
//!
//! It walks through all records until a whole walk finds nothing that lacks an entry. A walk can miss something: a record
//! that moves in the index of what is due while the walk passes, and one that a function of the version before stores
//! behind it.

use crate::Time;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Of the entries of a record. With another one, a backfill begins anew.
const VERSION: u32 = 1;
/// How long functions of the version before may still run: no deployment takes longer.
const REPLACED_WITHIN: TimeDelta = TimeDelta::hours(1);

/// Which entries a record has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entries {
    version: u32,
    /// Whether it has digests to search by besides its place in the list.
    digests: bool,
}

impl Entries {
    pub fn of_this_version(digests: bool) -> Self {
        Self { version: VERSION, digests }
    }
}

/// Where a walk goes on, in the terms of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkPlace(pub String);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Walk {
    begins_at: Time,
    /// `None` at its beginning.
    place: Option<WalkPlace>,
    /// How many records lacked an entry so far.
    lacking: usize,
}

/// How far the backfill has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    entries: Entries,
    /// From then on nothing is stored without its entries.
    settled_at: Time,
    /// `None` when all is done.
    walk: Option<Walk>,
}

impl Backfill {
    pub fn begin(entries: Entries, now: Time) -> Self {
        Self { entries, settled_at: now + REPLACED_WITHIN, walk: Some(Walk::at(now)) }
    }

    pub fn adds(&self, entries: Entries) -> bool {
        self.entries == entries
    }

    pub fn is_complete(&self) -> bool {
        self.walk.is_none()
    }

    /// Whether there is something to walk through at `now`.
    pub fn goes_on(&self, now: Time) -> bool {
        self.walk.as_ref().is_some_and(|walk| walk.begins_at <= now)
    }

    pub fn place(&self) -> Option<&WalkPlace> {
        self.walk.as_ref()?.place.as_ref()
    }

    /// After records of which so many lacked an entry.
    pub fn found(mut self, lacking: usize) -> Self {
        if let Some(walk) = &mut self.walk {
            walk.lacking += lacking;
        }
        self
    }

    /// After a part of the walk that was gone through at `now`; `next` is `None` at its end.
    pub fn passed(self, next: Option<WalkPlace>, now: Time) -> Self {
        let Self { entries, settled_at, walk } = self;
        let walk = walk.and_then(|Walk { begins_at, place, lacking }| {
            let begins_at = if place.is_none() { now } else { begins_at };
            match next {
                Some(place) => Some(Walk { begins_at, place: Some(place), lacking }),
                None if lacking > 0 => Some(Walk::at(now)),
                None if begins_at < settled_at => Some(Walk::at(settled_at)),
                None => None,
            }
        });
        Self { entries, settled_at, walk }
    }
}

impl Walk {
    fn at(begins_at: Time) -> Self {
        Self { begins_at, place: None, lacking: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Time {
        Time::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn begun() -> Backfill {
        Backfill::begin(Entries::of_this_version(true), at(0))
    }

    #[test]
    fn it_is_complete_when_a_walk_after_the_deployment_finds_nothing() {
        let next = || Some(WalkPlace("next".to_owned()));
        let first = begun().passed(next(), at(1));
        assert_eq!(first.place(), next().as_ref());
        let again = first.found(1).passed(None, at(2));
        assert!(again.goes_on(at(2)) && again.place().is_none(), "something was lacking");
        let waiting = again.passed(None, at(3));
        assert!(!waiting.goes_on(at(59)) && !waiting.is_complete(), "others may still be at work");
        assert!(waiting.goes_on(at(60)));
        assert!(waiting.clone().found(1).passed(None, at(60)).goes_on(at(60)));
        let late = begun().passed(next(), at(59)).passed(None, at(60));
        assert!(!late.is_complete(), "it began too early");
        let complete = waiting.passed(None, at(60));
        assert!(complete.is_complete() && !complete.goes_on(at(61)));
    }

    #[test]
    fn other_entries_are_another_backfill() {
        assert!(begun().adds(Entries::of_this_version(true)));
        assert!(!begun().adds(Entries::of_this_version(false)));
    }
}
