//! What the actor's side may see.

use crate::{
    App, Error, Time,
    identification::{Identification, MethodKind},
    ids::{IdentificationId, OrgId},
    scoring::Scoring,
};

/// An identification, and its linked scoring if it has one, as they are at `now`.
pub struct Metadata {
    /// The identification.
    pub identification: Identification,
    /// The linked scoring of an identity document.
    pub scoring: Option<Scoring>,
    /// When this was true.
    pub now: Time,
}

/// Reads an identification of the actor's side. One read, and one more for a linked scoring.
pub async fn read_metadata(app: &App, org: &OrgId, kind: MethodKind, id: IdentificationId) -> Result<Metadata, Error> {
    let identification = app.find(org, id, kind).await?;
    let scoring = match identification.method.scoring_id() {
        Some(scoring_id) => app.stores.scorings.find(org, scoring_id).await?,
        None => None,
    };
    Ok(Metadata { identification, scoring, now: app.now() })
}
