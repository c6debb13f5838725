//! What is stored under an id.

use super::FindError;
use crate::{
    chain::Chain,
    identification::Identification,
    ids::{ChainId, IdentificationId, OrgId, ReviewId},
    review::Review,
    settings::StoredSettings,
};
use async_trait::async_trait;

/// What use cases look up that they do not have to be able to change: whoever only reads names no more than this. Every
/// method works within one organisation, and is one read.
#[async_trait]
pub trait ById: Send + Sync {
    /// By the actor's id.
    async fn identification(&self, org: &OrgId, id: IdentificationId) -> Result<Option<Identification>, FindError>;
    /// By the actor's id.
    async fn chain(&self, org: &OrgId, id: ChainId) -> Result<Option<Chain>, FindError>;
    async fn review(&self, org: &OrgId, id: ReviewId) -> Result<Option<Review>, FindError>;
    /// `None` for an organisation that has never chosen anything.
    async fn settings(&self, org: &OrgId) -> Result<Option<StoredSettings>, FindError>;
}
