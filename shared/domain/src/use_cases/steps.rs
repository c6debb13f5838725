//! The steps of an identification that its chain has a part in: a step of a chain is validated, sent again and fails with
//! the chain. All others of an identification that stands alone.

use super::{
    chain::{change, opening},
    effects,
    reviews::changes,
    telling,
};
use crate::{
    App, Conflict, Error, Request, Time,
    chain::{Chain, ChainTransition},
    events::{ReviewsOfStep, Story},
    idempotency::Once,
    identification::{Identification, NotOpen, RightCode, State, Status, Transition, Validation},
    ids::ScoringId,
    membership::Membership,
    ports::{NewOutboxMessage, StepChange, StepError, unless_lost},
    scoring::Scoring,
};

/// An identification that can be validated: it is CREATED, and the open step of its chain, if it is a step of one.
#[derive(Clone)]
pub(super) struct Opened {
    pub identification: Identification,
    /// As it was read with the identification.
    pub chain: Option<Chain>,
    /// The request that takes the step, if it has an idempotency key.
    pub once: Option<Once>,
}

/// Requires that an identification can be validated at `now`. A read of its chain, if it has one. The write repeats this
/// as its condition.
pub(super) async fn require_open(
    app: &App,
    identification: &Identification,
    once: Option<Once>,
    now: Time,
) -> Result<Opened, Error> {
    identification.require_open(now)?;
    let chain = match identification.membership {
        Some(place) => Some(chain_open_at(app, identification, place).await?),
        None => None,
    };
    Ok(Opened { identification: identification.clone(), chain, once })
}

/// The same, with the linked scoring. One read.
pub(super) async fn require_open_with_scoring(
    app: &App,
    identification: &Identification,
    scoring_id: ScoringId,
    once: Option<Once>,
    now: Time,
) -> Result<(Opened, Option<Scoring>), Error> {
    identification.require_open(now)?;
    let org = &identification.org;
    let (chain, scoring) = match identification.membership {
        Some(place) => {
            let (chain, scoring) = app.stores.chains.find_with_scoring(org, place.chain_id, scoring_id).await?;
            let chain = chain.ok_or(Error::NotFound("identification"))?;
            require_current(&chain, place)?;
            (Some(chain), scoring)
        }
        None => (None, app.stores.scorings.find(org, scoring_id).await?),
    };
    Ok((Opened { identification: identification.clone(), chain, once }, scoring))
}

/// Requires that a scoring may be scored: that of a step of a chain waits for the step to open. It never closes again
/// but with the scoring.
pub(super) async fn require_step_open(app: &App, scoring: &Scoring) -> Result<(), Error> {
    let Some(place) = scoring.membership else { return Ok(()) };
    let chain = app.stores.by_id.chain(&scoring.org, place.chain_id).await?.ok_or(Error::NotFound("scoring"))?;
    require_current(&chain, place)
}

/// Records a failure that shows, because the process that had to record it died: whoever sees it finds the chain and its
/// other steps in agreement.
pub(super) async fn record_failure(app: &App, identification: &Identification, now: Time) -> Result<(), Error> {
    if identification.state != State::Created || identification.status(now) != Status::Failed {
        return Ok(());
    }
    let org = &identification.org;
    let chain = match identification.membership {
        Some(place) => app.stores.by_id.chain(org, place.chain_id).await?,
        None => None,
    };
    let failed = Opened { identification: identification.clone(), chain, once: None };
    unless_lost(fail(app, &Request::system(org), &failed, now).await)?;
    Ok(())
}

/// Refuses to end a step of a chain alone.
pub(super) fn require_alone(identification: &Identification) -> Result<(), Error> {
    if identification.membership.is_some() { Err(Conflict::StepOfChain.into()) } else { Ok(()) }
}

async fn chain_open_at(app: &App, identification: &Identification, place: Membership) -> Result<Chain, Error> {
    let found = app.stores.by_id.chain(&identification.org, place.chain_id).await?;
    let chain = found.ok_or(Error::NotFound("identification"))?;
    require_current(&chain, place)?;
    Ok(chain)
}

fn require_current(chain: &Chain, place: Membership) -> Result<(), Error> {
    match place.step {
        step if step > chain.current_step => Err(Conflict::StepNotOpen.into()),
        step if step < chain.current_step => Err(Conflict::ConcurrentChange.into()),
        _ => Ok(()),
    }
}

/// How often an end is tried while reviewers and scores change the review of the identification.
const TRIES: usize = 5;

/// Ends an identification that stands alone, and the review of it, by the step that `decide` takes from its state.
pub(super) async fn end(
    app: &App,
    request: &Request,
    identification: &Identification,
    once: Option<Once>,
    decide: impl Fn(&Identification, Time) -> Result<Transition, NotOpen>,
) -> Result<(), Error> {
    let mut identification = identification.clone();
    for _ in 0..TRIES {
        let now = app.now();
        let step = decide(&identification, now)?;
        let reviews = changes::ending(app, request, &identification, now).await?;
        let changed = reviews.as_ref().map(ReviewsOfStep::ids).unwrap_or_default();
        let story = telling::of_step(app, request, &identification, &step, now).once(once.clone());
        match take(app, &identification, step, story.with_reviews(reviews), now).await {
            Ok(()) => {
                effects::told_of_reviews(app, &identification.org, &changed).await;
                return Ok(());
            }
            Err(error) => identification = reviewed_meanwhile(app, &identification, error).await?,
        }
    }
    Err(Conflict::ConcurrentChange.into())
}

/// The identification as it is, if a step of it was lost only because its review has changed.
pub(super) async fn reviewed_meanwhile(
    app: &App,
    before: &Identification,
    error: StepError,
) -> Result<Identification, Error> {
    let may_be = matches!(error, StepError::Lost | StepError::ReviewedMeanwhile);
    if !may_be || before.method.scoring_id().is_none() {
        return Err(error.into());
    }
    let current = app.stores.by_id.identification(&before.org, before.id).await?;
    let changed = |current: &Identification| error == StepError::ReviewedMeanwhile || current.review != before.review;
    current.filter(changed).ok_or_else(|| error.clone().into())
}

/// Takes a step of an identification that stands alone, and wakes a worker for its event.
pub(super) async fn take(
    app: &App,
    identification: &Identification,
    transition: Transition,
    story: Story,
    now: Time,
) -> Result<(), StepError> {
    app.stores.identifications.transition(identification, transition, Vec::new(), story, now).await?;
    effects::told(app, identification).await;
    Ok(())
}

/// CREATED → VALIDATED. In a chain the next step opens with it, and its code goes out.
pub(super) async fn validate(
    app: &App,
    request: &Request,
    Opened { identification, chain, once }: &Opened,
    validation: Validation,
    code: Option<RightCode>,
    now: Time,
) -> Result<(), StepError> {
    let transition = Transition::Validate { validation: Box::new(validation), code };
    let story = telling::of_step(app, request, identification, &transition, now).once(once.clone());
    let Some(chain) = chain else { return take(app, identification, transition, story, now).await };
    let change = StepChange { identification: identification.clone(), transition, story };
    let messages = opening::advance(app, request, chain, change, now).await?;
    effects::told_or_sent(app, identification, &messages).await;
    Ok(())
}

/// CREATED → CREATED, with another code on its way: a resend or a fallback.
pub(super) async fn send_again(
    app: &App,
    request: &Request,
    Opened { identification, chain, once }: &Opened,
    transition: Transition,
    outbox: Vec<NewOutboxMessage>,
    now: Time,
) -> Result<(), StepError> {
    let story = telling::of_step(app, request, identification, &transition, now).once(once.clone());
    let messages = effects::references(&outbox);
    match chain {
        Some(chain) => {
            let change = StepChange { identification: identification.clone(), transition, story };
            app.stores.chains.resend(chain, change, outbox, now).await?;
        }
        None => app.stores.identifications.transition(identification, transition, outbox, story, now).await?,
    }
    effects::told_or_sent(app, identification, &messages).await;
    Ok(())
}

/// CREATED → FAILED, with the last try, which was wrong. In a chain the chain fails with it.
pub(super) async fn fail(
    app: &App,
    request: &Request,
    Opened { identification, chain, .. }: &Opened,
    now: Time,
) -> Result<(), StepError> {
    match chain {
        Some(chain) => {
            let steps = app.stores.chains.steps(chain).await?.ok_or(StepError::Lost)?;
            change::take(app, request, chain, &steps, (ChainTransition::Fail, None), now).await?;
        }
        None => {
            let transition = Transition::Fail;
            let story = telling::of_step(app, request, identification, &transition, now);
            take(app, identification, transition, story, now).await?;
        }
    }
    Ok(())
}
