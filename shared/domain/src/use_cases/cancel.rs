//! Cancelling an identification.

use super::close::lost_to;
use crate::{
    App, Error,
    identification::{MethodKind, Transition},
    ids::{AdminIdentificationId, OrgId},
    text::Reason,
};

/// CREATED → CANCELLED.
pub async fn cancel_identification(
    app: &App,
    org: &OrgId,
    kind: MethodKind,
    id: AdminIdentificationId,
    reason: Reason,
) -> Result<(), Error> {
    let identification = app.find_by_admin_id(org, id, kind).await?;
    let now = app.now();
    identification.require_open(now)?;
    let step = app.stores.identifications.transition(org, identification.id, Transition::Cancel { reason }, now).await;
    step.map_err(lost_to)
}
