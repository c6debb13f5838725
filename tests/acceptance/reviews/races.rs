//! Sixteen at once: one claim, one decision, and never a decision on what is over or was replaced.

use acceptance::{
    Answer, Call, World, bodies,
    chains::{ChainSubject, steps},
    reviews::ReviewSubject,
};

const MANY: usize = 16;

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status.as_u16() == status).count()
}

#[track_caller]
fn only(answers: &[Answer], statuses: &[u16]) {
    for answer in answers {
        let text = String::from_utf8_lossy(&answer.body);
        assert!(statuses.contains(&answer.status.as_u16()), "{} {text}", answer.status);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_reviewers_one_has_the_claim() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    let claims = (0..MANY).map(|at| review.claim(&world, &format!("reviewer-{at}"))).collect();
    let answers = world.at_once(claims).await;
    only(&answers, &[204, 409]);
    assert_eq!(count(&answers, 204), 1);
    let winner = answers.iter().position(|answer| answer.status == 204).expect("one of them");
    assert_eq!(review.read(&world).await["claimed_by"], format!("reviewer-{winner}"));
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_decisions_one_is_taken() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    world.send(review.claim(&world, "ana")).await.expect(204);
    let decision = |at| review.decision(&world, "ana", if at % 2 == 0 { "APPROVE" } else { "REJECT" });
    let answers = world.at_once((0..MANY).map(decision).collect()).await;
    only(&answers, &[204, 409]);
    assert_eq!(count(&answers, 204), 1);
    let winner = answers.iter().position(|answer| answer.status == 204).expect("one of them");
    let (status, expected) = if winner % 2 == 0 { ("APPROVED", "CREATED") } else { ("REJECTED", "FAILED") };
    assert_eq!(review.status(&world).await, status);
    assert_eq!(review.subject.status(&world).await.as_deref(), Some(expected));
    world.settle().await;
    world.assert_whole().await;
}

/// The score that comes meanwhile is taken, whatever the reviewer does; an approval of the one before never counts for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_decision_never_holds_for_a_score_that_nobody_looked_at() {
    let world = World::with_external_provider().await;
    for round in 0..4 {
        let review = ReviewSubject::open(&world).await;
        world.send(review.claim(&world, "ana")).await.expect(204);
        let word = if round % 2 == 0 { "APPROVE" } else { "REJECT" };
        let mut calls = vec![review.decision(&world, "ana", word); MANY / 2];
        let score = world.request("PUT", &review.subject.scoring_path("/score"), None);
        calls.push(score.pictures(&[("front", &bodies::png(round))]));
        let answers = world.at_once(calls).await;
        let (score, decisions) = answers.split_last().expect("answers");
        only(decisions, &[204, 409]);
        assert!(count(decisions, 204) <= 1);
        match (word, count(decisions, 204), score.status.as_u16()) {
            // The one before the score, and so withdrawn by it.
            ("APPROVE", _, 204) => {
                assert_eq!(review.status(&world).await, "WITHDRAWN");
                review.subject.validate(&world).await.expect(409);
            }
            // A rejection ends the identification, and with it the score that comes later.
            ("REJECT", 1, status) => {
                assert!([204, 409].contains(&status), "{status}");
                assert_eq!(review.subject.status(&world).await.as_deref(), Some("FAILED"));
            }
            ("REJECT", 0, 204) => assert_eq!(review.status(&world).await, "WITHDRAWN"),
            other => panic!("{other:?} {}", String::from_utf8_lossy(&score.body)),
        }
    }
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_decision_and_an_end_agree() {
    let world = World::with_external_provider().await;
    for round in 0..6 {
        let review = ReviewSubject::open(&world).await;
        world.send(review.claim(&world, "ana")).await.expect(204);
        let word = if round % 2 == 0 { "APPROVE" } else { "REJECT" };
        let end = match round / 2 {
            0 => review.subject.cancellation(&world),
            1 => review.subject.closing(&world),
            _ => review.subject.validation(&world),
        };
        let calls: Vec<Call> =
            (0..MANY).map(|at| if at % 2 == 0 { review.decision(&world, "ana", word) } else { end.clone() }).collect();
        let answers = world.at_once(calls).await;
        only(&answers, &[204, 409]);
        let decided = answers.iter().step_by(2).filter(|answer| answer.status == 204).count();
        let ended = answers.iter().skip(1).step_by(2).filter(|answer| answer.status == 204).count();
        assert!(decided <= 1 && ended <= 1, "{decided} {ended}");
        let status = review.subject.status(&world).await.expect("a status");
        match (word, round / 2) {
            ("REJECT", 2) => assert_eq!((decided, ended, status.as_str()), (1, 0, "FAILED")),
            ("REJECT", _) => assert_eq!((decided + ended, status == "FAILED"), (1, decided == 1)),
            (_, 2) => assert!(decided == 1 && (status == "VALIDATED") == (ended == 1), "{decided} {ended} {status}"),
            _ => assert_eq!((ended, review.status(&world).await.as_str()), (1, "WITHDRAWN"), "{status}"),
        }
    }
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rejection_and_the_end_of_a_chain_agree() {
    let world = World::with_external_provider().await;
    acceptance::reviews::review_from(&world, 0.5, false).await;
    for _ in 0..3 {
        let mut chain = ChainSubject::of(&world, vec![steps::document(), steps::agent()]).await;
        let review = ReviewSubject::of(&world, chain.steps.remove(0)).await;
        world.send(review.claim(&world, "ana")).await.expect(204);
        let calls: Vec<Call> = (0..MANY)
            .map(|at| if at % 2 == 0 { review.decision(&world, "ana", "REJECT") } else { chain.cancellation(&world) })
            .collect();
        let answers = world.at_once(calls).await;
        only(&answers, &[204, 409]);
        assert_eq!(count(&answers, 204), 1);
        let (status, _, _) = chain.state(&world).await;
        assert_eq!(status == "FAILED", answers.iter().step_by(2).any(|answer| answer.status == 204));
    }
    world.settle().await;
    world.assert_whole().await;
}
