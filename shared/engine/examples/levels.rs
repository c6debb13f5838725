//! Scores folders of drawn documents with the engine, and prints which level each kind of them reaches:
//! `cargo run --release --example levels -- [--details FILE] FOLDER...`.
//!
//! `tests/perf/front/run` draws the folders. A folder's `truth.jsonl` names the pictures of each document and what its
//! holder, or whoever attacks, declares. The program fails if a goal is missed: see [`Goal`].

use acredita_domain::{
    Time,
    actor::{Actor, DocumentType, IdentityDocument},
    pictures::{Picture, PictureFormat},
    ports::{ScoreRequest, Scorer},
    scoring::{CheckResult, ConfigurationName, DocumentKind, Verdict},
};
use acredita_engine::{InternalScorer, PictureMemory};
use nix::{sys::time::TimeValLike, time::ClockId};
use peak_alloc::PeakAlloc;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// The day on which all documents are scored, 29 November 2026: none that is drawn as valid has expired then.
const TODAY: i64 = 1_795_910_400;
/// How many of a hundred genuine pairs have to reach `MEDIUM`.
const GENUINE: usize = 95;

type Failure = Box<dyn Error + Send + Sync>;

/// What has to hold of a kind of documents.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Goal {
    /// Genuine ones reach `MEDIUM`.
    Genuine,
    /// Nothing of a part of the genuine ones alone: there are too few.
    Part,
    /// Where no such document is shown, another's side, or a part of it, none reaches `MEDIUM`.
    BelowMedium,
    /// Where the document is shown, but copied, edited, or drawn after it, none reaches `HIGH`.
    BelowHigh,
}

impl Goal {
    fn of_attack(row: &Value) -> Result<Self, Failure> {
        match row["shows"].as_str() {
            Some("nothing" | "other" | "part") => Ok(Self::BelowMedium),
            Some("altered") => Ok(Self::BelowHigh),
            _ => Err(format!("an attack that shows {}", row["shows"]).into()),
        }
    }
}

/// How many of a kind reach a level and none above: below `LOW`, `LOW`, `MEDIUM`, `HIGH`.
#[derive(Clone, Copy, Default)]
struct Reached([usize; 4]);

impl Reached {
    fn all(self) -> usize {
        self.0.iter().sum()
    }

    fn medium(self) -> usize {
        self.0[2] + self.0[3]
    }

    fn meets(self, goal: Goal) -> bool {
        match goal {
            Goal::Genuine => self.medium() * 100 >= self.all() * GENUINE,
            Goal::Part => true,
            Goal::BelowMedium => self.medium() == 0,
            Goal::BelowHigh => self.0[3] == 0,
        }
    }
}

/// What a scoring cost.
struct Cost {
    milliseconds: i64,
    /// Allocated at most, over what was before.
    bytes: usize,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    match runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(measure())) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "levels: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the tables; whether every goal is met.
async fn measure() -> Result<bool, Failure> {
    let mut folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let mut details = None;
    if folders.first().is_some_and(|first| first == Path::new("--details")) && folders.len() > 1 {
        details = Some(File::create(&folders[1])?);
        folders.drain(..2);
    }
    let mut kinds: BTreeMap<(Goal, String), Reached> = BTreeMap::new();
    let mut costs = Vec::new();
    for folder in &folders {
        for line in fs::read_to_string(folder.join("truth.jsonl"))?.lines() {
            let row: Value = serde_json::from_str(line)?;
            let (verdict, cost) = score(folder, &row).await?;
            let level = ConfigurationName::ALL.iter().take_while(|level| level.accepts(&verdict)).count();
            for kind in kinds_of(folder, &row)? {
                kinds.entry(kind).or_default().0[level] += 1;
            }
            if let Some(details) = &mut details {
                writeln!(details, "{}", explained(&row, &verdict, level, &cost))?;
            }
            costs.push(cost);
        }
    }
    print(&kinds, costs)?;
    Ok(kinds.iter().all(|((goal, _), reached)| reached.meets(*goal)))
}

/// The rows of the tables that count a document.
fn kinds_of(folder: &Path, row: &Value) -> Result<Vec<(Goal, String)>, Failure> {
    if let Some(attack) = row["attack"].as_str() {
        return Ok(vec![(Goal::of_attack(row)?, attack.to_owned())]);
    }
    let folder = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let part = |field: &str| (Goal::Part, format!("{folder}: {}", row[field].as_str().unwrap_or_default()));
    Ok(vec![part("kind"), part("level"), (Goal::Genuine, folder.clone())])
}

async fn score(folder: &Path, row: &Value) -> Result<(Verdict, Cost), Failure> {
    let picture = |side: &str| -> Result<Option<Picture>, Failure> {
        let Some(name) = row[side].as_str() else { return Ok(None) };
        Ok(Some(Picture { format: PictureFormat::Jpeg, bytes: fs::read(folder.join(name))?.into() }))
    };
    let (front, back) = (picture("front")?, picture("back")?);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let document_type: DocumentType = text(&row["document"]["type"]).parse()?;
    let country = text(&row["document"]["country"]).parse()?;
    let declared = match &row["declared"] {
        Value::Null => None,
        person => Some(Actor {
            name: Some(text(&person["name"]).parse()?),
            last_name: Some(text(&person["last_name"]).parse()?),
            identity_document: Some(IdentityDocument {
                document_number: Some(text(&person["number"]).parse()?),
                document_type: Some(document_type),
                country: Some(country),
            }),
            ..Actor::default()
        }),
    };
    let request = ScoreRequest {
        document: Some(DocumentKind { document_type, country }),
        declared: declared.as_ref(),
        front: front.as_ref(),
        back: back.as_ref(),
        now: Time::from_timestamp(TODAY, 0).ok_or("no such day")?,
    };
    let (before, started) = (ALLOCATED.current_usage(), cpu()?);
    ALLOCATED.reset_peak_usage();
    let scored =
        InternalScorer::new(PictureMemory::default()).score(request).await.map_err(|error| format!("{error:?}"))?;
    let cost = Cost { milliseconds: cpu()? - started, bytes: ALLOCATED.peak_usage().saturating_sub(before) };
    Ok((scored.verdict, cost))
}

/// The CPU time of this process, milliseconds.
fn cpu() -> Result<i64, Failure> {
    Ok(ClockId::CLOCK_PROCESS_CPUTIME_ID.now()?.num_milliseconds())
}

/// One line for each scoring, with the checks that did not pass.
fn explained(row: &Value, verdict: &Verdict, level: usize, cost: &Cost) -> Value {
    let checks: BTreeMap<String, String> = verdict
        .breakdown
        .iter()
        .filter(|check| check.result != CheckResult::Pass)
        .map(|check| {
            let reason = check.reason.map(|reason| reason.to_string()).unwrap_or_default();
            (check.name.to_string(), format!("{} {reason} {}", check.result, check.operator_details))
        })
        .collect();
    let pick = |field: &str| row[field].clone();
    json!({
        "front": pick("front"), "back": pick("back"), "attack": pick("attack"), "level": pick("level"),
        "score": verdict.score.value(), "coverage": verdict.coverage.value(), "reached": level,
        "milliseconds": cost.milliseconds, "megabytes": cost.bytes / 1_000_000, "checks": checks,
    })
}

fn print(kinds: &BTreeMap<(Goal, String), Reached>, mut costs: Vec<Cost>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let mut section = None;
    for ((goal, name), reached) in kinds {
        if section != Some(goal) {
            let title = match goal {
                Goal::Genuine => format!("genuine: {GENUINE} % reach MEDIUM"),
                Goal::Part => "genuine, by kind and by level".to_owned(),
                Goal::BelowMedium => "no such document, another's side, or a part: none reaches MEDIUM".to_owned(),
                Goal::BelowHigh => "the document, but altered: none reaches HIGH".to_owned(),
            };
            writeln!(out, "\n| {title} | of | below LOW | LOW | MEDIUM | HIGH | |\n|---|--:|--:|--:|--:|--:|---|")?;
            section = Some(goal);
        }
        let [below, low, medium, high] = reached.0;
        let missed = if reached.meets(*goal) { "" } else { "missed" };
        writeln!(out, "| {name} | {} | {below} | {low} | {medium} | {high} | {missed} |", reached.all())?;
    }
    costs.sort_by_key(|cost| cost.milliseconds);
    let bytes = costs.iter().map(|cost| cost.bytes).max();
    if let (Some(median), Some(worst), Some(bytes)) = (costs.get(costs.len() / 2), costs.last(), bytes) {
        let (median, worst) = (median.milliseconds, worst.milliseconds);
        writeln!(
            out,
            "\n{} scorings: {median} ms of CPU in the median, {worst} ms at worst; {} MB allocated at most.",
            costs.len(),
            bytes / 1_000_000
        )?;
    }
    Ok(())
}
