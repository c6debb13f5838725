//! Closing an identification.

use super::{effects, telling};
use crate::{
    App, Error, Request,
    identification::{MethodKind, Transition},
    ids::AdminIdentificationId,
};

/// CREATED or VALIDATED → CLOSED.
pub async fn close_identification(
    app: &App,
    request: &Request,
    kind: MethodKind,
    id: AdminIdentificationId,
) -> Result<(), Error> {
    let identification = app.find_by_admin_id(&request.org, id, kind).await?;
    let now = app.now();
    let from = identification.require_closable(now)?;
    let step = Transition::Close { from };
    let story = telling::of_step(app, request, &identification, &step, now);
    app.stores.identifications.transition(&identification, step, Vec::new(), story, now).await?;
    effects::told(app, &identification).await;
    Ok(())
}
