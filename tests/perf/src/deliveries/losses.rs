//! `acredita-perf losses`: kills the server (`SIGKILL`) every few seconds while identifications are created and cancelled
//! and their events are delivered to a receiver that fails. In the end every event of the log must have been taken, and
//! the first deliveries of each subject must be in order. How often an event was taken twice is reported.
//!
//! An event is refused at its first try only, in one of several ways: the schedule's second wait is 5 minutes, and a run
//! should not take days.

use super::{
    api::Api,
    receiver::{Heard, Receiver, Reply},
};
use crate::{Failure, load::now};
use acredita_aws::SystemClock;
use acredita_domain::ports::Clock;
use acredita_local::keys::{TokenSigner, ready_grant};
use clap::Args;
use futures_util::future::join_all;
use http::{Method, StatusCode};
use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const CONNECTIONS: usize = 8;
/// How long it may take, after the last event, until all of them have arrived: the longest wait of what is refused once
/// and held by a worker that was killed, several times over.
const PATIENCE: Duration = Duration::from_secs(900);

#[derive(Args)]
pub struct Plan {
    /// The server
    #[arg(long, default_value = "target/release/acredita")]
    program: PathBuf,
    /// At least so many events
    #[arg(long, default_value_t = 10_000)]
    events: usize,
    /// The server is killed so often, in seconds
    #[arg(long, default_value_t = 5)]
    kill_every: u64,
}

/// Measures, and returns what came out in Markdown.
pub fn measure(plan: &Plan) -> Result<String, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(plan))
}

async fn run(plan: &Plan) -> Result<String, Failure> {
    let data = tempfile::tempdir()?;
    let mut server = Server::start(&plan.program, data.path(), ([127, 0, 0, 1], 0).into()).await?;
    let address = server.address;
    let token = TokenSigner::of(data.path())?.token(&ready_grant(), SystemClock.now())?;
    let api = Api::new(address, token);
    let receiver = Receiver::start(once_refused()).await?;
    api.register(&receiver.url()).await?;

    let (pairs, done) = (plan.events.div_ceil(2), Arc::new(AtomicUsize::new(0)));
    let load = tokio::spawn(join_all((0..CONNECTIONS).map(|_| create_and_cancel(api.clone(), done.clone(), pairs))));
    let (began, mut kills) = (now(), 0);
    while !load.is_finished() {
        tokio::time::sleep(Duration::from_secs(plan.kill_every)).await;
        server.kill()?;
        kills += 1;
        server = Server::start(&plan.program, data.path(), address).await?;
    }
    let logged = events(&api).await?;
    let taken =
        |heard: &[Heard]| heard.iter().filter(|heard| heard.taken).map(|heard| heard.event_id.clone()).collect();
    let ended = now();
    loop {
        let taken: HashSet<String> = taken(&receiver.all());
        let missing = logged.iter().filter(|(id, _)| !taken.contains(id)).count();
        if missing == 0 {
            break;
        }
        if ended.elapsed() > PATIENCE {
            return Err(format!("{missing} of {} events were lost", logged.len()).into());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    server.kill()?;
    let heard = receiver.all();
    if let Some(subject) = out_of_order(&heard) {
        return Err(format!("the events of {subject} arrived out of order").into());
    }
    let tries = heard.len();
    let takings = heard.iter().filter(|heard| heard.taken).count();
    Ok(format!(
        "{} events, the server killed {kills} times, {tries} posts of which the receiver refused {}: **0 lost, 0 out of order, {} taken twice**; {} s, \
         of which {} s after the last event.\n",
        logged.len(),
        tries - takings,
        takings - logged.len(),
        began.elapsed().as_secs(),
        ended.elapsed().as_secs(),
    ))
}

/// Refuses every third event once.
fn once_refused() -> impl Fn(&str) -> Reply + Send + Sync {
    let seen = Mutex::new(HashSet::new());
    move |event: &str| {
        let first = seen.lock().is_ok_and(|mut seen| seen.insert(event.to_owned()));
        // Ids end at random.
        let random = u16::from_str_radix(event.get(event.len().saturating_sub(3)..).unwrap_or_default(), 16);
        match random.unwrap_or_default() % 1_000 {
            _ if !first => Reply::Taken,
            0..250 => Reply::Status(500),
            250..290 => Reply::Status(301),
            290..298 => Reply::Later(1),
            298..300 => Reply::Nothing,
            300..302 => Reply::Drip,
            _ => Reply::Taken,
        }
    }
}

/// Goes on with a new connection whenever the server is gone. What was not answered may have happened.
async fn create_and_cancel(api: Api, done: Arc<AtomicUsize>, pairs: usize) {
    while done.load(Ordering::SeqCst) < pairs {
        let Ok(mut connection) = api.connect().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        while done.load(Ordering::SeqCst) < pairs {
            let Ok(id) = connection.create().await else { break };
            if connection.cancel(&id).await.is_err() {
                break;
            }
            done.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// The ids and sequences of all events of identifications that the log has.
async fn events(api: &Api) -> Result<Vec<(String, u64)>, Failure> {
    // The list goes up to five seconds ago.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let (mut connection, mut all, mut cursor) = (api.connect().await?, Vec::new(), String::new());
    loop {
        let path = format!("/events?order=asc&limit=100{cursor}");
        let page = connection.call(Method::GET, &path, None, StatusCode::OK).await?;
        let events = page["events"].as_array().cloned().unwrap_or_default();
        if events.is_empty() {
            return Ok(all);
        }
        let of_identifications = events.iter().filter(|event| event["subject"]["kind"] == "IDENTIFICATION");
        all.extend(
            of_identifications
                .filter_map(|event| Some((event["event_id"].as_str()?.to_owned(), event["sequence"].as_u64()?))),
        );
        cursor = format!("&cursor={}", page["next_cursor"].as_str().ok_or("a page without a cursor")?);
    }
}

/// A subject whose events were first taken in another order than they happened.
fn out_of_order(heard: &[Heard]) -> Option<&str> {
    let mut newest: HashMap<&str, u64> = HashMap::new();
    for Heard { subject, sequence, .. } in heard.iter().filter(|heard| heard.taken) {
        let newest = newest.entry(subject).or_default();
        if *sequence > *newest + 1 {
            return Some(subject);
        }
        *newest = (*newest).max(*sequence);
    }
    None
}

/// `acredita serve` as a process of its own.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    async fn start(program: &Path, folder: &Path, listen: SocketAddr) -> Result<Self, Failure> {
        let log = folder.join("server.log");
        let output = std::fs::File::create(&log)?;
        let child = Command::new(program)
            .args(["serve", "--requests-a-second", "1000000", "--listen", &listen.to_string(), "--data-dir"])
            .arg(folder)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .stdout(output)
            .spawn()?;
        let mut server = Self { child, address: listen };
        for _ in 0..600 {
            if let Some(address) = std::fs::read_to_string(&log)?.lines().find_map(address_in) {
                server.address = address;
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("the server did not start".into())
    }

    fn kill(&mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// `Acredita runs at http://…`.
fn address_in(line: &str) -> Option<SocketAddr> {
    line.strip_prefix("Acredita runs at")?.trim().strip_prefix("http://")?.parse().ok()
}
