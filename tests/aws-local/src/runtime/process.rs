//! One process of a function, and the Lambda runtime API as it sees it: it asks for the next event, and answers it.
//!
//! Each process has an address of its own, of the form that Lambda gives, so that the event of a process that dies is
//! known to be lost.

use super::{
    Runtime, Step,
    pool::{Answer, Event, InvokeError, Pool, lock},
};
use acredita_listener::{Access, Limits};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderName, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use std::{
    future::pending,
    io,
    net::Ipv4Addr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Notify;

/// Lambda's limit for an answer.
const MOST_ANSWER: usize = 6 * 1024 * 1024;

pub(super) struct Process {
    runtime: Runtime,
    pool: Arc<Pool>,
    /// Whether it has asked for an event.
    began: AtomicBool,
    work: Mutex<Work>,
    overran: Notify,
}

enum Work {
    Nothing,
    Event { request: String, answer: Answer },
    Dead,
}

impl Process {
    pub(super) fn new(runtime: Runtime, pool: Arc<Pool>) -> Arc<Self> {
        Arc::new(Self {
            runtime,
            pool,
            began: AtomicBool::new(false),
            work: Mutex::new(Work::Nothing),
            overran: Notify::new(),
        })
    }

    /// Marks it dead, and fails the event that it was working on. Returns whether it had ever asked for an event.
    pub(super) fn die(&self) -> bool {
        if let Work::Event { answer, .. } = std::mem::replace(&mut *lock(&self.work), Work::Dead) {
            let _ = answer.send(Err(InvokeError::Died));
        }
        self.began.load(Ordering::SeqCst)
    }

    /// The next event; `None` when the runtime ends.
    async fn next(&self) -> Option<Event> {
        loop {
            let begins = !self.began.swap(true, Ordering::SeqCst);
            if begins {
                self.runtime.tell(Step::Begins);
            }
            let event = match self.pool.take(begins) {
                Ok(event) => event,
                Err(next) => next.await.ok()?,
            };
            // Otherwise nobody waits for it any more.
            if !event.answer.is_closed() {
                return Some(event);
            }
        }
    }

    /// Records the event that it works on. A dead process gives its event back.
    fn begin(&self, request: &str, answer: Answer) -> Result<(), Answer> {
        let mut work = lock(&self.work);
        if let Work::Dead = *work {
            return Err(answer);
        }
        *work = Work::Event { request: request.to_owned(), answer };
        Ok(())
    }

    /// Answers the current event, if it is this request's.
    fn settle(&self, request: &str, result: Result<Bytes, InvokeError>) -> bool {
        let mut work = lock(&self.work);
        if !matches!(&*work, Work::Event { request: at, .. } if at == request) {
            return false;
        }
        if let Work::Event { answer, .. } = std::mem::replace(&mut *work, Work::Nothing) {
            // The caller may have gone.
            let _ = answer.send(result);
        }
        true
    }
}

/// Starts the process, and serves it until it ends.
pub(super) async fn run(process: &Arc<Process>) {
    let function = process.pool.function.name;
    match run_to_its_end(process).await {
        Ok(code) => tracing::warn!(function, code, "a function's process ended"),
        Err(error) => tracing::error!(function, %error, "a function's process did not start"),
    }
}

async fn run_to_its_end(process: &Arc<Process>) -> io::Result<Option<i32>> {
    let listener = acredita_listener::bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
    let address = listener.local_addr()?;
    let api = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{request}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{request}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(async || StatusCode::ACCEPTED))
        .layer(DefaultBodyLimit::max(MOST_ANSWER))
        .with_state(process.clone());
    let mut command = process.runtime.environment().command(process.pool.function.name, address);
    process.runtime.tell(Step::Starts);
    let mut child = command.spawn()?;
    if let Some(pid) = child.id() {
        process.runtime.tell(Step::Runs { pid });
    }
    tokio::select! {
        () = acredita_listener::serve(listener, api, Access::to(address), Limits::default(), pending()) => {}
        ended = child.wait() => return Ok(ended?.code()),
        () = process.overran.notified() => {}
    }
    child.kill().await?;
    Ok(None)
}

async fn next(State(process): State<Arc<Process>>) -> Response {
    let Some(Event { payload, answer }) = process.next().await else {
        return StatusCode::GONE.into_response();
    };
    let request = process.runtime.request_id();
    if let Err(answer) = process.begin(&request, answer) {
        process.runtime.dispatch(&process.pool, Event { payload, answer });
        return StatusCode::GONE.into_response();
    }
    let function = process.pool.function;
    let (watched, watcher) = (request.clone(), process.clone());
    tokio::spawn(async move {
        tokio::time::sleep(function.timeout).await;
        if watcher.settle(&watched, Err(InvokeError::TimedOut)) {
            watcher.overran.notify_one();
        }
    });
    let arn = format!("arn:aws:lambda:eu-west-1:000000000000:function:{}", function.name);
    let header = HeaderName::from_static;
    let headers = [
        (header("lambda-runtime-aws-request-id"), request),
        (header("lambda-runtime-deadline-ms"), process.runtime.deadline(function).to_string()),
        (header("lambda-runtime-invoked-function-arn"), arn),
    ];
    (headers, payload).into_response()
}

async fn response(State(process): State<Arc<Process>>, Path(request): Path<String>, body: Bytes) -> StatusCode {
    process.settle(&request, Ok(body));
    StatusCode::ACCEPTED
}

async fn error(State(process): State<Arc<Process>>, Path(request): Path<String>, report: Bytes) -> StatusCode {
    process.settle(&request, Err(InvokeError::Failed(report)));
    StatusCode::ACCEPTED
}
