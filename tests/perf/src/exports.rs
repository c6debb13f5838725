//! `acredita-perf exports`: how long a file of very many records takes, and how much memory whoever makes it. The
//! records lie in the memory of this process, in the embedded AWS. Another process makes the file, run after run, as the
//! function does on one thread: its peak memory is what the function would need.

use crate::{
    Failure, ORG,
    cold::process::peak_memory,
    create::{agent, create_many, story},
    load::now,
    report::machine,
};
use acredita_aws::{AwsClients, SystemClock, SystemEntropy, sdk_config};
use acredita_domain::{
    App,
    events::{EventType, Log},
    exports::{EXPORT_LIFE, Export, ExportColumns, ExportStatus, Progress},
    ids::ExportId,
    keys::Keyring,
    named::Named,
    ports::ExportWake,
    scoring::ProviderAccess,
    stores::Stores,
    use_cases::{Made, make_record_export},
};
use acredita_embedded_aws::Storage;
use acredita_local::serve::{AppParts, BUCKET, LocalAws, TABLE, policy};
use acredita_outbound::{Outbound, Reach};
use acredita_service::{
    HttpReceivers, Parts, Places,
    engine::{self, TrustedCertificates},
};
use chrono::TimeDelta;
use clap::Args;
use std::{fmt::Write, sync::Arc, time::Duration};
use tokio::{process::Command, runtime::Builder};

const LIFE: TimeDelta = TimeDelta::hours(1);
/// The process that makes the file is told by these.
const QUEUES: &str = "ACREDITA_EXPORTS_QUEUE_URL";
const WAKES: &str = "ACREDITA_DISPATCH_QUEUE_URL";

#[derive(Args)]
pub struct Size {
    /// How many records there are
    #[arg(long, default_value_t = 1_000_000)]
    records: u32,
    /// Makes the file of this export, in a process of its own
    #[arg(long, hide = true)]
    make: Option<ExportId>,
}

struct Row {
    columns: ExportColumns,
    bytes: u64,
    elapsed: Duration,
    runs: u32,
    /// KiB
    peak: u64,
}

/// Measures, and returns the table in Markdown.
pub fn measure(size: &Size) -> Result<String, Failure> {
    match size.make {
        Some(id) => Builder::new_current_thread().enable_all().build()?.block_on(make(id)),
        None => {
            let runtime = Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(rows(size.records)).map(|rows| markdown(size.records, &rows))
        }
    }
}

async fn rows(records: u32) -> Result<Vec<Row>, Failure> {
    let aws = LocalAws::start(Storage::Memory, Arc::new(SystemClock), &[]).await?;
    let app = aws.app(AppParts {
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        keys: Arc::new(Keyring::new(vec![[7; 32]])?),
        engine: engine::everything(Vec::new(), TrustedCertificates::of_the_police()),
        policy: policy(ProviderAccess::default()),
    });
    create_many(&app, &aws, (agent(app.now() - LIFE, LIFE * 2), records), |_| Vec::new()).await?;
    let mut rows = Vec::new();
    for columns in ExportColumns::ALL {
        rows.push(export(&app, &aws, *columns, records).await?);
    }
    Ok(rows)
}

async fn export(app: &App, aws: &LocalAws, columns: ExportColumns, records: u32) -> Result<Row, Failure> {
    let at = app.now();
    let asked = Export {
        id: ExportId::generate(&*app.entropy),
        org: ORG.parse()?,
        columns,
        from: at - LIFE * 2,
        to: at + LIFE * 2,
        requested_at: at,
        expires_at: at + EXPORT_LIFE,
        status: ExportStatus::Running,
        ended_at: None,
        progress: Progress::default(),
        tries: 0,
        log: Log::begin(&*app.entropy),
    };
    let story = story(app, &asked.org, asked.subject(), EventType::RecordExported);
    app.stores.exports.create(&asked, story).await.map_err(|_| "the export was not created")?;
    let began = now();
    let made = Command::new(std::env::current_exe()?)
        .args(["exports", "--make", &asked.id.to_string()])
        .envs(aws.embedded.variables())
        .envs([(QUEUES, &aws.queues.exports_queue), (WAKES, &aws.queues.dispatch_queue)])
        .output()
        .await?;
    let elapsed = now() - began;
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    let (runs, peak) = said.trim().split_once(' ').ok_or_else(|| String::from_utf8_lossy(&made.stderr).into_owned())?;
    let done = app.stores.exports.find(&asked.org, asked.id).await.map_err(|_| "the export was not read")?;
    let done = done.ok_or("there is no export")?;
    if done.status != ExportStatus::Done || done.progress.records != u64::from(records) {
        return Err(format!("{} with {} records", done.status, done.progress.records).into());
    }
    let lines = lines(aws, asked.file().as_str()).await?;
    if lines != u64::from(records) + 1 {
        return Err(format!("{lines} lines").into());
    }
    Ok(Row { columns, bytes: done.progress.bytes, elapsed, runs: runs.parse()?, peak: peak.parse()? })
}

async fn lines(aws: &LocalAws, key: &str) -> Result<u64, Failure> {
    let mut body = aws.clients.s3.get_object().bucket(BUCKET).key(key).send().await?.body;
    let mut lines = 0;
    while let Some(chunk) = body.next().await {
        lines += chunk?.iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    Ok(lines)
}

/// What the function does in as many runs as it takes. Says how many those were, and the peak memory in KiB.
async fn make(id: ExportId) -> Result<String, Failure> {
    let sdk = sdk_config(Outbound::default().connector(), |name| std::env::var(name).ok())?;
    let parts = Parts {
        clients: AwsClients::new(&sdk, &[]),
        places: Places {
            table: TABLE.to_owned(),
            bucket: BUCKET.to_owned(),
            queue_url: String::new(),
            dispatch_queue_url: std::env::var(WAKES)?,
            exports_queue_url: std::env::var(QUEUES)?,
        },
        keys: Arc::new(Arc::new(Keyring::new(vec![[7; 32]])?)),
        engine: None,
        receivers: Named::new(Arc::new(HttpReceivers::new(Reach::PublicAndLoopback))),
        policy: policy(ProviderAccess::default()),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    };
    let app = acredita_service::app(parts, Stores::all);
    let wake = ExportWake { org: ORG.parse()?, export_id: id };
    let mut runs = 1;
    loop {
        match make_record_export(&app, &wake).await? {
            Made::File => return Ok(format!("{runs} {}\n", peak_memory(std::process::id())?)),
            Made::Parts => runs += 1,
            other => return Err(format!("{other:?} after {runs} runs").into()),
        }
    }
}

fn markdown(records: u32, rows: &[Row]) -> String {
    let build = if cfg!(debug_assertions) { "debug build, so these figures mean nothing" } else { "release build" };
    let mut text = String::new();
    // Writing into a String does not fail.
    let _ = writeln!(
        text,
        "One run on one machine ({}), {build}: {records} records of one organisation in the embedded AWS in memory, the file made by a process of its own on one thread.\n",
        machine()
    );
    text.push_str("| columns | file | runs of 30 s | time | records/s | peak memory of the process |\n|---|--:|--:|--:|--:|--:|\n");
    for Row { columns, bytes, elapsed, runs, peak } in rows {
        let (seconds, megabytes) = (elapsed.as_secs_f64(), bytes / 1_000_000);
        let each = f64::from(records) / seconds;
        let _ = writeln!(
            text,
            "| `{columns}` | {megabytes} MB | {runs} | {seconds:.0} s | {each:.0} | {} MiB |",
            peak / 1024
        );
    }
    text
}
