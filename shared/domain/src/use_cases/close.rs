//! Closing an identification.

use crate::{
    App, Error,
    identification::{MethodKind, Transition},
    ids::{AdminIdentificationId, OrgId},
};

/// CREATED or VALIDATED → CLOSED.
pub async fn close_identification(
    app: &App,
    org: &OrgId,
    kind: MethodKind,
    id: AdminIdentificationId,
) -> Result<(), Error> {
    let identification = app.find_by_admin_id(org, id, kind).await?;
    let now = app.now();
    let from = identification.require_closable(now)?;
    Ok(app.stores.identifications.transition(&identification, Transition::Close { from }, Vec::new(), now).await?)
}
