//! The settings of organisations: an item each.

use super::{
    commit::{Commit, telling},
    items::{Key, number, settings_values},
    store::{Change, DynamoStore},
};
use acredita_domain::{
    Time,
    events::Story,
    ports::{SettingsStore, StepError},
    settings::StoredSettings,
};
use async_trait::async_trait;

#[async_trait]
impl SettingsStore for DynamoStore {
    async fn replace(&self, after: &StoredSettings, story: Story) -> Result<(), StepError> {
        let operation = "replace settings";
        let mut values = settings_values(after);
        let condition = match after.revision.saturating_sub(1) {
            0 => "attribute_not_exists(#revision)",
            before => {
                values.push(("before", number(before)));
                "#revision = :before"
            }
        };
        let update = "SET #schema = :schema, #org = :org, #choices = :choices, #revision = :revision";
        telling(operation, &story, |chapter| {
            let change = Change { key: Key::settings(after.id()), update, condition, values: values.clone() };
            Commit::new(self, operation, Time::UNIX_EPOCH).step_telling(change, chapter)
        })
        .await
    }
}
