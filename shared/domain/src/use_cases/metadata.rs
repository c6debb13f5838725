//! What the actor's side may see.

use super::steps::record_failure;
use crate::{
    App, Error, Time,
    identification::{Identification, MethodKind},
    ids::{IdentificationId, OrgId},
    scoring::Scoring,
};

/// An identification and its linked scoring, if any, as they are at `now`.
pub struct Metadata {
    pub identification: Identification,
    pub scoring: Option<Scoring>,
    pub now: Time,
}

/// One read, and one more for a linked scoring.
pub async fn read_metadata(app: &App, org: &OrgId, kind: MethodKind, id: IdentificationId) -> Result<Metadata, Error> {
    let identification = app.find(org, id, kind).await?;
    let now = app.now();
    record_failure(app, &identification, now).await?;
    let scoring = match identification.method.scoring_id() {
        Some(scoring_id) => app.stores.scorings.find(org, scoring_id).await?,
        None => None,
    };
    Ok(Metadata { identification, scoring, now })
}
