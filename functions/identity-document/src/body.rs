//! The bodies of the actor's side of an identification by identity document.

use acredita_domain::{
    Error,
    identification::Method,
    ids::ScoringId,
    scoring::{ConfigurationName, Provider, ScoringStatus},
    use_cases::Metadata,
};
use acredita_http::answers::CommonMetadata;
use serde::Serialize;
use utoipa::ToSchema;

/// An identification as the actor's side sees it.
#[derive(Serialize, ToSchema)]
pub struct IdentityDocumentMetadata {
    #[serde(flatten)]
    pub common: CommonMetadata,
    /// `LOW`, `MEDIUM` or `HIGH`.
    #[schema(value_type = String, example = "MEDIUM")]
    pub configuration_name: ConfigurationName,
    /// The scoring that was created with it.
    pub scoring: LinkedScoringMetadata,
}

/// The linked scoring.
#[derive(Serialize, ToSchema)]
pub struct LinkedScoringMetadata {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub scoring_id: ScoringId,
    /// Who scores.
    #[schema(value_type = String, example = "INTERNAL")]
    pub provider: Provider,
    /// Its status.
    #[schema(value_type = String, example = "CREATED")]
    pub status: ScoringStatus,
}

impl TryFrom<&Metadata> for IdentityDocumentMetadata {
    type Error = Error;

    fn try_from(metadata: &Metadata) -> Result<Self, Error> {
        let Method::IdentityDocument { configuration, .. } = metadata.identification.method else {
            return Err(Error::NotFound("identification"));
        };
        let scoring = metadata.scoring.as_ref().ok_or(Error::Corrupt("an identity document without its scoring"))?;
        let scoring = LinkedScoringMetadata {
            scoring_id: scoring.id,
            provider: scoring.provider,
            status: scoring.status(metadata.now),
        };
        Ok(Self { common: metadata.into(), configuration_name: configuration, scoring })
    }
}
