//! What the log of events promises.

use crate::{
    samples::{agent, alone, now, org, other_org, story, told},
    stage::{Ports, sixteen_at_once, successes},
};
use acredita_domain::{
    Time,
    events::{StoredEvent, Story, unbroken},
    identification::Identification,
    ids::EventId,
    ports::{EventQuery, Order},
};
use chrono::TimeDelta;

on_aws! {
    events_of_one_subject_are_chained_however_many_meet,
    nothing_is_told_of_what_is_not_there,
    a_subject_is_found_by_each_of_its_ids_in_its_organisation,
    a_list_has_every_event_once_in_both_orders,
    an_event_is_found_by_its_id,
}

async fn created(ports: &Ports) -> Identification {
    let identification = agent();
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    identification
}

/// Like [`told`], at another time.
fn told_at(identification: &Identification, at: Time) -> Story {
    let mut story = told(identification);
    for event in &mut story.events {
        event.id = EventId::at(at, &acredita_aws::SystemEntropy);
        event.at = at;
    }
    story
}

async fn all_of(ports: &Ports, identification: &Identification) -> Vec<StoredEvent> {
    let found = ports.events.of_subject(&org(), identification.subject(), None, Order::Ascending, 100).await;
    found.expect("an answer")
}

async fn events_of_one_subject_are_chained_however_many_meet(ports: &Ports) {
    let identification = created(ports).await;
    let results = sixteen_at_once(|_| {
        let (ports, story) = (ports.clone(), told(&identification));
        async move { ports.log.tell(story).await }
    })
    .await;
    assert_eq!(successes(&results), 16);
    let events = all_of(ports, &identification).await;
    assert_eq!(events.len(), 17);
    let head = unbroken(&events, now()).expect("unbroken").expect("a head");
    let current = ports.by_id.identification(&org(), identification.id).await.expect("an answer").expect("there");
    assert_eq!(current.log.and_then(|log| log.head), Some(head), "the subject knows its latest event");

    let after = ports.events.of_subject(&org(), identification.subject(), Some(15), Order::Ascending, 100).await;
    assert_eq!(after.expect("an answer"), events[15..]);
    let before = ports.events.of_subject(&org(), identification.subject(), Some(4), Order::Descending, 2).await;
    assert_eq!(before.expect("an answer"), [events[2].clone(), events[1].clone()]);
}

async fn nothing_is_told_of_what_is_not_there(ports: &Ports) {
    let nowhere = agent();
    ports.log.tell(told(&nowhere)).await.expect_err("it is not there");
    assert_eq!(all_of(ports, &nowhere).await, []);
    let theirs = created(ports).await;
    let foreign = story(&other_org(), theirs.subject(), theirs.log.clone().expect("a log"));
    ports.log.tell(foreign).await.expect_err("it is another organisation's");
    assert_eq!(all_of(ports, &theirs).await.len(), 1);
}

async fn a_subject_is_found_by_each_of_its_ids_in_its_organisation(ports: &Ports) {
    let identification = created(ports).await;
    for id in [identification.id.to_string(), identification.admin_id.to_string()] {
        let id = id.parse().expect("an id");
        assert_eq!(ports.events.subject_of(&org(), id).await, Ok(Some(identification.subject())));
        assert_eq!(ports.events.subject_of(&other_org(), id).await, Ok(None));
    }
    assert_eq!(ports.events.subject_of(&org(), agent().id.to_string().parse().expect("an id")).await, Ok(None));
}

/// The list of one organisation, page by page.
async fn listed(ports: &Ports, order: Order, from: Time, limit: usize) -> Vec<EventId> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let query = EventQuery { kind: None, from: Some(from), to: None, order, after, limit };
        let page = ports.events.list(&org(), query).await.expect("an answer");
        assert!(page.events.len() <= limit);
        ids.extend(page.events.iter().map(StoredEvent::id));
        after = page.next;
        if after.is_none() {
            return ids;
        }
    }
}

async fn a_list_has_every_event_once_in_both_orders(ports: &Ports) {
    let later = now() + TimeDelta::hours(2);
    let identification = created(ports).await;
    let mut told = Vec::new();
    for (at, sequence) in (0..23).zip(2..) {
        // Some at the same moment.
        let story = told_at(&identification, later + TimeDelta::milliseconds(at / 3));
        told.push(story.events[0].id.numbered(sequence));
        ports.log.tell(story).await.expect("told");
    }
    for limit in [1, 2, 7, 22, 23, 24, 100] {
        assert_eq!(listed(ports, Order::Ascending, later, limit).await, told, "{limit} a page");
        let mut newest_first = listed(ports, Order::Descending, later, limit).await;
        newest_first.reverse();
        assert_eq!(newest_first, told, "{limit} a page");
    }
}

async fn an_event_is_found_by_its_id(ports: &Ports) {
    let identification = created(ports).await;
    let story = told_at(&identification, now() + TimeDelta::hours(1));
    let id = story.events[0].id.numbered(2);
    ports.log.tell(story).await.expect("told");
    let found = ports.events.find(&org(), id).await.expect("an answer").expect("there");
    assert_eq!((found.id(), found.sequence()), (id, 2));
    assert_eq!(ports.events.find(&other_org(), id).await, Ok(None));
    assert_eq!(ports.events.find(&org(), EventId::at(now(), &acredita_aws::SystemEntropy)).await, Ok(None));
}
