//! `acredita-perf deliveries`: how soon an event reaches its receiver, how many a second reach sixteen of them, and what a
//! dead one costs the living. `acredita-perf losses` kills the server again and again: see [`losses`].

mod api;
pub mod losses;
mod receiver;

use crate::{
    Failure,
    cpu::SERVICE,
    load::now,
    options,
    report::{machine, milliseconds, percentile},
};
use acredita_local::serve::Server;
use api::Api;
use futures_util::future::try_join_all;
use receiver::{Receiver, Reply};
use std::{cell::Cell, fmt::Write, time::Duration};
use tokio::{runtime::Builder, sync::Mutex};

/// Of a quiet organisation: an event every 20 ms.
const QUIET: usize = 500;
const PACE: Duration = Duration::from_millis(20);
/// Of a busy one, for so long as many as arrive: no more than these are on their way at once.
const BUSY: Duration = Duration::from_secs(20);
const UNDER_WAY: usize = 256;
const CONNECTIONS: usize = 16;
const ENDPOINTS: usize = 16;
/// Longer than any delivery should take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Measures, and returns the tables in Markdown.
pub fn measure() -> Result<String, Failure> {
    let service = Builder::new_multi_thread().thread_name(SERVICE).enable_all().build()?;
    let load = Builder::new_multi_thread().worker_threads(1).thread_name("load").enable_all().build()?;
    let quiet = load.block_on(async {
        let stage = Stage::start(&service, 1).await?;
        let latencies = stage.paced(QUIET).await;
        stage.end(&service, latencies).await
    })?;
    let with_dead = load.block_on(async {
        let stage = Stage::start(&service, 1).await?;
        let dead = Receiver::start(|_| Reply::Nothing).await?;
        stage.api.register(&dead.url()).await?;
        let latencies = stage.paced(QUIET).await;
        stage.end(&service, latencies).await
    })?;
    let busy = load.block_on(async {
        let stage = Stage::start(&service, ENDPOINTS).await?;
        let busy = stage.busy().await;
        stage.end(&service, busy).await
    })?;
    Ok(markdown(&quiet, &with_dead, &busy))
}

/// A server on a fresh folder, with receivers that take everything.
struct Stage {
    server: Server,
    api: Api,
    receivers: Vec<Receiver>,
    _data: tempfile::TempDir,
}

impl Stage {
    async fn start(service: &tokio::runtime::Runtime, receivers: usize) -> Result<Self, Failure> {
        let data = tempfile::tempdir()?;
        let options = options(data.path())?;
        let server = service.spawn(async move { Server::start(&options).await }).await??;
        let token = server.overview.token.clone().ok_or("the service made no token")?;
        let api = Api::new(server.address, token);
        let mut started = Vec::new();
        for _ in 0..receivers {
            let receiver = Receiver::start(|_| Reply::Taken).await?;
            api.register(&receiver.url()).await?;
            started.push(receiver);
        }
        Ok(Self { server, api, receivers: started, _data: data })
    }

    /// How long each event took from its commit to its receiver, sorted.
    async fn paced(&self, events: usize) -> Result<Vec<Duration>, Failure> {
        let mut connection = self.api.connect().await?;
        let mut pace = tokio::time::interval(PACE);
        for _ in 0..events {
            pace.tick().await;
            connection.create().await?;
        }
        self.receivers[0].wait_for(events, PATIENCE).await?;
        let mut latencies = self.receivers[0].latencies();
        latencies.sort_unstable();
        Ok(latencies)
    }

    /// Makes events for a while, as fast as they arrive at all receivers, and waits for the last of them.
    async fn busy(&self) -> Result<Busy, Failure> {
        let (began, made) = (now(), Cell::new(0_usize));
        // They take turns, as the server closes a connection that is idle for ten seconds.
        let turn = Mutex::new(());
        try_join_all((0..CONNECTIONS).map(|_| async {
            let mut connection = self.api.connect().await?;
            while began.elapsed() < BUSY {
                let mine = turn.lock().await;
                while made.get() >= self.arrived_everywhere() + UNDER_WAY {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                made.set(made.get() + 1);
                drop(mine);
                connection.create().await?;
            }
            Ok::<_, Failure>(())
        }))
        .await?;
        for receiver in &self.receivers {
            receiver.wait_for(made.get(), PATIENCE).await?;
        }
        let posts = self.receivers.iter().map(Receiver::heard).sum();
        Ok(Busy { events: made.get(), posts, elapsed: began.elapsed() })
    }

    fn arrived_everywhere(&self) -> usize {
        self.receivers.iter().map(Receiver::heard).min().unwrap_or_default()
    }

    /// Stops the server, whatever came out.
    async fn end<T>(self, service: &tokio::runtime::Runtime, outcome: Result<T, Failure>) -> Result<T, Failure> {
        let server = self.server;
        service.spawn(server.stop()).await?;
        outcome
    }
}

/// From the first request to the last post.
struct Busy {
    events: usize,
    posts: usize,
    elapsed: Duration,
}

fn markdown(quiet: &[Duration], with_dead: &[Duration], busy: &Busy) -> String {
    let mut text = String::new();
    let build = if cfg!(debug_assertions) { "debug build, so these figures mean nothing" } else { "release build" };
    // Writing into a String does not fail.
    let _ = writeln!(
        text,
        "One run on one machine ({}), {build}: service, load and receivers in one process.\n",
        machine()
    );
    text.push_str("| an event every 20 ms, from its commit to its receiver | p50 | p99 |\n|---|--:|--:|\n");
    for (name, latencies) in [("one receiver", quiet), ("the same next to one that never answers", with_dead)] {
        let of = |percent| milliseconds(percentile(latencies, percent));
        let _ = writeln!(text, "| {name} | {} | {} |", of(50), of(99));
    }
    let rate = |count: usize| count as f64 / busy.elapsed.as_secs_f64();
    let _ = writeln!(
        text,
        "\n{} events in {:.0} seconds, as fast as they arrive at {ENDPOINTS} endpoints with at most {UNDER_WAY} under way: \
         **{:.0} events a second** from the first request to the last post, {:.0} posts a second.",
        busy.events,
        busy.elapsed.as_secs_f64(),
        rate(busy.events),
        rate(busy.posts)
    );
    text
}
