//! A capture hosted by a provider is written only over the scoring that the decision was based on, and ends with its
//! score.

use crate::{
    samples::{LIFE, assessment, now, org},
    scorings::{created, current},
    stage::{Ports, sixteen_at_once, successes},
};
use acredita_aws::SystemEntropy;
use acredita_domain::{
    ids::DelegationId,
    ports::StepError,
    scoring::{HostedDelegation, ScoringStatus},
};

const LOST: Result<(), StepError> = Err(StepError::Lost);

fn delegation(reference: &str) -> HostedDelegation {
    HostedDelegation {
        id: DelegationId::generate(&SystemEntropy),
        reference: reference.parse().expect("a reference"),
        expires_at: now() + LIFE,
    }
}

async fn a_new_one_takes_the_place_of_the_one_before(ports: &Ports) {
    let new = created(ports).await;
    let (first, second) = (delegation("first"), delegation("second"));
    ports.scorings.record_delegation(&new, first.clone(), now()).await.expect("delegated");
    let delegated = current(ports, &new).await;
    assert_eq!(
        (delegated.delegation.as_ref(), delegated.retries_used, delegated.status(now())),
        (Some(&first), 0, ScoringStatus::Created)
    );
    ports.scorings.record_delegation(&delegated, second.clone(), now()).await.expect("delegated again");
    assert_eq!(current(ports, &new).await.delegation, Some(second));
}

async fn a_score_ends_it(ports: &Ports) {
    let new = created(ports).await;
    ports.scorings.record_delegation(&new, delegation("one"), now()).await.expect("delegated");
    let delegated = current(ports, &new).await;
    ports.scorings.record_score(&delegated, assessment(0.9), Vec::new(), now()).await.expect("scored");
    assert_eq!(current(ports, &new).await.delegation, None);
}

async fn a_score_that_knows_nothing_of_it_is_lost_and_the_other_way_round(ports: &Ports) {
    let new = created(ports).await;
    ports.scorings.record_delegation(&new, delegation("one"), now()).await.expect("delegated");
    assert_eq!(ports.scorings.record_score(&new, assessment(0.9), Vec::new(), now()).await, LOST);
    assert_eq!(ports.scorings.record_delegation(&new, delegation("two"), now()).await, LOST);
}

async fn of_delegations_at_once_one_is_kept(ports: &Ports) {
    let new = created(ports).await;
    let results = sixteen_at_once(|at| {
        let (ports, new) = (ports.clone(), new.clone());
        async move { ports.scorings.record_delegation(&new, delegation(&format!("number-{at}")), now()).await }
    })
    .await;
    assert_eq!(successes(&results), 1);
}

async fn nothing_is_delegated_of_what_is_over(ports: &Ports) {
    let closed = created(ports).await;
    ports.scorings.close(&org(), closed.id, now()).await.expect("closed");
    let closed = current(ports, &closed).await;
    assert_eq!(ports.scorings.record_delegation(&closed, delegation("one"), now()).await, LOST);
    let expired = created(ports).await;
    assert_eq!(ports.scorings.record_delegation(&expired, delegation("one"), expired.expires_at).await, LOST);
}

on_aws! {
    a_new_one_takes_the_place_of_the_one_before,
    a_score_ends_it,
    a_score_that_knows_nothing_of_it_is_lost_and_the_other_way_round,
    of_delegations_at_once_one_is_kept,
    nothing_is_delegated_of_what_is_over,
}
