//! The complete service in one process. The test controls the clock, the sender and the scorers.

mod hands;

pub use hands::{RecordingSender, ScriptedScorer, SentMessage};

use crate::{
    ORG,
    numbers::ScriptedNumbers,
    request::{Answer, Call},
    tokens::{ISSUER, claims},
    wire::Wire,
};
use acredita_aws::SystemEntropy;
use acredita_domain::{
    App, Time,
    app::Policy,
    keys::Keyring,
    ports::{Clock, Entropy, Scorer, Sender},
    scoring::{Provider, ProviderAccess},
};
use acredita_embedded_aws::Storage;
use acredita_emulators::{Emulators, Recording};
use acredita_http::{
    Api,
    jwt::{TokenPolicy, TokenVerifier},
};
use acredita_local::{
    gateway::Gateway,
    midni::TestAuthority,
    providers::emulated,
    serve::{AppParts, LocalAws, policy, request_ids},
    workers,
};
use acredita_service::engine;
use acredita_testing::{ManualClock, beginning};
use aws_sdk_sqs::{config::SharedInterceptor, types::Message};
use axum::http::Request;
use chrono::TimeDelta;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex},
};

/// How to build a world.
pub struct Setup {
    /// In memory, or in a folder that another world can take over.
    pub storage: Storage,
    /// The start: 2026-11-20T08:33:00Z, or the real time if something is verified against it.
    pub clock: Time,
    /// The secret that signs codes.
    pub secret: [u8; 32],
    /// Whether `EXTERNAL` has a provider.
    pub external: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self { storage: Storage::Memory, clock: beginning(), secret: [7; 32], external: false }
    }
}

/// Whose codes of MiDNI are good in every world, next to the police's.
pub static AUTHORITY: LazyLock<TestAuthority> = LazyLock::new(TestAuthority::generate);

/// The key of codes before.
const OLDER_SECRET: [u8; 32] = [1; 32];

pub struct World {
    pub clock: ManualClock,
    pub sender: RecordingSender,
    /// The external provider, if the world has one.
    pub scorer: ScriptedScorer,
    /// The contents of document pictures.
    pub numbers: ScriptedNumbers,
    pub wire: Wire,
    pub aws: LocalAws,
    /// The use cases. A test may decorate the ports before it calls [`World::serve`].
    pub app: App,
    gateway: Gateway,
    /// Signed tokens by organisation and day: signing takes longer than most requests.
    tokens: Mutex<HashMap<(String, i64), String>>,
}

impl World {
    pub async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    /// A world in memory whose `EXTERNAL` provider is the [`ScriptedScorer`].
    pub async fn with_external_provider() -> Self {
        Self::with(Setup { external: true, ..Setup::default() }).await
    }

    /// A world in memory, with the real adapters of both external providers in front of emulators. `EXTERNAL` is
    /// VERIDAS for everybody but [`crate::OTHER_ORG`], which may use no external provider.
    pub async fn with_emulated_providers() -> (Self, Emulators) {
        let mut world = Self::start().await;
        let emulators = Emulators::start(Recording::On).await.expect("the emulators start");
        let mut app = world.app.clone();
        let adapters = emulated(&emulators, &app.clock, &app.entropy).expect("URLs");
        app.engine.as_mut().expect("an engine").scorers.extend(adapters);
        app.policy.providers = format!("{}=; *=VERIDAS,GOOGLE", crate::OTHER_ORG).parse().expect("a list");
        world.serve(app);
        (world, emulators)
    }

    pub async fn in_folder(folder: PathBuf, clock: Time) -> Self {
        Self::with(Setup { storage: Storage::Folder(folder), clock, ..Setup::default() }).await
    }

    pub async fn with(setup: Setup) -> Self {
        let clock = ManualClock::at(setup.clock);
        let wire = Wire::default();
        let interceptor = SharedInterceptor::new(wire.clone());
        let aws = LocalAws::start(setup.storage, Arc::new(clock.clone()), &[interceptor])
            .await
            .expect("the embedded AWS starts");
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        // As after a rotation.
        let keys = Arc::new(Keyring::new(vec![setup.secret, OLDER_SECRET]).expect("keys"));
        let scorer = ScriptedScorer::default();
        let mut external: Vec<Arc<dyn Scorer>> = Vec::new();
        let mut providers = ProviderAccess::default();
        if setup.external {
            external.push(Arc::new(scorer.clone()));
            providers = ProviderAccess::everybody(vec![Provider::Google]);
        }
        let mut app = aws.app(AppParts {
            clock: Arc::new(clock.clone()),
            entropy,
            keys,
            engine: engine::everything(external, AUTHORITY.trusted()),
            // The clock stands still while a test makes hundreds of requests.
            policy: Policy { requests_a_second: "1000000".parse().expect("a rate"), ..policy(providers) },
        });
        let engine = app.engine.as_mut().expect("an engine");
        let numbers = ScriptedNumbers::before(engine.document_number_reader.take().expect("a reader"));
        engine.document_number_reader = Some(Arc::new(numbers.clone()));
        let gateway = gateway(&app);
        wire.take();
        Self {
            clock,
            sender: RecordingSender::default(),
            scorer,
            numbers,
            wire,
            aws,
            app,
            gateway,
            tokens: Mutex::default(),
        }
    }

    /// Serves other use cases from now on, such as some with decorated ports.
    pub fn serve(&mut self, app: App) {
        self.gateway = gateway(&app);
        self.app = app;
    }

    /// From now on trusts these keys, and verifies tokens by this policy.
    pub fn trust(&mut self, jwks: &Value, policy: TokenPolicy) {
        let tokens = TokenVerifier::new(&jwks.to_string(), policy).expect("a JWKS");
        self.gateway = Gateway::new(&Api::new(self.app.clone(), tokens), request_ids(self.app.entropy.clone()));
    }

    /// The gateway, for tests that make their own requests.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// A token for an organisation with every permission but deleting by force.
    pub fn token(&self, org: &str) -> String {
        let today = self.clock.now().timestamp() / 86_400;
        let mut tokens = self.tokens.lock().expect("no test panics while it holds this");
        tokens
            .entry((org.to_owned(), today))
            .or_insert_with(|| ISSUER.sign(&claims(org, self.in_almost_thirty_days())))
            .clone()
    }

    /// A token for an organisation with these permissions only.
    pub fn token_with(&self, org: &str, permissions: &str) -> String {
        let mut claims = claims(org, self.in_almost_thirty_days());
        claims["scope"] = json!("");
        claims["permissions"] = json!(permissions);
        ISSUER.sign(&claims)
    }

    /// In epoch seconds: an end that a token may have, also when the clock is set back a little.
    pub fn in_almost_thirty_days(&self) -> i64 {
        (self.clock.now() + TimeDelta::days(30) - TimeDelta::hours(1)).timestamp()
    }

    /// Reads the settings, as the first create of a minute does: others know them.
    pub async fn knows_the_settings(&self) {
        self.app.settings(&ORG.parse().expect("a name")).await.expect("settings");
    }

    pub async fn send(&self, call: Call) -> Answer {
        self.send_request(call.into_request()).await
    }

    /// Sends a request that is not a [`Call`].
    pub async fn send_request(&self, request: Request<axum::body::Body>) -> Answer {
        let response = self.gateway.clone().serve(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Sends a request to a path below [`ORG`], with a valid token and, on a validate, the device headers.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(self.request(method, path, body)).await
    }

    /// The request of [`World::call`], to change before sending it.
    pub fn request(&self, method: &str, path: &str, body: Option<Value>) -> Call {
        let call = Call::org(method, ORG, path).token(&self.token(ORG));
        let call = if path.ends_with("/validate") { call.device() } else { call.agent_of(path) };
        match body {
            Some(body) => call.json(&body),
            None => call,
        }
    }

    /// Hands every queued message to the worker once, as Lambda's poller does, and returns how many failed.
    pub async fn deliver(&self) -> usize {
        self.deliver_with(&self.app).await
    }

    /// The same, by a worker with other use cases.
    pub async fn deliver_with(&self, app: &App) -> usize {
        self.deliver_by(app, &self.sender).await
    }

    /// The same, by a worker with other use cases and another sender.
    pub async fn deliver_by(&self, app: &App, sender: &dyn Sender) -> usize {
        let mut failed = 0;
        loop {
            let messages = self.receive().await;
            if messages.is_empty() {
                self.wire.take();
                return failed;
            }
            let response =
                acredita_notify::notify(&app.with(acredita_notify::stores), sender, workers::event(&messages)).await;
            failed += response.batch_item_failures.len();
            for message in messages {
                let id = message.message_id.as_deref();
                if !response.batch_item_failures.iter().any(|failure| Some(failure.item_identifier.as_str()) == id) {
                    self.take(message).await;
                }
            }
        }
    }

    /// Hands every queued wake to the dispatcher once, and those that it makes, and returns how many failed.
    pub async fn dispatch(&self) -> usize {
        let (sqs, queue) = (&self.aws.clients.sqs, &self.aws.queues.dispatch_queue);
        let mut failed = 0;
        loop {
            let messages = self.receive_wakes().await;
            if messages.is_empty() {
                self.wire.take();
                return failed;
            }
            let response =
                acredita_dispatch::dispatch(&self.app.with(acredita_dispatch::stores), workers::event(&messages)).await;
            failed += response.batch_item_failures.len();
            for message in messages {
                let id = message.message_id.as_deref();
                if !response.batch_item_failures.iter().any(|failure| Some(failure.item_identifier.as_str()) == id) {
                    let delete = sqs.delete_message().queue_url(queue);
                    let delete = delete.receipt_handle(message.receipt_handle.expect("a receipt"));
                    delete.send().await.expect("the queue answers");
                }
            }
        }
    }

    /// Hands every queued export to a worker once, and those that it hands on, and returns how many failed.
    pub async fn export(&self) -> usize {
        self.export_by(&self.app).await
    }

    /// The same, by a worker with other use cases.
    pub async fn export_by(&self, app: &App) -> usize {
        let (sqs, queue) = (&self.aws.clients.sqs, &self.aws.queues.exports_queue);
        let mut failed = 0;
        loop {
            let receive = sqs.receive_message().queue_url(queue).max_number_of_messages(10);
            let messages = receive.send().await.expect("the queue answers").messages.unwrap_or_default();
            if messages.is_empty() {
                self.wire.take();
                return failed;
            }
            let response =
                acredita_exports::exports(&app.with(acredita_exports::stores), workers::event(&messages)).await;
            failed += response.batch_item_failures.len();
            for message in messages {
                let id = message.message_id.as_deref();
                if !response.batch_item_failures.iter().any(|failure| Some(failure.item_identifier.as_str()) == id) {
                    let delete = sqs.delete_message().queue_url(queue);
                    let delete = delete.receipt_handle(message.receipt_handle.expect("a receipt"));
                    delete.send().await.expect("the queue answers");
                }
            }
        }
    }

    /// Loses every queued wake.
    pub async fn lose_wakes(&self) {
        let purge = self.aws.clients.sqs.receive_message().queue_url(&self.aws.queues.dispatch_queue);
        let purge = purge.max_number_of_messages(10).visibility_timeout(43_200);
        while !purge.clone().send().await.expect("the queue answers").messages.unwrap_or_default().is_empty() {}
        self.wire.take();
    }

    /// Receives at most ten messages, which are then hidden from other receivers for a while.
    pub async fn receive(&self) -> Vec<Message> {
        let receive = self.aws.clients.sqs.receive_message().queue_url(&self.aws.queues.queue);
        let received = receive.max_number_of_messages(10).send().await.expect("the queue answers");
        received.messages.unwrap_or_default()
    }

    /// The same from the queue of deliveries.
    pub async fn receive_wakes(&self) -> Vec<Message> {
        let receive = self.aws.clients.sqs.receive_message().queue_url(&self.aws.queues.dispatch_queue);
        let received = receive.max_number_of_messages(10).send().await.expect("the queue answers");
        received.messages.unwrap_or_default()
    }

    /// Deletes a received message from the queue.
    pub async fn take(&self, message: Message) {
        let delete = self.aws.clients.sqs.delete_message().queue_url(&self.aws.queues.queue);
        delete.receipt_handle(message.receipt_handle.expect("a receipt")).send().await.expect("the queue answers");
    }

    /// The latest code sent for an identification.
    #[track_caller]
    pub fn code_of(&self, identification_id: &str) -> String {
        let sent = self.sender.sent();
        let message = sent.iter().rev().find(|message| message.identification_id == identification_id);
        message.expect("a message went out").code.clone()
    }
}

fn gateway(app: &App) -> Gateway {
    let tokens = TokenVerifier::new(&ISSUER.jwks.to_string(), TokenPolicy::default()).expect("a JWKS");
    Gateway::new(&Api::new(app.clone(), tokens), request_ids(app.entropy.clone()))
}
