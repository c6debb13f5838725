//! Emulators of Google Document AI, of Veridas and of Infobip, as far as our adapters speak with them: ordinary HTTP
//! servers on loopback, with nothing behind them. They judge no picture and send no message: they answer as a [`Scenario`]
//! says, check requests as strictly as is known, and record them.
//!
//! They are no substitute for an account. The Google part follows public documentation and published examples of its
//! answers, the Infobip part its published definition. The Veridas part follows public traces: product pages and
//! integrators' code. `infra/docs/PROVIDERS.md` and, of Infobip, `infra/adr/0039-a-sender-over-https.md` say how much of
//! it is proven.
//!
//! ```text
//! GET  /emulator                       what this is, and the scenarios
//! PUT  /emulator/scenario/{scenario}   the answers from now on
//! ```

mod federation;
mod google;
mod infobip;
mod listener;
mod record;
mod scenario;
mod veridas;

pub use federation::{AWS_SESSION, AwsSession, Impersonation};
pub use google::ServiceAccount;
pub use infobip::{INFOBIP_KEY, INFOBIP_SENDER, InfobipAccount, TextMessage};
pub use record::{Part, Recorded};
pub use scenario::Scenario;

use acredita_listener::{Access, Limits, Listener};
use axum::{
    Router,
    extract::{Path, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use listener::Counted;
use record::{Journal, body_of};
use std::{
    collections::HashSet,
    future::pending,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::watch, task::JoinHandle};

/// The processor of the Google part.
pub const PROCESSOR: &str = "projects/emulated/locations/eu/processors/0123456789abcdef/processorVersions/pretrained-id-proofing-v1.1-2023-05-18";
/// The key that the Veridas part accepts.
pub const VERIDAS_KEY: &str = "emulated-veridas-key";

/// Whether requests are recorded. With pictures in them they fill the memory of a long-running process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    On,
    Off,
}

/// All emulators, running until dropped.
pub struct Emulators {
    /// Where they listen.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl Drop for Emulators {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The state that all handlers share.
struct Shared {
    scenario: watch::Sender<Scenario>,
    journal: Journal,
    google: google::State,
    veridas: veridas::State,
    infobip: infobip::State,
    /// The once-only scenarios that have happened.
    happened: Mutex<HashSet<&'static str>>,
    open: watch::Sender<usize>,
    running: watch::Sender<usize>,
    most_running: Mutex<usize>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Emulators {
    /// Starts all on a free port of loopback, answering [`Scenario::Pass`].
    pub async fn start(recording: Recording) -> io::Result<Self> {
        let listener = acredita_listener::bind(([127, 0, 0, 1], 0).into()).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            scenario: watch::Sender::new(Scenario::Pass),
            journal: Journal::new(recording),
            google: google::State::new(address),
            veridas: veridas::State::default(),
            infobip: infobip::State::default(),
            happened: Mutex::default(),
            open: watch::Sender::new(0),
            running: watch::Sender::new(0),
            most_running: Mutex::new(0),
        });
        let router = router(shared.clone());
        let listener = Counted { listener, open: shared.open.clone() };
        let server = tokio::spawn(async move {
            // It only ends with the task.
            acredita_listener::serve(listener, router, Access::to(address), Limits::default(), pending()).await;
        });
        Ok(Self { address, shared, server })
    }

    /// The socket.
    pub fn listener(&self) -> Listener {
        Listener { name: "providers", address: self.address }
    }

    /// The Google part, in place of `https://{location}-documentai.googleapis.com`.
    pub fn google(&self) -> String {
        format!("http://{}/google", self.address)
    }

    /// vali-Das.
    pub fn validas(&self) -> String {
        format!("http://{}/validas/v1", self.address)
    }

    /// XpressID.
    pub fn xpressid(&self) -> String {
        format!("http://{}/xpressid", self.address)
    }

    /// The key file of a service account whose tokens the Google part issues and accepts.
    pub fn service_account(&self) -> String {
        self.shared.google.account.key_file()
    }

    /// The configuration of an external account: requests signed by [`AWS_SESSION`] get tokens that the Google part
    /// accepts.
    pub fn external_account(&self, impersonation: Impersonation) -> String {
        federation::external_account(&self.google(), impersonation)
    }

    /// The answers from now on. Requests that [`Scenario::Slow`] holds are released as if they passed.
    pub fn play(&self, scenario: Scenario) {
        self.shared.play(scenario);
    }

    /// Takes the pictures of a hosted capture, as a person would on XpressID's pages. Returns whether there is one of
    /// that name.
    pub fn capture(&self, validation_id: &str) -> bool {
        self.shared.veridas.capture(validation_id)
    }

    /// Takes the requests so far, oldest first.
    pub fn take_requests(&self) -> Vec<Recorded> {
        self.shared.journal.take()
    }

    /// Waits until at least this many requests are being answered at once.
    pub async fn until_running(&self, requests: usize) {
        let _ = self.shared.running.subscribe().wait_for(|running| *running >= requests).await;
    }

    /// Waits until no connection is open.
    pub async fn until_left_alone(&self) {
        let _ = self.shared.open.subscribe().wait_for(|open| *open == 0).await;
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        *self.shared.open.borrow()
    }

    /// The most requests that were being answered at once.
    pub fn most_running(&self) -> usize {
        *lock(&self.shared.most_running)
    }
}

impl Shared {
    fn scenario(&self) -> Scenario {
        *self.scenario.borrow()
    }

    fn play(&self, scenario: Scenario) {
        lock(&self.happened).clear();
        self.scenario.send_replace(scenario);
    }

    /// Whether this is the first time under this scenario.
    fn first(&self, what: &'static str) -> bool {
        lock(&self.happened).insert(what)
    }

    /// Waits for another scenario.
    async fn hold(&self) {
        let _ = self.scenario.subscribe().wait_for(|scenario| *scenario != Scenario::Slow).await;
    }
}

/// Counts a request while it is being answered, or until its client goes away.
struct Running<'a>(&'a Shared);

impl<'a> Running<'a> {
    fn count(shared: &'a Shared) -> Self {
        shared.running.send_modify(|running| *running += 1);
        let now = *shared.running.borrow();
        let mut most = lock(&shared.most_running);
        *most = (*most).max(now);
        Self(shared)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.send_modify(|running| *running -= 1);
    }
}

fn router(shared: Arc<Shared>) -> Router {
    let providers = Router::new()
        .nest("/google", google::router().merge(federation::router()))
        .nest("/validas/v1", veridas::validas())
        .nest("/xpressid", veridas::xpressid())
        .nest("/infobip", infobip::router())
        .layer(middleware::from_fn_with_state(shared.clone(), recorded));
    Router::new()
        .route("/emulator", get(about))
        .route("/emulator/scenario/{scenario}", put(play))
        .nest("/emulator/infobip", infobip::desk())
        .merge(providers)
        .with_state(shared)
}

/// Records a request before it is answered.
async fn recorded(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let _running = Running::count(&shared);
    let (parts, body) = request.into_parts();
    let Ok(body) = body_of(body).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    shared.journal.note(&parts, &body);
    next.run(Request::from_parts(parts, body.into())).await
}

async fn about(State(shared): State<Arc<Shared>>) -> String {
    let now = shared.scenario();
    let scenarios: Vec<&str> = Scenario::ALL.iter().map(|scenario| scenario.name()).collect();
    format!(
        "Emulators of Google Document AI, of Veridas and of Infobip. They judge no picture and send no message: they answer\n\
         what the scenario says. The Veridas part follows public traces and is not confirmed by Veridas.\n\n\
         Scenario now: {}\nTo change it: curl -X PUT http://<this address>/emulator/scenario/<one of these>\n{}\n\n\
         Text messages that the Infobip part took: GET /emulator/infobip; to have them refused: PUT\n\
         /emulator/infobip/REJECTED_DESTINATION, or another status of its list.\n",
        now.name(),
        scenarios.join("\n")
    )
}

async fn play(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    match Scenario::named(&name) {
        Some(scenario) => {
            shared.play(scenario);
            format!("{}\n", scenario.name()).into_response()
        }
        None => (StatusCode::NOT_FOUND, "no such scenario; GET /emulator lists them\n").into_response(),
    }
}
