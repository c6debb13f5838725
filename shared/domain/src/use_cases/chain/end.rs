//! Cancelling and closing a chain.

use super::{
    super::once::{Done, Of, once},
    change,
};
use crate::{
    App, Conflict, Error, Request,
    chain::{Chain, ChainNotOpen, ChainTransition},
    idempotency::{Idempotency, Once, Operation},
    identification::Status,
    ids::AdminChainId,
    ports::StepError,
    text::CancellationReason,
};

/// How often a change is tried on a chain that goes on meanwhile: more often than it has steps.
const TRIES: usize = 5;

/// CREATED → CANCELLED, with the steps that are CREATED.
pub async fn cancel_chain(
    app: &App,
    request: &Request,
    id: AdminChainId,
    reason: CancellationReason,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let decide = |status| match status {
        Status::Created => Ok(ChainTransition::Cancel { reason: reason.clone() }),
        other => Err(ChainNotOpen(other)),
    };
    let chain = &app.find_chain_by_admin_id(&request.org, id).await?;
    let step = |once| end(app, request, chain, once, decide);
    once(app, Of::Chain(chain), Operation::CancelChain, idempotency, step).await
}

/// CREATED or VALIDATED → CLOSED, with its steps.
pub async fn close_chain(
    app: &App,
    request: &Request,
    id: AdminChainId,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let decide = |status| Chain::closable_from(status).map(|from| ChainTransition::Close { from });
    let chain = &app.find_chain_by_admin_id(&request.org, id).await?;
    let step = |once| end(app, request, chain, once, decide);
    once(app, Of::Chain(chain), Operation::CloseChain, idempotency, step).await
}

async fn end(
    app: &App,
    request: &Request,
    chain: &Chain,
    once: Option<Once>,
    decide: impl Fn(Status) -> Result<ChainTransition, ChainNotOpen>,
) -> Result<(), Error> {
    let (mut chain, before) = (chain.clone(), chain.state.clone());
    for _ in 0..TRIES {
        let steps = change::steps_of(app, &chain).await?;
        let now = app.now();
        change::record_failure(app, &chain, &steps, now).await?;
        let transition = decide(change::status(&chain, &steps, now))?;
        match change::take(app, request, &chain, &steps, (transition, once.clone()), now).await {
            // A step was validated, perhaps, or its review has changed: it can be ended all the same.
            Err(StepError::Lost | StepError::ReviewedMeanwhile) => chain = app.find_chain(&chain.org, chain.id).await?,
            done => return Ok(done?),
        }
        // The chain itself was taken further: of two changes of it one wins.
        if chain.state != before {
            break;
        }
    }
    Err(Conflict::ConcurrentChange.into())
}
