//! A new code for a caller that delivers codes.

use super::{
    create::{CodeToDeliver, ExternalCode, record},
    effects,
    once::recalled,
    telling,
};
use crate::{
    App, Conflict, Error, Request, Time,
    code::OtpCode,
    idempotency::{Idempotency, Operation},
    identification::{Identification, MethodKind, Transition},
    ids::AdminIdentificationId,
    keys::{CodeContext, Sealed},
    otp::{Delivery, Otp},
    ports::{FirstAnswer, StepError},
};
use serde::{Deserialize, Serialize};

pub struct NewCode {
    pub code: CodeToDeliver,
    /// Whether an earlier request with the same idempotency key got it.
    pub replayed: bool,
}

/// Makes a new code, and invalidates the old one; the count of tries stays. A request that was answered before gets that
/// answer, whatever has become of the identification.
pub async fn create_otp_code(
    app: &App,
    request: &Request,
    id: AdminIdentificationId,
    idempotency: Option<Idempotency>,
) -> Result<NewCode, Error> {
    let identification = app.find_by_admin_id(&request.org, id, MethodKind::Otp).await?;
    let idempotency = idempotency.map(|idempotency| idempotency.on(id));
    match replace_code(app, request, &identification, idempotency.clone()).await {
        Err(refused @ (Error::Conflict(_) | Error::TooManyCodes { .. })) => {
            first_answer(app, &identification, idempotency).await?.ok_or(refused)
        }
        made => made,
    }
}

async fn replace_code(
    app: &App,
    request: &Request,
    identification: &Identification,
    idempotency: Option<Idempotency>,
) -> Result<NewCode, Error> {
    let now = app.now();
    let (org, id) = (&identification.org, identification.id);
    let otp = may_replace(identification, now)?;
    let generation = otp.generation + 1;
    let keys = app.keys.current().await?;
    let context = CodeContext { org, id, generation };
    let made = ExternalCode::make(app, &keys, context, otp.code_format, identification.expires_at);
    let (ExternalCode { code, sealed }, live) = made;
    let stored = StoredCode { code: sealed, code_expires_at: code.expires_at };
    let idempotency = record(app, org, Operation::CreateOtpCode, idempotency, &stored).await?;
    let step = Transition::NewCode { generation, code: live };
    let story = telling::of_step(app, request, identification, &step, now);
    match app.stores.identifications.transition_once(identification, step, idempotency, story, now).await {
        Ok(()) => {
            effects::told(app, identification).await;
            Ok(NewCode { code, replayed: false })
        }
        // The change by the other request explains why this one is too late.
        Err(StepError::Lost) => {
            may_replace(&app.find(org, id, MethodKind::Otp).await?, now)?;
            Err(Conflict::ConcurrentChange.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn may_replace(identification: &Identification, now: Time) -> Result<&Otp, Error> {
    let otp = identification.otp().ok_or(Error::NotFound("identification"))?;
    let Delivery::External(_) = otp.delivery else {
        return Err(Conflict::NotExternalChannel.into());
    };
    identification.require_open(now)?;
    // After the last one there is none before the end.
    let again_at = otp.next_code_at().unwrap_or(identification.expires_at);
    if again_at <= now { Ok(otp) } else { Err(Error::TooManyCodes { again_at }) }
}

/// A [`CodeToDeliver`] as it is stored: sealed.
#[derive(Serialize, Deserialize)]
struct StoredCode {
    code: Sealed,
    code_expires_at: Time,
}

/// What the same request was answered before.
async fn first_answer(
    app: &App,
    identification: &Identification,
    idempotency: Option<Idempotency>,
) -> Result<Option<NewCode>, Error> {
    let Some(idempotency) = idempotency else { return Ok(None) };
    let (org, operation) = (&identification.org, Operation::CreateOtpCode);
    let keys = app.keys.current().await?;
    let marks = keys.request_marks(org, operation, &idempotency);
    let Some(FirstAnswer(text)) = recalled(app, org, operation, &marks).await? else { return Ok(None) };
    let stored: StoredCode = serde_json::from_str(&text).map_err(|_| Error::Corrupt("first answer"))?;
    let code = OtpCode::unsealed(keys.open(&identification.id.to_string(), &stored.code)?);
    Ok(Some(NewCode { code: CodeToDeliver { code, expires_at: stored.code_expires_at }, replayed: true }))
}
