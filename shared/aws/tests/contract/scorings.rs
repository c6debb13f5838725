//! A score is written only by the request that reserved a retry for it.

use crate::{
    samples::{LIFE, TICK, assessment, lease, now, only, org, other_org, scoring},
    stage::{Ports, sixteen_at_once, successes},
};
use acredita_domain::{
    Time,
    pictures::{Capture, PictureFormat, Sha256Digest, Side},
    ports::limits::RETRY_LEASE,
    ports::{Reservation, StepError},
    scoring::{Scoring, ScoringStatus},
};

const LOST: Result<(), StepError> = Err(StepError::Lost);

/// A newly created scoring.
pub async fn created(ports: &Ports) -> Scoring {
    let scoring = scoring();
    ports.scorings.create(only(&scoring), now()).await.expect("created");
    scoring
}

/// The scoring as stored now.
pub async fn current(ports: &Ports, scoring: &Scoring) -> Scoring {
    ports.scorings.find(&org(), scoring.id).await.expect("an answer").expect("a scoring")
}

fn capture() -> Capture {
    Capture {
        side: Side::Front,
        format: PictureFormat::Jpeg,
        size_bytes: 3,
        sha256: Sha256Digest::of(b"abc"),
        received_sha256: Some(Sha256Digest::of(b"abc and more")),
        captured_at: now(),
    }
}

/// Reserves a retry of the scoring as stored now.
pub async fn reserved(ports: &Ports, scoring: &Scoring) -> Reservation {
    reserve(ports, scoring, now()).await.expect("a free retry")
}

async fn reserve(ports: &Ports, scoring: &Scoring, at: Time) -> Result<Reservation, StepError> {
    ports.scorings.reserve_retry(scoring, lease(), at, at + RETRY_LEASE).await
}

async fn record(ports: &Ports, reservation: &Reservation, at: Time) -> Result<(), StepError> {
    ports
        .scorings
        .record_score(
            reservation,
            assessment(0.5),
            vec![capture()],
            Vec::new(),
            crate::samples::told_of(&reservation.scoring),
            at,
        )
        .await
}

async fn give_back(ports: &Ports, Reservation { scoring, lease }: &Reservation) -> Result<(), StepError> {
    ports.scorings.give_back_retry(&scoring.org, scoring.id, *lease).await
}

async fn a_score_is_kept_with_its_pictures_and_counts(ports: &Ports) {
    let new = created(ports).await;
    let first = reserved(ports, &new).await;
    assert_eq!(current(ports, &new).await, new, "a reserved retry is not used up yet");
    record(ports, &first, now()).await.expect("scored");
    let scored = current(ports, &new).await;
    assert_eq!(scored.assessment, Some(assessment(0.5)));
    assert_eq!(scored.captures, [capture()]);
    assert_eq!((scored.retries_used, scored.status(now())), (1, ScoringStatus::Scored));
    assert_ne!(scored.version, new.version);

    let second = reserved(ports, &new).await;
    assert_eq!(second.scoring, scored, "it is decided on what is there when it is reserved");
    ports
        .scorings
        .record_score(&second, assessment(0.9), Vec::new(), Vec::new(), crate::samples::told_of(&second.scoring), now())
        .await
        .expect("scored again");
    let again = current(ports, &new).await;
    assert_eq!((again.assessment, again.captures, again.retries_used), (Some(assessment(0.9)), Vec::new(), 2));
}

async fn of_many_at_once_one_reserves_a_retry(ports: &Ports) {
    let new = created(ports).await;
    let results = sixteen_at_once(|_| {
        let (ports, new) = (ports.clone(), new.clone());
        async move { reserve(&ports, &new, now()).await }
    })
    .await;
    assert_eq!(successes(&results), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(StepError::Lost))));
}

async fn a_retry_that_is_given_back_can_be_reserved_again(ports: &Ports) {
    let new = created(ports).await;
    let first = reserved(ports, &new).await;
    give_back(ports, &first).await.expect("given back");
    assert_eq!(give_back(ports, &first).await, LOST, "once");
    let second = reserved(ports, &new).await;
    assert_eq!(give_back(ports, &first).await, LOST, "nobody gives back what another one holds");
    assert_eq!(record(ports, &first, now()).await, LOST, "nor records with it");
    record(ports, &second, now()).await.expect("scored");
    assert_eq!(current(ports, &new).await.retries_used, 1);
}

async fn a_lease_ends_by_the_clock(ports: &Ports) {
    let new = created(ports).await;
    let crashed = reserved(ports, &new).await;
    let end = now() + RETRY_LEASE;
    assert_eq!(reserve(ports, &new, end - TICK).await, Err(StepError::Lost));
    let next = reserve(ports, &new, end).await.expect("free again");
    assert_eq!(record(ports, &crashed, end).await, LOST, "too late");
    record(ports, &next, end).await.expect("scored");
    assert_eq!(current(ports, &new).await.retries_used, 1);
}

async fn a_score_that_is_late_counts_unless_another_request_took_over(ports: &Ports) {
    let new = created(ports).await;
    let late = reserved(ports, &new).await;
    record(ports, &late, now() + RETRY_LEASE).await.expect("nobody else wanted it");
    assert_eq!(record(ports, &late, now()).await, LOST, "once");
}

async fn no_more_retries_are_reserved_than_there_are(ports: &Ports) {
    let new = created(ports).await;
    for _ in 0..new.max_retries.get() {
        record(ports, &reserved(ports, &new).await, now()).await.expect("scored");
    }
    assert_eq!(reserve(ports, &new, now()).await, Err(StepError::Lost));
}

async fn what_is_closed_stays_as_it_is(ports: &Ports) {
    let new = created(ports).await;
    let reservation = reserved(ports, &new).await;
    ports.scorings.close(&new, crate::samples::told_of(&new), now()).await.expect("closed");
    let closed = current(ports, &new).await;
    assert!(closed.closed);
    assert_eq!(record(ports, &reservation, now()).await, LOST);
    assert_eq!(reserve(ports, &closed, now() + RETRY_LEASE).await, Err(StepError::Lost));
    assert_eq!(ports.scorings.close(&new, crate::samples::told_of(&new), now()).await, LOST);
    assert_eq!(current(ports, &new).await, closed);
}

async fn from_expiry_on_nothing_is_scored_or_closed(ports: &Ports) {
    let new = created(ports).await;
    let over = now() + LIFE;
    assert_eq!(reserve(ports, &new, over).await, Err(StepError::Lost));
    let reservation = reserve(ports, &new, over - TICK).await.expect("a tick before");
    assert_eq!(record(ports, &reservation, over).await, LOST);
    assert_eq!(ports.scorings.close(&new, crate::samples::told_of(&new), over).await, LOST);
    record(ports, &reservation, over - TICK).await.expect("a tick before");
    ports.scorings.close(&new, crate::samples::told_of(&new), over - TICK).await.expect("a tick before");
}

async fn another_organisation_changes_nothing(ports: &Ports) {
    let mine = created(ports).await;
    let foreign = Scoring { org: other_org(), ..mine.clone() };
    assert_eq!(reserve(ports, &foreign, now()).await, Err(StepError::Lost));
    let Reservation { lease, .. } = reserved(ports, &mine).await;
    let stolen = Reservation { scoring: foreign.clone(), lease };
    assert_eq!(record(ports, &stolen, now()).await, LOST);
    assert_eq!(give_back(ports, &stolen).await, LOST);
    assert_eq!(ports.scorings.close(&foreign, crate::samples::told_of(&foreign), now()).await, LOST);
    assert_eq!(
        ports.scorings.delete(&foreign, true, crate::samples::told_of(&foreign), now() + LIFE).await,
        Err(StepError::Lost)
    );
    assert_eq!(current(ports, &mine).await, mine);
}

async fn what_is_not_there_is_not_made_by_a_step(ports: &Ports) {
    let nowhere = Reservation { scoring: scoring(), lease: lease() };
    assert_eq!(reserve(ports, &nowhere.scoring, now()).await, Err(StepError::Lost));
    assert_eq!(record(ports, &nowhere, now()).await, LOST);
    assert_eq!(give_back(ports, &nowhere).await, LOST);
    assert_eq!(ports.scorings.close(&nowhere.scoring, crate::samples::told_of(&nowhere.scoring), now()).await, LOST);
    assert_eq!(ports.scorings.find(&org(), nowhere.scoring.id).await, Ok(None));
}

on_aws! {
    a_score_is_kept_with_its_pictures_and_counts,
    of_many_at_once_one_reserves_a_retry,
    a_retry_that_is_given_back_can_be_reserved_again,
    a_lease_ends_by_the_clock,
    a_score_that_is_late_counts_unless_another_request_took_over,
    no_more_retries_are_reserved_than_there_are,
    what_is_closed_stays_as_it_is,
    from_expiry_on_nothing_is_scored_or_closed,
    another_organisation_changes_nothing,
    what_is_not_there_is_not_made_by_a_step,
}
