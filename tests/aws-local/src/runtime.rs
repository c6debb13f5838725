//! Invokes functions: hands an event to a process that waits for one, and, like Lambda, starts processes when there are
//! more events than processes, up to a limit. Beyond it events wait.

mod pool;
mod process;

pub use pool::InvokeError;

use crate::environment::Environment;
use acredita_domain::ports::Clock;
use acredita_manifest::Function;
use axum::body::Bytes;
use pool::{Event, Pool, lock};
use process::Process;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{sync::oneshot, task::JoinSet};

/// A step in the life of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is about to be started.
    Starts,
    Runs {
        pid: u32,
    },
    /// It asks for its first event.
    Begins,
}

/// Called with every step of every process, as it happens: for measurements.
pub type Watcher = Arc<dyn Fn(Step) + Send + Sync>;

#[derive(Clone)]
pub struct Runtime(Arc<Parts>);

struct Parts {
    pools: HashMap<&'static str, Arc<Pool>>,
    environment: Environment,
    clock: Arc<dyn Clock>,
    /// The most processes of one function.
    most: usize,
    requests: AtomicU64,
    processes: Mutex<JoinSet<()>>,
    watcher: Watcher,
}

impl Runtime {
    /// At most `most` processes per function. None is started before there is an event for it.
    pub fn new(functions: &[Function], environment: Environment, most: usize, clock: Arc<dyn Clock>) -> Self {
        Self::watched(functions, environment, most, clock, Arc::new(|_| ()))
    }

    /// [`Runtime::new`] with a watcher.
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

    pub async fn stop(&self) {
        let mut processes = std::mem::take(&mut *lock(&self.0.processes));
        processes.shutdown().await;
    }

    fn dispatch(&self, pool: &Arc<Pool>, event: Event) {
        if pool.offer(event, self.0.most) {
            self.start(pool.clone());
        }
    }

    fn tell(&self, step: Step) {
        (self.0.watcher)(step);
    }

    fn environment(&self) -> &Environment {
        &self.0.environment
    }

    /// The id of the next request, unique among all functions.
    fn request_id(&self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.0.requests.fetch_add(1, Ordering::Relaxed))
    }

    /// The deadline of a request that begins now, in milliseconds since the epoch.
    fn deadline(&self, function: Function) -> i64 {
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
