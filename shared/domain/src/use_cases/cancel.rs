//! Cancelling an identification.

use crate::{
    App, Error,
    identification::{MethodKind, Transition},
    ids::{AdminIdentificationId, OrgId},
    text::CancellationReason,
};

/// CREATED → CANCELLED.
pub async fn cancel_identification(
    app: &App,
    org: &OrgId,
    kind: MethodKind,
    id: AdminIdentificationId,
    reason: CancellationReason,
) -> Result<(), Error> {
    let identification = app.find_by_admin_id(org, id, kind).await?;
    let now = app.now();
    identification.require_open(now)?;
    Ok(app.stores.identifications.transition(&identification, Transition::Cancel { reason }, Vec::new(), now).await?)
}
