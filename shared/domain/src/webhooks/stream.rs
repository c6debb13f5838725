//! The events of one subject, by the id that they are kept under.

use crate::{
    events::Subject,
    ids::{ChainId, EndpointId, ExportId, IdentificationId, ReviewId, ScoringId, SearchId, SettingsId},
};
use serde::{Deserialize, Serialize};

/// A [`Subject`] by one of its ids only: what a row of due work says, and what wakes a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    IdentificationId(IdentificationId),
    ScoringId(ScoringId),
    ChainId(ChainId),
    ReviewId(ReviewId),
    EndpointId(EndpointId),
    SettingsId(SettingsId),
    SearchId(SearchId),
    ExportId(ExportId),
}

impl From<Subject> for Stream {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Identification { identification_id, .. } => Self::IdentificationId(identification_id),
            Subject::Scoring { scoring_id } => Self::ScoringId(scoring_id),
            Subject::Chain { identification_chain_id, .. } => Self::ChainId(identification_chain_id),
            Subject::Review { review_id } => Self::ReviewId(review_id),
            Subject::WebhookEndpoint { endpoint_id } => Self::EndpointId(endpoint_id),
            Subject::Settings { settings_id } => Self::SettingsId(settings_id),
            Subject::Search { search_id } => Self::SearchId(search_id),
            Subject::Export { export_id } => Self::ExportId(export_id),
        }
    }
}
