//! Requests with an idempotency key: a step leaves a mark on what it is taken of, and a deletion a record.

use crate::{
    samples::{
        agent, alone, assessment, cancel, document, lease, message, now, once, only, org, other_org, otp, scoring,
        told, told_of, validate,
    },
    stage::{Ports, sixteen_at_once, successes},
};
use acredita_domain::{
    Time,
    idempotency::{Earlier, IDEMPOTENCY_WINDOW, Once, Operation, TakenOnce},
    identification::{Identification, Transition},
    ids::OrgId,
    ports::{NewIdentification, Remembered, StepError, limits::RETRY_LEASE},
};
use chrono::TimeDelta;

const VALIDATE: Operation = Operation::ValidateIdentification;

async fn created(ports: &Ports, identification: Identification) -> Identification {
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    identification
}

async fn marks(ports: &Ports, identification: &Identification) -> Vec<TakenOnce> {
    let found = ports.by_id.identification(&org(), identification.id).await.expect("an answer");
    found.expect("it is there").once
}

/// What is known of this request, from the marks, at the time of these tests.
fn known(taken: &[TakenOnce], operation: Operation, key: &str, body: &str) -> Option<Earlier> {
    once(operation, key, body).expect("a key").among(taken, now())
}

async fn a_step_leaves_the_mark_of_its_request(ports: &Ports) {
    let identification = created(ports, agent()).await;
    let story = told(&identification).once(once(VALIDATE, "k", "body"));
    ports.identifications.transition(&identification, validate(), Vec::new(), story, now()).await.expect("validated");
    let taken = marks(ports, &identification).await;
    assert_eq!(known(&taken, VALIDATE, "k", "body"), Some(Earlier::TheSame));
    assert_eq!(known(&taken, VALIDATE, "k", "another"), Some(Earlier::WithAnotherBody));
    assert_eq!(known(&taken, VALIDATE, "K", "body"), None);
    assert_eq!(known(&taken, Operation::CloseIdentification, "k", "body"), None);
    let request = once(VALIDATE, "k", "body").expect("a key");
    let end = now() + IDEMPOTENCY_WINDOW;
    assert_eq!(request.among(&taken, end - TimeDelta::milliseconds(1)), Some(Earlier::TheSame));
    assert_eq!(request.among(&taken, end), None);
}

async fn each_step_adds_its_own_and_one_without_a_key_adds_none(ports: &Ports) {
    let identification = created(ports, otp()).await;
    for (generation, key) in [(2, Some("2")), (3, None), (4, Some("4"))] {
        let step = Transition::Resend { generation };
        let request = key.and_then(|key| once(Operation::ResendOtp, key, ""));
        let (outbox, story) =
            (vec![message(&identification, generation, "phone")], told(&identification).once(request));
        ports.identifications.transition(&identification, step, outbox, story, now()).await.expect("sent again");
    }
    let taken = marks(ports, &identification).await;
    assert_eq!(taken.len(), 2);
    for key in ["2", "4"] {
        assert_eq!(known(&taken, Operation::ResendOtp, key, ""), Some(Earlier::TheSame));
    }
}

async fn a_step_that_is_lost_leaves_none(ports: &Ports) {
    let identification = created(ports, agent()).await;
    let step = |request: Option<Once>| {
        let story = told(&identification).once(request);
        ports.identifications.transition(&identification, cancel(), Vec::new(), story, now())
    };
    step(None).await.expect("cancelled");
    assert_eq!(step(once(Operation::CancelIdentification, "k", "")).await, Err(StepError::Lost));
    assert_eq!(marks(ports, &identification).await, []);
    let results = sixteen_at_once(|_| {
        let ports = ports.clone();
        async move {
            let identification = agent();
            ports.identifications.create(alone(&identification), now()).await.expect("created");
            let story = told(&identification).once(once(VALIDATE, "k", ""));
            ports.identifications.transition(&identification, validate(), Vec::new(), story, now()).await
        }
    })
    .await;
    assert_eq!(successes(&results), 16, "the same key on others is another key");
}

async fn a_scoring_keeps_the_marks_of_its_own_steps(ports: &Ports) {
    let (identification, linked) = document();
    let new = NewIdentification { scoring: Some(linked.clone()), ..alone(&identification) };
    ports.identifications.create(new, now()).await.expect("created");
    let alone = scoring();
    ports.scorings.create(only(&alone), now()).await.expect("created");
    for (scoring, story) in [(&linked, told(&identification)), (&alone, told_of(&alone))] {
        let until = now() + RETRY_LEASE;
        let reserved = ports.scorings.reserve_retry(scoring, lease(), now(), until).await.expect("a retry");
        let score = story.clone().once(once(Operation::ScoreDocument, "k", "pictures"));
        let (scored, none) = (assessment(0.5), Vec::new());
        ports.scorings.record_score(&reserved, scored, none, Vec::new(), score, now()).await.expect("recorded");
        let close = story.once(once(Operation::CloseScoring, "k", ""));
        ports.scorings.close(scoring, close, now()).await.expect("closed");
        let found = ports.scorings.find(&org(), scoring.id).await.expect("an answer").expect("it is there");
        assert_eq!(found.once.len(), 2);
        assert_eq!(known(&found.once, Operation::ScoreDocument, "k", "pictures"), Some(Earlier::TheSame));
        assert_eq!(known(&found.once, Operation::CloseScoring, "k", ""), Some(Earlier::TheSame));
    }
    assert_eq!(marks(ports, &identification).await, [], "it is the scoring that was scored");
}

async fn a_deletion_leaves_a_record_for_a_day(ports: &Ports) {
    let identification = created(ports, agent()).await;
    let alone = scoring();
    ports.scorings.create(only(&alone), now()).await.expect("created");
    let [of_identification, of_scoring] = [Operation::DeleteIdentification, Operation::DeleteScoring];
    let story = told(&identification).once(once(of_identification, "k", ""));
    ports.identifications.delete(&identification, false, story, now()).await.expect("deleted");
    let story = told_of(&alone).once(once(of_scoring, "k", ""));
    ports.scorings.delete(&alone, false, story, now()).await.expect("deleted");
    for operation in [of_identification, of_scoring] {
        let recalled = async |org: OrgId, key: &str, at: Time| {
            let marks = once(operation, key, "").expect("a key").marks;
            ports.idempotency.recall(&org, operation, &marks, at).await.expect("an answer")
        };
        let end = now() + IDEMPOTENCY_WINDOW;
        for at in [now(), end - TimeDelta::milliseconds(1)] {
            assert!(matches!(recalled(org(), "k", at).await, Some(Remembered::Answer(_))));
        }
        assert_eq!(recalled(org(), "k", end).await, None);
        assert_eq!(recalled(org(), "K", now()).await, None);
        assert_eq!(recalled(other_org(), "k", now()).await, None);
    }
}

async fn a_deletion_that_is_lost_leaves_none(ports: &Ports) {
    let identification = agent();
    let request = once(Operation::DeleteIdentification, "k", "");
    let story = told(&identification).once(request.clone());
    assert_eq!(ports.identifications.delete(&identification, true, story, now()).await, Err(StepError::Lost));
    let Once { operation, marks } = request.expect("a key");
    assert_eq!(ports.idempotency.recall(&org(), operation, &marks, now()).await, Ok(None));
}

on_aws! {
    a_step_leaves_the_mark_of_its_request,
    each_step_adds_its_own_and_one_without_a_key_adds_none,
    a_step_that_is_lost_leaves_none,
    a_scoring_keeps_the_marks_of_its_own_steps,
    a_deletion_leaves_a_record_for_a_day,
    a_deletion_that_is_lost_leaves_none,
}
