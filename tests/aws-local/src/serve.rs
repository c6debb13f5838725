//! Assembles the AWS shape, and runs it.

use crate::{
    environment::Environment,
    front::Front,
    invocations,
    poller::Poller,
    runtime::Runtime,
    stand_ins::{self, StandIns},
};
use acredita_aws::{SystemClock, SystemEntropy};
use acredita_domain::{
    Time,
    ports::{Clock, Entropy},
};
use acredita_embedded_aws::{REGION, Storage};
use acredita_emulators::{Emulators, PROCESSOR, Recording, VERIDAS_KEY};
use acredita_listener::{Access, Limits};
use acredita_local::{
    event_log::EventLog,
    gateway::document,
    inbox::Inbox,
    keys::{AUDIENCE, ISSUER, TokenSigner, pages_secret, ready_grant, secret_text},
    pages::{self, Carriers, Owner},
    serve::{self, BUCKET, KEPT, LocalAws, RETENTION, TABLE},
    workers,
};
use acredita_manifest::{DISPATCH, EXPORTS, FUNCTIONS, NOTIFY, RECEIPTS, SWEEP};
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use axum::Router;
use std::{
    collections::BTreeMap,
    future::pending,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::watch, task::JoinSet};

const GOOGLE_SECRET: &str = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:google";
const VERIDAS_SECRET: &str = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:veridas";
/// How long requests under way may take to finish after Ctrl-C.
const DRAIN: Duration = Duration::from_secs(10);

pub struct Options {
    /// Where the gateway listens.
    pub listen: SocketAddr,
    /// The folder of all data.
    pub data_dir: PathBuf,
    /// The issuer's keys; `None` takes those of the data folder.
    pub jwks: Option<PathBuf>,
    /// What tokens have to name.
    pub issuer: String,
    pub audience: String,
    /// The folder of the functions' binaries.
    pub binaries: PathBuf,
    /// The most processes of each function.
    pub processes: usize,
}

/// Why it does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file, a folder or an address.
    #[error("{what}: {source}")]
    Io {
        /// The failed step.
        what: String,
        source: io::Error,
    },
    /// A function that was not built.
    #[error("{} is not there: build it with `cargo build --workspace --all-targets`", .0.display())]
    NoBinary(PathBuf),
    /// The errors that the local server has too.
    #[error(transparent)]
    Local(#[from] acredita_local::serve::ServeError),
    /// The secret of codes.
    #[error(transparent)]
    Key(#[from] acredita_local::keys::KeyError),
}

fn io(what: impl ToString) -> impl FnOnce(io::Error) -> StartError {
    let what = what.to_string();
    move |source| StartError::Io { what, source }
}

/// The AWS shape, running.
pub struct AwsShape {
    /// Where the gateway listens.
    pub address: SocketAddr,
    /// A token that is valid right now, if the keys are the data folder's.
    pub token: Option<String>,
    /// The emulators of external providers.
    pub emulators: Emulators,
    aws: LocalAws,
    runtime: Runtime,
    /// Tasks that drain when they are stopped.
    tasks: JoinSet<()>,
    /// The stand-ins, which the processes need to the end.
    stand_ins: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl AwsShape {
    /// Starts everything but the functions: the first events do that.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options { listen, data_dir: folder, jwks, issuer, audience, binaries, processes } = options;
        let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        let aws = LocalAws::start(Storage::Folder(folder.clone()), clock.clone(), &[]).await?;
        let inbox = Arc::new(Inbox::open(&folder.join("inbox.jsonl")).map_err(io("inbox.jsonl"))?);
        let (jwks, token) = keys(jwks.as_deref(), &folder, clock.now())?;
        let (listener, address) = serve::listen(listen).await?;

        let mut stand_ins = JoinSet::new();
        let emulators = Emulators::start(Recording::Off).await.map_err(io("the emulated providers"))?;
        let codes =
            StandIns { secret: secret_text(&folder, &*entropy)?, jwks, inbox: inbox.clone(), clock: clock.clone() };
        let secrets =
            BTreeMap::from([(GOOGLE_SECRET, emulators.service_account()), (VERIDAS_SECRET, VERIDAS_KEY.to_owned())]);
        let router = stand_ins::router_with(codes, secrets);
        let stand_ins_at = spawn_router(&mut stand_ins, router).await?;
        let mut variables = variables(&aws, &format!("http://{stand_ins_at}"));
        variables.extend(of_providers(&emulators));
        variables.extend([("ACREDITA_ISSUER", issuer), ("ACREDITA_AUDIENCE", audience)]);
        let environment = Environment { binaries, variables };
        let missing =
            FUNCTIONS.iter().map(|function| environment.binary(function.name)).find(|binary| !binary.exists());
        missing.map_or(Ok(()), |binary| Err(StartError::NoBinary(binary)))?;
        let runtime = Runtime::new(FUNCTIONS, environment, processes, clock.clone());

        let (stop, stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let (sqs, queues) = (aws.clients.sqs.clone(), aws.queues.clone());
        let workers =
            [(NOTIFY.name, queues.queue), (DISPATCH.name, queues.dispatch_queue), (EXPORTS.name, queues.exports_queue)];
        for (function, queue_url) in workers {
            let poller = Poller { runtime: runtime.clone(), sqs: sqs.clone(), queue_url, function };
            tasks.spawn(poller.run(processes, stopping.clone()));
        }
        tasks.spawn(workers::watch_dead_letters(
            clock.clone(),
            inbox.clone(),
            sqs,
            queues.dead_letter_queue,
            stopping.clone(),
        ));
        let scheduled = runtime.clone();
        tasks.spawn(workers::sweep(move || sweep(scheduled.clone()), stopping.clone()));

        let owner = Owner::new(pages_secret(&folder, &*entropy)?, address.port());
        let overview = serve::overview(address, &folder, &aws, token.clone(), &owner);
        let health = Arc::new(serve::StoreHealth::of(&aws));
        let events = Arc::new(EventLog { stores: aws.stores(), clock: clock.clone(), kept: KEPT });
        let hears = runtime.clone();
        let receipts = move |batch| receipts(hears.clone(), batch);
        let carriers = Carriers { inbox, reports: Arc::new(receipts), clock: clock.clone() };
        let front = Front { runtime: runtime.clone(), entropy, clock };
        let router = pages::router(overview, owner, carriers, events, document(), health)
            .merge(invocations::router(runtime.clone()))
            .fallback(move |request| front.clone().serve(request));
        tasks.spawn(serve::serve(listener, router, Access::to(address), stopping));
        Ok(Self { address, token, emulators, aws, runtime, tasks, stand_ins, stop })
    }

    /// Takes no new requests, finishes those under way, and ends everything that was started.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        let drained = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN, drained).await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
        self.tasks.shutdown().await;
        self.runtime.stop().await;
        self.stand_ins.shutdown().await;
        self.aws.embedded.stop().await;
    }
}

/// The issuer's keys, and a token if we are the issuer.
fn keys(jwks: Option<&Path>, folder: &Path, now: Time) -> Result<(String, Option<String>), StartError> {
    match jwks {
        Some(file) => Ok((std::fs::read_to_string(file).map_err(io(file.display()))?, None)),
        None => {
            let signer = TokenSigner::of(folder)?;
            Ok((signer.jwks().to_string(), Some(signer.token(&ready_grant(), now)?)))
        }
    }
}

async fn spawn_router(tasks: &mut JoinSet<()>, router: Router) -> Result<SocketAddr, StartError> {
    let (listener, address) = serve::listen((Ipv4Addr::LOCALHOST, 0).into()).await?;
    tasks.spawn(acredita_listener::serve(listener, router, Access::to(address), Limits::default(), pending()));
    Ok(address)
}

/// The functions' variables in the template, pointed at this machine. `stand_ins` is the URL of those in [`stand_ins`].
pub fn variables(aws: &LocalAws, stand_ins: &str) -> BTreeMap<&'static str, String> {
    let mut variables = aws.embedded.variables();
    variables.extend([
        // The region for older SDKs.
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", stand_ins.to_owned()),
        ("AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2", stand_ins.to_owned()),
        ("AWS_ENDPOINT_URL_SESV2", stand_ins.to_owned()),
        ("ACREDITA_TABLE", TABLE.to_owned()),
        ("ACREDITA_BUCKET", BUCKET.to_owned()),
        ("ACREDITA_QUEUE_URL", aws.queues.queue.clone()),
        ("ACREDITA_DISPATCH_QUEUE_URL", aws.queues.dispatch_queue.clone()),
        ("ACREDITA_EXPORTS_QUEUE_URL", aws.queues.exports_queue.clone()),
        ("ACREDITA_RETENTION_DAYS", RETENTION.num_days().to_string()),
        ("ACREDITA_CODE_KEYS_SECRET", "arn:aws:secretsmanager:eu-west-1:000000000000:secret:codes".to_owned()),
        ("ACREDITA_JWKS_URL", format!("{stand_ins}/jwks.json")),
        ("ACREDITA_ISSUER", ISSUER.to_owned()),
        ("ACREDITA_AUDIENCE", AUDIENCE.to_owned()),
        // Nothing here is older.
        ("ACREDITA_SEARCH_SINCE", "2026-01-01T00:00:00Z".to_owned()),
        ("ACREDITA_CHANNELS", "SMS,EMAIL".to_owned()),
        ("ACREDITA_SMS_ORIGINATION_IDENTITY", "Acredita".to_owned()),
        ("ACREDITA_EMAIL_FROM", "acredita@example.com".to_owned()),
        ("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "info".to_owned())),
    ]);
    variables
}

/// External providers, as the template would name them. `EXTERNAL` is VERIDAS: it accepts documents of any country.
fn of_providers(emulators: &Emulators) -> [(&'static str, String); 7] {
    [
        ("ACREDITA_EXTERNAL_PROVIDERS", "*=VERIDAS,GOOGLE".to_owned()),
        ("ACREDITA_GOOGLE_PROCESSOR", PROCESSOR.to_owned()),
        ("ACREDITA_GOOGLE_ENDPOINT", emulators.google()),
        ("ACREDITA_GOOGLE_SECRET", GOOGLE_SECRET.to_owned()),
        ("ACREDITA_VERIDAS_VALIDAS_URL", emulators.validas()),
        ("ACREDITA_VERIDAS_XPRESSID_URL", emulators.xpressid()),
        ("ACREDITA_VERIDAS_SECRET", VERIDAS_SECRET.to_owned()),
    ]
}

async fn sweep(runtime: Runtime) {
    if let Err(error) = runtime.invoke(SWEEP.name, b"{}".to_vec()).await {
        tracing::warn!(%error, "the sweep failed");
    }
}

/// Whether the function has taken all of a batch.
async fn receipts(runtime: Runtime, batch: SqsEvent) -> bool {
    let Ok(batch) = serde_json::to_vec(&batch) else { return false };
    let answer = runtime.invoke(RECEIPTS.name, batch).await;
    let answer = answer.ok().and_then(|answer| serde_json::from_slice::<SqsBatchResponse>(&answer).ok());
    answer.is_some_and(|answer| answer.batch_item_failures.is_empty())
}
