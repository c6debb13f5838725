//! Runs one stand-in: a loopback listener and a thread with a runtime of its own.
//!
//! A thread rather than a task, because the stand-ins write files inside their handlers, because a test may have
//! paused the time of its runtime, and because ending the runtime ends every connection with it.

use std::future::Future;
use std::net::{Ipv4Addr, TcpListener as StdListener};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{oneshot, watch};

use crate::{Service, StartError};

/// How long running requests get once a stop is requested.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);

/// A loopback port that is listened on but not yet served, so that its address is known before the server starts.
pub(crate) struct Listening {
    service: Service,
    endpoint: String,
    socket: StdListener,
}

impl Listening {
    pub(crate) fn on(service: Service, port: u16) -> Result<Self, StartError> {
        let failed = |source| StartError::Listen { service, port, source };
        let socket = StdListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        socket.set_nonblocking(true).map_err(failed)?;
        let endpoint = format!("http://{}", socket.local_addr().map_err(failed)?);
        Ok(Self { service, endpoint, socket })
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Starts the thread. `serve` must return once its [`Draining`] begins and its requests are answered.
    pub(crate) fn serve<F, S>(self, serve: F) -> Result<Host, StartError>
    where
        F: FnOnce(TcpListener, Draining) -> S + Send + 'static,
        S: Future<Output = ()>,
    {
        let Self { service, endpoint, socket } = self;
        let failed = |source| StartError::Thread { service, source };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let listener = {
            let _entered = runtime.enter();
            TcpListener::from_std(socket).map_err(failed)?
        };
        let (phase, phases) = watch::channel(Phase::Serving);
        let (ending, ended) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name(format!("embedded {service}"))
            .spawn(move || {
                run(runtime, listener, phases, serve);
                // Nobody may be waiting: the host may have been dropped.
                let _ = ending.send(());
            })
            .map_err(failed)?;
        Ok(Host { endpoint, phase, ended, thread: Some(thread) })
    }
}

fn run<F, S>(runtime: Runtime, listener: TcpListener, phases: watch::Receiver<Phase>, serve: F)
where
    F: FnOnce(TcpListener, Draining) -> S,
    S: Future<Output = ()>,
{
    let draining = Draining(phases.clone());
    let too_long = async {
        Draining(phases.clone()).begun().await;
        tokio::time::sleep(DRAIN_LIMIT).await;
    };
    runtime.block_on(async {
        tokio::select! {
            () = serve(listener, draining) => {}
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
    endpoint: String,
    phase: watch::Sender<Phase>,
    ended: oneshot::Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
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
