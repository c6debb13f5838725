//! One exchange: a request, and its answer within bounds.

use crate::{Url, connector::connector};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::time::Duration;

/// Clones share their connections.
#[derive(Clone, Debug)]
pub struct Outbound(SharedHttpConnector);

impl Default for Outbound {
    /// No connection is open yet.
    fn default() -> Self {
        Self(connector())
    }
}

pub struct Request {
    pub method: Method,
    pub url: Url,
    /// They are treated as secret.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Bytes,
}

/// The bounds of an answer.
#[derive(Clone, Copy, Debug)]
pub struct ResponseLimits {
    /// The time limit for its headers.
    pub headers: Duration,
    /// The maximum size of its body.
    pub body: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendFailure {
    #[error("timeout")]
    Timeout,
    /// No connection, or a broken one.
    #[error("connection")]
    Connection,
    /// The answer is larger than its limit.
    #[error("too large")]
    TooLarge,
    /// The request is not valid HTTP.
    #[error("request")]
    Request,
}

impl Outbound {
    /// The underlying connector, for AWS clients.
    pub fn connector(&self) -> &SharedHttpConnector {
        &self.0
    }

    /// Makes one exchange. The caller limits the total time: dropping the future ends it.
    pub async fn send(&self, request: Request, limits: ResponseLimits) -> Result<Response<Bytes>, SendFailure> {
        let Request { method, url, headers, body } = request;
        let sent = self.0.call(encoded(method, url.as_str(), headers, body)?);
        let response = tokio::time::timeout(limits.headers, sent).await.map_err(|_| SendFailure::Timeout)?;
        let response =
            response.map_err(|error| failure(&error))?.try_into_http1x().map_err(|_| SendFailure::Connection)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, limits.body).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { SendFailure::TooLarge } else { SendFailure::Connection }
        })?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }
}

/// The request as the connector takes it.
pub(crate) fn encoded(
    method: Method,
    url: &str,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
) -> Result<HttpRequest, SendFailure> {
    let mut request = http::Request::builder().method(method).uri(url);
    for (name, mut value) in headers {
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    let request = request.body(SdkBody::from(body)).map_err(|_| SendFailure::Request)?;
    HttpRequest::try_from(request).map_err(|_| SendFailure::Request)
}

pub(crate) fn failure(error: &ConnectorError) -> SendFailure {
    if error.is_timeout() {
        SendFailure::Timeout
    } else if error.is_user() {
        SendFailure::Request
    } else {
        SendFailure::Connection
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// The result of a request that is answered with these bytes, when at most 16 bytes of body are allowed.
    async fn answered(answer: &'static str) -> Result<Response<Bytes>, SendFailure> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            // Closing with the request unread would reset the connection, and lose the answer.
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await.expect("readable");
            stream.write_all(answer.as_bytes()).await.expect("written");
            stream.shutdown().await.expect("closed");
        });
        let url = url.parse().expect("loopback");
        let request = Request { method: Method::GET, url, headers: Vec::new(), body: Bytes::new() };
        Outbound::default().send(request, ResponseLimits { headers: Duration::from_secs(10), body: 16 }).await
    }

    #[tokio::test]
    async fn an_answer_comes_back_whatever_its_status() {
        let answer =
            answered("HTTP/1.1 503 Down\r\ncontent-length: 2\r\nretry-after: 1\r\n\r\nno").await.expect("HTTP");
        assert_eq!((answer.status().as_u16(), &answer.body()[..]), (503, &b"no"[..]));
        assert_eq!(answer.headers()["retry-after"], "1");
    }

    #[tokio::test]
    async fn what_is_no_answer_or_too_much_of_one_is_a_fault() {
        for (answer, failure) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n12345678901234567", SendFailure::TooLarge),
            ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n1", SendFailure::Connection),
            ("nonsense\r\n\r\n", SendFailure::Connection),
            ("", SendFailure::Connection),
        ] {
            assert_eq!(answered(answer).await.map(|_| ()), Err(failure), "{answer}");
        }
    }
}
