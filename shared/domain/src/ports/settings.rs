//! The settings of organisations.

use super::StepError;
use crate::{events::Story, settings::StoredSettings};
use async_trait::async_trait;

#[async_trait]
pub trait SettingsStore: Send + Sync {
    /// Replaces the settings of the revision before, if nobody else has. One transaction.
    async fn replace(&self, after: &StoredSettings, story: Story) -> Result<(), StepError>;
}
