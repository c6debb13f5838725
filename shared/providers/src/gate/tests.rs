use super::*;
use acredita_testing::ManualClock;

fn gate() -> (Gate, ManualClock) {
    let clock = ManualClock::default();
    (Gate::new(Provider::Google, Arc::new(clock.clone())), clock)
}

async fn enter(gate: &Gate) -> Result<Turn<'_>, Unavailable> {
    gate.enter(&Job::begin()).await
}

async fn fail(gate: &Gate, times: u32) {
    for _ in 0..times {
        enter(gate).await.expect("let through").failed();
    }
}

#[tokio::test(start_paused = true)]
async fn failures_one_after_the_other_open_the_breaker() {
    let (gate, _) = gate();
    fail(&gate, FAILURES - 1).await;
    enter(&gate).await.expect("still closed").answered();
    fail(&gate, FAILURES - 1).await;
    assert!(enter(&gate).await.is_ok(), "an answer in between begins the count anew");
    fail(&gate, 1).await;
    assert_eq!(enter(&gate).await.err(), Some(Unavailable("GOOGLE")));
}

#[tokio::test(start_paused = true)]
async fn one_job_alone_probes_after_the_pause() {
    let (gate, clock) = gate();
    fail(&gate, FAILURES).await;
    clock.advance(PAUSE - TimeDelta::milliseconds(1));
    assert!(enter(&gate).await.is_err());
    clock.advance(TimeDelta::milliseconds(1));
    let probe = enter(&gate).await.expect("the probe");
    assert!(enter(&gate).await.is_err(), "while it probes");
    probe.answered();
    assert!(enter(&gate).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_fails_opens_the_breaker_again_and_one_that_is_abandoned_makes_way() {
    let (gate, clock) = gate();
    fail(&gate, FAILURES).await;
    clock.advance(PAUSE);
    enter(&gate).await.expect("the probe").failed();
    assert!(enter(&gate).await.is_err());
    clock.advance(PAUSE);
    drop(enter(&gate).await.expect("the probe"));
    enter(&gate).await.expect("the next probe").answered();
    assert!(enter(&gate).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_of_an_earlier_job_does_not_close_an_open_breaker() {
    let (gate, _) = gate();
    let late = enter(&gate).await.expect("let through");
    fail(&gate, FAILURES).await;
    late.answered();
    assert!(enter(&gate).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn who_gets_no_turn_in_time_is_refused() {
    let (gate, _) = gate();
    let mut turns = Vec::new();
    for _ in 0..JOBS {
        turns.push(enter(&gate).await.expect("let through"));
    }
    assert!(enter(&gate).await.is_err(), "at its deadline");
    turns.pop();
    assert!(enter(&gate).await.is_ok());
}
