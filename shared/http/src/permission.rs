//! Permissions: one for each role (contract §3).

use acredita_domain::names;

names! {
    Permission("is not a permission") {
        /// The back office: create, cancel, close and delete identifications.
        IdentificationsAdmin = "identifications:admin",
        /// The shop agent's side of an identification by agent.
        IdentificationsAgent = "identifications:agent",
        /// The person's side, which can never speak for an agent.
        IdentificationsValidate = "identifications:validate",
        /// Create, score, delegate and close scorings.
        ScoringsWrite = "scorings:write",
        /// Read scorings and their pictures.
        ScoringsRead = "scorings:read",
        /// List and read events.
        EventsRead = "events:read",
        /// Delete an identification whatever its state.
        IdentificationsForceDelete = "identifications:force_delete",
        /// The endpoints that events are delivered to.
        WebhooksAdmin = "webhooks:admin",
        /// See, claim and decide reviews.
        ReviewsDecide = "reviews:decide",
        /// What the organisation chooses for itself.
        SettingsAdmin = "settings:admin",
        /// List records.
        RecordsList = "records:list",
        /// Read a record, with what is about the person masked.
        RecordsRead = "records:read",
        /// See what is about the person in a record, and its pictures.
        RecordsReadPersonal = "records:read_personal",
        /// Find records by what they were created with.
        RecordsSearch = "records:search",
        /// Have files of records made, and download them.
        RecordsExport = "records:export",
    }
}

/// The scope that grants every permission that is not granted by name only.
pub const EVERYTHING: &str = "api:everything";

impl Permission {
    pub fn is_in_everything(self) -> bool {
        match self {
            Self::IdentificationsAdmin
            | Self::IdentificationsAgent
            | Self::IdentificationsValidate
            | Self::ScoringsWrite
            | Self::ScoringsRead => true,
            Self::EventsRead
            | Self::IdentificationsForceDelete
            | Self::WebhooksAdmin
            | Self::ReviewsDecide
            | Self::SettingsAdmin
            | Self::RecordsList
            | Self::RecordsRead
            | Self::RecordsReadPersonal
            | Self::RecordsSearch
            | Self::RecordsExport => false,
        }
    }
}
