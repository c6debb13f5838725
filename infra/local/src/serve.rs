//! Puts the service together on one machine, and runs it.

use crate::{
    address::AddressFile,
    event_log::EventLog,
    gateway::{Gateway, document},
    inbox::{FailRate, Inbox, InboxSender},
    keys::{self, KeyError, TokenSigner},
    midni::TestAuthority,
    office::office,
    pages::{self, Carriers, Health, Overview, Owner},
    providers::{External, Providers, SmsProvider, emulated_infobip},
    workers,
};
use acredita_aws::{
    AwsClients, AwsStores, NoRegion, SystemClock, SystemEntropy,
    provision::{ProvisionError, QueueUrls, ResourceNames, provision},
    sdk_config,
};
use acredita_domain::{
    App, RequestRate,
    app::{EVENT_RETENTION, Engine, Policy, SCORINGS_A_DAY},
    ids::MessageId,
    keys::Keyring,
    named::Named,
    otp::Channel,
    ports::{Clock, Entropy},
    scoring::ProviderAccess,
    settings::Countries,
    stores::Stores,
    test_destinations::TestDestinations,
    use_cases::Kept,
};
use acredita_embedded_aws::{Doors, EmbeddedAws, REGION, StartError, Storage};
use acredita_emulators::Emulators;
use acredita_http::{
    Api,
    jwks::JwksError,
    jwt::{TokenPolicy, TokenVerifier},
    layers,
    office::Office,
};
use acredita_listener::{Access, HostName, Limits, Listener, Origin};
use acredita_outbound::{Outbound, Reach};
use acredita_senders::{ChannelSender, Senders};
use acredita_service::{HttpReceivers, Parts, Places, engine};
use async_trait::async_trait;
use aws_sdk_sqs::config::SharedInterceptor;
use axum::{Router, serve::ListenerExt};
use chrono::TimeDelta;
use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

/// How long ended identifications and scorings are kept. Fixed for the local server.
pub const RETENTION: TimeDelta = TimeDelta::days(90);
pub const KEPT: Kept = Kept { events: EVENT_RETENTION, subjects: RETENTION };
/// Workers that deliver events: a receiver that does not answer holds up four of them.
const DISPATCHERS: usize = 16;
/// The time that running requests get to finish after Ctrl-C.
const DRAIN: Duration = Duration::from_secs(10);
pub const TABLE: &str = "acredita";
pub const BUCKET: &str = "acredita-pictures";
const QUEUE: &str = "acredita-messages";
const DEAD_LETTER_QUEUE: &str = "acredita-messages-dead";
const DISPATCH_QUEUE: &str = "acredita-dispatch";
const DISPATCH_DEAD_LETTER_QUEUE: &str = "acredita-dispatch-dead";
const EXPORTS_QUEUE: &str = "acredita-exports";
const EXPORTS_DEAD_LETTER_QUEUE: &str = "acredita-exports-dead";

pub struct Options {
    pub listen: SocketAddr,
    /// The hosts that the server answers to, beyond this machine's own names.
    pub hosts: Vec<HostName>,
    /// The web pages that may call the API and use links to S3.
    pub cors_origins: Vec<Origin>,
    pub data_dir: PathBuf,
    /// Whose tokens are good; `None` stands for the data folder's own.
    pub issuer: Option<TrustedIssuer>,
    /// The operator's page as a client of that issuer; `None` if a token is pasted into it.
    pub office_client: Option<String>,
    /// How often a delivery fails on purpose.
    pub fail_delivery: FailRate,
    pub providers: Providers,
    pub sms_sender: SmsProvider,
    pub requests_a_second: RequestRate,
    /// Whether an upload has to be stated before it gets a link.
    pub stated_uploads: bool,
    /// Where organisations may send text messages at most.
    pub sms_countries: Countries,
    /// Where nothing is sent, and the code is known.
    pub test_destinations: TestDestinations,
}

/// An issuer of tokens elsewhere.
pub struct TrustedIssuer {
    /// The file with its keys.
    pub jwks: PathBuf,
    pub policy: TokenPolicy,
}

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("{what}: {source}")]
    Io {
        /// The address, file or step that failed.
        what: String,
        source: io::Error,
    },
    #[error(transparent)]
    Embedded(#[from] StartError),
    #[error(transparent)]
    Sdk(#[from] NoRegion),
    #[error(transparent)]
    Provision(#[from] ProvisionError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("{file}: {source}")]
    Jwks { file: String, source: JwksError },
    #[error("the issuer {0}, so that nobody can sign in there")]
    Issuer(&'static str),
}

/// The embedded AWS with the product's table, bucket and queues, and clients for them.
pub struct LocalAws {
    pub embedded: EmbeddedAws,
    pub clients: AwsClients,
    pub queues: QueueUrls,
}

impl LocalAws {
    /// Starts the stand-ins and creates missing resources. `interceptors` see every call of the clients.
    pub async fn start(
        storage: Storage,
        clock: Arc<dyn Clock>,
        interceptors: &[SharedInterceptor],
    ) -> Result<Self, ServeError> {
        Self::start_behind(Doors::default(), storage, clock, interceptors).await
    }

    /// [`LocalAws::start`] for web pages of the caller's choice.
    pub async fn start_behind(
        doors: Doors,
        storage: Storage,
        clock: Arc<dyn Clock>,
        interceptors: &[SharedInterceptor],
    ) -> Result<Self, ServeError> {
        let embedded = EmbeddedAws::start_behind(storage, Arc::new(move || clock.now().into()), doors).await?;
        let (variables, outbound) = (embedded.variables(), Outbound::default());
        let sdk = sdk_config(outbound.connector(), move |name| variables.get(name).cloned())?;
        let clients = AwsClients::new(&sdk, interceptors);
        let names = ResourceNames {
            region: REGION.to_owned(),
            table: TABLE.to_owned(),
            bucket: BUCKET.to_owned(),
            queue: QUEUE.to_owned(),
            dead_letter_queue: DEAD_LETTER_QUEUE.to_owned(),
            dispatch_queue: DISPATCH_QUEUE.to_owned(),
            dispatch_dead_letter_queue: DISPATCH_DEAD_LETTER_QUEUE.to_owned(),
            exports_queue: EXPORTS_QUEUE.to_owned(),
            exports_dead_letter_queue: EXPORTS_DEAD_LETTER_QUEUE.to_owned(),
        };
        let queues = provision(&clients, &names).await?;
        Ok(Self { embedded, clients, queues })
    }

    pub fn stores(&self) -> Stores {
        Stores::all(&AwsStores::new(&self.clients, TABLE, BUCKET))
    }

    pub fn app(&self, parts: AppParts) -> App {
        let AppParts { clock, entropy, keys, engine, policy } = parts;
        let parts = Parts {
            clients: self.clients.clone(),
            places: Places {
                table: TABLE.to_owned(),
                bucket: BUCKET.to_owned(),
                queue_url: self.queues.queue.clone(),
                dispatch_queue_url: self.queues.dispatch_queue.clone(),
                exports_queue_url: self.queues.exports_queue.clone(),
            },
            receivers: Named::new(Arc::new(HttpReceivers::new(Reach::PublicAndLoopback))),
            keys: Arc::new(keys),
            engine: Some(engine),
            policy,
            clock,
            entropy,
        };
        acredita_service::app(parts, Stores::all)
    }
}

/// The parts of an [`App`] besides its stores.
pub struct AppParts {
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub keys: Arc<Keyring>,
    pub engine: Engine,
    pub policy: Policy,
}

/// The local server's choices, with these external providers. The inbox takes all channels.
pub fn policy(providers: ProviderAccess) -> Policy {
    let (channels, retention) = (Channel::ALL.to_vec(), RETENTION);
    let requests_a_second = RequestRate::default();
    Policy {
        channels,
        receipts: vec![Channel::Sms, Channel::Email],
        retention,
        providers,
        requests_a_second,
        stated_uploads: false,
        scorings_a_day: SCORINGS_A_DAY,
        events_kept: EVENT_RETENTION,
        sms_countries: Countries::All,
        test_destinations: TestDestinations::default(),
        // Everything in a new folder is found; what lies in an older one is, once the sweep has gone through it.
        search_since: chrono::DateTime::from_timestamp(FOUND_SINCE, 0),
    }
}

/// When this program began to write what records are found by: 2026-11-30.
const FOUND_SINCE: i64 = 1_795_996_800;

/// Generates request ids.
pub fn request_ids(entropy: Arc<dyn Entropy>) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    move || MessageId::generate(&*entropy).to_string()
}

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    /// For the greeting and the pages.
    pub overview: Overview,
    /// Set if a provider is emulated.
    pub emulators: Option<Emulators>,
    aws: LocalAws,
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
    _address_file: AddressFile,
}

impl Server {
    /// Starts everything: the stand-ins, the routers, the pages, the worker and the sweep.
    pub async fn start(options: &Options) -> Result<Self, ServeError> {
        let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        let folder = &options.data_dir;
        let (listener, address) = listen(options.listen).await?;
        let access = Access::to(address).by(&options.hosts);
        let pages = [access.own_pages(), options.cors_origins.clone()].concat();
        let access = access.from_pages(&options.cors_origins);
        // Makes the folder too, for this account only: the data is about people.
        let doors = Doors { pages, ..Doors::default() };
        let aws = LocalAws::start_behind(doors, Storage::Folder(folder.clone()), clock.clone(), &[]).await?;
        let keys = Arc::new(keys::keyring(folder, &*entropy)?);
        let external = External::start(options.providers, options.sms_sender, &clock, &entropy).await;
        let external =
            external.map_err(|source| ServeError::Io { what: "the emulated providers".to_owned(), source })?;
        let app = aws.app(AppParts {
            clock: clock.clone(),
            entropy: entropy.clone(),
            keys,
            engine: engine::everything(external.scorers, TestAuthority::of(folder)?.trusted()),
            policy: Policy {
                requests_a_second: options.requests_a_second,
                stated_uploads: options.stated_uploads,
                sms_countries: options.sms_countries.clone(),
                test_destinations: options.test_destinations.clone(),
                ..policy(external.access)
            },
        });

        let inbox_file = folder.join("inbox.jsonl");
        let inbox = Inbox::open(&inbox_file)
            .map_err(|source| ServeError::Io { what: inbox_file.display().to_string(), source })?;
        let inbox = Arc::new(inbox);
        let sender: Arc<dyn ChannelSender> = Arc::new(InboxSender {
            inbox: inbox.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            fail_rate: options.fail_delivery,
        });
        let every = Channel::ALL.iter();
        let mut senders = every.fold(Senders::default(), |senders, channel| senders.with(*channel, sender.clone()));
        if let (SmsProvider::InfobipEmulated, Some(emulators)) = (options.sms_sender, &external.emulators) {
            let infobip = emulated_infobip(emulators, &clock)
                .map_err(|source| ServeError::Io { what: "the emulated Infobip".to_owned(), source })?;
            senders = senders.with(Channel::Sms, Arc::new(infobip));
        }

        let (verifier, token) = tokens(options, &app)?;
        let owner = Owner::new(keys::pages_secret(folder, &*entropy)?, address.port());
        let overview = overview(address, folder, &aws, token, &owner);
        let api = Api::new(app.clone(), verifier);
        let ids = request_ids(entropy);
        let gateway = Gateway::new(&api, ids.clone());
        let health = Arc::new(StoreHealth::of(&aws));
        let events = Arc::new(EventLog { stores: app.stores.clone(), clock: clock.clone(), kept: KEPT });
        let hears = app.with(acredita_receipts::stores);
        let receipts = move |batch| {
            let app = hears.clone();
            async move { acredita_receipts::receipts(&app, batch).await.batch_item_failures.is_empty() }
        };
        let carriers = Carriers { inbox: inbox.clone(), reports: Arc::new(receipts), clock: clock.clone() };
        let pages = pages::router(overview.clone(), owner, carriers, events, document(), health);
        let pages = pages.merge(acredita_page::router(page(options, &overview.s3)?));
        let router = layers::finish(pages, ids).fallback(move |request| gateway.clone().serve(request));

        let (stop, stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, router, access, stopping.clone()));
        let (sqs, queues) = (&aws.clients.sqs, &aws.queues);
        let worker = app.with(acredita_notify::stores);
        let notify = move |batch| {
            let (app, senders) = (worker.clone(), senders.clone());
            async move { acredita_notify::notify(&app, &senders, batch).await }
        };
        tasks.spawn(workers::deliver(notify, sqs.clone(), queues.queue.clone(), stopping.clone()));
        for _ in 0..DISPATCHERS {
            let worker = app.with(acredita_dispatch::stores);
            let dispatch = move |batch| {
                let app = worker.clone();
                async move { acredita_dispatch::dispatch(&app, batch).await }
            };
            tasks.spawn(workers::deliver(dispatch, sqs.clone(), queues.dispatch_queue.clone(), stopping.clone()));
        }
        let worker = app.with(acredita_exports::stores);
        let exports = move |batch| {
            let app = worker.clone();
            async move { acredita_exports::exports(&app, batch).await }
        };
        tasks.spawn(workers::deliver(exports, sqs.clone(), queues.exports_queue.clone(), stopping.clone()));
        tasks.spawn(workers::watch_dead_letters(
            clock,
            inbox,
            sqs.clone(),
            queues.dead_letter_queue.clone(),
            stopping.clone(),
        ));
        let worker = app.with(acredita_sweep::stores);
        let sweep = move || {
            let app = worker.clone();
            async move {
                acredita_sweep::sweep(&app).await;
            }
        };
        tasks.spawn(workers::sweep(sweep, stopping));
        let address_file = AddressFile::write(folder, address)
            .map_err(|source| ServeError::Io { what: folder.display().to_string(), source })?;
        Ok(Self { address, overview, emulators: external.emulators, aws, tasks, stop, _address_file: address_file })
    }

    /// All sockets.
    pub fn listeners(&self) -> Vec<Listener> {
        let mut listeners = vec![Listener { name: "API", address: self.address }];
        listeners.extend(self.aws.embedded.listeners());
        listeners.extend(self.emulators.as_ref().map(Emulators::listener));
        listeners
    }

    /// Stops accepting requests, lets running ones finish, and ends.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        let drained = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN, drained).await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
        self.aws.embedded.stop().await;
    }
}

/// The service is healthy if its table answers.
pub struct StoreHealth {
    client: aws_sdk_dynamodb::Client,
}

impl StoreHealth {
    pub fn of(aws: &LocalAws) -> Self {
        Self { client: aws.clients.dynamodb.clone() }
    }
}

#[async_trait]
impl Health for StoreHealth {
    async fn healthy(&self) -> bool {
        self.client.describe_table().table_name(TABLE).send().await.is_ok()
    }
}

/// Listens on an address.
pub async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Io { what: format!("cannot listen on {address}"), source };
    let listener = acredita_listener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Serves a router until it is asked to stop.
pub async fn serve(listener: TcpListener, router: Router, access: Access, stop: workers::Stop) {
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    acredita_listener::serve(listener, router, access, Limits::default(), workers::stopped(stop)).await;
}

/// The verifier of tokens and, unless the keys are somebody else's, a valid token.
fn tokens(options: &Options, app: &App) -> Result<(TokenVerifier, Option<String>), ServeError> {
    let verifier = |file: String, jwks: &str, policy| {
        TokenVerifier::new(jwks, policy).map_err(|source| ServeError::Jwks { file, source })
    };
    match &options.issuer {
        Some(TrustedIssuer { jwks, policy }) => {
            let file = jwks.display().to_string();
            let jwks = std::fs::read_to_string(jwks).map_err(|source| ServeError::Io { what: file.clone(), source })?;
            Ok((verifier(file, &jwks, policy.clone())?, None))
        }
        None => {
            let signer = TokenSigner::of(&options.data_dir)?;
            let token = signer.token(&keys::ready_grant(), app.now())?;
            let (issuer, audience) = (Some(keys::ISSUER.to_owned()), Some(keys::AUDIENCE.to_owned()));
            let policy = TokenPolicy { issuer, audience, ..TokenPolicy::default() };
            Ok((verifier("the data folder's keys".to_owned(), &signer.jwks().to_string(), policy)?, Some(token)))
        }
    }
}

/// What the operator's page is told.
fn page(options: &Options, s3: &str) -> Result<Office, ServeError> {
    let ours = TokenPolicy::default();
    let policy = options.issuer.as_ref().map_or(&ours, |issuer| &issuer.policy);
    office(policy, options.office_client.as_deref(), s3).map_err(|invalid| ServeError::Issuer(invalid.0))
}

pub fn overview(address: SocketAddr, folder: &Path, aws: &LocalAws, token: Option<String>, owner: &Owner) -> Overview {
    let address = format!("http://{address}");
    let credentials = aws.embedded.credentials().clone();
    Overview {
        start: owner.link(&address),
        address,
        dynamodb: aws.embedded.dynamodb_endpoint().to_owned(),
        s3: aws.embedded.s3_endpoint().to_owned(),
        sqs: aws.embedded.sqs_endpoint().to_owned(),
        region: REGION.to_owned(),
        access_key_id: credentials.access_key_id,
        secret_access_key: credentials.secret_access_key,
        table: TABLE.to_owned(),
        bucket: BUCKET.to_owned(),
        queue_url: aws.queues.queue.clone(),
        data_dir: folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).display().to_string(),
        org: keys::READY_ORG.to_owned(),
        token,
    }
}
