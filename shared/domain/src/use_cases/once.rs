//! Requests with an idempotency key: what they do is done once, and whoever sends one again gets the same answer.
//!
//! A step records the request that took it on its own subject, which is read before every step. So a repetition is
//! recognised before anything is done, counted or compared, and costs no read of its own. A deletion takes its subject
//! with it, and leaves a record instead. A refused request leaves nothing.

use super::create::first_answer;
use crate::{
    App, Conflict, Error,
    chain::Chain,
    idempotency::{Earlier, Idempotency, Once, Operation, RequestMark, TakenOnce},
    identification::Identification,
    ids::OrgId,
    ports::{FirstAnswer, IdempotencyRecord, Remembered},
    scoring::Scoring,
};
use std::fmt::Display;

/// The answer of a request that has nothing to answer but that it is done.
const DONE: &str = "null";

/// Whether this request did it, or an earlier one with the same idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    Now,
    Before,
}

/// What a step is taken of, as it was read.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    Identification(&'a Identification),
    Scoring(&'a Scoring),
    Chain(&'a Chain),
}

impl Of<'_> {
    fn org(&self) -> &OrgId {
        match self {
            Self::Identification(identification) => &identification.org,
            Self::Scoring(scoring) => &scoring.org,
            Self::Chain(chain) => &chain.org,
        }
    }

    fn id(&self) -> String {
        match self {
            Self::Identification(identification) => identification.id.to_string(),
            Self::Scoring(scoring) => scoring.id.to_string(),
            Self::Chain(chain) => chain.id.to_string(),
        }
    }

    fn taken(&self) -> &[TakenOnce] {
        match self {
            Self::Identification(identification) => &identification.once,
            Self::Scoring(scoring) => &scoring.once,
            Self::Chain(chain) => &chain.once,
        }
    }

    /// The same as it is now. One read.
    async fn taken_by_now(&self, app: &App) -> Result<Vec<TakenOnce>, Error> {
        let taken = match self {
            Self::Identification(Identification { org, id, .. }) => {
                app.stores.by_id.identification(org, *id).await?.map(|current| current.once)
            }
            Self::Scoring(Scoring { org, id, .. }) => {
                app.stores.scorings.find(org, *id).await?.map(|current| current.once)
            }
            Self::Chain(Chain { org, id, .. }) => app.stores.by_id.chain(org, *id).await?.map(|current| current.once),
        };
        Ok(taken.unwrap_or_default())
    }
}

/// Takes a step, unless the same request has taken it. `step` records the request that it is given.
pub(super) async fn once<F: Future<Output = Result<(), Error>>>(
    app: &App,
    of: Of<'_>,
    operation: Operation,
    idempotency: Option<Idempotency>,
    step: impl FnOnce(Option<Once>) -> F,
) -> Result<Done, Error> {
    let Some(once) = marked(app, of.org(), operation, of.id(), idempotency).await? else {
        return step(None).await.map(|()| Done::Now);
    };
    if is_repeated(app, &once, of.taken())? {
        return Ok(Done::Before);
    }
    match step(Some(once.clone())).await {
        Ok(()) => Ok(Done::Now),
        // Another request was faster, perhaps the same one.
        Err(refused @ (Error::Conflict(_) | Error::TooManyMessages { .. } | Error::OverBudget { .. })) => {
            if is_repeated(app, &once, &of.taken_by_now(app).await?)? {
                Ok(Done::Before)
            } else {
                Err(refused)
            }
        }
        Err(error) => Err(error),
    }
}

/// There is nothing to do but to remember the request: what it asks for was done by another one.
pub(super) async fn done_already(
    app: &App,
    of: Of<'_>,
    operation: Operation,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let Some(once) = marked(app, of.org(), operation, of.id(), idempotency).await? else { return Ok(Done::Now) };
    if is_repeated(app, &once, of.taken())? {
        return Ok(Done::Before);
    }
    let record = IdempotencyRecord { operation, marks: once.marks, answer: FirstAnswer(DONE.to_owned()) };
    match app.stores.idempotency.remember(of.org(), record, app.now()).await {
        Ok(()) => Ok(Done::Now),
        Err(error) => first_answer(error).map(|_| Done::Before),
    }
}

/// Deletes what goes by `path`, unless the same request has deleted it. `delete` records the request that it is given.
pub(super) async fn delete_once<F: Future<Output = Result<(), Error>>>(
    app: &App,
    org: &OrgId,
    operation: Operation,
    path: impl Display,
    idempotency: Option<Idempotency>,
    delete: impl FnOnce(Option<Once>) -> F,
) -> Result<Done, Error> {
    let once = marked(app, org, operation, path, idempotency).await?;
    match (delete(once.clone()).await, once) {
        (Ok(()), _) => Ok(Done::Now),
        // It is gone, or goes: perhaps by the same request.
        (Err(gone @ (Error::NotFound(_) | Error::Conflict(Conflict::ConcurrentChange))), Some(once)) => {
            recalled(app, org, operation, &once.marks).await?.map(|_| Done::Before).ok_or(gone)
        }
        (Err(error), _) => Err(error),
    }
}

/// What an earlier request with the same key was answered, if it is recorded.
pub(super) async fn recalled(
    app: &App,
    org: &OrgId,
    operation: Operation,
    marks: &[RequestMark],
) -> Result<Option<FirstAnswer>, Error> {
    match app.stores.idempotency.recall(org, operation, marks, app.now()).await? {
        Some(Remembered::Answer(answer)) => Ok(Some(answer)),
        Some(Remembered::AnotherBody) => Err(Conflict::IdempotencyKeyReused.into()),
        None => Ok(None),
    }
}

/// How a request with a key is recorded. The keys of the deployment are asked for only then.
async fn marked(
    app: &App,
    org: &OrgId,
    operation: Operation,
    path: impl Display,
    idempotency: Option<Idempotency>,
) -> Result<Option<Once>, Error> {
    let Some(idempotency) = idempotency else { return Ok(None) };
    let marks = app.keys.current().await?.step_marks(org, operation, &idempotency.on(path));
    Ok(Some(Once { operation, marks }))
}

pub(super) fn is_repeated(app: &App, once: &Once, taken: &[TakenOnce]) -> Result<bool, Error> {
    match once.among(taken, app.now()) {
        None => Ok(false),
        Some(Earlier::TheSame) => Ok(true),
        Some(Earlier::WithAnotherBody) => Err(Conflict::IdempotencyKeyReused.into()),
    }
}
