//! Closing an identification.

use crate::{
    App, Conflict, Error,
    identification::{MethodKind, Transition},
    ids::{AdminIdentificationId, OrgId},
    ports::StepError,
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
    let step = app.stores.identifications.transition(org, identification.id, Transition::Close { from }, now).await;
    step.map_err(lost_to)
}

/// Of two concurrent steps one is taken; the other is a conflict.
pub(super) fn lost_to(error: StepError) -> Error {
    match error {
        StepError::Lost => Conflict::CameSecond.into(),
        StepError::Unavailable(unavailable) => unavailable.into(),
    }
}
