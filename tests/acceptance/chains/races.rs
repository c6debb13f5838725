//! Sixteen at once: somebody wins, chain and steps agree, and no code goes out for a step that is not open.

use acceptance::{
    Answer, Call, World,
    chains::{ChainSubject, body_to, steps},
};
use chrono::TimeDelta;
use serde_json::Value;

const MANY: usize = 16;

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status.as_u16() == status).count()
}

#[track_caller]
fn only(answers: &[Answer], statuses: &[u16]) {
    for answer in answers {
        assert!(
            statuses.contains(&answer.status.as_u16()),
            "{} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
    }
}

/// Sixteen of these calls in turn, beginning with another one in each round; the answers to each of them.
async fn mixed(world: &World, calls: &[Call], round: usize) -> Vec<Vec<Answer>> {
    let which = |at: usize| (at + round) % calls.len();
    let answers = world.at_once((0..MANY).map(|at| calls[which(at)].clone()).collect()).await;
    let mut of_each = vec![Vec::new(); calls.len()];
    for (at, answer) in answers.into_iter().enumerate() {
        of_each[which(at)].push(answer);
    }
    of_each
}

async fn settled(world: &World) {
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_validate_one_step_one_does_and_the_next_code_goes_out_once() {
    let world = World::start().await;
    for round in 0..4 {
        let sequence = vec![steps::otp(), steps::agent(), steps::internal_document()];
        let sending = vec![steps::agent(), steps::sent_otp()];
        for (sequence, sends) in [(sequence, false), (sending, true)] {
            let before = world.sender.sent().len();
            let chain = ChainSubject::by(&world, body_to(600_000_000 + round, sequence)).await;
            let answers = world.at_once(vec![chain.steps[0].validation(&world); MANY]).await;
            only(&answers, &[204, 409]);
            assert_eq!(count(&answers, 204), 1);
            assert_eq!(chain.state(&world).await.1, 1);
            world.deliver().await;
            assert_eq!(world.sender.sent().len() - before, usize::from(sends));
        }
    }
    settled(&world).await;
}

/// The second step is validated only by those that come after the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_steps_at_once_are_validated_in_their_order() {
    let world = World::start().await;
    for round in 0..4 {
        let chain = ChainSubject::of(&world, vec![steps::otp(), steps::agent()]).await;
        let calls = [chain.steps[0].validation(&world), chain.steps[1].validation(&world), chain.validation(&world)];
        let of_each = mixed(&world, &calls, round).await;
        of_each.iter().for_each(|answers| only(answers, &[204, 409]));
        let won: Vec<usize> = of_each.iter().map(|answers| count(answers, 204)).collect();
        assert_eq!(won[0], 1);
        let (status, current, steps) = chain.state(&world).await;
        assert_eq!((won[1], won[2]), (usize::from(current == 2), usize::from(status == "VALIDATED")));
        assert_eq!(steps.iter().filter(|status| *status == "VALIDATED").count() as u64, current);
    }
    settled(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_validate_cancel_and_close_chain_and_steps_agree() {
    let world = World::start().await;
    for round in 0..4 {
        let sequence = vec![steps::agent(), steps::sent_otp(), steps::internal_document()];
        let chain = ChainSubject::by(&world, body_to(600_000_100 + round as u64, sequence)).await;
        let calls = [chain.steps[0].validation(&world), chain.cancellation(&world), chain.closing(&world)];
        let of_each = mixed(&world, &calls, round).await;
        of_each.iter().for_each(|answers| only(answers, &[204, 409]));
        let won: Vec<usize> = of_each.iter().map(|answers| count(answers, 204)).collect();
        assert_eq!(won[1] + won[2], 1, "one of both ends it: {won:?}");
        let (status, current, of_steps) = chain.state(&world).await;
        assert_eq!(won[0] as u64, current);
        let expected = match (won[1], won[0]) {
            (1, 0) => ("CANCELLED", ["CANCELLED"; 3]),
            (1, _) => ("CANCELLED", ["VALIDATED", "CANCELLED", "CANCELLED"]),
            _ => ("CLOSED", ["CLOSED"; 3]),
        };
        assert_eq!((status.as_str(), of_steps), (expected.0, expected.1.map(str::to_owned).to_vec()));
    }
    world.deliver().await;
    assert!(world.sender.sent().is_empty(), "nobody waits for a code");
    settled(&world).await;
}

/// Every outcome is that of some order: of both 204 the validation came first, and the log says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_validate_close_and_cancel_of_a_chain_one_comes_first() {
    let world = World::start().await;
    for round in 0..6 {
        let chain = ChainSubject::of(&world, vec![steps::otp(), steps::agent()]).await;
        chain.walk(&world, 2).await;
        let calls = [chain.validation(&world), chain.closing(&world), chain.cancellation(&world)];
        let of_each = mixed(&world, &calls, round).await;
        of_each.iter().for_each(|answers| only(answers, &[204, 409]));
        let won: Vec<usize> = of_each.iter().map(|answers| count(answers, 204)).collect();
        let (status, expected): (&str, &[&str]) = match won[..] {
            [1, 0, 0] => ("VALIDATED", &["chain.validated"]),
            [0, 1, 0] => ("CLOSED", &["chain.closed"]),
            [1, 1, 0] => ("CLOSED", &["chain.validated", "chain.closed"]),
            [0, 0, 1] => ("CANCELLED", &["chain.cancelled"]),
            _ => panic!("no order explains {won:?}"),
        };
        let of_steps = if status == "CLOSED" { "CLOSED" } else { "VALIDATED" };
        chain.assert_state(&world, status, 2, &[of_steps; 2]).await;
        let found =
            world.call("GET", &format!("/events?subject_id={}&order=asc", chain.id), None).await.expect(200).json();
        let told = found["events"].as_array().expect("events").iter().map(|event| event["type"].as_str());
        let walked = ["chain.created", "chain.step_validated", "chain.step_validated"];
        let expected = walked.iter().chain(expected).map(|kind| Some(*kind));
        assert_eq!(told.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }
    settled(&world).await;
}

/// While the sweep writes down what the clock has decided.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn at_the_end_of_its_time_nothing_is_validated_or_cancelled_any_more() {
    let world = World::start().await;
    for round in 0..4 {
        let chain = ChainSubject::of(&world, vec![steps::agent(), steps::internal_document()]).await;
        world.clock.advance(TimeDelta::hours(1));
        let calls = [chain.steps[0].validation(&world), chain.cancellation(&world), chain.closing(&world)];
        let sweeps = async {
            for _ in 0..3 {
                world.sweep().await;
            }
        };
        let (of_each, ()) = tokio::join!(mixed(&world, &calls, round), sweeps);
        of_each.iter().for_each(|answers| only(answers, &[409]));
        chain.assert_state(&world, "EXPIRED", 0, &["EXPIRED"; 2]).await;
    }
    settled(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fifth_wrong_code_that_meets_a_cancel_fails_the_chain_or_comes_too_late() {
    let world = World::start().await;
    for round in 0..4 {
        let chain = ChainSubject::of(&world, vec![steps::agent(), steps::otp(), steps::internal_document()]).await;
        chain.walk(&world, 1).await;
        for _ in 0..4 {
            chain.steps[1].try_code(&world, "untrue").await.expect(400);
        }
        let calls = [chain.steps[1].attempt(&world, "untrue"), chain.cancellation(&world)];
        let of_each = mixed(&world, &calls, round).await;
        only(&of_each[0], &[400, 409]);
        only(&of_each[1], &[204, 409]);
        let (failed, cancelled) = (count(&of_each[0], 400), count(&of_each[1], 204));
        assert!(failed <= 1 && cancelled <= 1, "{failed} {cancelled}");
        let (status, _, of_steps) = chain.state(&world).await;
        // A try that was counted before the cancel ends the chain; one that was judged while it was cancelled does not.
        match status.as_str() {
            "FAILED" => assert_eq!((failed, cancelled, &of_steps[1]), (1, 0, &"FAILED".to_owned())),
            _ => assert_eq!((status.as_str(), cancelled, &of_steps[1]), ("CANCELLED", 1, &"CANCELLED".to_owned())),
        }
        assert_eq!((&of_steps[0], &of_steps[2]), (&"VALIDATED".to_owned(), &"CANCELLED".to_owned()));
    }
    settled(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_right_code_among_wrong_ones_advances_or_fails_the_chain() {
    let world = World::start().await;
    for round in 0..3_usize {
        let chain = ChainSubject::of(&world, vec![steps::otp(), steps::agent()]).await;
        let mut calls = vec![chain.steps[0].attempt(&world, "untrue"); MANY];
        let right = round * 2 % MANY;
        calls[right] = chain.steps[0].validation(&world);
        let answers = world.at_once(calls).await;
        only(&answers, &[204, 400, 409]);
        let won = answers[right].status == 204;
        assert_eq!(count(&answers, 204), usize::from(won));
        let expected: (&str, u64, [&str; 2]) =
            if won { ("CREATED", 1, ["VALIDATED", "CREATED"]) } else { ("FAILED", 0, ["FAILED", "CANCELLED"]) };
        chain.assert_state(&world, expected.0, expected.1, &expected.2).await;
    }
    settled(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_delete_that_meets_a_validate_leaves_all_or_nothing() {
    let world = World::with_external_provider().await;
    for round in 0..4 {
        let chain = ChainSubject::of(&world, vec![steps::agent(), steps::document()]).await;
        chain.walk(&world, if round % 2 == 0 { 2 } else { 1 }).await;
        let validation =
            if round % 2 == 0 { chain.validation(&world) } else { chain.ready(&world, 1).await.validation(&world) };
        let calls = [validation, chain.deletion(&world)];
        let of_each = mixed(&world, &calls, round).await;
        only(&of_each[0], &[204, 404, 409]);
        only(&of_each[1], &[204, 403, 404, 409]);
        let deleted = count(&of_each[1], 204) == 1;
        assert!(count(&of_each[0], 204) <= 1 && count(&of_each[1], 204) <= 1);
        if round % 2 == 0 {
            assert_eq!(count(&of_each[0], 204) + count(&of_each[1], 204), 1, "one winner");
        }
        assert_eq!(chain.read(&world).await.status.as_u16(), if deleted { 404 } else { 200 });
        for step in &chain.steps {
            assert_eq!(step.metadata(&world).await.status.as_u16(), if deleted { 404 } else { 200 });
        }
    }
    settled(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_forced_delete_of_a_chain_that_is_walked_leaves_nothing() {
    let world = World::with_external_provider().await;
    for round in 0..4 {
        let chain = ChainSubject::of(&world, vec![steps::document(), steps::otp(), steps::agent()]).await;
        let first = chain.ready(&world, 0).await.validation(&world);
        let calls = [
            first,
            chain.steps[1].validation(&world),
            chain.steps[2].validation(&world),
            chain.forced_deletion(&world),
        ];
        let of_each = mixed(&world, &calls, round).await;
        assert_eq!(count(&of_each[3], 204), 1);
        only(&of_each[3], &[204, 404, 409]);
        chain.read(&world).await.expect(404);
    }
    settled(&world).await;
    assert!(world.items_of("CHN#").await.is_empty() && world.identifications().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_key_creates_one_chain() {
    let world = World::start().await;
    let create = acceptance::chains::body(vec![steps::otp(), steps::internal_document()]);
    let call = world.request("POST", acceptance::chains::PATH, Some(create)).header("idempotency-key", "k");
    let answers = world.at_once(vec![call; MANY]).await;
    only(&answers, &[201, 409]);
    let mut created: Vec<Value> = answers.iter().filter(|answer| answer.status == 201).map(Answer::json).collect();
    created.dedup();
    assert_eq!(created.len(), 1);
    assert_eq!((world.items_of("CHN#").await.len(), world.identifications().await.len()), (1, 2));
}
