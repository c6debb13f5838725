//! Reads the rest of a refused request before answering it.
//!
//! A router may refuse a request without reading its body: no token, too large, wrong type. Closing the connection then
//! would reset it, and a client that is still sending would never see the answer. API Gateway reads every request to its
//! end before it calls a function; this does the same for the client, without keeping the bytes.

use axum::{
    body::{Body, Bytes, HttpBody},
    http::Request,
    response::Response,
};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

/// Larger requests are never accidental.
const MOST: usize = 64 * 1024 * 1024;
/// How long a client may take to finish.
const LONGEST: Duration = Duration::from_secs(10);

/// A body that the router and the drain share.
struct Shared(Arc<Mutex<Body>>);

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_frame(cx)
    }
}

/// Calls a router, and reads the rest of the request before passing its answer on.
pub async fn answered_after_reading(
    request: Request<Body>,
    call: impl AsyncFnOnce(Request<Body>) -> Response,
) -> Response {
    let (parts, body) = request.into_parts();
    let rest = Arc::new(Mutex::new(body));
    let response = call(Request::from_parts(parts, Body::new(Shared(rest.clone())))).await;
    // A client that does not finish in time gets no answer.
    let _ = tokio::time::timeout(LONGEST, discard(Shared(rest))).await;
    response
}

async fn discard(mut body: Shared) {
    let mut read = 0;
    while let Some(Ok(frame)) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > MOST {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;
    use axum::response::IntoResponse;

    /// A body of some chunks that notes how many were taken.
    struct Chunks(Arc<Mutex<usize>>, usize);

    impl HttpBody for Chunks {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
            let mut taken = self.0.lock().expect("no panic");
            *taken += usize::from(*taken < self.1);
            let frame = (*taken < self.1).then(|| Ok(http_body::Frame::data(Bytes::from_static(&[0; 1024]))));
            Poll::Ready(frame)
        }
    }

    #[tokio::test]
    async fn a_body_that_the_router_did_not_read_is_read_before_the_answer() {
        let taken = Arc::new(Mutex::new(0));
        let request = Request::new(Body::new(Chunks(taken.clone(), 100)));
        let response = answered_after_reading(request, async |_| StatusCode::PAYLOAD_TOO_LARGE.into_response()).await;
        assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(*taken.lock().expect("no panic"), 100);
    }
}
