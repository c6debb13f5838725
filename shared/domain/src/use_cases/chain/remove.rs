//! Deleting a chain with everything that belongs to it.

use super::{
    super::{
        effects,
        once::{Done, delete_once},
        remove::{DELETE_TRIES, Force, erase_now, of_deletion},
    },
    change, stories,
};
use crate::{
    App, Conflict, Error, Request, Time,
    chain::Chain,
    events::ReviewsOfStep,
    idempotency::{Idempotency, Once, Operation},
    identification::Status,
    ids::AdminChainId,
    ports::{Erasure, FoundStep, StepError},
    webhooks::Stream,
};

/// Deletes a CREATED chain, whatever its steps are, or any with permitted force.
pub async fn delete_chain(
    app: &App,
    request: &Request,
    id: AdminChainId,
    force: Force,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let delete = |once| delete(app, request, id, force, once);
    delete_once(app, &request.org, Operation::DeleteChain, id, idempotency, delete).await
}

async fn delete(app: &App, request: &Request, id: AdminChainId, force: Force, once: Option<Once>) -> Result<(), Error> {
    let chain = app.find_chain_by_admin_id(&request.org, id).await?;
    let force = force == Force::Permitted;
    for _ in 0..DELETE_TRIES {
        let steps = change::steps_of(app, &chain).await?;
        let now = app.now();
        if !force && change::status(&chain, &steps, now) != Status::Created {
            return Err(Error::DeleteForbidden);
        }
        let why = if force { "FORCED" } else { "REQUESTED" };
        match delete_found_chain(app, request, (&chain, &steps), force, (why, once.clone()), now).await {
            Err(StepError::ReviewedMeanwhile) => {}
            deleted => return erase_now(app, deleted, force, "chain").await,
        }
    }
    Err(Conflict::ConcurrentChange.into())
}

/// Deletes a chain as it was read, and wakes workers for the events.
pub(in crate::use_cases) async fn delete_found_chain(
    app: &App,
    request: &Request,
    (chain, steps): (&Chain, &[FoundStep]),
    force: bool,
    (why, once): (&'static str, Option<Once>),
    now: Time,
) -> Result<Erasure, StepError> {
    let (mut step_stories, mut reviewed) = (Vec::new(), Vec::new());
    for FoundStep { identification, .. } in steps {
        let story = of_deletion(app, request, identification, why, now).await?;
        reviewed.extend(story.reviews.iter().flat_map(ReviewsOfStep::ids));
        step_stories.push((identification.clone(), story));
    }
    let story = stories::of_deletion(app, request, chain, why, now).once(once);
    let deleted = app.stores.chains.delete(chain, step_stories, force, story, now).await?;
    // The chain, which leads to its steps, is gone.
    for step in chain.sequence.steps() {
        effects::wake(app, &chain.org, Stream::IdentificationId(step.identification_id)).await;
    }
    change::wake(app, &chain.org, chain).await;
    effects::told_of_reviews(app, &chain.org, &reviewed).await;
    Ok(deleted)
}
