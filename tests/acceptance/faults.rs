//! A fault at every call of every port, before and after its effect.
//!
//! Each scenario is a client's flow. It runs once to record the calls of the part that may fail, and then once for each
//! of these calls and each [`Moment`], in a new world. The client gets a 503, unless nothing depends on the failed
//! call. It then tries again without a fault, and everything must come right: nothing twice, nothing lost, nothing half
//! done.

mod creating;
mod deleting;
mod delivering;
mod dispatching;
mod exports;
mod midni;
mod once;
mod receiving;
mod records;
mod reviews;
mod scoring;
mod second_factor;
mod settings;
mod steps;
mod sweeping;

use acceptance::{
    Answer, Call, World,
    faults::{Faults, Moment},
};
use std::sync::Arc;

const WAKE: &str = "Wakes::wake";
const COUNT_TRY: &str = "Identifications::count_try";
const JUDGE_WRONG: &str = "Identifications::judge_wrong";

/// Which call fails, and when.
#[derive(Clone, Copy)]
struct Fault {
    call: &'static str,
    nth: usize,
    moment: Moment,
}

/// One run of a scenario.
struct Run {
    faults: Arc<Faults>,
    fault: Option<Fault>,
}

impl Run {
    /// Sends the first try, during the fault.
    async fn first_try(&self, world: &mut World, call: Call) -> Answer {
        let whole = world.app.clone();
        world.serve(self.faults.around(&whole));
        let answer = world.send(call).await;
        world.serve(whole);
        answer
    }

    /// Whether the fault strikes this call.
    fn hits(&self, call: &str) -> bool {
        self.fault.is_some_and(|fault| fault.call == call)
    }

    /// Whether a wrong try is counted, whatever its answer: nothing that comes later is needed for that.
    fn counts_a_try(&self) -> bool {
        self.fault.is_none() || self.silenced(COUNT_TRY) || self.hits(JUDGE_WRONG)
    }

    /// Whether this call takes effect although its answer is lost.
    fn silenced(&self, call: &str) -> bool {
        self.hits(call) && self.fault.is_some_and(|fault| fault.moment == Moment::After)
    }

    /// Requires 503 for a first try, unless there is no fault, or its call may be passed over. A lost wake always may: the
    /// sweep makes up for it.
    #[track_caller]
    fn assert_told(&self, answer: &Answer, success: u16, passed_over: &[&str]) {
        let passed = self.fault.is_none_or(|fault| fault.call == WAKE || passed_over.contains(&fault.call));
        let expected = if passed { success } else { 503 };
        assert_eq!(answer.status.as_u16(), expected, "{}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.headers.contains_key("retry-after"), expected == 503);
    }
}

/// Reports the fault of a failing test.
impl Drop for Run {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(Fault { call, nth, moment }) = self.fault
        {
            eprintln!("with a fault {moment:?} {call}, number {nth}");
        }
    }
}

/// Runs a scenario without a fault, and then with one at each of the calls of the part that may fail.
async fn at_every_call(scenario: impl AsyncFn(&mut World, &Run)) {
    let counting = Run { faults: Faults::none(), fault: None };
    scenario(&mut World::with_external_provider().await, &counting).await;
    let calls = counting.faults.calls();
    assert!(!calls.is_empty(), "the faulty part calls something");
    for (at, call) in calls.iter().copied().enumerate() {
        let nth = calls[..at].iter().filter(|earlier| **earlier == call).count();
        for moment in [Moment::Before, Moment::After] {
            let run = Run { faults: Faults::on(call, nth, moment), fault: Some(Fault { call, nth, moment }) };
            scenario(&mut World::with_external_provider().await, &run).await;
            assert!(run.faults.struck(), "the fault {moment:?} {call}, number {nth}, struck");
        }
    }
}
