//! What an event is about.

use crate::ids::{
    AdminChainId, AdminIdentificationId, ChainId, EndpointId, ExportId, IdentificationId, ReviewId, ScoringId,
    SearchId, SettingsId,
};
use serde::{Deserialize, Serialize};

/// The owner of a log. Its ids are named as in paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Subject {
    /// The events of its linked scoring are its own.
    Identification {
        identification_id: IdentificationId,
        admin_identification_id: AdminIdentificationId,
    },
    /// A scoring that stands alone.
    Scoring {
        scoring_id: ScoringId,
    },
    /// Its steps are subjects of their own.
    Chain {
        identification_chain_id: ChainId,
        admin_identification_chain_id: AdminChainId,
    },
    /// Of a score.
    Review {
        review_id: ReviewId,
    },
    WebhookEndpoint {
        endpoint_id: EndpointId,
    },
    /// A search of records.
    Search {
        search_id: SearchId,
    },
    /// A file of records.
    Export {
        export_id: ExportId,
    },
    /// Of an organisation.
    Settings {
        settings_id: SettingsId,
    },
}
