//! The end of an identification is the end of its scoring, in the same transaction.

use crate::{
    samples::{LIFE, TICK, alone, assessment, cancel, document, lease, now, only, org, scoring, validation},
    stage::{Ports, sixteen_at_once, successes},
};
use acredita_domain::{
    Time,
    identification::{Closable, Identification, ScoringEvidence, State, Status, Transition, Validation},
    pictures::{Capture, PictureFormat, Sha256Digest, Side},
    ports::limits::{ERASE_AGAIN_AFTER, RETRY_LEASE},
    ports::{Due, NewIdentification, StepError},
    scoring::{Scoring, ScoringStatus},
};

const LOST: Result<(), StepError> = Err(StepError::Lost);

/// An identification by document, and its scoring, which has a score.
async fn scored(ports: &Ports) -> (Identification, Scoring) {
    let (identification, scoring) = document();
    let new = NewIdentification { scoring: Some(scoring.clone()), ..alone(&identification) };
    ports.identifications.create(new, now()).await.expect("created");
    score(ports, &scoring, 0.8).await.expect("scored");
    (identification, current(ports, &scoring).await)
}

async fn score(ports: &Ports, scoring: &Scoring, score: f64) -> Result<(), StepError> {
    let capture = Capture {
        side: Side::Front,
        format: PictureFormat::Jpeg,
        size_bytes: 3,
        sha256: Sha256Digest::of(b"abc"),
        received_sha256: None,
        captured_at: now(),
    };
    let reservation = ports.scorings.reserve_retry(scoring, lease(), now(), now() + RETRY_LEASE).await?;
    ports
        .scorings
        .record_score(
            &reservation,
            assessment(score),
            vec![capture],
            Vec::new(),
            crate::samples::told_of(&reservation.scoring),
            now(),
        )
        .await
}

async fn current(ports: &Ports, scoring: &Scoring) -> Scoring {
    ports.scorings.find(&org(), scoring.id).await.expect("an answer").expect("a scoring")
}

/// A validation that relies on the scoring as it is here.
fn relying_on(scoring: &Scoring) -> Transition {
    let evidence = ScoringEvidence::of(scoring.clone()).expect("a score");
    let validation = Validation { scoring: Some(evidence), ..validation() };
    Transition::Validate { validation: Box::new(validation), code: None }
}

async fn take(ports: &Ports, identification: &Identification, step: Transition, at: Time) -> Result<(), StepError> {
    ports.identifications.transition(identification, step, Vec::new(), crate::samples::told(identification), at).await
}

async fn state(ports: &Ports, identification: &Identification) -> State {
    let found = ports.by_id.identification(&org(), identification.id).await.expect("an answer");
    found.expect("an identification").state
}

fn erased_later(scoring: &Scoring) -> Due {
    Due::Leftovers(org(), scoring.id)
}

async fn a_validation_keeps_what_it_was_made_on_and_closes_the_scoring(ports: &Ports) {
    let (identification, scored) = scored(ports).await;
    take(ports, &identification, relying_on(&scored), now()).await.expect("validated");
    let State::Validated(Validation { scoring: Some(kept), .. }) = state(ports, &identification).await else {
        panic!("validated on a scoring");
    };
    assert_eq!((kept.scoring_id, kept.version), (scored.id, scored.version));
    assert_eq!((Some(kept.assessment), kept.captures), (scored.assessment.clone(), scored.captures.clone()));
    let closed = current(ports, &scored).await;
    assert_eq!(closed.status(now()), ScoringStatus::Closed);
    assert_eq!((&closed.assessment, &closed.captures), (&scored.assessment, &scored.captures), "it is still read");
    assert_eq!(score(ports, &scored, 0.1).await, LOST);
}

async fn a_score_that_is_not_the_judged_one_any_more_validates_nothing(ports: &Ports) {
    let (identification, judged) = scored(ports).await;
    score(ports, &judged, 0.1).await.expect("scored again");
    assert_eq!(take(ports, &identification, relying_on(&judged), now()).await, LOST);
    assert_eq!(state(ports, &identification).await, State::Created);
    let again = current(ports, &judged).await;
    assert_eq!(again.status(now()), ScoringStatus::Scored, "nor closes anything");
    ports.scorings.close(&again, crate::samples::told_of(&again), now()).await.expect("closed");
    let closed = current(ports, &again).await;
    for version in [again, closed] {
        assert_eq!(take(ports, &identification, relying_on(&version), now()).await, LOST, "closed meanwhile");
    }
    assert_eq!(state(ports, &identification).await, State::Created);
}

async fn a_score_under_way_does_not_keep_anybody_from_validating(ports: &Ports) {
    let (identification, judged) = scored(ports).await;
    let under_way = ports.scorings.reserve_retry(&judged, lease(), now(), now() + RETRY_LEASE).await.expect("free");
    take(ports, &identification, relying_on(&judged), now()).await.expect("validated");
    let late = ports
        .scorings
        .record_score(
            &under_way,
            assessment(0.1),
            Vec::new(),
            Vec::new(),
            crate::samples::told_of(&under_way.scoring),
            now(),
        )
        .await;
    assert_eq!(late, LOST);
    assert_eq!(current(ports, &judged).await.assessment, judged.assessment);
}

async fn every_end_closes_the_scoring(ports: &Ports) {
    for end in [cancel(), Transition::Close { from: Closable::Created }] {
        let (identification, scored) = scored(ports).await;
        take(ports, &identification, end, now()).await.expect("ended");
        assert_eq!(current(ports, &scored).await.status(now()), ScoringStatus::Closed);
        assert_eq!(score(ports, &scored, 0.9).await, LOST);
    }
    let (identification, scored) = scored(ports).await;
    take(ports, &identification, relying_on(&scored), now()).await.expect("validated");
    take(ports, &identification, Transition::Close { from: Closable::Validated }, now()).await.expect("closed");
    assert_eq!(current(ports, &scored).await.status(now()), ScoringStatus::Closed);
}

async fn a_scoring_that_is_closed_already_does_not_keep_its_identification_open(ports: &Ports) {
    let (identification, scored) = scored(ports).await;
    ports.scorings.close(&scored, crate::samples::told_of(&scored), now()).await.expect("closed");
    take(ports, &identification, cancel(), now()).await.expect("cancelled");
}

async fn what_has_expired_stays_expired(ports: &Ports) {
    let (identification, scored) = scored(ports).await;
    let over = now() + LIFE;
    take(ports, &identification, Transition::Expire, over).await.expect("expired");
    assert_eq!(current(ports, &scored).await.status(over), ScoringStatus::Expired);
}

async fn an_end_that_is_refused_closes_nothing(ports: &Ports) {
    let (identification, scored) = scored(ports).await;
    assert_eq!(take(ports, &identification, Transition::Expire, now() + LIFE - TICK).await, LOST);
    assert_eq!(take(ports, &identification, cancel(), now() + LIFE).await, LOST);
    assert_eq!(current(ports, &scored).await, scored);
    assert!(!ports.due(now() + LIFE + ERASE_AGAIN_AFTER).await.contains(&erased_later(&scored)));
}

async fn what_is_left_is_erased_after_every_end(ports: &Ports) {
    for (end, at) in [(cancel(), now()), (Transition::Expire, now() + LIFE)] {
        let (identification, scored) = scored(ports).await;
        take(ports, &identification, end, at).await.expect("ended");
        let early = ports.due(at + ERASE_AGAIN_AFTER - TICK).await;
        assert!(!early.contains(&erased_later(&scored)), "links that were given out still work");
        assert!(ports.due(at + ERASE_AGAIN_AFTER).await.contains(&erased_later(&scored)));
    }
    let alone = scoring();
    ports.scorings.create(only(&alone), now()).await.expect("created");
    ports.scorings.close(&alone, crate::samples::told_of(&alone), now()).await.expect("closed");
    assert!(ports.due(now() + ERASE_AGAIN_AFTER).await.contains(&erased_later(&alone)));
    ports.housekeeping.erased(&erased_later(&alone)).await.expect("erased");
    assert!(!ports.due(now() + ERASE_AGAIN_AFTER).await.contains(&erased_later(&alone)));
    ports.housekeeping.leave_leftovers(&org(), alone.id, now() + LIFE).await.expect("once more");
    assert!(ports.due(now() + LIFE + ERASE_AGAIN_AFTER).await.contains(&erased_later(&alone)));
}

async fn validations_scores_and_cancellations_at_once_agree_in_the_end(ports: &Ports) {
    for _ in 0..4 {
        let (identification, judged) = scored(ports).await;
        let results = sixteen_at_once(|number| {
            let (ports, identification, judged) = (ports.clone(), identification.clone(), judged.clone());
            async move {
                match number % 3 {
                    0 => take(&ports, &identification, relying_on(&judged), now()).await,
                    1 => score(&ports, &judged, 0.1).await,
                    _ => take(&ports, &identification, cancel(), now()).await,
                }
            }
        })
        .await;
        assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(StepError::Lost))));
        let validated = results.iter().step_by(3).filter(|result| result.is_ok()).count();
        let cancelled = results.iter().skip(2).step_by(3).filter(|result| result.is_ok()).count();
        assert_eq!(validated + cancelled, 1, "one end");
        let last = current(ports, &judged).await;
        assert_eq!(last.status(now()), ScoringStatus::Closed);
        let found = ports.by_id.identification(&org(), identification.id).await.expect("an answer").expect("there");
        if found.status(now()) == Status::Validated {
            assert_eq!((validated, last.assessment), (1, judged.assessment), "what it was made on");
        } else {
            assert_eq!((found.status(now()), cancelled), (Status::Cancelled, 1));
        }
    }
    let (identification, judged) = scored(ports).await;
    let results = sixteen_at_once(|_| {
        let (ports, identification, judged) = (ports.clone(), identification.clone(), judged.clone());
        async move { take(&ports, &identification, relying_on(&judged), now()).await }
    })
    .await;
    assert_eq!(successes(&results), 1);
}

on_aws! {
    a_validation_keeps_what_it_was_made_on_and_closes_the_scoring,
    a_score_that_is_not_the_judged_one_any_more_validates_nothing,
    a_score_under_way_does_not_keep_anybody_from_validating,
    every_end_closes_the_scoring,
    a_scoring_that_is_closed_already_does_not_keep_its_identification_open,
    what_has_expired_stays_expired,
    an_end_that_is_refused_closes_nothing,
    what_is_left_is_erased_after_every_end,
    validations_scores_and_cancellations_at_once_agree_in_the_end,
}
