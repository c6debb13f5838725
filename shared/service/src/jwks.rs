//! The issuer's keys, fetched over HTTPS by the connector that AWS is reached by: no second one in the binary, and none
//! to set up.

use crate::Error;
use acredita_domain::{error::Unavailable, ports::JwksSource};
use async_trait::async_trait;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use aws_smithy_types::body::SdkBody;
use axum::http;
use http_body_util::{BodyExt, Limited};
use std::time::Duration;

/// An issuer that takes longer is as good as down; the caller's request waits for it.
const LONGEST: Duration = Duration::from_secs(3);
/// A key set is a few KiB; an address that gives more gives something else.
const MOST_BYTES: usize = 256 * 1024;

/// The key set behind a URL.
pub struct HttpsJwks {
    connector: SharedHttpConnector,
    url: http::Uri,
}

impl HttpsJwks {
    /// The key set behind `url`. Keys fetched in the clear could be anybody's, so only loopback may be `http`.
    pub fn new(url: &str, connector: SharedHttpConnector) -> Result<Self, Error> {
        let url: http::Uri = url.parse()?;
        let loopback = matches!(url.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
        match url.scheme_str() {
            Some("https") => Ok(Self { connector, url }),
            Some("http") if loopback => Ok(Self { connector, url }),
            _ => Err("the URL of the issuer's keys is not https".into()),
        }
    }

    async fn get(&self) -> Result<String, Error> {
        let request =
            http::Request::get(self.url.clone()).header("accept", "application/json").body(SdkBody::empty())?;
        let response = self.connector.call(HttpRequest::try_from(request)?).await?;
        if !response.status().is_success() {
            return Err(format!("status {}", response.status().as_u16()).into());
        }
        let body = Limited::new(response.into_body(), MOST_BYTES).collect().await?;
        Ok(String::from_utf8(body.to_bytes().to_vec())?)
    }
}

#[async_trait]
impl JwksSource for HttpsJwks {
    async fn fetch(&self) -> Result<String, Unavailable> {
        let why = match tokio::time::timeout(LONGEST, self.get()).await {
            Ok(Ok(jwks)) => return Ok(jwks),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "timeout".to_owned(),
        };
        tracing::warn!(why, "the issuer's keys cannot be fetched");
        Err(Unavailable("the issuer of tokens"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use acredita_aws::connector;
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
            // Closing with the request unread would reset the connection, and the answer with it.
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await.expect("readable");
            stream.write_all(answer.as_bytes()).await.expect("written");
            stream.shutdown().await.expect("closed");
        });
        HttpsJwks::new(&url, connector()).expect("a URL")
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

    #[test]
    fn keys_are_not_fetched_in_the_clear() {
        assert!(HttpsJwks::new("https://issuer.example/jwks.json", connector()).is_ok());
        for url in ["http://issuer.example/jwks.json", "ftp://issuer.example/", "issuer", ""] {
            assert!(HttpsJwks::new(url, connector()).is_err(), "{url}");
        }
    }
}
