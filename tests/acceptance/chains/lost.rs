//! A fault at every call of every port, before and after its effect: the client tries again, and everything comes right.

use acceptance::{
    Answer, Call, World,
    chains::{ChainSubject, PATH, body, steps},
    faults::{Faults, Moment},
    look::text,
};
use acredita_domain::{otp::TRY_LEASE, ports::limits::ERASE_AGAIN_AFTER};
use chrono::TimeDelta;
use serde_json::Value;
use std::sync::Arc;

/// Runs a scenario without a fault, and then with one at each call of its first try.
async fn at_every_call(scenario: impl AsyncFn(&mut World, Arc<Faults>)) {
    let counting = Faults::none();
    scenario(&mut World::with_external_provider().await, counting.clone()).await;
    let calls = counting.calls();
    assert!(!calls.is_empty());
    for (at, call) in calls.iter().copied().enumerate() {
        let nth = calls[..at].iter().filter(|earlier| **earlier == call).count();
        for moment in [Moment::Before, Moment::After] {
            let faults = Faults::on(call, nth, moment);
            let mut world = World::with_external_provider().await;
            let _reported = Reported { call, nth, moment };
            scenario(&mut world, faults.clone()).await;
            assert!(faults.struck());
        }
    }
}

/// Reports the fault of a failing test.
struct Reported {
    call: &'static str,
    nth: usize,
    moment: Moment,
}

impl Drop for Reported {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("with a fault {:?} {}, number {}", self.moment, self.call, self.nth);
        }
    }
}

/// Sends a call with the faults.
async fn first_try(world: &mut World, faults: &Arc<Faults>, call: Call) -> Answer {
    let whole = world.app.clone();
    world.serve(faults.around(&whole));
    let answer = world.send(call).await;
    world.serve(whole);
    answer
}

/// Takes a step with the fault, and again without: it is taken once, and a fault is 503 unless nothing depends on the call.
async fn is_taken_once(world: &mut World, faults: &Arc<Faults>, call: Call) {
    let first = first_try(world, faults, call.clone()).await;
    assert!([204, 503].contains(&first.status.as_u16()), "{} {}", first.status, first.json());
    let again = world.send(call).await;
    let expected: &[u16] = if first.status == 204 { &[409, 404] } else { &[204, 409, 404] };
    assert!(expected.contains(&again.status.as_u16()), "{} {}", again.status, again.json());
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_chain_is_created_once_for_its_key() {
    at_every_call(async |world: &mut World, faults: Arc<Faults>| {
        let create = body(vec![steps::sent_otp(), steps::agent(), steps::document()]);
        let call = world.request("POST", PATH, Some(create)).header("idempotency-key", "k");
        let first = first_try(world, &faults, call.clone()).await;
        assert!([201, 503].contains(&first.status.as_u16()), "{}", first.status);
        let chain = ChainSubject::created(&world.send(call).await.expect(201));
        world.settle().await;
        assert_eq!(world.items_of("CHN#").await.len(), 1);
        assert_eq!(world.sender.sent().len(), 1);
        chain.ready(world, 0).await.validate(world).await.expect(204);
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_code_is_accepted_once_and_the_next_step_opens() {
    at_every_call(async |world: &mut World, faults: Arc<Faults>| {
        let chain = ChainSubject::of(world, vec![steps::otp(), steps::agent()]).await;
        is_taken_once(world, &faults, chain.steps[0].validation(world)).await;
        chain.assert_state(world, "CREATED", 1, &["VALIDATED", "CREATED"]).await;
    })
    .await;
}

/// The next step's message goes out whatever is lost, and once.
async fn the_next_code_goes_out_after(first: Value) {
    at_every_call(async |world: &mut World, faults: Arc<Faults>| {
        let chain = ChainSubject::of(world, vec![first.clone(), steps::sent_otp()]).await;
        let step = chain.ready(world, 0).await;
        is_taken_once(world, &faults, step.validation(world)).await;
        assert_eq!(world.sender.sent().len(), 1);
        chain.ready(world, 1).await.validate(world).await.expect(204);
    })
    .await;
}

#[tokio::test]
async fn the_next_code_goes_out_after_an_agents_word() {
    the_next_code_goes_out_after(steps::agent()).await;
}

#[tokio::test]
async fn the_next_code_goes_out_after_a_document() {
    the_next_code_goes_out_after(steps::document()).await;
}

#[tokio::test]
async fn a_fifth_wrong_code_fails_the_chain_whatever_is_lost() {
    at_every_call(async |world: &mut World, faults: Arc<Faults>| {
        let chain = ChainSubject::of(world, vec![steps::otp(), steps::agent()]).await;
        for _ in 0..4 {
            chain.steps[0].try_code(world, "untrue").await.expect(400);
        }
        let first = first_try(world, &faults, chain.steps[0].attempt(world, "untrue")).await;
        assert!([400, 503].contains(&first.status.as_u16()), "{}", first.status);
        world.clock.advance(TRY_LEASE);
        if chain.read(world).await.json()["status"] != "FAILED" {
            chain.steps[0].try_code(world, "untrue").await.expect(400);
        }
        chain.assert_state(world, "FAILED", 0, &["FAILED", "CANCELLED"]).await;
        assert_eq!(chain.steps[1].status(world).await.as_deref(), Some("CANCELLED"), "its own door says the same");
        chain.cancel(world).await.expect(409);
        chain.steps[1].validate(world).await.expect(409);
        world.settle().await;
        world.assert_whole().await;
    })
    .await;
}

/// A process that dies between the last try and its verdict leaves a chain that nobody has seen fail. Whoever looks first,
/// and at which door, finds it failed with all of its steps.
#[tokio::test]
async fn a_failure_that_nobody_recorded_is_recorded_by_whoever_sees_it_first() {
    type Look = fn(&ChainSubject, &World) -> Call;
    let looks: [Look; 7] = [
        |chain, world| world.request("GET", &chain.actor_path(""), None),
        ChainSubject::cancellation,
        ChainSubject::closing,
        |chain, world| world.request("GET", &chain.steps[0].actor_path(""), None),
        |chain, world| chain.steps[0].attempt(world, "untrue"),
        |chain, world| chain.steps[0].validation(world),
        |chain, world| world.request("POST", &chain.steps[0].actor_path("/resend"), None),
    ];
    for (at, look) in looks.iter().enumerate() {
        let mut world = World::with_external_provider().await;
        let chain = ChainSubject::of(&world, vec![steps::otp(), steps::agent()]).await;
        for _ in 0..4 {
            chain.steps[0].try_code(&world, "untrue").await.expect(400);
        }
        let dies = Faults::on("Identifications::count_try", 0, Moment::After);
        let last = chain.steps[0].attempt(&world, "untrue");
        first_try(&mut world, &dies, last).await.expect(503);
        chain.assert_state(&world, "CREATED", 0, &["CREATED", "CREATED"]).await;
        world.clock.advance(TRY_LEASE);
        let answer = world.send(look(&chain, &world)).await;
        assert!([200, 409].contains(&answer.status.as_u16()), "{at}: {}", answer.status);
        assert_eq!(chain.steps[1].status(&world).await.as_deref(), Some("CANCELLED"), "{at}");
        chain.assert_state(&world, "FAILED", 0, &["FAILED", "CANCELLED"]).await;
        world.settle().await;
        world.assert_whole().await;
    }
}

#[tokio::test]
async fn a_resend_in_a_chain_sends_one_more() {
    at_every_call(async |world: &mut World, faults: Arc<Faults>| {
        let chain = ChainSubject::of(world, vec![steps::sent_otp(), steps::agent()]).await;
        world.deliver().await;
        world.clock.advance(TimeDelta::seconds(31));
        let resend = world.request("POST", &chain.steps[0].actor_path("/resend"), None);
        let first = first_try(world, &faults, resend.clone()).await;
        let again = world.send(resend).await;
        if first.status == 204 {
            assert_eq!(again.status, 429);
        } else {
            assert!([204, 429].contains(&again.status.as_u16()), "{}", again.status);
        }
        world.settle().await;
        assert_eq!(world.sender.sent().len(), 2);
        chain.ready(world, 0).await;
        world.assert_whole().await;
    })
    .await;
}

async fn is_ended_once(walked: usize, end: fn(&ChainSubject, &World) -> Call, status: &str, of_steps: [&str; 2]) {
    at_every_call(async |world: &mut World, faults: Arc<Faults>| {
        let chain = ChainSubject::of(world, vec![steps::agent(), steps::document()]).await;
        chain.walk(world, walked).await;
        is_taken_once(world, &faults, end(&chain, world)).await;
        chain.assert_state(world, status, walked as u64, &of_steps).await;
    })
    .await;
}

#[tokio::test]
async fn a_chain_is_validated_once() {
    is_ended_once(2, ChainSubject::validation, "VALIDATED", ["VALIDATED"; 2]).await;
}

#[tokio::test]
async fn a_chain_is_cancelled_once() {
    is_ended_once(1, ChainSubject::cancellation, "CANCELLED", ["VALIDATED", "CANCELLED"]).await;
}

#[tokio::test]
async fn a_chain_is_closed_once() {
    is_ended_once(1, ChainSubject::closing, "CLOSED", ["CLOSED"; 2]).await;
}

#[tokio::test]
async fn a_delete_deletes_everything_whatever_is_lost() {
    at_every_call(async |world: &mut World, faults: Arc<Faults>| {
        let chain = ChainSubject::of(world, vec![steps::document(), steps::otp()]).await;
        chain.walk(world, 1).await;
        let deletion = chain.deletion(world);
        let first = first_try(world, &faults, deletion.clone()).await;
        assert!([204, 503].contains(&first.status.as_u16()), "{}", first.status);
        let again = world.send(deletion).await;
        assert!([204, 404].contains(&again.status.as_u16()), "{}", again.status);
        world.clock.advance(ERASE_AGAIN_AFTER);
        world.settle().await;
        world.assert_whole().await;
        assert!(world.items_of("CHN#").await.is_empty() && world.identifications().await.is_empty());
        assert!(world.items_of("SCO#").await.is_empty() && world.pictures().await.is_empty());
    })
    .await;
}

/// A run of the sweep that fails anywhere is followed by one that does not.
async fn come_right_after(wait: TimeDelta, then: Then) {
    at_every_call(async |world: &mut World, faults: Arc<Faults>| {
        let chain = ChainSubject::of(world, vec![steps::agent(), steps::document()]).await;
        chain.walk(world, 1).await;
        world.clock.advance(wait);
        acredita_sweep::sweep(&faults.around(&world.app)).await;
        world.settle().await;
        match then {
            Then::Expired => {
                chain.assert_state(world, "EXPIRED", 1, &["VALIDATED", "EXPIRED"]).await;
                assert!(world.items_of("CHN#").await.iter().all(|item| text(item, "status") == "EXPIRED"));
            }
            Then::Gone => {
                world.clock.advance(ERASE_AGAIN_AFTER);
                world.sweep().await;
                chain.read(world).await.expect(404);
                assert!(world.identifications().await.is_empty());
            }
        }
        world.assert_whole().await;
    })
    .await;
}

#[derive(Clone, Copy)]
enum Then {
    Expired,
    Gone,
}

#[tokio::test]
async fn expiry_comes_right_whatever_is_lost() {
    come_right_after(TimeDelta::hours(1), Then::Expired).await;
}

#[tokio::test]
async fn retention_comes_right_whatever_is_lost() {
    come_right_after(TimeDelta::hours(1) + TimeDelta::days(90), Then::Gone).await;
}
