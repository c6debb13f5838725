//! Cursors are held by one worker, what is due is found, and what was sent is remembered.

use crate::{
    endpoints::{create, endpoint, endpoint_of},
    samples::{LIFE, TICK, alone, lease, now, org, other_org, otp},
    stage::{Ports, sixteen_at_once, successes},
};
use acredita_aws::SystemEntropy;
use acredita_domain::{
    Time,
    identification::Identification,
    ids::{EventId, MessageId},
    ports::{
        Delivery, Due, Outcome, StepError,
        limits::{DELIVERY_LEASE, REKICK_AFTER},
    },
    webhooks::{Cursor, Endpoint, Errand, Failure, FailureWord, Stream},
};
use futures_util::TryStreamExt;

on_aws! {
    an_event_is_due_until_it_is_taken_up,
    a_cursor_comes_back_as_it_was_left,
    of_sixteen_workers_one_gets_a_new_cursor,
    of_sixteen_workers_one_gets_a_cursor_that_is_there,
    a_cursor_is_free_again_when_its_lease_ends_and_then_the_first_worker_moves_it_no_more,
    a_cursor_that_waits_is_due_then,
    a_parked_cursor_waits_without_a_worker,
    another_organisation_sees_none_of_it,
    an_errand_is_run_once_and_found_if_nobody_runs_it,
    tries_are_listed_the_newest_first_page_by_page,
    what_was_taken_is_known,
}

/// An identification with an event, and an endpoint.
async fn told_to(ports: &Ports) -> (Identification, Endpoint) {
    let (identification, endpoint) = (otp(), endpoint());
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    create(ports, &endpoint).await;
    (identification, endpoint)
}

fn stream(identification: &Identification) -> Stream {
    Stream::IdentificationId(identification.id)
}

fn cursor(identification: &Identification, endpoint: &Endpoint) -> Cursor {
    Cursor::before(endpoint, stream(identification), 1, now() + LIFE)
}

async fn undelivered(ports: &Ports, at: Time) -> Vec<Due> {
    ports.housekeeping.undelivered(at).try_collect().await.expect("what is due")
}

async fn stored(ports: &Ports, identification: &Identification) -> Cursor {
    let found = ports.deliveries.of_stream(&org(), stream(identification)).await.expect("an answer");
    let [cursor] = &found.cursors[..] else { panic!("one cursor: {found:?}") };
    cursor.clone()
}

async fn claim(ports: &Ports, cursor: &Cursor) -> acredita_domain::ids::LeaseId {
    let lease = lease();
    assert_eq!(ports.deliveries.claim(cursor, lease, now(), now() + DELIVERY_LEASE).await, Ok(()));
    lease
}

async fn an_event_is_due_until_it_is_taken_up(ports: &Ports) {
    let (identification, _) = told_to(ports).await;
    let due = Due::Event(org(), stream(&identification), 1);
    assert!(!undelivered(ports, now() + REKICK_AFTER - TICK).await.contains(&due));
    assert!(undelivered(ports, now() + REKICK_AFTER).await.contains(&due));
    ports.housekeeping.postpone(&due, now() + REKICK_AFTER * 2).await.expect("postponed");
    assert!(!undelivered(ports, now() + REKICK_AFTER).await.contains(&due));
    let found = ports.deliveries.of_stream(&org(), stream(&identification)).await.expect("an answer");
    assert_eq!((found.due.as_slice(), found.events.len(), found.keep_until), (&[1][..], 1, now() + LIFE));
    ports.deliveries.taken_up(stream(&identification), &[1, 2]).await.expect("one that is not there is no matter");
    assert!(!undelivered(ports, now() + REKICK_AFTER * 3).await.contains(&due));
    let found = ports.deliveries.of_stream(&org(), stream(&identification)).await.expect("an answer");
    assert_eq!((found.due.len(), found.events.len()), (0, 1));
}

async fn a_cursor_comes_back_as_it_was_left(ports: &Ports) {
    let (identification, endpoint) = told_to(ports).await;
    let new = cursor(&identification, &endpoint);
    let lease = claim(ports, &new).await;
    let until = now() + DELIVERY_LEASE;
    assert_eq!(
        stored(ports, &identification).await,
        Cursor { lease: Some((lease, until)), is_new: false, ..new.clone() }
    );
    let going_on = new.past(1, Some((lease, until)));
    assert_eq!(ports.deliveries.settle(&going_on, lease).await, Ok(()));
    assert_eq!(stored(ports, &identification).await, going_on);
    let again = going_on.again(2, now() + LIFE);
    assert_eq!(ports.deliveries.settle(&again, lease).await, Ok(()));
    assert_eq!(stored(ports, &identification).await, again);
    assert_eq!((again.tries, again.next_sequence), (1, 2));
    assert_eq!(ports.deliveries.settle(&again, lease).await, Err(StepError::Lost), "it has left it");
}

async fn of_sixteen_workers_one_gets_a_new_cursor(ports: &Ports) {
    let (identification, endpoint) = told_to(ports).await;
    one_of_sixteen_gets(ports, cursor(&identification, &endpoint)).await;
}

async fn of_sixteen_workers_one_gets_a_cursor_that_is_there(ports: &Ports) {
    let (identification, endpoint) = told_to(ports).await;
    let new = cursor(&identification, &endpoint);
    let lease = claim(ports, &new).await;
    assert_eq!(ports.deliveries.settle(&new.past(1, None), lease).await, Ok(()));
    one_of_sixteen_gets(ports, stored(ports, &identification).await).await;
    assert_eq!(
        ports.deliveries.claim(&new, crate::samples::lease(), now() + LIFE, now() + LIFE * 2).await,
        Err(StepError::Lost),
        "it is not as it was read"
    );
}

async fn one_of_sixteen_gets(ports: &Ports, cursor: Cursor) {
    let results = sixteen_at_once(|_| {
        let (ports, cursor) = (ports.clone(), cursor.clone());
        async move { ports.deliveries.claim(&cursor, lease(), now(), now() + DELIVERY_LEASE).await }
    })
    .await;
    assert_eq!(successes(&results), 1, "{results:?}");
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(StepError::Lost))), "{results:?}");
}

async fn a_cursor_is_free_again_when_its_lease_ends_and_then_the_first_worker_moves_it_no_more(ports: &Ports) {
    let (identification, endpoint) = told_to(ports).await;
    let new = cursor(&identification, &endpoint);
    let (first, second) = (claim(ports, &new).await, lease());
    let leased = stored(ports, &identification).await;
    let end = now() + DELIVERY_LEASE;
    let claim = async |at| ports.deliveries.claim(&leased, second, at, at + DELIVERY_LEASE).await;
    assert_eq!(claim(end - TICK).await, Err(StepError::Lost));
    assert_eq!(claim(end).await, Ok(()));
    assert_eq!(claim(end).await, Ok(()), "the answer to the first call may have been lost");
    assert_eq!(ports.deliveries.settle(&new.past(1, None), first).await, Err(StepError::Lost));
    assert_eq!(ports.deliveries.settle(&new.past(1, None), second).await, Ok(()));
}

async fn a_cursor_that_waits_is_due_then(ports: &Ports) {
    let (identification, endpoint) = told_to(ports).await;
    ports.deliveries.taken_up(stream(&identification), &[1]).await.expect("taken up");
    let new = cursor(&identification, &endpoint);
    let lease = claim(ports, &new).await;
    let at = now() + LIFE;
    ports.deliveries.settle(&new.again(1, at), lease).await.expect("settled");
    let due = Due::Delivery(new.id.clone());
    let others = |due: &Due| !matches!(due, Due::Event(_, Stream::EndpointId(_), _));
    let found = async |at| undelivered(ports, at).await.into_iter().filter(others).collect::<Vec<_>>();
    assert_eq!(found(at - TICK).await, []);
    assert_eq!(found(at).await, std::slice::from_ref(&due));
    ports.housekeeping.postpone(&due, at + LIFE).await.expect("postponed");
    assert_eq!(found(at).await, []);
    assert_eq!(stored(ports, &identification).await.due_at, Some(at), "the sweep's own time is not the cursor's");
    let waiting = stored(ports, &identification).await;
    let lease = crate::samples::lease();
    ports.deliveries.claim(&waiting, lease, at, at + DELIVERY_LEASE).await.expect("claimed");
    ports.deliveries.settle(&waiting.past(1, None), lease).await.expect("settled");
    assert_eq!(found(at + LIFE * 2).await, []);
}

async fn a_parked_cursor_waits_without_a_worker(ports: &Ports) {
    let (identification, endpoint) = told_to(ports).await;
    let new = cursor(&identification, &endpoint);
    let at = now() + LIFE;
    assert_eq!(ports.deliveries.park(&new, &new.parked(1, at), now()).await, Ok(()));
    assert_eq!(ports.deliveries.park(&new, &new.parked(1, at), now()).await, Err(StepError::Lost), "it is not new");
    let parked = stored(ports, &identification).await;
    assert_eq!((parked.due_at, parked.tries), (Some(at), 0));
    claim(ports, &parked).await;
    assert_eq!(
        ports.deliveries.park(&parked, &parked.parked(1, at), now()).await,
        Err(StepError::Lost),
        "it is leased"
    );
}

async fn another_organisation_sees_none_of_it(ports: &Ports) {
    let (identification, endpoint) = told_to(ports).await;
    claim(ports, &cursor(&identification, &endpoint)).await;
    let found = ports.deliveries.of_stream(&other_org(), stream(&identification)).await.expect("an answer");
    assert!(found.events.is_empty() && found.cursors.is_empty() && found.due.is_empty());
    let theirs = endpoint_of(other_org());
    let errand = ping(&theirs);
    ports.deliveries.add_errand(&errand, now()).await.expect("added");
    let as_mine = ping(&Endpoint { org: org(), ..theirs });
    assert_ne!(errand.id, as_mine.id);
}

fn ping(endpoint: &Endpoint) -> Cursor {
    let errand = Errand::Ping { event_id: EventId::at(now(), &SystemEntropy), at: now() };
    Cursor::of_errand(endpoint, MessageId::generate(&SystemEntropy), errand, now())
}

async fn an_errand_is_run_once_and_found_if_nobody_runs_it(ports: &Ports) {
    let endpoint = endpoint();
    let errand = ping(&endpoint);
    ports.deliveries.add_errand(&errand, now()).await.expect("added");
    assert_eq!(undelivered(ports, now() + REKICK_AFTER - TICK).await, []);
    assert_eq!(undelivered(ports, now() + REKICK_AFTER).await, [Due::Delivery(errand.id.clone())]);
    let found = ports.deliveries.errand(&errand.id).await.expect("an answer").expect("an errand");
    assert_eq!(found, Cursor { is_new: false, ..errand.clone() });
    one_of_sixteen_gets(ports, found.clone()).await;
    let (lease, held) =
        ports.deliveries.errand(&errand.id).await.expect("an answer").expect("one").lease.expect("held");
    assert_eq!(held, now() + DELIVERY_LEASE);
    assert_eq!(ports.deliveries.done(&errand.id, crate::samples::lease()).await, Err(StepError::Lost));
    assert_eq!(ports.deliveries.done(&errand.id, lease).await, Ok(()));
    assert_eq!(ports.deliveries.errand(&errand.id).await, Ok(None));
    assert_eq!(
        ports.deliveries.claim(&found, lease, now(), held).await,
        Err(StepError::Lost),
        "what is done stays done"
    );
    assert_eq!(undelivered(ports, now() + LIFE).await, []);
}

fn delivery(milliseconds: u64, outcome: Outcome) -> Delivery {
    Delivery {
        event_id: EventId::at(now(), &SystemEntropy),
        kind: "identification.created".to_owned(),
        attempt: 10,
        at: now() + TICK * i32::try_from(milliseconds).expect("few"),
        outcome,
        milliseconds,
    }
}

async fn tries_are_listed_the_newest_first_page_by_page(ports: &Ports) {
    let endpoint = endpoint();
    let status = |status| Outcome::Failed(Failure::Status { status, retry_after: None });
    let mut all = vec![
        delivery(1, Outcome::Taken(204)),
        delivery(2, status(301)),
        delivery(3, Outcome::Failed(Failure::Nothing(FailureWord::Timeout))),
        delivery(20, status(500)),
        delivery(100, Outcome::Taken(200)),
    ];
    for delivery in &all {
        ports.deliveries.record(&org(), endpoint.id, delivery).await.expect("recorded");
    }
    all.reverse();
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = ports.deliveries.list(&org(), endpoint.id, after.as_deref(), 2).await.expect("a page");
        assert!(page.deliveries.len() <= 2);
        listed.extend(page.deliveries);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(listed, all);
    assert_eq!(ports.deliveries.list(&other_org(), endpoint.id, None, 9).await.expect("a page").deliveries, []);
}

async fn what_was_taken_is_known(ports: &Ports) {
    let endpoint = endpoint();
    let (early, late) = (delivery(1, Outcome::Taken(200)), delivery(9, Outcome::Taken(299)));
    let failed = delivery(9, Outcome::Failed(Failure::Status { status: 300, retry_after: None }));
    for delivery in [&early, &late, &failed] {
        ports.deliveries.record(&org(), endpoint.id, delivery).await.expect("recorded");
    }
    let since = async |at| ports.deliveries.taken_since(&org(), endpoint.id, at).await.expect("ids");
    assert_eq!(since(now()).await, [early.event_id, late.event_id].into());
    assert_eq!(since(now() + TICK * 2).await, [late.event_id].into());
}
