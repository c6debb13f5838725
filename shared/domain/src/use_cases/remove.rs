//! Deletes an identification with its linked scoring and all their pictures.

use crate::{
    App, Error,
    identification::{MethodKind, Status},
    ids::{AdminIdentificationId, OrgId},
    ports::{Erasure, StepError},
};

/// Whether the caller requested force and has the permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    No,
    /// Whatever the state: requested and permitted.
    Permitted,
}

/// Deletes a CREATED identification, or any with permitted force. It is gone at once; its pictures are erased right
/// after, and [`ERASE_AGAIN_AFTER`](crate::ports::limits::ERASE_AGAIN_AFTER) later a sweep erases those that arrived
/// meanwhile.
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
        // Gone meanwhile: another request has deleted it.
        Err(StepError::Lost) if force => Err(Error::NotFound("identification")),
        Err(error) => Err(error.into()),
    }
}

/// Erases the pictures that are there now. The erasure itself stays until it is due, because more may still arrive.
pub(super) async fn erase_pictures(app: &App, erasure: &Erasure) -> Result<(), Error> {
    for prefix in &erasure.prefixes {
        app.stores.pictures.erase(prefix).await?;
    }
    Ok(())
}
