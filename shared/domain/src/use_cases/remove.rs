//! Deleting an identification, and with it its linked scoring and all their pictures.

use crate::{
    App, Error,
    identification::{MethodKind, Status},
    ids::{AdminIdentificationId, OrgId},
    ports::{Erasure, StepError},
};

/// Whether the caller asked for force, and may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// Only what is CREATED.
    No,
    /// Whatever its state: asked for, and permitted.
    Permitted,
}

/// Deletes what is CREATED, or anything with permitted force. It is gone at once; its pictures go right after, and with
/// a sweep [`ERASE_AGAIN_AFTER`](crate::ports::limits::ERASE_AGAIN_AFTER) this one whatever is there then.
pub async fn delete_identification(
    app: &App,
    org: &OrgId,
    kind: MethodKind,
    id: AdminIdentificationId,
    force: Force,
) -> Result<(), Error> {
    let identification = app.find_by_admin_id(org, id, kind).await?;
    let now = app.now();
    let force = force == Force::Permitted;
    if !force && identification.status(now) != Status::Created {
        return Err(Error::DeleteForbidden);
    }
    match app.stores.identifications.delete(&identification, force, now).await {
        Ok(erasure) => {
            let _ = erase_pictures(app, &erasure).await;
            Ok(())
        }
        // Gone meanwhile: whoever was first has deleted it.
        Err(StepError::Lost) if force => Err(Error::NotFound("identification")),
        Err(error) => Err(error.into()),
    }
}

/// Erases what is there now. The erasure itself stays until it is due, because of what may still come.
pub(super) async fn erase_pictures(app: &App, erasure: &Erasure) -> Result<(), Error> {
    for prefix in &erasure.prefixes {
        app.stores.pictures.erase(prefix).await?;
    }
    Ok(())
}
