use super::*;
use crate::{
    events::{EventData, EventType, Happened, Log, Now, Story},
    keys::Keyring,
    request::By,
    system::Entropy,
    webhooks::{EndpointSecret, EndpointStatus, EventTypes, Health, SealedSecret},
};
use chrono::{DateTime, TimeDelta};

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn at(minutes: i64) -> Time {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
}

fn endpoint(patterns: &[&str], enabled_at: Time) -> Endpoint {
    let (org, id): (OrgId, EndpointId) =
        ("yoigo".parse().expect("one"), "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11".parse().expect("one"));
    let keys = Keyring::new(vec![[1; 32]]).expect("a key");
    Endpoint {
        secret: SealedSecret::of(&EndpointSecret::generate(&Zeros), &keys, &Zeros, &org, id),
        id,
        org,
        url: "https://example.com/hooks".parse().expect("a URL"),
        event_types: EventTypes::of(patterns.iter().map(|text| (*text).to_owned())).expect("a filter"),
        description: None,
        status: EndpointStatus::Enabled,
        created_at: enabled_at,
        enabled_at,
        previous: None,
        health: Health::default(),
        revision: 1,
    }
}

/// Events of these types, a minute apart.
fn events(kinds: &[EventType]) -> Vec<StoredEvent> {
    let happened = kinds.iter().zip(1..).map(|(kind, minute)| Happened {
        id: EventId::at(at(minute), &Zeros),
        kind: *kind,
        at: at(minute),
        data: EventData::default(),
        by: By::System,
        request_id: None,
    });
    let subject =
        crate::events::Subject::Scoring { scoring_id: "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c13".parse().expect("one") };
    let (org, log) = ("yoigo".parse().expect("one"), Log::begin(&Zeros));
    let events = happened.collect();
    Story {
        org,
        subject,
        log: log.clone(),
        adopted: None,
        events,
        keep_until: at(99),
        once: None,
        reviews: None,
        now: Now::standing_still(at(0)),
    }
    .after(&log)
    .events
}

/// Before the first of them.
fn first(endpoint: &Endpoint) -> Cursor {
    Cursor::before(endpoint, events(&THREE)[0].subject().into(), 1, at(999))
}

const THREE: [EventType; 3] = [EventType::ScoringCreated, EventType::ScoringScored, EventType::ScoringClosed];

/// The number of the event that is sent next, at the ninth minute.
fn sent(endpoint: &Endpoint, cursor: Option<&Cursor>) -> Option<u64> {
    match next_for(endpoint, &events(&THREE), at(999), cursor, at(9)).1 {
        Next::Send(event) => Some(event.sequence()),
        _ => None,
    }
}

#[test]
fn an_endpoint_gets_the_events_from_its_enabling_on_that_it_asks_for() {
    assert_eq!(sent(&endpoint(&["*"], at(0)), None), Some(1));
    assert_eq!(sent(&endpoint(&["*"], at(2)), None), Some(2));
    assert_eq!(sent(&endpoint(&["scoring.closed"], at(0)), None), Some(3));
    assert_eq!(sent(&endpoint(&["*"], at(4)), None), None);
    assert_eq!(sent(&endpoint(&["identification.*"], at(0)), None), None);
}

#[test]
fn what_was_taken_is_not_sent_again_and_what_was_not_is() {
    let all = endpoint(&["*"], at(0));
    let first = first(&all);
    assert_eq!(sent(&all, Some(&first.past(1, None))), Some(2));
    assert_eq!(sent(&all, Some(&first.past(3, None))), None);
    let failed = first.again(1, at(8));
    assert_eq!((sent(&all, Some(&failed)), failed.tries_of(1)), (Some(1), 1));
    assert_eq!(failed.past(1, None).tries_of(2), 0);
}

#[test]
fn whatever_comes_after_a_failure_waits_for_it() {
    let all = endpoint(&["*"], at(0));
    let failed = first(&all).again(1, at(10));
    assert_eq!(next_for(&all, &events(&THREE), at(999), Some(&failed), at(9)).1, Next::Later(at(10)));
    // The endpoint does not ask any more for what it waits for.
    assert_eq!(sent(&endpoint(&["scoring.scored"], at(0)), Some(&failed)), Some(2));
    assert_eq!(failed.tries_of(2), 0);
}

#[test]
fn a_cursor_that_somebody_has_is_left_alone_until_its_lease_ends() {
    let all = endpoint(&["*"], at(0));
    let cursor = first(&all);
    let lease = LeaseId::generate(&Zeros);
    let leased = |until| Cursor { lease: Some((lease, until)), ..cursor.clone() };
    assert_eq!(next_for(&all, &events(&THREE), at(999), Some(&leased(at(10))), at(9)).1, Next::Leased);
    assert_eq!(sent(&all, Some(&leased(at(9)))), Some(1));
    let going_on = cursor.past(1, Some((lease, at(10))));
    assert_eq!(going_on.due_at, Some(at(10)), "should its worker die, the sweep finds it");
}
