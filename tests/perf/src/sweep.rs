//! `acredita-perf sweep`: how many identifications per second the sweep takes through all three of their due times
//! (they expire, retention erases them, and six minutes later their pictures are erased once more), over the embedded
//! AWS in memory. The sweep has one thread to itself, as a Lambda with one processor would have.

use crate::{
    Failure,
    cpu::{CpuTime, SERVICE},
    create::{agent, create},
    load::now,
    report::machine,
};
use acredita_aws::{SystemClock, SystemEntropy};
use acredita_domain::{
    App, Time,
    keys::Keyring,
    ports::{Clock, limits::ERASE_AGAIN_AFTER},
    scoring::ProviderAccess,
    use_cases::{SweepReport, sweep},
};
use acredita_embedded_aws::Storage;
use acredita_local::serve::{AppParts, LocalAws, policy};
use acredita_service::engine::{self, TrustedCertificates};
use chrono::TimeDelta;
use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::runtime::Builder;

pub const LIFE: TimeDelta = TimeDelta::hours(1);

/// The system's time plus an offset: a run takes real time.
#[derive(Clone, Default)]
struct Ahead(Arc<AtomicI64>);

impl Ahead {
    fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn now(&self) -> Time {
        SystemClock.now() + TimeDelta::milliseconds(self.0.load(Ordering::SeqCst))
    }
}

/// The cost of one of the due times.
struct Row {
    name: &'static str,
    runs: u32,
    elapsed: Duration,
    cpu: CpuTime,
}

#[derive(Args)]
pub struct Backlog {
    /// How many identifications become due at once
    #[arg(long, default_value_t = 20_000)]
    identifications: u32,
}

/// Measures, and returns the table in Markdown.
pub fn measure(backlog: &Backlog) -> Result<String, Failure> {
    let size = backlog.identifications;
    let service = Builder::new_multi_thread().worker_threads(1).thread_name(SERVICE).enable_all().build()?;
    service.block_on(async { tokio::spawn(rows(size)).await? }).map(|rows| markdown(size, &rows))
}

async fn rows(size: u32) -> Result<Vec<Row>, Failure> {
    let clock = Ahead::default();
    let aws = LocalAws::start(Storage::Memory, Arc::new(clock.clone()), &[]).await?;
    let app = aws.app(AppParts {
        clock: Arc::new(clock.clone()),
        entropy: Arc::new(SystemEntropy),
        keys: Arc::new(Keyring::new(vec![[7; 32]])?),
        engine: engine::everything(Vec::new(), TrustedCertificates::of_the_police()),
        policy: policy(ProviderAccess::default()),
    });
    stream::iter(0..size)
        .map(|_| create(&app, agent(app.now(), LIFE)))
        .buffer_unordered(32)
        .try_collect::<Vec<()>>()
        .await?;
    let mut rows = Vec::new();
    for (name, later) in [
        ("expired", LIFE),
        ("erased, as retention is over", app.policy.retention),
        ("pictures erased once more", ERASE_AGAIN_AFTER),
    ] {
        clock.advance(later);
        rows.push(until_nothing_is_due(name, size, &app).await?);
    }
    Ok(rows)
}

/// Runs as the schedule would start them, one right after the other. A run that finds nothing is not counted.
async fn until_nothing_is_due(name: &'static str, size: u32, app: &App) -> Result<Row, Failure> {
    let (began, before) = (now(), CpuTime::now()?);
    let (mut runs, mut done) = (0, 0);
    loop {
        let report = sweep(app).await;
        if report.failed > 0 {
            return Err(format!("{report:?}").into());
        }
        if (SweepReport { is_backfilling: false, ..report }) == SweepReport::default() {
            break;
        }
        done += report.expired + report.erased;
        runs += 1;
    }
    let (elapsed, cpu) = (now() - began, CpuTime::now()? - before);
    if done != size as usize {
        return Err(format!("{name}: {done} of {size}").into());
    }
    Ok(Row { name, runs, elapsed, cpu })
}

fn markdown(size: u32, rows: &[Row]) -> String {
    let mut text = String::new();
    let per_second = |elapsed: Duration| f64::from(size) / elapsed.as_secs_f64();
    let build = if cfg!(debug_assertions) { "debug build, so these figures mean nothing" } else { "release build" };
    // Writing into a String does not fail.
    let _ = writeln!(
        text,
        "One run on one machine ({}), {build}: {size} identifications without pictures, the sweep on one thread, the embedded AWS in memory.\n",
        machine()
    );
    text.push_str("| due time | runs of 45 s at most | identifications/s | CPU of our code | CPU of the embedded AWS |\n|---|--:|--:|--:|--:|\n");
    for Row { name, runs, elapsed, cpu } in rows {
        let each = |cpu: Duration| (cpu / size).as_micros();
        let (ours, embedded) = (each(cpu.service), each(cpu.embedded));
        let _ = writeln!(text, "| {name} | {runs} | {:.0} | {ours} µs | {embedded} µs |", per_second(*elapsed));
    }
    let all = rows.iter().map(|row| row.elapsed).sum();
    let _ = writeln!(text, "\nThrough all three: **{:.0} identifications per second**.", per_second(all));
    text
}
