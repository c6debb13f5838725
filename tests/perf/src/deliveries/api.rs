//! The API, as a client uses it on one connection.

use crate::{Failure, ORG};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpStream;

#[derive(Clone)]
pub struct Api {
    address: SocketAddr,
    token: String,
}

pub struct Connection {
    api: Api,
    sender: SendRequest<Full<Bytes>>,
}

impl Api {
    pub fn new(address: SocketAddr, token: String) -> Self {
        Self { address, token }
    }

    pub async fn connect(&self) -> Result<Connection, Failure> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Connection { api: self.clone(), sender })
    }

    /// Has all events delivered to a URL from now on.
    pub async fn register(&self, url: &str) -> Result<(), Failure> {
        let body = json!({"url": url, "event_types": ["identification.*"]});
        self.connect().await?.call(Method::POST, "/webhook_endpoints", Some(&body), StatusCode::CREATED).await?;
        Ok(())
    }
}

impl Connection {
    /// Creates an identification by agent. Returns its admin id.
    pub async fn create(&mut self) -> Result<String, Failure> {
        let body = json!({"actor": {"name": "James", "last_name": "Smith"}, "expires_in": "P1D"});
        let created = self.call(Method::POST, "/identifications/agent", Some(&body), StatusCode::CREATED).await?;
        Ok(created["admin_identification_id"].as_str().unwrap_or_default().to_owned())
    }

    pub async fn cancel(&mut self, admin_id: &str) -> Result<(), Failure> {
        let path = format!("/identifications/agent/{admin_id}/cancel");
        self.call(Method::POST, &path, Some(&json!({"reason": "measured"})), StatusCode::NO_CONTENT).await?;
        Ok(())
    }

    pub async fn call(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        expected: StatusCode,
    ) -> Result<Value, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/v1/orgs/{ORG}{path}"))
            .header("host", self.api.address.to_string())
            .header("authorization", format!("Bearer {}", self.api.token))
            .header("content-type", "application/json")
            .header("user-agent", "acredita-perf")
            .body(Full::new(Bytes::from(body.map(Value::to_string).unwrap_or_default())))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if status != expected {
            return Err(format!("{path} answered {status}: {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }
}
