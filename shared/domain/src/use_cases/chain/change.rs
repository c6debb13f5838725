//! A change of a chain together with its steps.

use super::{
    super::{effects, telling},
    stories,
};
use crate::{
    App, Error, Request, Time,
    chain::{Chain, ChainState, ChainTransition},
    idempotency::Once,
    identification::{Identification, Status},
    ids::OrgId,
    ports::{FoundStep, StepChange, StepError, unless_lost},
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
    let of_step = |(at, identification): (usize, &Identification)| {
        let transition = transition.of_step(chain, at, now)?;
        let story = telling::of_step(app, request, identification, &transition, now);
        Some(StepChange { identification: identification.clone(), transition, story })
    };
    let changes = steps.iter().map(|step| &step.identification).enumerate().filter_map(of_step).collect();
    let story = stories::of_change(app, request, chain, &transition, now).once(once);
    app.stores.chains.transition(chain, transition, changes, story, now).await?;
    wake(app, &chain.org, chain).await;
    Ok(())
}

/// Wakes a worker for the events of a chain and of its steps.
pub(super) async fn wake(app: &App, org: &OrgId, chain: &Chain) {
    effects::wake(app, org, Stream::ChainId(chain.id)).await;
}
