//! The settings of organisations.

use super::{FindError, StepError};
use crate::{events::Story, ids::OrgId, settings::StoredSettings};
use async_trait::async_trait;

#[async_trait]
pub trait SettingsStore: Send + Sync {
    /// `None` for an organisation that has never chosen anything. One read.
    async fn find(&self, org: &OrgId) -> Result<Option<StoredSettings>, FindError>;
    /// Replaces the settings of the revision before, if nobody else has. One transaction.
    async fn replace(&self, after: &StoredSettings, story: Story) -> Result<(), StepError>;
}
