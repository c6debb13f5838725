//! A receiver of events, on this machine.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Response, StatusCode},
};
use serde_json::Value;
use std::{
    future::pending,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};
use tokio::sync::Notify;

pub enum Reply {
    Status(u16),
    Redirect(String),
    /// This status, once [`Receiver::release`] lets it go.
    Held(u16),
    /// 429, and after how many seconds to come again.
    Later(u32),
}

/// A message that was answered with 2xx.
#[derive(Clone, Debug)]
pub struct Taken {
    headers: HeaderMap,
    pub body: String,
}

impl Taken {
    pub fn header(&self, name: &str) -> String {
        self.headers[name].to_str().expect("text").to_owned()
    }

    pub fn body(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

type Shared = (Arc<Mutex<Inner>>, Arc<Notify>);
type Answer = Box<dyn Fn(usize) -> Reply + Send>;

struct Inner {
    answer: Answer,
    heard: usize,
    taken: Vec<Taken>,
}

/// It takes everything until it is told otherwise.
#[derive(Clone)]
pub struct Receiver {
    address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
    released: Arc<Notify>,
}

impl Receiver {
    pub async fn start() -> Self {
        let inner = Inner { answer: Box::new(|_| Reply::Status(200)), heard: 0, taken: Vec::new() };
        let (inner, released) = (Arc::new(Mutex::new(inner)), Arc::new(Notify::new()));
        let (listener, address) = acredita_local::serve::listen((Ipv4Addr::LOCALHOST, 0).into()).await.expect("a port");
        let router = Router::new().fallback(hear).with_state((inner.clone(), released.clone()));
        let access = acredita_listener::Access::to(address);
        tokio::spawn(acredita_listener::serve(
            listener,
            router,
            access,
            acredita_listener::Limits::default(),
            pending(),
        ));
        Self { address, inner, released }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    /// From now on answers so, by the number of the message.
    pub fn answer(&self, answer: impl Fn(usize) -> Reply + Send + 'static) {
        let mut inner = self.inner.lock().expect("not poisoned");
        inner.answer = Box::new(answer);
    }

    /// Lets a held answer go.
    pub fn release(&self) {
        self.released.notify_one();
    }

    pub fn heard(&self) -> usize {
        self.inner.lock().expect("not poisoned").heard
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.inner.lock().expect("not poisoned").taken.clone()
    }
}

async fn hear(State((inner, released)): State<Shared>, headers: HeaderMap, body: Bytes) -> Response<String> {
    let reply = {
        let mut inner = inner.lock().expect("not poisoned");
        inner.heard += 1;
        (inner.answer)(inner.heard - 1)
    };
    let reply = match reply {
        Reply::Held(status) => {
            released.notified().await;
            Reply::Status(status)
        }
        reply => reply,
    };
    let mut response = Response::new(String::new());
    match reply {
        Reply::Held(_) => {}
        Reply::Status(status) => {
            *response.status_mut() = StatusCode::from_u16(status).expect("a status");
            if (200..300).contains(&status) {
                let body = String::from_utf8(body.to_vec()).expect("text");
                inner.lock().expect("not poisoned").taken.push(Taken { headers, body });
            }
        }
        Reply::Redirect(url) => {
            *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
            response.headers_mut().insert("location", url.parse().expect("a URL"));
        }
        Reply::Later(seconds) => {
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            response.headers_mut().insert("retry-after", seconds.into());
        }
    }
    response
}
