//! Sending a new code.

use super::create::new_message;
use crate::{
    App, Conflict, Error, Time,
    identification::{Identification, MethodKind},
    ids::{IdentificationId, OrgId},
    keys::CodeContext,
    otp::{Delivery, Destination, Otp},
    ports::ResendError,
};

/// Has a new code sent. The old one dies; the count of tries stays.
pub async fn resend_otp(app: &App, org: &OrgId, id: IdentificationId) -> Result<(), Error> {
    let identification = app.find(org, id, MethodKind::Otp).await?;
    let now = app.now();
    let (otp, destination) = may_resend(&identification, now)?;
    let keys = app.keys.current().await?;
    let context = CodeContext { org, id, generation: otp.generation + 1 };
    let new = new_message(app, &keys, context, destination.address().expose());
    let kick = new.message.reference;
    match app.stores.identifications.resend(new, now).await {
        Ok(()) => {
            let _ = app.queue.kick(kick).await;
            Ok(())
        }
        // Another request came first: what it did says why this one is too late.
        Err(ResendError::Lost) => {
            let identification = app.find(org, id, MethodKind::Otp).await?;
            may_resend(&identification, now)?;
            Err(Conflict::ConcurrentChange.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn may_resend(identification: &Identification, now: Time) -> Result<(&Otp, &Destination), Error> {
    let otp = identification.otp().ok_or(Error::NotFound("identification"))?;
    let Delivery::Sent(destination) = &otp.delivery else {
        return Err(Conflict::ExternalChannel.into());
    };
    identification.require_open(now)?;
    match otp.resend_available_at() {
        Some(at) if at <= now => Ok((otp, destination)),
        again_at => Err(Error::TooManyMessages { again_at }),
    }
}
