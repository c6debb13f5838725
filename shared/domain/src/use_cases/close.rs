//! Closing an identification.

use super::{
    once::{Done, Of, once},
    steps, telling,
};
use crate::{
    App, Error, Request,
    idempotency::{Idempotency, Once, Operation},
    identification::{Identification, MethodKind, Transition},
    ids::AdminIdentificationId,
};

/// CREATED or VALIDATED → CLOSED.
pub async fn close_identification(
    app: &App,
    request: &Request,
    kind: MethodKind,
    id: AdminIdentificationId,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let identification = &app.find_by_admin_id(&request.org, id, kind).await?;
    steps::require_alone(identification)?;
    let step = |once| close(app, request, identification, once);
    once(app, Of::Identification(identification), Operation::CloseIdentification, idempotency, step).await
}

async fn close(app: &App, request: &Request, identification: &Identification, once: Option<Once>) -> Result<(), Error> {
    let now = app.now();
    let from = identification.require_closable(now)?;
    let step = Transition::Close { from };
    let story = telling::of_step(app, request, identification, &step, now).once(once);
    Ok(steps::take(app, identification, step, story, now).await?)
}
