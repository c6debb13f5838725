//! The Lambda runtime API, as a function's process sees it: it asks for the next event, and answers it.
//!
//! Each process has a slot, and with it an address of its own, so that an event whose process dies is known to be lost. The processes of one
//! function take events from the same queue; one takes one at a time, as on Lambda.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderName, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, mpsc, oneshot},
};

/// How long a function may take: API Gateway waits no longer than this for one behind it.
pub const TIMEOUT: Duration = Duration::from_secs(29);

/// Why an event has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// The function said that it failed.
    #[error("the function failed")]
    Failed,
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

type Answer = oneshot::Sender<Result<Bytes, InvokeError>>;

/// An event on its way to a process.
struct Event {
    payload: Vec<u8>,
    answer: Answer,
}

/// A process of a function, by its place among all processes.
pub type Slot = usize;

/// The runtime API, and the way to invoke functions through it.
#[derive(Clone)]
pub struct Runtime(Arc<Parts>);

struct Parts {
    queues: HashMap<&'static str, mpsc::UnboundedSender<Event>>,
    slots: Vec<SlotState>,
    requests: AtomicU64,
}

struct SlotState {
    function: &'static str,
    events: Arc<AsyncMutex<mpsc::UnboundedReceiver<Event>>>,
    under_way: Mutex<Option<(String, Answer)>>,
}

impl Runtime {
    /// The runtime of `functions`, with `processes` slots each.
    pub fn new(functions: &[&'static str], processes: usize) -> Self {
        let (mut queues, mut slots) = (HashMap::new(), Vec::new());
        for function in functions {
            let (sender, receiver) = mpsc::unbounded_channel();
            let events = Arc::new(AsyncMutex::new(receiver));
            queues.insert(*function, sender);
            slots.extend((0..processes).map(|_| SlotState { function, events: events.clone(), under_way: Mutex::new(None) }));
        }
        Self(Arc::new(Parts { queues, slots, requests: AtomicU64::new(1) }))
    }

    /// Every slot and its function.
    pub fn slots(&self) -> impl Iterator<Item = (Slot, &'static str)> + '_ {
        self.0.slots.iter().enumerate().map(|(slot, state)| (slot, state.function))
    }

    /// Hands an event to a function, and waits for the answer.
    pub async fn invoke(&self, function: &str, payload: Vec<u8>) -> Result<Bytes, InvokeError> {
        let (answer, answered) = oneshot::channel();
        let queue = self.0.queues.get(function).ok_or(InvokeError::Unknown)?;
        queue.send(Event { payload, answer }).map_err(|_| InvokeError::Died)?;
        match tokio::time::timeout(TIMEOUT, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(InvokeError::Died),
            Err(_) => Err(InvokeError::TimedOut),
        }
    }

    /// Notes that the process of a slot has died, and what it had under way with it.
    pub fn died(&self, slot: Slot) {
        self.settle(slot, None, Err(InvokeError::Died));
    }

    /// Serves the runtime API.
    pub async fn serve(self, listener: TcpListener) {
        let router = Router::new()
            .route("/{slot}/2018-06-01/runtime/invocation/next", get(next))
            .route("/{slot}/2018-06-01/runtime/invocation/{request}/response", post(response))
            .route("/{slot}/2018-06-01/runtime/invocation/{request}/error", post(error))
            .route("/{slot}/2018-06-01/runtime/init/error", post(async || StatusCode::ACCEPTED))
            .with_state(self);
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the runtime API ended");
        }
    }

    /// Answers what a slot has under way, if it is this request (or any, when the process died).
    fn settle(&self, slot: Slot, request: Option<&str>, result: Result<Bytes, InvokeError>) -> bool {
        let Some(state) = self.0.slots.get(slot) else { return false };
        let mut under_way = state.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        match under_way.take_if(|(id, _)| request.is_none_or(|request| request == id)) {
            Some((_, answer)) => answer.send(result).is_ok(),
            None => false,
        }
    }
}

async fn next(State(runtime): State<Runtime>, Path(slot): Path<Slot>) -> Response {
    let Some(state) = runtime.0.slots.get(slot) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    loop {
        let Some(Event { payload, answer }) = state.events.lock().await.recv().await else {
            return StatusCode::GONE.into_response();
        };
        // Nobody waits for this one any more.
        if answer.is_closed() {
            continue;
        }
        let request = format!("00000000-0000-4000-8000-{:012x}", runtime.0.requests.fetch_add(1, Ordering::Relaxed));
        let deadline = (chrono_now_millis() + TIMEOUT.as_millis()).to_string();
        let arn = format!("arn:aws:lambda:eu-west-1:000000000000:function:{}", state.function);
        *state.under_way.lock().unwrap_or_else(PoisonError::into_inner) = Some((request.clone(), answer));
        let header = HeaderName::from_static;
        let headers = [
            (header("lambda-runtime-aws-request-id"), request),
            (header("lambda-runtime-deadline-ms"), deadline),
            (header("lambda-runtime-invoked-function-arn"), arn),
        ];
        return (headers, payload).into_response();
    }
}

async fn response(State(runtime): State<Runtime>, Path((slot, request)): Path<(Slot, String)>, body: Bytes) -> StatusCode {
    runtime.settle(slot, Some(&request), Ok(body));
    StatusCode::ACCEPTED
}

async fn error(State(runtime): State<Runtime>, Path((slot, request)): Path<(Slot, String)>) -> StatusCode {
    runtime.settle(slot, Some(&request), Err(InvokeError::Failed));
    StatusCode::ACCEPTED
}

fn chrono_now_millis() -> u128 {
    use acredita_domain::ports::Clock;
    u128::try_from(acredita_aws::SystemClock.now().timestamp_millis()).unwrap_or_default()
}
