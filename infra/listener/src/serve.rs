//! Serves connections, within limits.

use crate::{access::Access, body::InTime, guard::guarded};
use axum::{Router, body::Body, extract::ConnectInfo, serve::Listener};
use http_body::Body as _;
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    sync::{Semaphore, watch},
    time::timeout,
};
use tower::ServiceExt;

const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// The limits of a listener.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time. One more is answered 503 and closed.
    pub connections: u32,
    /// The time for a request's line and headers, the wait for the next request included.
    pub headers: Duration,
    /// The time for a request's body.
    pub body: Duration,
    /// The requests that are being answered at a time and have a large body, as handlers keep those in memory.
    pub large: usize,
}

/// What is less is never waited for.
const LARGE: u64 = 256 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 256, headers: Duration::from_secs(10), body: Duration::from_secs(60), large: 16 }
    }
}

/// Listens on an address.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Serves a router to those who may ask, until `stop`; then finishes the requests under way.
pub async fn serve<L>(mut listener: L, router: Router, access: Access, limits: Limits, stop: impl Future<Output = ()>)
where
    L: Listener<Addr = SocketAddr>,
{
    let router = guarded(router, access);
    let slots = Arc::new(Semaphore::new(limits.connections as usize));
    let large = Arc::new(Semaphore::new(limits.large));
    let (stopping, stopped) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok(slot) = slots.clone().try_acquire_owned() else {
            tokio::spawn(refuse(stream, limits.headers));
            continue;
        };
        let connection = connection(stream, peer, router.clone(), limits, large.clone(), stopped.clone());
        tokio::spawn(async move {
            connection.await;
            drop(slot);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    // All slots are free when no connection is left.
    let _ = slots.acquire_many(limits.connections).await;
}

async fn refuse(mut stream: impl AsyncWrite + Unpin, within: Duration) {
    // The client may be gone, or not read.
    let _ = timeout(within, async {
        stream.write_all(BUSY).await?;
        stream.shutdown().await
    })
    .await;
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
    large: Arc<Semaphore>,
    stopped: watch::Receiver<bool>,
) {
    let answer = service_fn(move |request: Request<Incoming>| {
        let (router, large) = (router.clone(), large.clone());
        async move {
            // Chunks have no length: they may be large.
            let is_large = request.body().size_hint().upper().is_none_or(|length| length > LARGE);
            let _turn = if is_large { large.acquire().await.ok() } else { None };
            let mut request = request.map(|body| Body::new(InTime::within(limits.body, body)));
            request.extensions_mut().insert(ConnectInfo(peer));
            router.oneshot(request).await
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.headers);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), answer));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = asked_to_stop(stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn asked_to_stop(mut stopped: watch::Receiver<bool>) {
    // An error means that the server is gone, which is a stop as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

#[cfg(test)]
mod tests;
