//! Fetches the issuer's keys.

use acredita_domain::error::Unavailable;
use acredita_http::jwks::JwksSource;
use acredita_outbound::{Outbound, Request, ResponseLimits, Url};
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method, header::ACCEPT};
use std::time::Duration;

/// A slower issuer is as good as down; the caller's request waits for it.
const LONGEST: Duration = Duration::from_secs(3);
/// A key set is a few KiB; a larger answer is something else.
const MOST_BYTES: usize = 256 * 1024;

/// The key set at a URL.
pub(crate) struct HttpsJwks {
    url: Url,
    outbound: Outbound,
}

impl HttpsJwks {
    pub fn new(url: Url, outbound: Outbound) -> Self {
        Self { url, outbound }
    }

    async fn get(&self) -> Result<String, String> {
        let headers = vec![(ACCEPT, HeaderValue::from_static("application/json"))];
        let request = Request { method: Method::GET, url: self.url.clone(), headers, body: Bytes::new() };
        let sent = self.outbound.send(request, ResponseLimits { headers: LONGEST, body: MOST_BYTES });
        let answer = sent.await.map_err(|fault| fault.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("status {}", answer.status().as_u16()));
        }
        String::from_utf8(answer.into_body().into()).map_err(|_| "not UTF-8".to_owned())
    }
}

#[async_trait]
impl JwksSource for HttpsJwks {
    async fn fetch(&self) -> Result<String, Unavailable> {
        let why = match tokio::time::timeout(LONGEST, self.get()).await {
            Ok(Ok(jwks)) => return Ok(jwks),
            Ok(Err(why)) => why,
            Err(_) => "timeout".to_owned(),
        };
        tracing::warn!(why, "the issuer's keys cannot be fetched");
        Err(Unavailable("the issuer of tokens"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// Answers one request with these bytes.
    async fn answering(answer: &'static str) -> HttpsJwks {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/jwks.json", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            // Closing with the request unread would reset the connection, and lose the answer.
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await.expect("readable");
            stream.write_all(answer.as_bytes()).await.expect("written");
            stream.shutdown().await.expect("closed");
        });
        HttpsJwks::new(url.parse().expect("loopback"), Outbound::default())
    }

    #[tokio::test]
    async fn a_key_set_is_what_the_issuer_answers() {
        let source = answering("HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"keys\":[]}").await;
        assert_eq!(source.fetch().await, Ok("{\"keys\":[]}".to_owned()));
    }

    #[tokio::test]
    async fn an_issuer_that_answers_something_else_is_unavailable() {
        for answer in [
            "HTTP/1.1 503 Down\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n",
            "nonsense\r\n\r\n",
            "",
        ] {
            assert!(answering(answer).await.fetch().await.is_err(), "{answer}");
        }
    }
}
