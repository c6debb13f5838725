//! The processes of one function, and the events that wait for them.

use acredita_manifest::Function;
use axum::body::Bytes;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// Why an event has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// The function reported its failure: JSON with `errorType` and `errorMessage`.
    #[error("the function failed")]
    Failed(Bytes),
    #[error("the function's process died")]
    Died,
    #[error("the function took too long")]
    TimedOut,
    #[error("there is no such function")]
    Unknown,
}

pub(super) type Answer = oneshot::Sender<Result<Bytes, InvokeError>>;

/// An event on its way to a process.
pub(super) struct Event {
    pub payload: Bytes,
    pub answer: Answer,
}

/// A panic while a lock was held leaves the guarded data consistent: all of it changes in single steps.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The processes of one function, and the events that wait for them.
pub(super) struct Pool {
    pub function: Function,
    state: Mutex<PoolState>,
}

#[derive(Default)]
struct PoolState {
    waiting: VecDeque<Event>,
    /// Processes that wait for an event. The one that worked last works next, so that few are kept warm.
    idle: Vec<oneshot::Sender<Event>>,
    /// All running processes.
    processes: usize,
    /// Those of them that have not asked for an event yet.
    starting: usize,
}

impl PoolState {
    /// Whether another process is needed, which then counts as started.
    fn wants_another(&mut self, most: usize) -> bool {
        // Nobody waits for these any more.
        self.waiting.retain(|event| !event.answer.is_closed());
        let wanted = self.waiting.len() > self.starting && self.processes < most;
        self.processes += usize::from(wanted);
        self.starting += usize::from(wanted);
        wanted
    }
}

impl Pool {
    pub fn new(function: Function) -> Self {
        Self { function, state: Mutex::default() }
    }

    /// Gives an event to a process, or queues it. Returns whether another process has to be started.
    pub fn offer(&self, mut event: Event, most: usize) -> bool {
        let mut state = lock(&self.state);
        while let Some(idle) = state.idle.pop() {
            match idle.send(event) {
                Ok(()) => return false,
                // This process is gone.
                Err(back) => event = back,
            }
        }
        state.waiting.push_back(event);
        state.wants_another(most)
    }

    /// The event for a process: one that waits, or the next to come. `begins` means that the process asks for the first
    /// time.
    pub fn take(&self, begins: bool) -> Result<Event, oneshot::Receiver<Event>> {
        let mut state = lock(&self.state);
        state.starting -= usize::from(begins);
        while let Some(event) = state.waiting.pop_front() {
            if !event.answer.is_closed() {
                return Ok(event);
            }
        }
        let (idle, next) = oneshot::channel();
        state.idle.push(idle);
        Err(next)
    }

    /// Records that a process ended, and whether it had ever begun to take events: one that had not fails the event
    /// that it was started for, so that a function that cannot start does not try forever. Returns whether another
    /// process has to be started.
    pub fn ended(&self, began: bool, most: usize) -> bool {
        let mut state = lock(&self.state);
        state.processes -= 1;
        if !began {
            state.starting -= 1;
            if let Some(event) = state.waiting.pop_front() {
                let _ = event.answer.send(Err(InvokeError::Died));
            }
        }
        state.wants_another(most)
    }
}

#[cfg(test)]
mod tests;
