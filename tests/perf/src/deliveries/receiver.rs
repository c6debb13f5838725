//! A receiver of events that keeps record of what it heard.

use crate::{Failure, load::now};
use acredita_aws::SystemClock;
use acredita_domain::{Time, ports::Clock};
use acredita_listener::{Access, Limits};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use std::{
    future::pending,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

/// What it does with a message.
#[derive(Clone, Copy, Debug)]
pub enum Reply {
    Taken,
    Status(u16),
    /// 429, and after how many seconds to come again.
    Later(u32),
    /// The status of a success, and a body that does not end.
    Drip,
    /// No answer at all.
    Nothing,
}

#[derive(Clone, Debug)]
pub struct Heard {
    pub event_id: String,
    pub subject: String,
    pub sequence: u64,
    /// Whether it was answered with a success.
    pub taken: bool,
    latency: Duration,
}

type Answer = dyn Fn(&str) -> Reply + Send + Sync;

#[derive(Clone)]
pub struct Receiver {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

#[derive(Clone)]
struct Inner {
    answer: Arc<Answer>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Receiver {
    /// `answer` says what to do with an event, by its id.
    pub async fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Result<Self, Failure> {
        let listener = acredita_listener::bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
        let address = listener.local_addr()?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let router = Router::new().fallback(hear).with_state(Inner { answer: Arc::new(answer), heard: heard.clone() });
        tokio::spawn(acredita_listener::serve(listener, router, Access::to(address), Limits::default(), pending()));
        Ok(Self { address, heard })
    }

    pub fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    pub fn all(&self) -> Vec<Heard> {
        self.heard.lock().map(|heard| heard.clone()).unwrap_or_default()
    }

    pub fn heard(&self) -> usize {
        self.heard.lock().map(|heard| heard.len()).unwrap_or_default()
    }

    /// From the commit of each event to its arrival.
    pub fn latencies(&self) -> Vec<Duration> {
        self.all().iter().map(|heard| heard.latency).collect()
    }

    pub async fn wait_for(&self, messages: usize, patience: Duration) -> Result<(), Failure> {
        let began = now();
        while self.heard() < messages {
            if began.elapsed() > patience {
                return Err(format!("{} of {messages} messages arrived", self.heard()).into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

async fn hear(State(inner): State<Inner>, body: Bytes) -> Response {
    let arrived = SystemClock.now();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let data = &body["data"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let event_id = text(&data["event_id"]);
    let reply = (inner.answer)(&event_id);
    let committed = body["timestamp"].as_str().and_then(|at| at.parse::<Time>().ok()).unwrap_or(arrived);
    let heard = Heard {
        event_id,
        subject: text(&data["subject"]["identification_id"]),
        sequence: data["sequence"].as_u64().unwrap_or_default(),
        taken: matches!(reply, Reply::Taken | Reply::Drip),
        latency: (arrived - committed).to_std().unwrap_or_default(),
    };
    if let Ok(mut all) = inner.heard.lock() {
        all.push(heard);
    }
    match reply {
        Reply::Taken => StatusCode::NO_CONTENT.into_response(),
        Reply::Status(status) => StatusCode::from_u16(status).unwrap_or_default().into_response(),
        Reply::Later(seconds) => {
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after", seconds.to_string())]).into_response()
        }
        Reply::Drip => {
            let drops = stream::repeat(()).then(|()| async {
                tokio::time::sleep(Duration::from_millis(100)).await;
                Ok::<_, std::convert::Infallible>(Bytes::from_static(b"."))
            });
            Body::from_stream(drops).into_response()
        }
        Reply::Nothing => pending().await,
    }
}
