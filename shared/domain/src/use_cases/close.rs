//! Closing an identification.

use super::{
    once::{Done, Of, once},
    steps,
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
    let decide = |identification: &Identification, now| {
        identification.require_closable(now).map(|from| Transition::Close { from })
    };
    steps::end(app, request, identification, once, decide).await
}
