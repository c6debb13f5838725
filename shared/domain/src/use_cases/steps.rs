//! The steps of an identification that its chain has a part in: a step of a chain is validated, sent again and fails with
//! the chain. All others of an identification that stands alone.

use super::{
    chain::{change, opening},
    effects, telling,
};
use crate::{
    App, Conflict, Error, Request, Time,
    chain::{Chain, ChainTransition},
    idempotency::Once,
    identification::{Identification, Transition, Validation},
    ids::ScoringId,
    membership::Membership,
    ports::{NewOutboxMessage, StepChange, StepError},
    scoring::Scoring,
};

/// An identification that can be validated: it is CREATED, and the open step of its chain, if it is a step of one.
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
    let chain = app.stores.chains.find(&scoring.org, place.chain_id).await?.ok_or(Error::NotFound("scoring"))?;
    require_current(&chain, place)
}

/// Refuses to end a step of a chain alone.
pub(super) fn require_alone(identification: &Identification) -> Result<(), Error> {
    if identification.membership.is_some() { Err(Conflict::StepOfChain.into()) } else { Ok(()) }
}

async fn chain_open_at(app: &App, identification: &Identification, place: Membership) -> Result<Chain, Error> {
    let found = app.stores.chains.find(&identification.org, place.chain_id).await?;
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

/// CREATED → VALIDATED. In a chain the next step opens with it, and its code goes out.
pub(super) async fn validate(
    app: &App,
    request: &Request,
    Opened { identification, chain, once }: &Opened,
    validation: Validation,
    generation: Option<u32>,
    now: Time,
) -> Result<(), StepError> {
    let transition = Transition::Validate { validation: Box::new(validation), generation };
    let story = telling::of_step(app, request, identification, &transition, now).once(once.clone());
    let messages = match chain {
        Some(chain) => {
            let change = StepChange { identification: identification.clone(), transition, story };
            opening::advance(app, request, chain, change, now).await?
        }
        None => {
            app.stores.identifications.transition(identification, transition, Vec::new(), story, now).await?;
            Vec::new()
        }
    };
    effects::told_or_sent(app, identification, &messages).await;
    Ok(())
}

/// CREATED → CREATED, with another code on its way.
pub(super) async fn resend(
    app: &App,
    request: &Request,
    Opened { identification, chain, once }: &Opened,
    generation: u32,
    outbox: Vec<NewOutboxMessage>,
    now: Time,
) -> Result<(), StepError> {
    let transition = Transition::Resend { generation };
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

/// CREATED → FAILED, when the tries are used up. In a chain the chain fails with it.
pub(super) async fn fail(
    app: &App,
    request: &Request,
    Opened { identification, chain, .. }: &Opened,
    now: Time,
) -> Result<(), Error> {
    match chain {
        Some(chain) => {
            let steps = change::steps_of(app, chain).await?;
            change::take(app, request, chain, &steps, (ChainTransition::Fail, None), now).await?;
        }
        None => {
            let transition = Transition::Fail;
            let story = telling::of_step(app, request, identification, &transition, now);
            app.stores.identifications.transition(identification, transition, Vec::new(), story, now).await?;
            effects::told(app, identification).await;
        }
    }
    Ok(())
}
