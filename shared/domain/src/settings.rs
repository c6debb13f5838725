//! What an organisation chooses for itself: its voice, its codes, where its messages may go, and what is reviewed.
//!
//! An organisation stores its [`Choices`]. What it leaves open is a default, often the deployment's, which is looked up
//! when the settings are used: [`OrgSettings`] are what holds.

mod choices;
mod countries;
mod effective;
mod known;

pub use choices::{Choices, DailyBudget, FallbackAfter, MessageChoices, ReviewChoices, SmsChoices, TemplateChoices};
pub use countries::Countries;
pub use effective::{Bounds, OrgSettings};
pub use known::KnownSettings;

use crate::{
    events::{Log, Subject},
    ids::{OrgId, SettingsId},
};

/// The choices of an organisation as they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSettings {
    pub org: OrgId,
    pub choices: Choices,
    /// One more with each change, from 1.
    pub revision: u64,
    pub log: Log,
}

impl StoredSettings {
    pub fn id(&self) -> SettingsId {
        SettingsId::of(&self.org)
    }

    pub fn subject(&self) -> Subject {
        Subject::Settings { settings_id: self.id() }
    }

    /// What the events vouch for.
    pub fn vouched(&self) -> String {
        format!("{} {}", self.revision, self.choices.stored())
    }
}
