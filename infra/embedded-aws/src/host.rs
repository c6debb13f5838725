//! Runs one stand-in: a loopback listener and a thread with a runtime of its own.
//!
//! A thread rather than a task, because the stand-ins write files inside their handlers, because a test may have
//! paused the time of its runtime, and because ending the runtime ends every connection with it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::thread::JoinHandle;
use std::time::Duration;

use acredita_listener::{Access, Limits, Listener};
use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{oneshot, watch};

use crate::{Service, StartError};

/// How long running requests get once a stop is requested.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);

/// A loopback port that is listened on but not yet served, so that its address is known before the server starts.
pub(crate) struct Listening {
    service: Service,
    address: SocketAddr,
    endpoint: String,
    socket: StdListener,
    phase: watch::Sender<Phase>,
}

impl Listening {
    pub(crate) fn on(service: Service, port: u16) -> Result<Self, StartError> {
        let failed = |source| StartError::Listen { service, port, source };
        let socket = StdListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        socket.set_nonblocking(true).map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let phase = watch::Sender::new(Phase::Serving);
        Ok(Self { service, address, endpoint: format!("http://{address}"), socket, phase })
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Those who may ask: the owner of the machine, and no web page.
    pub(crate) fn access(&self) -> Access {
        Access::to(self.address)
    }

    /// The signal to finish, for what waits inside a request.
    pub(crate) fn draining(&self) -> Draining {
        Draining(self.phase.subscribe())
    }

    /// Starts the thread.
    pub(crate) fn serve(self, router: Router, access: Access) -> Result<Host, StartError> {
        let Self { service, address, endpoint, socket, phase } = self;
        let failed = |source| StartError::Thread { service, source };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let listener = {
            let _entered = runtime.enter();
            TcpListener::from_std(socket).map_err(failed)?
        };
        let phases = phase.subscribe();
        let (ending, ended) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name(format!("embedded {service}"))
            .spawn(move || {
                run(runtime, listener, phases, router, access);
                // Nobody may be waiting: the host may have been dropped.
                let _ = ending.send(());
            })
            .map_err(failed)?;
        let listener = Listener { name: service.name(), address };
        Ok(Host { listener, endpoint, phase, ended, thread: Some(thread) })
    }
}

fn run(runtime: Runtime, listener: TcpListener, phases: watch::Receiver<Phase>, router: Router, access: Access) {
    // Head and body leave in separate writes; without this the second may wait for the acknowledgement of the first.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    let draining = Draining(phases.clone()).begun();
    let too_long = async {
        Draining(phases.clone()).begun().await;
        tokio::time::sleep(DRAIN_LIMIT).await;
    };
    runtime.block_on(async {
        tokio::select! {
            () = acredita_listener::serve(listener, router, access, Limits::default(), draining) => {}
            () = reached(phases.clone(), Phase::Ended) => {}
            () = too_long => {}
        }
    });
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Phase {
    Serving,
    Draining,
    Ended,
}

async fn reached(mut phases: watch::Receiver<Phase>, phase: Phase) {
    // An error means that the host is gone, which ends everything too.
    let _ = phases.wait_for(|now| *now >= phase).await;
}

/// Signals a server to finish.
#[derive(Clone)]
pub(crate) struct Draining(watch::Receiver<Phase>);

impl Draining {
    /// Returns once the server must finish.
    pub(crate) async fn begun(self) {
        reached(self.0, Phase::Draining).await;
    }

    /// A signal that is given when the first value is dropped.
    #[cfg(test)]
    pub(crate) fn on_drop() -> (impl Sized, Self) {
        let (phase, phases) = watch::channel(Phase::Serving);
        (phase, Self(phases))
    }

    /// Whether the server must finish.
    pub(crate) fn has_begun(&self) -> bool {
        *self.0.borrow() >= Phase::Draining
    }
}

/// A running stand-in. Dropping it ends it at once and waits for its thread.
pub(crate) struct Host {
    listener: Listener,
    endpoint: String,
    phase: watch::Sender<Phase>,
    ended: oneshot::Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(crate) fn listener(&self) -> Listener {
        self.listener
    }

    pub(crate) async fn stop(mut self) {
        self.phase.send_replace(Phase::Draining);
        // An error means that the thread panicked, so it has ended as well.
        let _ = (&mut self.ended).await;
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.phase.send_replace(Phase::Ended);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(endpoint = %self.endpoint, "an embedded AWS thread panicked");
        }
    }
}
