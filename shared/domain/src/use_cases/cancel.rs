//! Cancelling an identification.

use super::{effects, telling};
use crate::{
    App, Error, Request,
    identification::{MethodKind, Transition},
    ids::AdminIdentificationId,
    text::CancellationReason,
};

/// CREATED → CANCELLED.
pub async fn cancel_identification(
    app: &App,
    request: &Request,
    kind: MethodKind,
    id: AdminIdentificationId,
    reason: CancellationReason,
) -> Result<(), Error> {
    let identification = app.find_by_admin_id(&request.org, id, kind).await?;
    let now = app.now();
    identification.require_open(now)?;
    let step = Transition::Cancel { reason };
    let story = telling::of_step(app, request, &identification, &step, now);
    app.stores.identifications.transition(&identification, step, Vec::new(), story, now).await?;
    effects::told(app, &identification).await;
    Ok(())
}
