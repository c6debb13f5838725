//! The load: as many requests as a few keep-alive connections can complete one after the other, for a few seconds.

use crate::cpu::CpuTime;
use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::{
    cell::{Cell, RefCell},
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{
    net::TcpStream,
    runtime::{Builder, Runtime},
    task::LocalSet,
};

/// Connections, each with one request at a time.
pub const CONNECTIONS: usize = 16;
pub const PHASE: Duration = Duration::from_secs(5);
/// Uncounted requests before that: caches fill, connections open.
const WARM_UP: usize = 20 * CONNECTIONS;
/// The most requests of a phase, whatever the machine.
const MOST: usize = 500_000;

/// Why there are no figures.
#[derive(Debug)]
pub enum LoadError {
    /// The service cannot be reached.
    Io(io::Error),
    /// A connection broke.
    Http(hyper::Error),
    /// Figures of refusals would mean nothing.
    Status(StatusCode, Bytes),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Http(error) => error.fmt(f),
            Self::Status(status, body) => write!(f, "answered {status}: {}", String::from_utf8_lossy(body)),
        }
    }
}

impl std::error::Error for LoadError {}

impl From<io::Error> for LoadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<hyper::Error> for LoadError {
    fn from(error: hyper::Error) -> Self {
        Self::Http(error)
    }
}

pub struct Measured {
    /// How long each request took, sorted.
    pub latencies: Vec<Duration>,
    /// How long all of them took.
    pub elapsed: Duration,
    /// The CPU time that the service used meanwhile.
    pub cpu: CpuTime,
    /// All answers, including those of the warm-up.
    pub answers: Vec<Bytes>,
}

/// Sends requests to an address, from the calling thread only.
pub struct Load {
    address: SocketAddr,
    runtime: Runtime,
}

impl Load {
    pub fn new(address: SocketAddr) -> io::Result<Self> {
        Ok(Self { address, runtime: Builder::new_current_thread().enable_all().build()? })
    }

    /// Sends `request(0)`, `request(1)`, … until the time is over or there are no more. All of them must be answered
    /// with `status`.
    pub fn run(
        &self,
        status: u16,
        request: impl Fn(usize) -> Option<Request<Full<Bytes>>>,
    ) -> Result<Measured, LoadError> {
        LocalSet::new().block_on(&self.runtime, async {
            let mut connections = Vec::with_capacity(CONNECTIONS);
            for _ in 0..CONNECTIONS {
                connections.push(connect(self.address).await?);
            }
            let phase = Phase {
                status,
                request: &request,
                next: Cell::new(0),
                latencies: RefCell::default(),
                answers: RefCell::default(),
            };
            phase.until(&mut connections, WARM_UP, Duration::MAX).await?;
            phase.latencies.borrow_mut().clear();
            let (cpu, began) = (CpuTime::now()?, now());
            phase.until(&mut connections, MOST, PHASE).await?;
            let (elapsed, cpu) = (now() - began, CpuTime::now()? - cpu);
            let mut latencies = phase.latencies.into_inner();
            latencies.sort_unstable();
            Ok(Measured { latencies, elapsed, cpu, answers: phase.answers.into_inner() })
        })
    }
}

struct Phase<'a, R> {
    status: u16,
    request: &'a R,
    next: Cell<usize>,
    latencies: RefCell<Vec<Duration>>,
    answers: RefCell<Vec<Bytes>>,
}

type Connection = SendRequest<Full<Bytes>>;

impl<R: Fn(usize) -> Option<Request<Full<Bytes>>>> Phase<'_, R> {
    /// All connections at once, until `most` requests were sent in total, or for `time`.
    async fn until(&self, connections: &mut [Connection], most: usize, time: Duration) -> Result<(), LoadError> {
        let began = now();
        let open = || self.next.get() < most && began.elapsed() < time;
        let done: Vec<Result<(), LoadError>> = join_all(connections.iter_mut().map(async |connection| {
            while open() {
                let number = self.next.replace(self.next.get() + 1);
                let Some(request) = (self.request)(number) else { break };
                self.send(connection, request).await?;
            }
            Ok(())
        }))
        .await;
        done.into_iter().collect()
    }

    async fn send(&self, connection: &mut Connection, request: Request<Full<Bytes>>) -> Result<(), LoadError> {
        connection.ready().await?;
        let began = now();
        let response = connection.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        let latency = now() - began;
        if status != self.status {
            return Err(LoadError::Status(status, body));
        }
        self.latencies.borrow_mut().push(latency);
        self.answers.borrow_mut().push(body);
        Ok(())
    }
}

async fn connect(address: SocketAddr) -> Result<Connection, LoadError> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(connection);
    Ok(sender)
}

/// Measuring is what this program is for.
#[expect(clippy::disallowed_methods, reason = "no use case runs by this clock")]
pub fn now() -> Instant {
    Instant::now()
}
