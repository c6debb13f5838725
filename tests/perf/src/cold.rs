//! Cold and warm: how long a function takes from the start of its process to its first answer, and what an invocation
//! costs when it is warm.
//!
//! Four programs answer the same events under one runtime API, over the same embedded AWS: the smallest possible
//! function in Rust (the floor), our function that creates identifications by OTP, and its stand-ins in Node and
//! Python, which do the same work with the SDKs of their languages. All of it is measured twice, over plain HTTP and
//! over TLS, and interleaved, so that any other load on the machine affects all of them alike.

pub mod process;
mod report;
mod stage;
mod tls;

use acredita_aws::SystemClock;
use acredita_aws_local::{
    environment::Environment,
    runtime::{Runtime, Step},
};
use acredita_manifest::{Function, Trigger};
use process::{CpuClock, peak_memory};
use serde_json::Value;
use stage::{Stage, Transport};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tempfile::TempDir;

use crate::Failure;

/// Cold starts of each program, over each transport.
const STARTS: usize = 21;
/// Warm invocations of each, over each transport, in blocks that take turns.
const BLOCKS: usize = 15;
const BLOCK: usize = 20;
/// Uncounted invocations before those: JIT compilers have warmed up by then.
const WARM_UP: usize = 300;
/// The timeout of an invocation.
const LONGEST: Duration = Duration::from_secs(20);
/// The name of the file that starts a stand-in: the system runs the interpreter in its first line.
const LAUNCHER: &str = "stand-in";

#[derive(clap::Args)]
pub struct Programs {
    /// The folder of the functions' binaries and of the floor's
    #[arg(long)]
    binaries: PathBuf,
    /// The Node to run
    #[arg(long)]
    node: PathBuf,
    /// The stand-in in Node, next to its `node_modules`
    #[arg(long)]
    node_handler: PathBuf,
    /// The Python to run, of an environment with the SDK
    #[arg(long)]
    python: PathBuf,
    /// The stand-in in Python
    #[arg(long)]
    python_handler: PathBuf,
}

/// A program to measure.
struct Contender {
    name: &'static str,
    function: Function,
    binaries: PathBuf,
    /// The expected status of its answer.
    status: u64,
}

/// The measurements of one program over one transport.
#[derive(Default)]
struct Measured {
    starts: Vec<Start>,
    invocations: Vec<Invocation>,
}

/// A cold start.
#[derive(Clone, Copy)]
struct Start {
    /// Until the process asks for its first event: all of its initialisation, warm-up included.
    init: Duration,
    /// Until it has answered that event.
    answer: Duration,
    /// The CPU time up to then, user and system.
    cpu: Duration,
    /// Peak resident memory, in KiB.
    memory: u64,
}

/// A warm invocation.
#[derive(Clone, Copy)]
struct Invocation {
    wall: Duration,
    cpu: Duration,
}

/// Measures everything, and makes the tables.
pub async fn measure(programs: &Programs) -> Result<String, Failure> {
    let launchers = tempfile::tempdir()?;
    let contenders = contenders(programs, &launchers)?;
    let stage = Stage::start().await?;
    let mut results = Vec::new();
    for transport in Transport::ALL {
        let mut measured: Vec<Measured> = contenders.iter().map(|_| Measured::default()).collect();
        // The first round fills the machine's file caches.
        for round in 0..=STARTS {
            for (contender, measured) in contenders.iter().zip(&mut measured) {
                let (running, start) = Running::start(&stage, contender, transport).await?;
                running.runtime.stop().await;
                measured.starts.extend((round > 0).then_some(start));
            }
        }
        warm(&stage, &contenders, transport, &mut measured).await?;
        results.push((transport, measured));
    }
    stage.stop().await;
    Ok(report::markdown(&contenders, &results))
}

async fn warm(
    stage: &Stage,
    contenders: &[Contender],
    transport: Transport,
    measured: &mut [Measured],
) -> Result<(), Failure> {
    let mut all = Vec::with_capacity(contenders.len());
    for contender in contenders {
        let (running, _) = Running::start(stage, contender, transport).await?;
        for _ in 0..WARM_UP {
            running.invoke(stage, contender).await?;
        }
        all.push(running);
    }
    for _ in 0..BLOCKS {
        for ((running, contender), measured) in all.iter().zip(contenders).zip(&mut *measured) {
            for _ in 0..BLOCK {
                measured.invocations.push(running.measure(stage, contender).await?);
            }
        }
    }
    for running in all {
        running.runtime.stop().await;
    }
    Ok(())
}

fn contenders(programs: &Programs, launchers: &TempDir) -> Result<[Contender; 4], Failure> {
    let function = |name| Function { name, trigger: Trigger::Http, timeout: LONGEST };
    let binary = |name, binary, status| Contender {
        name,
        function: function(binary),
        binaries: programs.binaries.clone(),
        status,
    };
    let stand_in = |name, folder: &str, interpreter: &Path, handler: &Path| -> Result<Contender, Failure> {
        let folder = launchers.path().join(folder);
        launcher(&folder, interpreter, handler)?;
        Ok(Contender { name, function: function(LAUNCHER), binaries: folder, status: 201 })
    };
    Ok([
        binary("floor: a constant by `lambda_http`", "acredita-perf-floor", 200),
        binary("ours: OTP create", "identification-otp-admin", 201),
        stand_in("the same in Node", "node", &programs.node, &programs.node_handler)?,
        stand_in("the same in Python", "python", &programs.python, &programs.python_handler)?,
    ])
}

/// A file that starts an interpreter without a shell or anything else in between.
fn launcher(folder: &Path, interpreter: &Path, handler: &Path) -> Result<(), Failure> {
    // Not canonical: Python finds its environment by the name of its link.
    let (interpreter, handler) = (std::path::absolute(interpreter)?, std::path::absolute(handler)?);
    fs::create_dir(folder)?;
    let file = folder.join(LAUNCHER);
    fs::write(&file, format!("#!{} {}\n", interpreter.display(), handler.display()))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o700))?;
    Ok(())
}

/// The runtime API's report on a process.
#[derive(Clone, Copy, Default)]
struct Steps {
    starts: Option<Instant>,
    begins: Option<Instant>,
    pid: Option<u32>,
}

/// A running program.
struct Running {
    runtime: Runtime,
    cpu: CpuClock,
}

impl Running {
    /// Starts a program with its first event.
    async fn start(stage: &Stage, contender: &Contender, transport: Transport) -> Result<(Self, Start), Failure> {
        let steps = Arc::new(Mutex::new(Steps::default()));
        let noted = steps.clone();
        let watcher = Arc::new(move |step| {
            let at = now();
            let mut steps = noted.lock().unwrap_or_else(PoisonError::into_inner);
            match step {
                Step::Starts => steps.starts = Some(at),
                Step::Runs { pid } => steps.pid = Some(pid),
                Step::Begins => steps.begins = Some(at),
            }
        });
        let environment = Environment { binaries: contender.binaries.clone(), variables: stage.variables(transport) };
        let runtime = Runtime::watched(&[contender.function], environment, 1, Arc::new(SystemClock), watcher);
        invoke(&runtime, stage, contender).await?;
        let answered = now();
        let steps = *steps.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(starts), Some(begins), Some(pid)) = (steps.starts, steps.begins, steps.pid) else {
            return Err("an event was answered by no process".into());
        };
        let cpu = CpuClock::of(pid)?;
        let start =
            Start { init: begins - starts, answer: answered - starts, cpu: cpu.read()?, memory: peak_memory(pid)? };
        Ok((Self { runtime, cpu }, start))
    }

    async fn invoke(&self, stage: &Stage, contender: &Contender) -> Result<(), Failure> {
        invoke(&self.runtime, stage, contender).await
    }

    /// An invocation. The process's work between its answer and asking for the next event counts towards the next one.
    async fn measure(&self, stage: &Stage, contender: &Contender) -> Result<Invocation, Failure> {
        let (before, began) = (self.cpu.read()?, now());
        self.invoke(stage, contender).await?;
        Ok(Invocation { wall: began.elapsed(), cpu: self.cpu.read()?.saturating_sub(before) })
    }
}

/// Hands a program a create of its own, and checks its answer.
async fn invoke(runtime: &Runtime, stage: &Stage, contender: &Contender) -> Result<(), Failure> {
    let name = contender.name;
    let answer =
        runtime.invoke(contender.function.name, stage.event()).await.map_err(|error| format!("{name}: {error}"))?;
    let answer: Value = serde_json::from_slice(&answer)?;
    if answer["statusCode"] == contender.status { Ok(()) } else { Err(format!("{name} answered {answer}").into()) }
}

/// Measuring is what this program is for.
#[expect(clippy::disallowed_methods, reason = "no use case runs by this clock")]
fn now() -> Instant {
    Instant::now()
}
