//! Cancelling an identification.

use super::{
    once::{Done, Of, once},
    steps,
};
use crate::{
    App, Error, Request,
    idempotency::{Idempotency, Once, Operation},
    identification::{Identification, MethodKind, Transition},
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
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let identification = &app.find_by_admin_id(&request.org, id, kind).await?;
    steps::require_alone(identification)?;
    let step = |once| cancel(app, request, identification, reason, once);
    once(app, Of::Identification(identification), Operation::CancelIdentification, idempotency, step).await
}

async fn cancel(
    app: &App,
    request: &Request,
    identification: &Identification,
    reason: CancellationReason,
    once: Option<Once>,
) -> Result<(), Error> {
    let decide = |identification: &Identification, now| {
        identification.require_open(now).map(|()| Transition::Cancel { reason: reason.clone() })
    };
    steps::end(app, request, identification, once, decide).await
}
