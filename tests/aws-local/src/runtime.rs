//! Invokes functions: hands an event to a process that waits for one, and starts processes as Lambda does, when there
//! are more events than processes, up to a limit. Beyond it events wait.

use crate::{
    functions::Environment,
    process::{self, Process},
};
use acredita_domain::ports::Clock;
use acredita_manifest::Function;
use axum::body::Bytes;
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{sync::oneshot, task::JoinSet};

/// Why an event has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// The function said that it failed, and why: JSON with `errorType` and `errorMessage`.
    #[error("the function failed")]
    Failed(Bytes),
    /// Its process died.
    #[error("the function's process died")]
    Died,
    /// It took too long.
    #[error("the function took too long")]
    TimedOut,
    /// There is no such function.
    #[error("there is no such function")]
    Unknown,
}

/// A step in the life of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is about to be started.
    Starts,
    /// It was started.
    Runs {
        /// The operating system's number of it.
        pid: u32,
    },
    /// It asks for its first event.
    Begins,
}

/// Is told of every step of every process, as it happens: for those who measure.
pub type Watcher = Arc<dyn Fn(Step) + Send + Sync>;

pub(crate) type Answer = oneshot::Sender<Result<Bytes, InvokeError>>;

/// An event on its way to a process.
pub(crate) struct Event {
    pub(crate) payload: Bytes,
    pub(crate) answer: Answer,
}

/// The functions, and the way to invoke them.
#[derive(Clone)]
pub struct Runtime(Arc<Parts>);

struct Parts {
    pools: HashMap<&'static str, Arc<Pool>>,
    environment: Environment,
    clock: Arc<dyn Clock>,
    /// Processes of one function at most.
    most: usize,
    requests: AtomicU64,
    processes: Mutex<JoinSet<()>>,
    watcher: Watcher,
}

impl Runtime {
    /// The runtime of `functions`, with at most `most` processes each. None is started before there is an event for it.
    pub fn new(functions: &[Function], environment: Environment, most: usize, clock: Arc<dyn Clock>) -> Self {
        Self::watched(functions, environment, most, clock, Arc::new(|_| ()))
    }

    /// [`Runtime::new`], with somebody who watches.
    pub fn watched(
        functions: &[Function],
        environment: Environment,
        most: usize,
        clock: Arc<dyn Clock>,
        watcher: Watcher,
    ) -> Self {
        let pools = functions.iter().map(|function| (function.name, Arc::new(Pool::new(*function)))).collect();
        let (requests, processes) = (AtomicU64::new(1), Mutex::default());
        Self(Arc::new(Parts { pools, environment, clock, most, requests, processes, watcher }))
    }

    /// Hands an event to a function, and waits for the answer.
    pub async fn invoke(&self, function: &str, payload: Vec<u8>) -> Result<Bytes, InvokeError> {
        let pool = self.0.pools.get(function).ok_or(InvokeError::Unknown)?;
        let (answer, answered) = oneshot::channel();
        self.dispatch(pool, Event { payload: payload.into(), answer });
        answered.await.unwrap_or(Err(InvokeError::Died))
    }

    /// Kills all processes.
    pub async fn stop(&self) {
        let mut processes = std::mem::take(&mut *lock(&self.0.processes));
        processes.shutdown().await;
    }

    pub(crate) fn dispatch(&self, pool: &Arc<Pool>, event: Event) {
        if pool.offer(event, self.0.most) {
            self.start(pool.clone());
        }
    }

    pub(crate) fn tell(&self, step: Step) {
        (self.0.watcher)(step);
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.0.environment
    }

    /// The name of the next request, unique among all functions.
    pub(crate) fn request_id(&self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.0.requests.fetch_add(1, Ordering::Relaxed))
    }

    /// When a request that begins now has to be over, in milliseconds of the epoch.
    pub(crate) fn deadline(&self, function: Function) -> i64 {
        let timeout = i64::try_from(function.timeout.as_millis()).unwrap_or(i64::MAX);
        self.0.clock.now().timestamp_millis().saturating_add(timeout)
    }

    fn start(&self, pool: Arc<Pool>) {
        let runtime = self.clone();
        let mut processes = lock(&self.0.processes);
        while processes.try_join_next().is_some() {}
        processes.spawn(async move {
            let process = Process::new(runtime.clone(), pool.clone());
            process::run(&process).await;
            let began = process.die();
            if pool.ended(began, runtime.0.most) {
                runtime.start(pool);
            }
        });
    }
}

/// A panic while a lock was held leaves what it guards whole: all of it changes in single steps.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The processes of one function, and the events that wait for them.
pub(crate) struct Pool {
    pub(crate) function: Function,
    state: Mutex<PoolState>,
}

#[derive(Default)]
struct PoolState {
    waiting: VecDeque<Event>,
    /// Processes that wait for an event. The one that worked last works next, so that few are kept warm.
    idle: Vec<oneshot::Sender<Event>>,
    /// All that run.
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
    fn new(function: Function) -> Self {
        Self { function, state: Mutex::default() }
    }

    /// Gives an event to a process, or lets it wait for one. Answers whether another process has to be started.
    fn offer(&self, mut event: Event, most: usize) -> bool {
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

    /// The event that a process gets: one that waits, or the next to come. `begins` says that the process asks for the
    /// first time.
    pub(crate) fn take(&self, begins: bool) -> Result<Event, oneshot::Receiver<Event>> {
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

    /// Notes that a process ended, and whether it had ever begun to take events: one that had not fails the event that
    /// it was started for, so that a function that cannot start does not try for ever. Answers whether another process
    /// has to be started.
    fn ended(&self, began: bool, most: usize) -> bool {
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
