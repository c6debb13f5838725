//! A capture hosted by a provider is written only by the request that reserved a retry for it, and ends with its score.

use crate::{
    samples::{LIFE, assessment, lease, now},
    scorings::{created, current, reserved},
    stage::{Ports, sixteen_at_once, successes},
};
use acredita_aws::SystemEntropy;
use acredita_domain::{
    ids::DelegationId,
    ports::StepError,
    ports::limits::RETRY_LEASE,
    scoring::{HostedDelegation, Scoring, ScoringStatus},
};

const LOST: Result<(), StepError> = Err(StepError::Lost);

fn delegation(reference: &str) -> HostedDelegation {
    HostedDelegation {
        id: DelegationId::generate(&SystemEntropy),
        reference: reference.parse().expect("a reference"),
        expires_at: now() + LIFE,
    }
}

/// Reserves a retry and delegates with it.
async fn delegate(ports: &Ports, scoring: &Scoring, delegation: HostedDelegation) {
    let reservation = reserved(ports, scoring).await;
    ports
        .scorings
        .record_delegation(&reservation, delegation, crate::samples::told_of(&reservation.scoring), now())
        .await
        .expect("delegated");
}

async fn a_new_one_takes_the_place_of_the_one_before(ports: &Ports) {
    let new = created(ports).await;
    let (first, second) = (delegation("first"), delegation("second"));
    delegate(ports, &new, first.clone()).await;
    let delegated = current(ports, &new).await;
    assert_eq!(
        (delegated.delegation.as_ref(), delegated.retries_used, delegated.status(now())),
        (Some(&first), 0, ScoringStatus::Created)
    );
    delegate(ports, &new, second.clone()).await;
    assert_eq!(current(ports, &new).await.delegation, Some(second));
}

async fn a_score_ends_it(ports: &Ports) {
    let new = created(ports).await;
    delegate(ports, &new, delegation("one")).await;
    let reservation = reserved(ports, &new).await;
    ports
        .scorings
        .record_score(
            &reservation,
            assessment(0.9),
            Vec::new(),
            Vec::new(),
            crate::samples::told_of(&reservation.scoring),
            now(),
        )
        .await
        .expect("scored");
    assert_eq!(current(ports, &new).await.delegation, None);
}

async fn nothing_is_delegated_during_a_score_and_the_other_way_round(ports: &Ports) {
    let new = created(ports).await;
    let slow = reserved(ports, &new).await;
    let later = now() + RETRY_LEASE;
    let next = ports.scorings.reserve_retry(&new, lease(), later, later + RETRY_LEASE).await.expect("free again");
    ports
        .scorings
        .record_delegation(&next, delegation("one"), crate::samples::told_of(&next.scoring), later)
        .await
        .expect("delegated");
    assert_eq!(
        ports
            .scorings
            .record_score(&slow, assessment(0.9), Vec::new(), Vec::new(), crate::samples::told_of(&slow.scoring), later)
            .await,
        LOST
    );
    assert_eq!(
        ports.scorings.record_delegation(&slow, delegation("two"), crate::samples::told_of(&slow.scoring), later).await,
        LOST
    );
}

async fn of_delegations_at_once_one_is_kept(ports: &Ports) {
    let reservation = reserved(ports, &created(ports).await).await;
    let results = sixteen_at_once(|at| {
        let (ports, reservation) = (ports.clone(), reservation.clone());
        async move {
            ports
                .scorings
                .record_delegation(
                    &reservation,
                    delegation(&format!("number-{at}")),
                    crate::samples::told_of(&reservation.scoring),
                    now(),
                )
                .await
        }
    })
    .await;
    assert_eq!(successes(&results), 1);
}

async fn nothing_is_delegated_of_what_is_over(ports: &Ports) {
    let closed = created(ports).await;
    let reservation = reserved(ports, &closed).await;
    ports.scorings.close(&closed, crate::samples::told_of(&closed), now()).await.expect("closed");
    assert_eq!(
        ports
            .scorings
            .record_delegation(&reservation, delegation("one"), crate::samples::told_of(&reservation.scoring), now())
            .await,
        LOST
    );
    let expired = created(ports).await;
    let reservation = reserved(ports, &expired).await;
    assert_eq!(
        ports
            .scorings
            .record_delegation(
                &reservation,
                delegation("one"),
                crate::samples::told_of(&reservation.scoring),
                expired.expires_at
            )
            .await,
        LOST
    );
}

on_aws! {
    a_new_one_takes_the_place_of_the_one_before,
    a_score_ends_it,
    nothing_is_delegated_during_a_score_and_the_other_way_round,
    of_delegations_at_once_one_is_kept,
    nothing_is_delegated_of_what_is_over,
}
