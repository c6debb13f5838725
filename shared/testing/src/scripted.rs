//! A scripted AWS: the answers of a real one on a bad day, or none at all. Hardly any time passes in it.

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_runtime_api::{
    client::{
        behavior_version::BehaviorVersion,
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use aws_types::{SdkConfig, region::Region};
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

#[derive(Clone, Debug)]
pub enum Reply {
    Http(u16, String),
    /// The connection breaks.
    Broken,
    /// No answer, ever.
    Silence,
}

/// An error in the words of the services.
pub fn error(status: u16, code: &str, more: &str) -> Reply {
    Reply::Http(status, format!(r#"{{"__type":"{code}","Message":"no value belongs here"{more}}}"#))
}

/// A request on the wire.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub uri: String,
    /// The operation, for services that name it in a header.
    pub target: String,
    pub body: String,
}

impl Asked {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// The scripted AWS. Clones share one script.
#[derive(Clone, Debug, Default)]
pub struct Scripted(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    next: VecDeque<Reply>,
    always: Option<Reply>,
    asked: Vec<Asked>,
    waits: Vec<Duration>,
}

impl Scripted {
    /// Gives these answers, in order.
    pub fn answering(replies: impl IntoIterator<Item = Reply>) -> Self {
        let script = Script { next: replies.into_iter().collect(), ..Script::default() };
        Self(Arc::new(Mutex::new(script)))
    }

    /// Gives the same answer from now on.
    pub fn always(&self, reply: Reply) {
        self.0.lock().expect("not poisoned").always = Some(reply);
    }

    /// The requests since the last call.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.0.lock().expect("not poisoned").asked)
    }

    /// The duration of every wait.
    pub fn waits(&self) -> Vec<Duration> {
        self.0.lock().expect("not poisoned").waits.clone()
    }

    /// A configuration of the SDK that leads here.
    pub fn sdk(&self) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "test")))
            .http_client(self.clone())
            .sleep_impl(self.clone())
            .build()
    }
}

impl HttpClient for Scripted {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Scripted {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut script = self.0.lock().expect("not poisoned");
        script.asked.push(Asked {
            method: request.method().to_owned(),
            uri: request.uri().to_owned(),
            target: request.headers().get("x-amz-target").unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned(),
        });
        let reply = script.next.pop_front().or_else(|| script.always.clone());
        match reply.expect("the script goes on") {
            Reply::Http(status, body) => {
                let status = StatusCode::try_from(status).expect("a status");
                HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
            }
            Reply::Broken => HttpConnectorFuture::ready(Err(ConnectorError::io("broken".into()))),
            Reply::Silence => HttpConnectorFuture::new(std::future::pending()),
        }
    }
}

/// A millisecond lasts until every task has done all that it can do now.
impl AsyncSleep for Scripted {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.lock().expect("not poisoned").waits.push(duration);
        Sleep::new(async move {
            for _ in 0..duration.as_millis() {
                tokio::task::yield_now().await;
            }
        })
    }
}
