//! Reading a chain.

use super::{super::metadata::Metadata, change};
use crate::{
    App, Error,
    chain::Chain,
    identification::{Identification, Status},
    ids::{ChainId, OrgId},
};

/// A chain and its steps, as the actor's side may see them.
pub struct ReadChain {
    pub chain: Chain,
    pub status: Status,
    /// In their order.
    pub steps: Vec<Metadata>,
}

/// Chain and steps are two reads, which are not of one moment: they are read again until they agree.
const LOOKS: usize = 4;

/// One read of the chain, and one of its steps.
pub async fn read_chain(app: &App, org: &OrgId, id: ChainId) -> Result<ReadChain, Error> {
    let mut looks = 1;
    loop {
        let chain = app.find_chain(org, id).await?;
        let steps = change::steps_of(app, &chain).await?;
        let identifications: Vec<Identification> = steps.iter().map(|step| step.identification.clone()).collect();
        let now = app.now();
        let is_settled =
            !change::record_failure(app, &chain, &steps, now).await? && chain.agrees_with(&identifications);
        if is_settled || looks == LOOKS {
            let status = change::status(&chain, &steps, now);
            let metadata = steps.into_iter().map(|step| Metadata {
                identification: step.identification,
                scoring: step.scoring,
                now,
            });
            return Ok(ReadChain { status, steps: metadata.collect(), chain });
        }
        looks += 1;
    }
}
