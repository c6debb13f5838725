//! Deleting a chain with everything that belongs to it.

use super::{
    super::{
        effects,
        once::{Done, delete_once},
        remove::{Force, erase_now, of_deletion},
    },
    change, stories,
};
use crate::{
    App, Error, Request, Time,
    chain::Chain,
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
    let steps = change::steps_of(app, &chain).await?;
    let now = app.now();
    let force = force == Force::Permitted;
    if !force && change::status(&chain, &steps, now) != Status::Created {
        return Err(Error::DeleteForbidden);
    }
    let why = if force { "FORCED" } else { "REQUESTED" };
    let deleted = delete_found_chain(app, request, (&chain, &steps), force, (why, once), now).await;
    erase_now(app, deleted, force, "chain").await
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
    let of_step = |FoundStep { identification, .. }: &FoundStep| {
        (identification.clone(), of_deletion(app, request, identification, why, now))
    };
    let story = stories::of_deletion(app, request, chain, why, now).once(once);
    let deleted = app.stores.chains.delete(chain, steps.iter().map(of_step).collect(), force, story, now).await?;
    // The chain, which leads to its steps, is gone.
    for step in chain.sequence.steps() {
        effects::wake(app, &chain.org, Stream::IdentificationId(step.identification_id)).await;
    }
    change::wake(app, &chain.org, chain).await;
    Ok(deleted)
}
