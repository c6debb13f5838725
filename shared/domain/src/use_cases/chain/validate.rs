//! Validating a chain.

use super::{
    super::once::{Done, Of, once},
    change,
};
use crate::{
    App, Conflict, Error, Request,
    chain::{Chain, ChainNotOpen, ChainTransition, ChainValidation},
    device::DeviceEvidence,
    idempotency::{Idempotency, Once, Operation},
    identification::Status,
    ids::ChainId,
};

/// CREATED → VALIDATED, when every step is VALIDATED. One read.
pub async fn validate_chain(
    app: &App,
    request: &Request,
    id: ChainId,
    device: DeviceEvidence,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let chain = &app.find_chain(&request.org, id).await?;
    let step = |once| validate(app, request, chain, device, once);
    once(app, Of::Chain(chain), Operation::ValidateChain, idempotency, step).await
}

async fn validate(
    app: &App,
    request: &Request,
    chain: &Chain,
    device: DeviceEvidence,
    once: Option<Once>,
) -> Result<(), Error> {
    let now = app.now();
    match chain.status(now) {
        Status::Created => {}
        other => return Err(ChainNotOpen(other).into()),
    }
    if !chain.has_all_validated() {
        return Err(Conflict::StepsLeft.into());
    }
    let transition = ChainTransition::Validate { validation: Box::new(ChainValidation { at: now, device }) };
    // The steps stay as they are.
    Ok(change::take(app, request, chain, &[], (transition, once), now).await?)
}
