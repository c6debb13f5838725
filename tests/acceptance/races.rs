//! Concurrent requests: sixteen at once, each in a task of its own.
//!
//! The winner is not predictable; these tests check that somebody wins, how many may, and that the stored state agrees
//! with the answers.

use acceptance::{
    Answer, Call, ORG, World, bodies,
    faults::{Faults, Moment},
    look::text,
    midni,
    subject::{Method, Subject},
    world::{RecordingSender, ScriptedScorer},
};
use acredita_domain::{
    ports::{
        DelegatedCapture, MessageRef, OutgoingMessage, ScoreError, ScoreRequest, Scored, Scorer, SendError, Sender,
    },
    scoring::Provider,
    use_cases::{Delivered, deliver_message},
};
use async_trait::async_trait;
use chrono::TimeDelta;
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

const MANY: usize = 16;

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status.as_u16() == status).count()
}

/// Requires that every answer has one of these statuses.
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_right_codes_one_validates() {
    let world = World::start().await;
    let otp = Subject::delivered_by(&world, bodies::otp_to(600_000_001)).await;
    let answers = world.at_once(vec![otp.validation(&world); MANY]).await;
    only(&answers, &[204, 409]);
    assert_eq!(count(&answers, 204), 1);
    assert_eq!(world.status("otp", &otp.id).await, "VALIDATED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_wrong_codes_five_are_compared() {
    let world = World::start().await;
    let otp = Subject::delivered_by(&world, bodies::otp_to(600_000_001)).await;
    let answers = world.at_once(vec![otp.attempt(&world, "untrue"); MANY]).await;
    only(&answers, &[400, 409]);
    assert_eq!(count(&answers, 400), 5);
    let metadata = world.metadata("otp", &otp.id).await;
    assert_eq!((&metadata["status"], &metadata["attempts_left"]), (&json!("FAILED"), &json!(0)));
    world.send(otp.validation(&world)).await.expect(409);
}

/// The right code may come too late, or be compared and still lose to another request that records the failure. Never
/// are more than five codes compared.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_right_code_among_wrong_ones_gets_no_sixth_compare() {
    let world = World::start().await;
    for round in 0..5_u32 {
        let otp = Subject::delivered_by(&world, bodies::otp_to(600_000_100 + u64::from(round))).await;
        let mut calls = vec![otp.attempt(&world, "untrue"); MANY];
        let right = round as usize * 2 % MANY;
        calls[right] = otp.validation(&world);
        let answers = world.at_once(calls).await;
        only(&answers, &[204, 400, 409]);
        assert_ne!(answers[right].status, 400, "a right code is never called wrong");
        assert_eq!(count(&answers, 204), usize::from(answers[right].status == 204), "a wrong code never validates");
        assert!(count(&answers, 204) + count(&answers, 400) <= 5);
        let status = world.status("otp", &otp.id).await;
        assert_eq!(status, if answers[right].status == 204 { "VALIDATED" } else { "FAILED" });
        assert_eq!(wrong_tries(&world, &otp).await, count(&answers, 400) as u64);
    }
    world.assert_whole().await;
}

/// What the event of the end says, and the metadata with it.
async fn wrong_tries(world: &World, otp: &Subject) -> u64 {
    let found = world.call("GET", &format!("/events?subject_id={}", otp.id), None).await.expect(200).json();
    let told = found["events"][0]["data"]["wrong_tries"].as_u64().expect("a number");
    assert_eq!(told + otp.attempts_left(world).await, 5);
    told
}

/// As a page does that sends one code several times. Nothing fails by tries that were right.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_right_code_that_comes_many_times_is_no_wrong_try() {
    let world = World::start().await;
    for round in 0..6_u32 {
        let otp = Subject::delivered_by(&world, bodies::otp_to(600_000_300 + u64::from(round))).await;
        for _ in 0..round.min(4) {
            world.send(otp.attempt(&world, "untrue")).await.expect(400);
        }
        let wrong = usize::from(round < 4);
        let mut calls = vec![otp.validation(&world); MANY - wrong];
        calls.extend(vec![otp.attempt(&world, "untrue"); wrong]);
        let answers = world.at_once(calls).await;
        only(&answers, &[204, 400, 409]);
        assert_eq!((count(&answers, 204), world.status("otp", &otp.id).await.as_str()), (1, "VALIDATED"));
        let expected = u64::from(round.min(4)) + count(&answers, 400) as u64;
        assert_eq!(wrong_tries(&world, &otp).await, expected);
    }
    world.assert_whole().await;
}

/// The number of 204 answers to each kind of step, and the resulting state of the identification.
fn agrees(validated: usize, cancelled: usize, closed: usize, status: &str) -> bool {
    matches!(
        (validated, cancelled, closed, status),
        (1, 0, 0, "VALIDATED") | (0, 1, 0, "CANCELLED") | (0, 0, 1, "CLOSED") | (1, 0, 1, "CLOSED")
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_cancel_close_and_validate_one_leaves_created() {
    let world = World::start().await;
    for round in 0..4_u32 {
        for kind in ["agent", "otp"] {
            let subject = if kind == "agent" {
                Subject::create(&world, Method::Agent).await
            } else {
                Subject::delivered_by(&world, bodies::otp_to(600_000_200 + u64::from(round))).await
            };
            let steps = [subject.validation(&world), subject.cancellation(&world), subject.closing(&world)];
            // Each round begins with another one.
            let calls = (0..MANY).map(|at| steps[(at + round as usize) % 3].clone()).collect();
            let answers = world.at_once(calls).await;
            only(&answers, &[204, 409]);
            let won = |step: usize| {
                (0..MANY).filter(|at| (at + round as usize) % 3 == step && answers[*at].status == 204).count()
            };
            let status = world.status(kind, &subject.id).await;
            assert!(agrees(won(0), won(1), won(2), &status), "{kind}: {} {} {} {status}", won(0), won(1), won(2));
        }
    }
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_delete_that_meets_a_validate_leaves_all_or_nothing() {
    let world = World::start().await;
    for _ in 0..5 {
        let agent = Subject::of(&world, Method::Agent, bodies::agent(true)).await;
        let validate = world.request("POST", &agent.actor_path("/validate"), Some(bodies::evidence()));
        let delete = agent.deletion(&world);
        let calls = (0..MANY).map(|at| if at % 2 == 0 { validate.clone() } else { delete.clone() }).collect();
        let answers = world.at_once(calls).await;
        only(&answers, &[204, 403, 404, 409]);
        assert_eq!(count(&answers, 204), 1);
        let deleted = answers.iter().skip(1).step_by(2).any(|answer| answer.status == 204);
        let read = agent.metadata(&world).await;
        assert_eq!(read.status.as_u16(), if deleted { 404 } else { 200 });
    }
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_idempotency_key_creates_once() {
    let cases = [
        ("/identifications/agent", bodies::agent(false), 201, "IDN#", 0),
        ("/identifications/otp", bodies::otp(), 201, "IDN#", 1),
        ("/identifications/otp", bodies::external_otp(), 201, "IDN#", 0),
        ("/identifications/identity_document", bodies::identity_document("LOW"), 200, "SCO#", 0),
        ("/scorings/identity_document", bodies::scoring(), 200, "SCO#", 0),
    ];
    for (path, body, success, key, messages) in cases {
        let world = World::start().await;
        let call = world.request("POST", path, Some(body)).header("idempotency-key", "the-same");
        let answers = world.at_once(vec![call.clone(); MANY]).await;
        only(&answers, &[success, 409]);
        let bodies: BTreeSet<String> =
            answers.iter().filter(|answer| answer.status == success).map(|answer| answer.json().to_string()).collect();
        assert_eq!(bodies.len(), 1, "{path}: everybody gets the first answer");
        assert_eq!(world.send(call).await.expect(success).json().to_string(), bodies.into_iter().next().expect("one"));

        world.settle().await;
        let entities: BTreeSet<String> =
            world.items_of(key).await.iter().map(|item| text(item, "pk").to_owned()).collect();
        assert_eq!(entities.len(), 1, "{path}");
        assert_eq!(world.sender.sent().len(), messages, "{path}");
        world.assert_whole().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_presentations_of_a_code_one_is_the_first() {
    let world = World::start().await;
    for round in 0..2_i64 {
        let body = midni::body(&midni::nth_code(&world, round));
        let mut calls = Vec::new();
        for _ in 0..MANY {
            let agent = Subject::create(&world, Method::Agent).await;
            let call = world.request("POST", &agent.actor_path("/midni"), Some(body.clone()));
            // Everybody with a key of their own, or nobody with one.
            calls.push(if round == 0 { call } else { call.header("idempotency-key", "k") });
        }
        let answers = world.at_once(calls).await;
        only(&answers, &[200, 409]);
        assert_eq!((count(&answers, 200), count(&answers, 409)), (1, MANY - 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_idempotency_key_presents_a_code_once_and_everybody_gets_its_check() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    let call = world.request("POST", &agent.actor_path("/midni"), Some(midni::body(&midni::nth_code(&world, 0))));
    let answers = world.at_once(vec![call.header("idempotency-key", "k"); MANY]).await;
    only(&answers, &[200]);
    let checks: BTreeSet<String> = answers.iter().map(|answer| answer.text("midni_check_id")).collect();
    assert_eq!((checks.len(), world.items_of("MDC#").await.len()), (1, 1));
    let first = answers.iter().filter(|answer| !answer.headers.contains_key("idempotent-replayed"));
    assert_eq!(first.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_validations_with_one_check_one_validates() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    let code = midni::body(&midni::nth_code(&world, 0));
    let id = world.call("POST", &agent.actor_path("/midni"), Some(code)).await.expect(200).text("midni_check_id");
    let call = world.request("POST", &agent.actor_path("/validate"), Some(midni::confirmation(&id)));
    let answers = world.at_once(vec![call; MANY]).await;
    only(&answers, &[204, 409]);
    assert_eq!(count(&answers, 204), 1);
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_resends_one_sends() {
    let world = World::start().await;
    let otp = Subject::delivered_by(&world, bodies::otp_to(600_000_001)).await;
    world.clock.advance(TimeDelta::seconds(30));
    let answers = world.at_once(vec![world.request("POST", &otp.actor_path("/resend"), None); MANY]).await;
    only(&answers, &[204, 409, 429]);
    assert_eq!(count(&answers, 204), 1);
    world.settle().await;
    assert_eq!(world.sender.sent().len(), 2);
    world.send(otp.validation(&world)).await.expect(400);
    world.send(otp.attempt(&world, &world.code_of(&otp.id))).await.expect(204);
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_new_codes_one_is_made() {
    let world = World::start().await;
    for key in [None, Some("the-same")] {
        let otp = Subject::of(&world, Method::Otp, bodies::external_otp()).await;
        world.clock.advance(TimeDelta::seconds(30));
        let call = world.request("POST", &otp.admin_path("/code"), None);
        let call = key.map_or(call.clone(), |key| call.header("idempotency-key", key));
        let answers = world.at_once(vec![call; MANY]).await;
        only(&answers, if key.is_some() { &[200] } else { &[200, 409, 429] });
        let codes: BTreeSet<String> =
            answers.iter().filter(|answer| answer.status == 200).map(|answer| answer.text("code")).collect();
        assert_eq!(codes.len(), 1);
        let first =
            answers.iter().filter(|answer| answer.status == 200 && !answer.headers.contains_key("idempotent-replayed"));
        assert_eq!(first.count(), 1);
        otp.try_code(&world, codes.first().expect("one")).await.expect(204);
    }
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_deletes_one_deletes() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    let answers = world.at_once(vec![agent.deletion(&world); MANY]).await;
    only(&answers, &[204, 404, 409]);
    assert_eq!(count(&answers, 204), 1);
    world.settle().await;
    world.assert_whole().await;
    assert!(world.identifications().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_deletes_by_force_one_deletes_and_the_pictures_go() {
    let world = World::start().await;
    let agent = Subject::of(&world, Method::Agent, bodies::agent(true)).await;
    world.call("POST", &agent.actor_path("/validate"), Some(bodies::evidence())).await.expect(204);
    assert_eq!(world.pictures().await.len(), 1);

    let token = world.token_with(ORG, "identifications:admin identifications:force_delete");
    let delete = Call::org("DELETE", ORG, &agent.admin_path("?force=true")).token(&token);
    let answers = world.at_once(vec![delete; MANY]).await;
    only(&answers, &[204, 404]);
    assert_eq!(count(&answers, 204), 1);
    world.settle().await;
    assert!(world.pictures().await.is_empty());
    world.assert_whole().await;
}

/// Yields to the other workers while it sends, as a network call does.
struct SlowSender(RecordingSender);

#[async_trait]
impl Sender for SlowSender {
    async fn send(&self, message: OutgoingMessage<'_>) -> Result<(), SendError> {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        self.0.send(message).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_workers_with_the_same_message_one_sends() {
    let world = World::start().await;
    let otp = Subject::of(&world, Method::Otp, bodies::otp()).await;
    let message: MessageRef = serde_json::from_str(&world.queued().await[0]).expect("a message reference");
    let workers = (0..MANY).map(|_| {
        let (app, sender) = (world.app.clone(), SlowSender(world.sender.clone()));
        tokio::spawn(async move { deliver_message(&app, &sender, message).await })
    });
    let mut outcomes = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        outcomes.push(worker.await.expect("no worker panics").expect("no worker fails"));
    }
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Delivered::Sent).count(), 1, "{outcomes:?}");
    assert!(
        outcomes.iter().all(|outcome| matches!(outcome, Delivered::Sent | Delivered::Leased | Delivered::NothingToDo)),
        "{outcomes:?}"
    );
    assert_eq!(world.sender.sent().len(), 1);
    world.send(otp.attempt(&world, &world.code_of(&otp.id))).await.expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_creates_to_one_destination_five_send() {
    let world = World::start().await;
    let answers = world.at_once(vec![world.request("POST", "/identifications/otp", Some(bodies::otp())); MANY]).await;
    only(&answers, &[201, 429]);
    assert_eq!(count(&answers, 201), 5);
    assert_eq!(world.identifications().await.len(), 5, "what was refused left nothing");
    world.settle().await;
    assert_eq!(world.sender.sent().len(), 5);
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_more_scores_than_allowed_are_made() {
    let world = World::start().await;
    let mut body = bodies::scoring();
    body["max_score_retries"] = json!(3);
    let id = world.call("POST", "/scorings/identity_document", Some(body)).await.expect(200).text("scoring_id");
    let path = format!("/scorings/identity_document/{id}");
    let score =
        |seed: u32| world.request("PUT", &format!("{path}/score"), None).pictures(&[("front", &bodies::png(seed))]);
    let answers = world.at_once((0..MANY as u32).map(score).collect()).await;
    only(&answers, &[204, 409]);
    let mut made = count(&answers, 204);
    assert!((1..=3).contains(&made), "{made} scores");
    let used = async || world.call("GET", &path, None).await.expect(200).json()["retries"]["used"].clone();
    assert_eq!(used().await, json!(made));

    while world.send(score(99)).await.status == 204 {
        made += 1;
    }
    assert_eq!((made, used().await), (3, json!(3)));
    world.assert_whole().await;
}

/// Counts its calls, and takes as long as a network call does.
struct SlowScorer {
    scorer: ScriptedScorer,
    calls: AtomicUsize,
}

#[async_trait]
impl Scorer for SlowScorer {
    fn provider(&self) -> Provider {
        self.scorer.provider()
    }

    fn delegated_capture(&self) -> DelegatedCapture<'_> {
        self.scorer.delegated_capture()
    }

    async fn score(&self, request: ScoreRequest<'_>) -> Result<Scored, ScoreError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        self.scorer.score(request).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_provider_is_asked_and_pictures_are_kept_once_for_each_retry() {
    for retries in [1, 3] {
        let mut world = World::with_external_provider().await;
        world.scorer.answer(0.8, Vec::new());
        let scorer = Arc::new(SlowScorer { scorer: world.scorer.clone(), calls: AtomicUsize::new(0) });
        let mut app = world.app.clone();
        let scorers = &mut app.engine.as_mut().expect("an engine").scorers;
        scorers.retain(|scorer| scorer.provider() != Provider::Google);
        scorers.push(scorer.clone());
        world.serve(app);
        let mut body = bodies::scoring();
        (body["provider"], body["max_score_retries"]) = (json!("GOOGLE"), json!(retries));
        let id = world.call("POST", "/scorings/identity_document", Some(body)).await.expect(200).text("scoring_id");
        let path = format!("/scorings/identity_document/{id}/score");
        let score = |seed: u32| world.request("PUT", &path, None).pictures(&[("front", &bodies::png(seed))]);
        let answers = world.at_once((0..MANY as u32).map(score).collect()).await;
        only(&answers, &[204, 409]);
        let made = count(&answers, 204);
        assert!((1..=retries).contains(&made), "{made} of {retries}");
        assert_eq!((scorer.calls.load(Ordering::SeqCst), world.pictures().await.len()), (made, made));
        world.assert_whole().await;
    }
}

/// Identifications by document of this many persons with one picture, and the calls that score it.
async fn with_one_picture(world: &World, number: impl Fn(usize) -> String) -> Vec<(Subject, Call)> {
    world.scorer.answer(0.95, vec![]);
    let mut scores = Vec::new();
    for person in 0..MANY {
        let mut body = bodies::identity_document("HIGH");
        body["scoring"] = json!({ "provider": "EXTERNAL" });
        body["actor"]["last_name"] = json!(format!("Person {person}"));
        body["actor"]["identity_document"] = json!({ "document_number": number(person), "document_type": "PASSPORT" });
        let subject = Subject::of(world, Method::IdentityDocument, body).await;
        let score = world.request("PUT", &subject.scoring_path("/score"), None);
        scores.push((subject, score.pictures(&[("front", &bodies::png(1))])));
    }
    scores
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_persons_with_one_picture_at_once_only_the_first_is_unsuspected() {
    let world = World::with_external_provider().await;
    let scores = with_one_picture(&world, |person| format!("AB{person}")).await;
    let answers = world.at_once(scores.iter().map(|(_, score)| score.clone()).collect()).await;
    only(&answers, &[204]);
    let mut validated = 0;
    for (subject, _) in &scores {
        validated += usize::from(subject.validate(&world).await.status == 204);
    }
    assert_eq!(validated, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_scores_of_one_number_at_once_as_many_count_as_are_allowed() {
    let mut world = World::with_external_provider().await;
    let mut app = world.app.clone();
    app.policy.scorings_a_day = 5;
    world.serve(app);
    let scores = with_one_picture(&world, |_| "AB1".to_owned()).await;
    let answers = world.at_once(scores.iter().map(|(_, score)| score.clone()).collect()).await;
    only(&answers, &[204, 429]);
    assert_eq!(count(&answers, 204), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_close_that_meets_scores_ends_them() {
    let world = World::start().await;
    for _ in 0..4 {
        let id = world
            .call("POST", "/scorings/identity_document", Some(bodies::scoring()))
            .await
            .expect(200)
            .text("scoring_id");
        let path = format!("/scorings/identity_document/{id}");
        let score = world.request("PUT", &format!("{path}/score"), None).pictures(&[("front", &bodies::png(1))]);
        let close = world.request("POST", &format!("{path}/close"), None);
        let calls = (0..MANY).map(|at| if at % 4 == 0 { close.clone() } else { score.clone() }).collect();
        let answers = world.at_once(calls).await;
        only(&answers, &[204, 409]);
        assert!(answers.iter().step_by(4).all(|answer| answer.status == 204), "closing twice is fine");
        let read = world.call("GET", &path, None).await.expect(200).json();
        let scored = answers.iter().enumerate().filter(|(at, answer)| at % 4 != 0 && answer.status == 204).count();
        assert_eq!((&read["status"], &read["retries"]["used"]), (&json!("CLOSED"), &json!(scored)));
        world.send(score).await.expect(409);
    }
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_sweeps_at_once_do_everything_once() {
    let mut world = World::start().await;
    // Erased when its retention is over.
    let old = Subject::of(&world, Method::Agent, bodies::agent(true)).await;
    world.call("POST", &old.actor_path("/validate"), Some(bodies::evidence())).await.expect(204);
    Subject::of(&world, Method::IdentityDocument, bodies::identity_document("LOW")).await;
    world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    world.clock.advance(world.app.policy.retention + TimeDelta::hours(1));
    // An expired one, and an unsent one.
    let mut short = bodies::agent(false);
    short["expires_in"] = json!("PT1M");
    let expired = Subject::of(&world, Method::Agent, short).await.id;
    let whole = world.app.clone();
    world.serve(Faults::on("Queue::kick", 0, Moment::Before).around(&whole));
    let stuck = Subject::of(&world, Method::Otp, bodies::otp()).await.id;
    world.serve(whole);
    world.clock.advance(TimeDelta::seconds(60));

    let sweeps = [0, 1].map(|_| {
        let app = world.app.clone();
        tokio::spawn(async move { acredita_sweep::sweep(&app).await })
    });
    let mut expirations = 0;
    for sweep in sweeps {
        let report = sweep.await.expect("no sweep panics");
        assert_eq!(report.failed, 0, "{report:?}");
        expirations += report.expired;
    }
    assert_eq!(expirations, 1);
    world.deliver().await;
    assert_eq!(
        world.sender.sent().iter().map(|message| message.identification_id.clone()).collect::<Vec<_>>(),
        [stuck]
    );
    assert_eq!(world.status("agent", &expired).await, "EXPIRED");
    assert_eq!(world.identifications().await.len(), 2, "what retention takes is gone");
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_look_that_meets_a_step_shows_what_was_before_it_or_after() {
    let world = World::start().await;
    for round in 0..4_u64 {
        let otp = Subject::delivered_by(&world, bodies::otp_to(600_000_300 + round)).await;
        let mut calls = vec![world.request("GET", &format!("/records/{}", otp.admin_id), None); MANY];
        calls[4 * round as usize] = otp.validation(&world);
        let answers = world.at_once(calls).await;
        only(&answers, &[200, 204]);
        assert_eq!(count(&answers, 204), 1);
        for record in answers.iter().filter(|answer| answer.status == 200).map(Answer::json) {
            let told = record["timeline"].as_array().expect("events");
            let is_validated = told.iter().any(|event| event["type"] == "identification.validated");
            assert_eq!(record["status"], if is_validated { "VALIDATED" } else { "CREATED" });
            assert_eq!(told.last().expect("the look")["type"], "record.viewed");
        }
        let looks = format!("/events?subject_id={}&type=record.viewed", otp.id);
        let looks = world.call("GET", &looks, None).await.expect(200).json();
        assert_eq!(looks["events"].as_array().map(Vec::len), Some(MANY - 1), "each look is told once");
    }
    world.assert_whole().await;
}
