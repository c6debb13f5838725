//! What is stored under an id: an item each.

use super::{
    items::{Key, decode_chain, decode_identification, decode_review, decode_settings},
    store::DynamoStore,
};
use acredita_domain::{
    chain::Chain,
    identification::Identification,
    ids::{ChainId, IdentificationId, OrgId, ReviewId, SettingsId},
    ports::{ById, FindError},
    review::Review,
    settings::StoredSettings,
};
use async_trait::async_trait;

#[async_trait]
impl ById for DynamoStore {
    async fn identification(&self, org: &OrgId, id: IdentificationId) -> Result<Option<Identification>, FindError> {
        let found = self.find("find identification", Key::identification(id), decode_identification).await?;
        Ok(found.filter(|identification| identification.org == *org))
    }

    async fn chain(&self, org: &OrgId, id: ChainId) -> Result<Option<Chain>, FindError> {
        let found = self.find("find chain", Key::chain(id), decode_chain).await?;
        Ok(found.filter(|chain| chain.org == *org))
    }

    async fn review(&self, org: &OrgId, id: ReviewId) -> Result<Option<Review>, FindError> {
        let found = self.find("find review", Key::review(id), decode_review).await?;
        Ok(found.filter(|review| review.org == *org))
    }

    async fn settings(&self, org: &OrgId) -> Result<Option<StoredSettings>, FindError> {
        let found = self.find("find settings", Key::settings(SettingsId::of(org)), decode_settings).await?;
        Ok(found.filter(|found| found.org == *org))
    }
}
