//! Puts the AWS shape together, and runs it.

use crate::{
    apigw,
    functions::{Environment, FUNCTIONS, keep_running},
    runtime::Runtime,
    stand_ins::{self, StandIns},
};
use acredita_aws::{SystemClock, SystemEntropy};
use acredita_domain::{
    ids::MessageId,
    ports::{Clock, Entropy},
};
use acredita_embedded_aws::{LOCAL_CREDENTIALS, REGION, Storage};
use acredita_local::{
    gateway::{RouteTable, document},
    inbox::Inbox,
    keys::secret_text,
    pages,
    serve::{BUCKET, LocalAws, RETENTION, TABLE},
    workers,
};
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    http::{Response, StatusCode},
};
use http_body_util::{BodyExt, Limited};
use std::{collections::BTreeMap, io, net::SocketAddr, path::PathBuf, sync::Arc};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

/// The most bytes of a request: API Gateway's limit is 10 MB, and Lambda's is met before that.
const MOST_BODY: usize = 10 * 1024 * 1024;

/// What to run.
pub struct Options {
    /// Where the gateway listens.
    pub listen: SocketAddr,
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// The issuer's keys.
    pub jwks: PathBuf,
    /// Where the functions' binaries are.
    pub binaries: PathBuf,
    /// Processes for each function.
    pub processes: usize,
}

/// Why it does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file, a folder or an address.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// What the local server has too.
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
    aws: LocalAws,
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl AwsShape {
    /// Starts everything.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        let folder = &options.data_dir;
        std::fs::create_dir_all(folder).map_err(io(folder.display()))?;
        let aws = LocalAws::start(Storage::Folder(folder.clone()), clock.clone(), &[]).await?;
        let inbox = Arc::new(Inbox::open(&folder.join("inbox.jsonl")).map_err(io("inbox.jsonl"))?);
        let jwks = std::fs::read_to_string(&options.jwks).map_err(io(options.jwks.display()))?;
        let listener = TcpListener::bind(options.listen).await.map_err(io(options.listen))?;
        let address = listener.local_addr().map_err(io("the listener"))?;

        let (stop, stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let stand_ins = StandIns { secret: secret_text(folder, &*entropy)?, jwks, inbox: inbox.clone(), clock: clock.clone() };
        let stand_ins_at = spawn_router(&mut tasks, stand_ins::router(stand_ins)).await?;
        let runtime = Runtime::new(&FUNCTIONS, options.processes);
        let (runtime_listener, runtime_api) = loopback().await?;
        tasks.spawn(runtime.clone().serve(runtime_listener));
        let variables = variables(&aws, &format!("http://{stand_ins_at}"));
        let environment = Environment { binaries: options.binaries, runtime_api: runtime_api.to_string(), variables };
        let mut processes = keep_running(environment, &runtime, &stopping);
        tasks.spawn(async move { while processes.join_next().await.is_some() {} });

        let (sqs, queues) = (aws.clients.sqs.clone(), aws.queues.clone());
        let worker = runtime.clone();
        let notify = move |batch: SqsEvent| notify(worker.clone(), batch);
        tasks.spawn(workers::deliver(notify, sqs.clone(), queues.queue, stopping.clone()));
        tasks.spawn(workers::watch_dead_letters(clock.clone(), inbox.clone(), sqs, queues.dead_letter_queue, stopping.clone()));
        let scheduled = runtime.clone();
        tasks.spawn(workers::sweep(move || sweep(scheduled.clone()), stopping.clone()));

        let front = Front { runtime, table: Arc::new(RouteTable::of_all_functions()), entropy, clock };
        let overview = acredita_local::serve::overview(address, folder, &aws, None);
        let health = Arc::new(acredita_local::serve::StoreHealth::of(&aws));
        let router = pages::router(overview, inbox, document(), health).fallback(move |request| front.clone().serve(request));
        tasks.spawn(acredita_local::serve::serve(listener, router, stopping));
        Ok(Self { address, aws, tasks, stop })
    }

    /// Ends everything that was started.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        // The gateway drains, the processes are killed; the runtime API has no end of its own.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        self.tasks.shutdown().await;
        self.aws.embedded.stop().await;
    }
}

async fn loopback() -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(io("loopback"))?;
    let address = listener.local_addr().map_err(io("loopback"))?;
    Ok((listener, address))
}

async fn spawn_router(tasks: &mut JoinSet<()>, router: Router) -> Result<SocketAddr, StartError> {
    let (listener, address) = loopback().await?;
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "a stand-in ended");
        }
    });
    Ok(address)
}

/// What the template gives the functions, pointed at this machine.
fn variables(aws: &LocalAws, stand_ins: &str) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", LOCAL_CREDENTIALS.access_key_id.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", LOCAL_CREDENTIALS.secret_access_key.to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", aws.embedded.dynamodb_endpoint().to_owned()),
        ("AWS_ENDPOINT_URL_S3", aws.embedded.s3_endpoint().to_owned()),
        ("AWS_ENDPOINT_URL_SQS", aws.embedded.sqs_endpoint().to_owned()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", stand_ins.to_owned()),
        ("AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2", stand_ins.to_owned()),
        ("AWS_ENDPOINT_URL_SESV2", stand_ins.to_owned()),
        ("ACREDITA_TABLE", TABLE.to_owned()),
        ("ACREDITA_BUCKET", BUCKET.to_owned()),
        ("ACREDITA_QUEUE_URL", aws.queues.queue.clone()),
        ("ACREDITA_RETENTION_DAYS", RETENTION.num_days().to_string()),
        ("ACREDITA_CODE_KEYS_SECRET", "arn:aws:secretsmanager:eu-west-1:000000000000:secret:codes".to_owned()),
        ("ACREDITA_JWKS_URL", format!("{stand_ins}/jwks.json")),
        ("ACREDITA_CHANNELS", "SMS,EMAIL".to_owned()),
        ("ACREDITA_SMS_ORIGINATION_IDENTITY", "Acredita".to_owned()),
        ("ACREDITA_EMAIL_FROM", "acredita@example.com".to_owned()),
        ("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true".to_owned()),
        ("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "info".to_owned())),
    ])
}

/// What Lambda's poller does: hands the batch to the function, and takes no answer for: all of it failed.
async fn notify(runtime: Runtime, batch: SqsEvent) -> SqsBatchResponse {
    let all_failed = |batch: &SqsEvent| {
        let mut response = SqsBatchResponse::default();
        batch
            .records
            .iter()
            .for_each(|record| response.add_failure(record.message_id.clone().unwrap_or_default()));
        response
    };
    let Ok(payload) = serde_json::to_vec(&batch) else {
        return all_failed(&batch);
    };
    match runtime.invoke("notify", payload).await {
        Ok(answer) => serde_json::from_slice(&answer).unwrap_or_else(|_| all_failed(&batch)),
        Err(error) => {
            tracing::warn!(%error, "a batch was not delivered");
            all_failed(&batch)
        }
    }
}

async fn sweep(runtime: Runtime) {
    if let Err(error) = runtime.invoke("sweep", b"{}".to_vec()).await {
        tracing::warn!(%error, "the sweep did not run");
    }
}

/// What API Gateway is to the functions.
#[derive(Clone)]
struct Front {
    runtime: Runtime,
    table: Arc<RouteTable>,
    entropy: Arc<dyn Entropy>,
    clock: Arc<dyn Clock>,
}

impl Front {
    async fn serve(self, request: Request) -> Response<Body> {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let (parts, body) = request.into_parts();
        let Ok(body) = Limited::new(body, MOST_BODY).collect().await else {
            return apigw::refusal(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };
        let (body, request) = (body.to_bytes(), Request::from_parts(parts, ()));
        let (method, path) = (request.method(), request.uri().path());
        // A method that a path does not take goes to a function of that path, which answers in our words.
        let function = self.table.function(method, path).or_else(|| self.table.allowed(path).map(|(function, _)| function));
        let Some(function) = function else {
            return apigw::refusal(StatusCode::NOT_FOUND, "Not Found");
        };
        let id = MessageId::generate(&*self.entropy).to_string();
        let ip = peer.unwrap_or(std::net::IpAddr::from([127, 0, 0, 1]));
        let event = apigw::event(&request, &body, &format!("{method} {path}"), &id, ip, self.clock.now()).to_string();
        if event.len() > apigw::MAX_EVENT_BYTES {
            return apigw::refusal(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long");
        }
        match self.runtime.invoke(function, event.into_bytes()).await {
            Ok(payload) => apigw::answer(&payload).unwrap_or_else(|| apigw::refusal(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")),
            Err(crate::runtime::InvokeError::TimedOut) => apigw::refusal(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            Err(_) => apigw::refusal(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        }
    }
}
