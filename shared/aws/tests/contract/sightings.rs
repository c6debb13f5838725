//! What was seen is remembered with the score, by one scoring at a time, and forgotten with its scoring.

use crate::{
    samples::{LIFE, assessment, document, now, org, other_org},
    scorings::{created, current, reserved},
    stage::{Ports, sixteen_at_once, successes},
};
use acredita_domain::{
    ports::{CountError, NewIdentification, Reservation, StepError},
    scoring::Scoring,
    sightings::{NewSighting, Seen, SeenFor, Sighting},
};
use chrono::TimeDelta;

fn sighting(digest: &str, person: &str) -> Sighting {
    Sighting { digest: digest.repeat(32), person: person.repeat(32) }
}

fn new(sighting: &Sighting, revision: u64) -> NewSighting {
    NewSighting { sighting: sighting.clone(), revision, keep_until: now() + LIFE }
}

async fn record(ports: &Ports, reservation: &Reservation, seen: Vec<NewSighting>) -> Result<(), StepError> {
    ports
        .scorings
        .record_score(
            reservation,
            assessment(0.5),
            Vec::new(),
            seen,
            crate::samples::told_of(&reservation.scoring),
            now(),
        )
        .await
}

async fn seen(ports: &Ports, sighting: &Sighting) -> Option<Seen> {
    let mut found = ports.sightings.find(&org(), std::slice::from_ref(&sighting.digest)).await.expect("an answer");
    assert!(found.len() <= 1);
    found.pop()
}

fn by(scoring: &Scoring, sighting: &Sighting) -> SeenFor {
    SeenFor { person: sighting.person.clone(), scoring: scoring.id }
}

async fn what_a_scoring_saw_is_found_in_its_organisation(ports: &Ports) {
    let (picture, other) = (sighting("a", "1"), sighting("b", "1"));
    let scoring = created(ports).await;
    assert_eq!(seen(ports, &picture).await, None);
    record(ports, &reserved(ports, &scoring).await, vec![new(&picture, 0)]).await.expect("scored");
    let first = seen(ports, &picture).await.expect("seen");
    assert_eq!((&first.by, first.revision, first.keep_until), (&vec![by(&scoring, &picture)], 1, now() + LIFE));
    assert_eq!(current(ports, &scoring).await.sightings, std::slice::from_ref(&picture));
    assert_eq!(ports.sightings.find(&other_org(), std::slice::from_ref(&picture.digest)).await, Ok(Vec::new()));

    record(ports, &reserved(ports, &scoring).await, vec![new(&picture, 1), new(&other, 0)]).await.expect("again");
    assert_eq!(seen(ports, &picture).await.expect("seen").by, first.by, "once");
    assert_eq!(current(ports, &scoring).await.sightings, [picture, other], "of all its scores");
}

async fn of_many_that_see_the_same_at_once_one_is_recorded(ports: &Ports) {
    let results = sixteen_at_once(|task| {
        let ports = ports.clone();
        async move {
            let scoring = created(&ports).await;
            let picture = sighting("c", &format!("{:x}", task % 16));
            record(&ports, &reserved(&ports, &scoring).await, vec![new(&picture, 0)]).await
        }
    })
    .await;
    assert_eq!(successes(&results), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(StepError::SeenMeanwhile))), "{results:?}");
    assert_eq!(seen(ports, &sighting("c", "0")).await.expect("seen").by.len(), 1);
}

async fn a_score_that_is_too_late_remembers_nothing(ports: &Ports) {
    let (picture, scoring) = (sighting("d", "1"), created(ports).await);
    let reservation = reserved(ports, &scoring).await;
    ports.scorings.close(&scoring, crate::samples::told_of(&scoring), now()).await.expect("closed");
    assert_eq!(record(ports, &reservation, vec![new(&picture, 0)]).await, Err(StepError::Lost));
    assert_eq!(seen(ports, &picture).await, None);
}

async fn a_deletion_forgets_what_its_scoring_saw_and_nothing_else(ports: &Ports) {
    let picture = sighting("e", "1");
    let (identification, linked) = document();
    let create = NewIdentification { scoring: Some(linked.clone()), ..crate::samples::alone(&identification) };
    ports.identifications.create(create, now()).await.expect("created");
    let (one, other) = (created(ports).await, created(ports).await);
    for (revision, scoring) in [&linked, &one, &other].into_iter().enumerate() {
        let seen = vec![new(&picture, revision as u64)];
        record(ports, &reserved(ports, scoring).await, seen).await.expect("scored");
    }
    ports
        .identifications
        .delete(&identification, true, crate::samples::told(&identification), now())
        .await
        .expect("deleted");
    // As it was before its score: what it saw since is forgotten all the same.
    ports.scorings.delete(&one, true, crate::samples::told_of(&one), now()).await.expect("deleted");
    assert_eq!(seen(ports, &picture).await.expect("an item").by, [by(&other, &picture)]);
    ports.scorings.delete(&other, true, crate::samples::told_of(&other), now()).await.expect("deleted");
    let left = seen(ports, &picture).await.expect("until its time is over");
    assert!(left.by.is_empty() && left.revision == 6);
    let again = created(ports).await;
    record(ports, &reserved(ports, &again).await, vec![new(&picture, left.revision)]).await.expect("scored");
}

async fn a_day_takes_as_many_scorings_of_a_number_as_are_allowed(ports: &Ports) {
    let (number, today) = (sighting("f", "1"), now().date_naive());
    let count = |most| {
        let (ports, number) = (ports.clone(), number.clone());
        async move { ports.sightings.count(&org(), &number, today, most).await }
    };
    let results = sixteen_at_once(|_| count(5)).await;
    assert_eq!(successes(&results), 5);
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(CountError::Full))));
    for _ in 0..2 {
        ports.sightings.give_back(&org(), &number, today).await.expect("given back");
    }
    for full in [false, false, true] {
        assert_eq!(count(5).await.is_err(), full);
    }
    let tomorrow = today + TimeDelta::days(1);
    for (org, number, day) in
        [(org(), &number, tomorrow), (other_org(), &number, today), (org(), &sighting("0", "1"), today)]
    {
        ports.sightings.count(&org, number, day, 1).await.expect("another count");
    }
    ports.sightings.give_back(&org(), &sighting("9", "1"), today).await.expect("nothing to give back");
}

on_aws! {
    what_a_scoring_saw_is_found_in_its_organisation,
    of_many_that_see_the_same_at_once_one_is_recorded,
    a_score_that_is_too_late_remembers_nothing,
    a_deletion_forgets_what_its_scoring_saw_and_nothing_else,
    a_day_takes_as_many_scorings_of_a_number_as_are_allowed,
}
