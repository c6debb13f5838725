//! Scores are written only over the scoring that the decision was based on.

use crate::{
    samples::{LIFE, TICK, assessment, now, only, org, other_org, scoring},
    stage::{Ports, sixteen_at_once, successes},
};
use acredita_domain::{
    pictures::{Capture, PictureFormat, Sha256Digest, Side},
    ports::StepError,
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
        captured_at: now(),
    }
}

async fn a_score_is_kept_with_its_pictures_and_counts(ports: &Ports) {
    let new = created(ports).await;
    ports.scorings.record_score(&new, assessment(0.5), vec![capture()], now()).await.expect("scored");
    let scored = current(ports, &new).await;
    assert_eq!(scored.assessment, Some(assessment(0.5)));
    assert_eq!(scored.captures, [capture()]);
    assert_eq!((scored.retries_used, scored.status(now())), (1, ScoringStatus::Scored));
    assert_ne!(scored.version, new.version);

    ports.scorings.record_score(&scored, assessment(0.9), Vec::new(), now()).await.expect("scored again");
    let again = current(ports, &new).await;
    assert_eq!((again.assessment, again.captures, again.retries_used), (Some(assessment(0.9)), Vec::new(), 2));
}

async fn a_score_decided_on_something_older_is_lost(ports: &Ports) {
    let new = created(ports).await;
    ports.scorings.record_score(&new, assessment(0.5), Vec::new(), now()).await.expect("scored");
    assert_eq!(ports.scorings.record_score(&new, assessment(0.9), Vec::new(), now()).await, LOST);
    assert_eq!(current(ports, &new).await.assessment, Some(assessment(0.5)));
}

async fn of_scores_at_once_one_is_kept(ports: &Ports) {
    let new = created(ports).await;
    let results = sixteen_at_once(|_| {
        let (ports, new) = (ports.clone(), new.clone());
        async move { ports.scorings.record_score(&new, assessment(0.5), Vec::new(), now()).await }
    })
    .await;
    assert_eq!(successes(&results), 1);
    assert_eq!(current(ports, &new).await.retries_used, 1);
}

async fn what_is_closed_stays_as_it_is(ports: &Ports) {
    let new = created(ports).await;
    ports.scorings.close(&org(), new.id, now()).await.expect("closed");
    let closed = current(ports, &new).await;
    assert!(closed.closed);
    assert_eq!(ports.scorings.record_score(&new, assessment(0.5), Vec::new(), now()).await, LOST);
    assert_eq!(ports.scorings.record_score(&closed, assessment(0.5), Vec::new(), now()).await, LOST);
    assert_eq!(ports.scorings.close(&org(), new.id, now()).await, LOST);
    assert_eq!(current(ports, &new).await, closed);
}

async fn from_expiry_on_nothing_is_scored_or_closed(ports: &Ports) {
    let new = created(ports).await;
    let over = now() + LIFE;
    assert_eq!(ports.scorings.record_score(&new, assessment(0.5), Vec::new(), over).await, LOST);
    assert_eq!(ports.scorings.close(&org(), new.id, over).await, LOST);
    ports.scorings.record_score(&new, assessment(0.5), Vec::new(), over - TICK).await.expect("a tick before");
    ports.scorings.close(&org(), new.id, over - TICK).await.expect("a tick before");
}

async fn another_organisation_changes_nothing(ports: &Ports) {
    let mine = created(ports).await;
    let foreign = Scoring { org: other_org(), ..mine.clone() };
    assert_eq!(ports.scorings.record_score(&foreign, assessment(0.5), Vec::new(), now()).await, LOST);
    assert_eq!(ports.scorings.close(&other_org(), mine.id, now()).await, LOST);
    assert_eq!(ports.scorings.delete(&foreign, now() + LIFE).await, Err(StepError::Lost));
    assert_eq!(current(ports, &mine).await, mine);
}

async fn what_is_not_there_is_not_made_by_a_step(ports: &Ports) {
    let nowhere = scoring();
    assert_eq!(ports.scorings.record_score(&nowhere, assessment(0.5), Vec::new(), now()).await, LOST);
    assert_eq!(ports.scorings.close(&org(), nowhere.id, now()).await, LOST);
    assert_eq!(ports.scorings.find(&org(), nowhere.id).await, Ok(None));
}

on_aws! {
    a_score_is_kept_with_its_pictures_and_counts,
    a_score_decided_on_something_older_is_lost,
    of_scores_at_once_one_is_kept,
    what_is_closed_stays_as_it_is,
    from_expiry_on_nothing_is_scored_or_closed,
    another_organisation_changes_nothing,
    what_is_not_there_is_not_made_by_a_step,
}
