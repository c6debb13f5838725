//! Cancelling an identification.

use super::{
    once::{Done, Of, once},
    steps, telling,
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
    let now = app.now();
    identification.require_open(now)?;
    let step = Transition::Cancel { reason };
    let story = telling::of_step(app, request, identification, &step, now).once(once);
    Ok(steps::take(app, identification, step, story, now).await?)
}
