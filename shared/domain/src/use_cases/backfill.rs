//! Gives records from before there were a list and a search their entries.

use super::lookups::lookups;
use crate::{
    App, Error,
    backfill::{Backfill, Entries, WalkPlace},
    ports::{FindError, LackingEntries, PassedRecord, RecordSubject, WalkPart, unless_lost},
    scoring::{Score, Scoring},
};
use chrono::TimeDelta;
use futures_util::{StreamExt, stream};

/// How many parts of a walk one run goes through, and for how long it begins another one.
const PARTS: usize = 10;
const RUN: TimeDelta = TimeDelta::seconds(5);
/// Records in progress at the same time.
const AT_ONCE: usize = 32;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Backfilled {
    /// Records that lacked entries.
    pub completed: usize,
    pub failed: usize,
    /// Whether something may still lack them.
    pub is_under_way: bool,
}

/// Whether everything that is kept has the entries of this deployment. One read.
pub(super) async fn is_complete(app: &App) -> Result<bool, FindError> {
    let entries = entries(app);
    let found = app.stores.backfills.find().await?;
    Ok(found.is_some_and(|backfill| backfill.adds(entries) && backfill.is_complete()))
}

/// Goes on where the last run came to, for a while. A run that is cut off is gone through again, and finds less to do.
pub(super) async fn backfill(app: &App) -> Backfilled {
    let mut done = Backfilled::default();
    if go_on(app, &mut done).await.is_err() {
        done.failed += 1;
        done.is_under_way = true;
    }
    done
}

fn entries(app: &App) -> Entries {
    Entries::of_this_version(app.policy.search_since.is_some())
}

async fn go_on(app: &App, done: &mut Backfilled) -> Result<(), Error> {
    let (entries, began) = (entries(app), app.now());
    let before = app.stores.backfills.find().await?;
    let same = before.clone().filter(|backfill| backfill.adds(entries));
    let mut backfill = same.unwrap_or_else(|| Backfill::begin(entries, began));
    let mut outcome = Ok(());
    for _ in 0..PARTS {
        if !backfill.goes_on(began) || app.now() >= began + RUN {
            break;
        }
        let completed = done.completed;
        let passed = pass(app, backfill.place(), done).await;
        backfill = backfill.found(done.completed - completed);
        match passed {
            Ok(next) => backfill = backfill.passed(next, began),
            // It is gone through again.
            Err(error) => outcome = Err(error),
        }
        let is_over = backfill.place().is_none();
        if is_over || outcome.is_err() {
            break;
        }
    }
    done.is_under_way = !backfill.is_complete();
    if before.as_ref() != Some(&backfill) {
        // Another run goes on, too: what it has come to is as good.
        unless_lost(app.stores.backfills.save(before.as_ref(), &backfill).await)?;
    }
    outcome
}

/// Goes through a part of the walk, and returns where the next one begins.
async fn pass(app: &App, from: Option<&WalkPlace>, done: &mut Backfilled) -> Result<Option<WalkPlace>, Error> {
    let WalkPart { records, next } = app.stores.backfills.walk(from).await?;
    let complete = |record: Result<PassedRecord, FindError>| async { complete(app, &record?).await };
    let mut outcomes = stream::iter(records).map(complete).buffer_unordered(AT_ONCE);
    let mut outcome = Ok(next);
    while let Some(completed) = outcomes.next().await {
        match completed {
            Ok(lacked) => done.completed += usize::from(lacked),
            // Nobody can read it, and waiting for it would help nobody.
            Err(Error::Corrupt(_)) => done.failed += 1,
            Err(error) => outcome = Err(error),
        }
    }
    outcome
}

/// Adds what a record lacks, and says whether it lacked something.
async fn complete(app: &App, record: &PassedRecord) -> Result<bool, Error> {
    let lookups = lacking_lookups(app, &record.subject).await?;
    if record.is_listed && lookups.is_empty() {
        return Ok(false);
    }
    let score = if record.is_listed { None } else { score(app, &record.subject).await? };
    let expires_at = match &record.subject {
        RecordSubject::Identification(identification) => identification.expires_at,
        RecordSubject::Chain(chain) => chain.expires_at,
        RecordSubject::Scoring(scoring) => scoring.expires_at,
    };
    let entries = LackingEntries { lookups, score, keep_until: app.policy.keep_until(expires_at) };
    // Gone, or completed by another run: the next walk looks again.
    unless_lost(app.stores.backfills.complete(record, entries, app.now()).await)?;
    Ok(true)
}

/// The digests that a record would have if it were created now, if it has none.
async fn lacking_lookups(app: &App, subject: &RecordSubject) -> Result<Vec<String>, Error> {
    match subject {
        RecordSubject::Identification(identification) if identification.lookups.is_empty() => {
            lookups(app, &identification.org, Some(&identification.actor), &identification.reference).await
        }
        // Every step is about the same person.
        RecordSubject::Chain(chain) if chain.lookups.is_empty() && app.policy.search_since.is_some() => {
            let steps = app.stores.chains.steps(chain).await?.unwrap_or_default();
            let actor = steps.first().map(|found| &found.identification.actor);
            lookups(app, &chain.org, actor, &chain.reference).await
        }
        RecordSubject::Scoring(scoring) if scoring.lookups.is_empty() => {
            lookups(app, &scoring.org, None, &scoring.reference).await
        }
        _ => Ok(Vec::new()),
    }
}

/// The score that the list shows. A read of the scoring of an identity document.
async fn score(app: &App, subject: &RecordSubject) -> Result<Option<Score>, FindError> {
    let of = |scoring: &Scoring| scoring.assessment.as_ref().map(|assessment| assessment.verdict.score);
    Ok(match subject {
        RecordSubject::Identification(identification) => match identification.method.scoring_id() {
            Some(id) => app.stores.scorings.find(&identification.org, id).await?.as_ref().and_then(of),
            None => None,
        },
        RecordSubject::Chain(_) => None,
        RecordSubject::Scoring(scoring) => of(scoring),
    })
}
