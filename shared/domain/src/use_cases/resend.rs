//! Sending a new code.

use super::{
    effects,
    once::{Done, Of, once},
    steps,
};
use crate::{
    App, Conflict, Error, Request, Time,
    idempotency::{Idempotency, Once, Operation},
    identification::{Identification, MethodKind, Transition},
    ids::IdentificationId,
    keys::CodeContext,
    otp::{Destination, Otp},
    ports::StepError,
};

/// Has a new code sent. The old one is invalidated; the count of tries stays.
pub async fn resend_otp(
    app: &App,
    request: &Request,
    id: IdentificationId,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let identification = &app.find(&request.org, id, MethodKind::Otp).await?;
    let step = |once| resend(app, request, identification, once);
    once(app, Of::Identification(identification), Operation::ResendOtp, idempotency, step).await
}

async fn resend(
    app: &App,
    request: &Request,
    identification: &Identification,
    once: Option<Once>,
) -> Result<(), Error> {
    let (org, id, now) = (&identification.org, identification.id, app.now());
    steps::record_failure(app, identification, now).await?;
    let (otp, destination) = may_resend(identification, now)?;
    let (keys, settings) = (app.keys.current().await?, app.settings(org).await?);
    let generation = otp.generation + 1;
    let context = CodeContext { org, id, generation };
    let outbox = vec![effects::send_code(app, &keys, &settings, context, &destination)];
    let opened = steps::require_open(app, identification, once, now).await?;
    match steps::send_again(app, request, &opened, Transition::Resend { generation }, outbox, now).await {
        Ok(()) => Ok(()),
        // The change by the other request explains why this one is too late.
        Err(StepError::Lost) => {
            may_resend(&app.find(org, id, MethodKind::Otp).await?, now)?;
            Err(Conflict::ConcurrentChange.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn may_resend(identification: &Identification, now: Time) -> Result<(&Otp, Destination), Error> {
    let otp = identification.otp().ok_or(Error::NotFound("identification"))?;
    let destination = identification.destination().ok_or(Conflict::ExternalChannel)?;
    identification.require_open(now)?;
    if otp.generation == 0 {
        return Err(Conflict::StepNotOpen.into());
    }
    // Final, unlike a message that comes too early.
    let again_at = otp.resend_available_at().ok_or(Conflict::NoSendsLeft)?;
    if again_at <= now { Ok((otp, destination)) } else { Err(Error::TooManyMessages { again_at }) }
}
