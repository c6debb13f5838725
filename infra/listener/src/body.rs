//! A request's body that has to arrive in time.

use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Sleep, sleep};

/// The body of a connection, until its time is over.
pub(crate) struct InTime<B> {
    body: B,
    over: Pin<Box<Sleep>>,
}

impl<B> InTime<B> {
    pub fn within(limit: Duration, body: B) -> Self {
        Self { body, over: Box::pin(sleep(limit)) }
    }
}

impl<B: Body<Data = Bytes, Error = hyper::Error> + Unpin> Body for InTime<B> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.over.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
        }
        Pin::new(&mut self.body).poll_frame(cx).map_err(io::Error::other)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
