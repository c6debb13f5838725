//! The settings of organisations.

use super::{
    Corrupt, Item, Key, SCHEMA, check_schema, decode_log, json, number, read_json, read_number, read_parsed, text,
};
use acredita_domain::{ids::SettingsId, settings::StoredSettings};
use aws_sdk_dynamodb::types::AttributeValue;

impl Key {
    pub fn settings(id: SettingsId) -> Self {
        Self::alone(format!("SET#{id}"))
    }
}

/// The attributes of settings, besides those of their log.
pub(crate) fn settings_values(settings: &StoredSettings) -> Vec<(&'static str, AttributeValue)> {
    vec![
        ("schema", number(SCHEMA)),
        ("org", text(&settings.org)),
        ("choices", json(&settings.choices)),
        ("revision", number(settings.revision)),
    ]
}

pub(crate) fn decode_settings(item: &Item) -> Result<StoredSettings, Corrupt> {
    check_schema(item)?;
    Ok(StoredSettings {
        org: read_parsed(item, "org")?,
        choices: read_json(item, "choices")?,
        revision: read_number(item, "revision")?,
        log: decode_log(item)?.ok_or(Corrupt("log"))?,
    })
}
