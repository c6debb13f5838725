//! A change of a chain together with its steps.

use super::{
    super::{effects, reviews::changes, telling},
    stories,
};
use crate::{
    App, Error, Request, Time,
    chain::{Chain, ChainState, ChainTransition},
    events::ReviewsOfStep,
    idempotency::Once,
    identification::{Status, Transition},
    ids::OrgId,
    ports::{FoundStep, StepChange, StepError, unless_lost},
    review::DecisionReason,
    webhooks::Stream,
};

/// The steps of a chain, in their order. If some are gone, the chain is.
pub(in crate::use_cases) async fn steps_of(app: &App, chain: &Chain) -> Result<Vec<FoundStep>, Error> {
    app.stores.chains.steps(chain).await?.ok_or(Error::NotFound("chain"))
}

/// The chain's status with that of its steps.
pub(in crate::use_cases) fn status(chain: &Chain, steps: &[FoundStep], now: Time) -> Status {
    chain.status_with(steps.iter().map(|step| &step.identification), now)
}

/// Records a failure of a chain that shows in its open step alone, because the process that had to record it died. Says
/// whether it did, or somebody else.
pub(super) async fn record_failure(app: &App, chain: &Chain, steps: &[FoundStep], now: Time) -> Result<bool, Error> {
    if chain.state != ChainState::Created || status(chain, steps, now) != Status::Failed {
        return Ok(false);
    }
    unless_lost(take(app, &Request::system(&chain.org), chain, steps, (ChainTransition::Fail, None), now).await)?;
    Ok(true)
}

/// Changes a chain as it was read, with those of its steps that the change concerns, and wakes a worker for the events.
/// `once` is the request that does it, if it has an idempotency key.
pub(in crate::use_cases) async fn take(
    app: &App,
    request: &Request,
    chain: &Chain,
    steps: &[FoundStep],
    (transition, once): (ChainTransition, Option<Once>),
    now: Time,
) -> Result<(), StepError> {
    take_with(app, request, (chain, steps), (transition, once), None, now).await
}

/// Fails a chain with its open step, whose review rejects it: `rejection`.
pub(in crate::use_cases) async fn reject(
    app: &App,
    request: &Request,
    (chain, steps): (&Chain, &[FoundStep]),
    reason: DecisionReason,
    rejection: ReviewsOfStep,
    now: Time,
) -> Result<(), StepError> {
    let transition = ChainTransition::Reject { reason };
    take_with(app, request, (chain, steps), (transition, None), Some(rejection), now).await
}

async fn take_with(
    app: &App,
    request: &Request,
    (chain, steps): (&Chain, &[FoundStep]),
    (transition, once): (ChainTransition, Option<Once>),
    mut rejection: Option<ReviewsOfStep>,
    now: Time,
) -> Result<(), StepError> {
    let (mut step_changes, mut reviewed) = (Vec::new(), Vec::new());
    for (at, FoundStep { identification, .. }) in steps.iter().enumerate() {
        let Some(transition) = transition.of_step(chain, at, now) else { continue };
        let reviews = match transition {
            Transition::Reject { .. } => rejection.take(),
            _ => changes::ending(app, request, identification, now).await?,
        };
        reviewed.extend(reviews.iter().flat_map(ReviewsOfStep::ids));
        let story = telling::of_step(app, request, identification, &transition, now).with_reviews(reviews);
        step_changes.push(StepChange { identification: identification.clone(), transition, story });
    }
    let story = stories::of_change(app, request, chain, &transition, now).once(once);
    app.stores.chains.transition(chain, transition, step_changes, story, now).await?;
    wake(app, &chain.org, chain).await;
    effects::told_of_reviews(app, &chain.org, &reviewed).await;
    Ok(())
}

/// Wakes a worker for the events of a chain and of its steps.
pub(super) async fn wake(app: &App, org: &OrgId, chain: &Chain) {
    effects::wake(app, org, Stream::ChainId(chain.id)).await;
}
