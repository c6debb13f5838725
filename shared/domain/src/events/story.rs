//! Events to be written, and how they are chained.

use super::{
    EventData, EventHash, EventType, Head, Log, LogKey, StoredEvent, Subject,
    stored::{Author, Written},
};
use crate::{
    Time,
    idempotency::Once,
    ids::{EventId, OrgId, ReviewId},
    request::By,
    review::{Review, ReviewMark},
    system::Clock,
};
use chrono::SubsecRound;
use std::{fmt, sync::Arc};

/// Something that happens, not yet numbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    pub id: EventId,
    pub kind: EventType,
    /// When it was decided on. It is written later, if only by a little.
    pub at: Time,
    pub data: EventData,
    pub by: By,
    pub request_id: Option<String>,
}

/// Tells when an event is written: a commit may have to be tried again, and whoever follows the list of events by their
/// times must not have passed the time of one that is written only now.
#[derive(Clone)]
pub struct Now(Arc<dyn Clock>);

impl Now {
    pub fn by(clock: Arc<dyn Clock>) -> Self {
        Self(clock)
    }

    /// Always the same time, for tests.
    pub fn standing_still(at: Time) -> Self {
        struct StandingStill(Time);
        impl Clock for StandingStill {
            fn now(&self) -> Time {
                self.0
            }
        }
        Self(Arc::new(StandingStill(at)))
    }
}

impl fmt::Debug for Now {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Now")
    }
}

/// What a step adds to the log of its subject, to be committed with the step.
#[derive(Clone, Debug)]
pub struct Story {
    pub org: OrgId,
    pub subject: Subject,
    /// As it was when the step was decided on.
    pub log: Log,
    /// For a subject from before there were events: what its log begins with.
    pub adopted: Option<Happened>,
    pub events: Vec<Happened>,
    /// The end of the retention of these events.
    pub keep_until: Time,
    /// The request with an idempotency key that takes the step, if it has one.
    pub once: Option<Once>,
    /// What becomes of the reviews of an identity document, if the step has to do with them.
    pub reviews: Option<ReviewsOfStep>,
    pub now: Now,
}

/// What a step of an identification does to its reviews. It is lost if the latest one is another by then.
#[derive(Clone, Debug, Default)]
pub struct ReviewsOfStep {
    /// The latest one that the identification knew of when the step was decided on.
    pub known: Option<ReviewId>,
    /// In their order: the last one is what the identification knows of afterwards.
    pub changes: Vec<ReviewChange>,
}

/// A change of one review, with the event of it.
#[derive(Clone, Debug)]
pub struct ReviewChange {
    /// As it was read; `None` if it opens.
    pub before: Option<Review>,
    /// `None` if it goes with its identification.
    pub after: Option<Review>,
    /// The end of its retention.
    pub keep_until: Time,
    pub story: Story,
}

impl ReviewsOfStep {
    /// The review that opens, if one does.
    pub fn opened(&self) -> Option<ReviewId> {
        let opens = self.changes.iter().filter(|change| change.before.is_none());
        opens.filter_map(|change| change.after.as_ref()).map(|review| review.id).next()
    }

    /// The reviews that something happens to.
    pub fn ids(&self) -> Vec<ReviewId> {
        let of = |change: &ReviewChange| change.after.as_ref().or(change.before.as_ref()).map(|review| review.id);
        self.changes.iter().filter_map(of).collect()
    }
}

/// What an identification has to know of its reviews before a step, and knows after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marking {
    pub known: Option<ReviewId>,
    pub next: Option<ReviewMark>,
}

/// The continuation of a log: its new events, and its head after them.
#[derive(Clone, Debug)]
pub struct Chapter {
    pub subject: Subject,
    /// The log that it continues.
    pub log: Log,
    pub events: Vec<StoredEvent>,
    pub head: Option<Head>,
    /// When the latest event was written.
    pub told_at: Option<Time>,
    pub keep_until: Time,
    /// The request to be recorded with it.
    pub once: Option<Once>,
    pub marking: Option<Marking>,
}

impl Story {
    /// The story of a step that this request takes.
    pub fn once(self, once: Option<Once>) -> Self {
        Self { once, ..self }
    }

    /// The story of a step that has to do with reviews.
    pub fn with_reviews(self, reviews: Option<ReviewsOfStep>) -> Self {
        Self { reviews, ..self }
    }

    /// Numbers and chains the events after the head of `log`: the story's own, or the newer one that overtook it.
    pub fn after(&self, log: &Log) -> Chapter {
        let adopted = self.adopted.iter().filter(|_| log.head.is_none());
        let mut events = Vec::with_capacity(self.events.len());
        let (mut head, mut told_at) = (log.head, log.told_at);
        let now = self.now.0.now().trunc_subsecs(3);
        for happened in adopted.chain(&self.events) {
            // Clocks differ: within its subject no event is earlier than the one before it.
            let at = happened.at.max(now).max(told_at.unwrap_or(now));
            let event = self.chained(happened, at, head, &log.key);
            head = Some(Head { sequence: event.sequence(), hash: event.hash });
            told_at = Some(at);
            events.push(event);
        }
        let (log, once) = (log.clone(), self.once.clone());
        let marking = self.reviews.as_ref().map(|ReviewsOfStep { known, changes }| Marking {
            known: *known,
            next: changes.last().and_then(|change| change.after.as_ref()).map(Review::mark),
        });
        Chapter { subject: self.subject, log, events, head, told_at, keep_until: self.keep_until, once, marking }
    }

    fn chained(&self, happened: &Happened, at: Time, head: Option<Head>, key: &LogKey) -> StoredEvent {
        let (previous, sequence) = (head.map(|head| head.hash), head.map_or(0, |head| head.sequence) + 1);
        let written = Written {
            event_id: happened.id.moved_to(at).numbered(sequence),
            kind: happened.kind,
            created_at: at,
            sequence,
            subject: self.subject,
            data: happened.data.sealed(key),
            by: author(&happened.by, key),
            request_id: happened.request_id.clone(),
            previous_hash: previous.map(|hash| hash.to_string()),
        };
        let text = serde_json::to_string(&written).expect("texts, numbers and times always serialize");
        let hash = EventHash::of(previous, text.as_bytes());
        StoredEvent::written(self.org.clone(), text, hash, written)
    }
}

impl Chapter {
    /// The log with the chapter's events.
    pub fn continued(&self) -> Log {
        Log { key: self.log.key.clone(), head: self.head, told_at: self.told_at }
    }
}

fn author(by: &By, key: &LogKey) -> Author {
    let (caller, subject) = match by {
        By::System => return Author::System,
        By::Business(caller) => (caller, caller.subject.as_ref().map(|subject| subject.expose().to_owned())),
        By::Actor(caller) => (caller, caller.subject.as_ref().map(|subject| key.digest("subject", subject.expose()))),
    };
    let text = |name: &Option<crate::caller::CallerName>| name.as_ref().map(|name| name.expose().to_owned());
    Author::Client { subject, client_id: text(&caller.client_id), issuer: text(&caller.issuer) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::ScoringId, system::Entropy};
    use chrono::TimeDelta;

    struct Ones;

    impl Entropy for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(1);
        }
    }

    fn at(seconds: i64) -> Time {
        Time::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    /// A story of two events that was decided on at one time, and is written at another.
    fn story(decided: Time, written: Time) -> Story {
        let happened = || Happened {
            id: EventId::at(decided, &Ones),
            kind: EventType::ScoringScored,
            at: decided,
            data: EventData::default(),
            by: By::System,
            request_id: None,
        };
        Story {
            org: "yoigo".parse().expect("an organisation"),
            subject: Subject::Scoring { scoring_id: ScoringId::generate(&Ones) },
            log: Log::begin(&Ones),
            adopted: None,
            events: vec![happened(), happened()],
            keep_until: at(99),
            once: None,
            reviews: None,
            now: Now::standing_still(written),
        }
    }

    #[test]
    fn an_event_says_when_it_is_written_however_long_ago_it_was_decided_on() {
        let chapter = story(at(1), at(8)).after(&Log::begin(&Ones));
        for event in &chapter.events {
            assert_eq!((event.created_at(), event.id().millis()), (at(8), 8_000));
        }
        assert_eq!(chapter.continued().told_at, Some(at(8)));
    }

    /// So lists by time are lists by number, too.
    #[test]
    fn an_event_is_never_earlier_than_the_one_before_it() {
        let first = story(at(5), at(5)).after(&Log::begin(&Ones)).continued();
        let late = story(at(3), at(4)).after(&first);
        assert_eq!(late.events.iter().map(StoredEvent::created_at).collect::<Vec<_>>(), [at(5), at(5)]);
        let ids: Vec<String> = late.events.iter().map(|event| event.id().to_string()).collect();
        assert!(ids.is_sorted(), "{ids:?}");
    }
}
