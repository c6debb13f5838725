//! The gate in front of a provider: a circuit breaker, and a bound on how many jobs run at once.
//!
//! The breaker is closed while the provider answers. [`FAILURES`] consecutive failures open it: for [`PAUSE`] every job
//! is refused at once. Then one job probes; its outcome closes or opens the breaker. Its state belongs to a process:
//! each running function finds out on its own. Every change is logged with the fields `provider` and `breaker`, which
//! `template.yaml` makes a metric of.

use crate::deadline::Job;
use acredita_domain::{Time, error::Unavailable, ports::Clock, scoring::Provider};
use chrono::TimeDelta;
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Consecutive failures that open the breaker.
pub const FAILURES: u32 = 5;
/// How long it stays open.
pub const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// Jobs at once. Each holds a request body of up to 14 MiB: this bounds the memory that a slow provider can tie up.
pub const JOBS: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Jobs run. This many failed in a row.
    Closed(u32),
    /// Jobs are refused until then.
    Open(Time),
    /// One job probes; the others are refused.
    Probing,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Closed(_) => "CLOSED",
            Self::Open(_) => "OPEN",
            Self::Probing => "HALF_OPEN",
        }
    }
}

pub struct Gate {
    provider: Provider,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    turns: Semaphore,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gate({} {})", self.provider, self.state().name())
    }
}

/// A job that was let through. Dropped without a report, it counts as nothing: its caller went away.
#[derive(Debug)]
pub struct Turn<'a> {
    gate: &'a Gate,
    probes: bool,
    settled: bool,
    _place: SemaphorePermit<'a>,
}

impl Gate {
    pub fn new(provider: Provider, clock: Arc<dyn Clock>) -> Self {
        Self { provider, clock, state: Mutex::new(State::Closed(0)), turns: Semaphore::new(JOBS) }
    }

    pub fn unavailable(&self) -> Unavailable {
        Unavailable(self.provider.as_str())
    }

    /// Waits for a turn as long as the job has time; refuses at once if the provider is known to be down.
    pub async fn enter(&self, job: &Job) -> Result<Turn<'_>, Unavailable> {
        self.refuse_while_open()?;
        let turn = tokio::time::timeout_at(job.ends_at(), self.turns.acquire()).await;
        let Ok(Ok(place)) = turn else {
            tracing::warn!(provider = %self.provider, "too many jobs of this provider at once");
            return Err(self.unavailable());
        };
        // While it waited, other jobs may have found that the provider is down.
        let probes = self.admit()?;
        Ok(Turn { gate: self, probes, settled: false, _place: place })
    }

    fn refuse_while_open(&self) -> Result<(), Unavailable> {
        match *self.state() {
            State::Open(until) if self.clock.now() < until => Err(self.unavailable()),
            _ => Ok(()),
        }
    }

    /// Whether the job that is let through probes.
    fn admit(&self) -> Result<bool, Unavailable> {
        let now = self.clock.now();
        let mut state = self.state();
        match *state {
            State::Closed(_) => Ok(false),
            State::Open(until) if now >= until => {
                self.change(&mut state, State::Probing);
                Ok(true)
            }
            State::Open(_) | State::Probing => Err(self.unavailable()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, state: &mut State, to: State) {
        if state.name() != to.name() {
            tracing::warn!(provider = %self.provider, breaker = to.name(), "the circuit breaker changed");
        }
        *state = to;
    }
}

impl Turn<'_> {
    pub fn answered(mut self) {
        self.settled = true;
        let mut state = self.gate.state();
        // A job that began before the breaker opened says nothing about the provider now.
        if self.probes || matches!(*state, State::Closed(_)) {
            self.gate.change(&mut state, State::Closed(0));
        }
    }

    pub fn failed(mut self) {
        self.settled = true;
        let open = State::Open(self.gate.clock.now() + PAUSE);
        let mut state = self.gate.state();
        match *state {
            State::Closed(failures) if failures + 1 < FAILURES => *state = State::Closed(failures + 1),
            State::Closed(_) => self.gate.change(&mut state, open),
            State::Probing if self.probes => self.gate.change(&mut state, open),
            State::Probing | State::Open(_) => {}
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.probes && !self.settled {
            // The next one may probe at once.
            let now = self.gate.clock.now();
            let mut state = self.gate.state();
            self.gate.change(&mut state, State::Open(now));
        }
    }
}

#[cfg(test)]
mod tests;
