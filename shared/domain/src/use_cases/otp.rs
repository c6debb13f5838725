//! Identification by one-time code, with an optional second factor.

use super::{
    create::{Created, Creation, Draft, ExternalCode},
    effects,
    once::{Done, Of, once},
    second_factor::{self, GivenFactor, ReadFactor},
    steps::{self, Opened},
};
use crate::{
    App, Conflict, Error, Invalid, Request, Time,
    actor::{Actor, Msisdn},
    code::TypedCode,
    device::DeviceEvidence,
    expires_in::ExpiresIn,
    idempotency::{Idempotency, Once, Operation},
    identification::{Identification, Method, MethodKind, RightCode, Status, Validation},
    ids::{IdentificationId, OrgId},
    keys::{CodeContext, Keyring},
    otp::{Delivery, MAX_TRIES, Otp, SecondFactor, second_factor_matches},
    pictures::Capture,
    ports::{StepError, unless_lost},
    reference::Reference,
    settings::{Countries, OrgSettings},
};

pub struct CreateOtp {
    pub actor: Actor,
    pub delivery: Delivery,
    pub second_factor: Option<SecondFactor>,
    pub reference: Reference,
    pub expires_in: ExpiresIn,
}

/// Creates an identification by one-time code, and has the code sent. The code of an external channel is made here,
/// because the caller delivers it.
pub async fn create_otp_identification(
    app: &App,
    request: &Request,
    command: CreateOtp,
    idempotency: Option<Idempotency>,
) -> Result<Created, Error> {
    let CreateOtp { actor, delivery, second_factor, reference, expires_in } = command;
    let refused = |problem: Invalid| Error::BadField { pointer: "/channel/type", problem: problem.0 };
    app.policy.require_channel(&delivery).map_err(refused)?;
    let actor = actor.reached_by(&delivery);
    let draft = Draft::new(app, &request.org, actor, reference, expires_in);
    let settings = app.settings(&request.org).await?;
    require_country(&settings, &delivery)?;
    let keys = app.keys.current().await?;
    let terms = OtpTerms { delivery, second_factor, settings: &settings };
    creation(app, &keys, draft, terms, true).commit(app, request, idempotency).await
}

/// Refuses a phone of a country that the organisation does not send to.
pub(super) fn require_country(settings: &OrgSettings, delivery: &Delivery) -> Result<(), Error> {
    let may_go_to = |phone: &Msisdn| match phone.country() {
        Some(country) => settings.sms_countries.allow(country),
        None => settings.sms_countries == Countries::All,
    };
    if delivery.phone().is_none_or(may_go_to) {
        return Ok(());
    }
    let problem = "is of a country that the organisation does not send to";
    Err(Error::BadField { pointer: "/actor/msisdn/country_code", problem })
}

/// What is asked for of an identification by code.
pub(super) struct OtpTerms<'a> {
    pub delivery: Delivery,
    pub second_factor: Option<SecondFactor>,
    /// Those of its organisation.
    pub settings: &'a OrgSettings,
}

/// What a create stores. A code that we send goes out now if the identification `is_open`; one that the caller delivers is
/// good from now on.
pub(super) fn creation(
    app: &App,
    keys: &Keyring,
    draft: Draft,
    OtpTerms { delivery, second_factor, settings }: OtpTerms<'_>,
    is_open: bool,
) -> Creation {
    let test = match &delivery {
        Delivery::Sent(destination) => app.policy.test_destinations.code_of(destination),
        Delivery::External(_) => None,
    };
    let code_format = test.map_or(settings.code, |test| test.format);
    let mut otp = Otp {
        delivery,
        second_factor,
        tries: 0,
        judged_wrong: 0,
        tried_at: None,
        generation: 1,
        sends: 0,
        last_send_at: draft.created_at,
        code: None,
        message: None,
        code_format,
        is_test: test.is_some(),
        fallback: None,
    };
    let context = CodeContext { org: &draft.org, id: draft.id, generation: otp.generation };
    let (mut outbox, mut code) = (Vec::new(), None);
    match &otp.delivery {
        Delivery::Sent(destination) if is_open => {
            outbox.push(effects::send_code(app, keys, settings, context, destination));
            otp.sends = 1;
        }
        Delivery::Sent(_) => otp.generation = 0,
        Delivery::External(_) => {
            let (external, live) = ExternalCode::make(app, keys, context, settings.code, draft.expires_at);
            otp.code = Some(live);
            code = Some(external);
        }
    }
    Creation { outbox, code, ..draft.with(Method::Otp(otp)) }
}

pub struct OtpAttempt {
    pub code: TypedCode,
    pub second_factor: Option<GivenFactor>,
}

pub struct ValidatedOtp {
    pub done: Done,
    /// Whether we sent the code.
    pub was_sent: bool,
}

/// CREATED → VALIDATED, by the live code and the second factor.
///
/// The try is counted before anything is compared, so that any number of concurrent tries gets at most [`MAX_TRIES`]
/// comparisons; it is judged afterwards, so that a right one is never counted among the wrong ones. Both factors are
/// always compared, in constant time, pictures are read for a wrong code as for a right one, and one that is right but
/// late costs a write like a wrong one. Timing still reveals how long the pictures take to read, which depends on them
/// alone and which their sender can find out at home, and whether a try was right, which the answer says anyway.
pub async fn validate_otp_identification(
    app: &App,
    request: &Request,
    id: IdentificationId,
    device: DeviceEvidence,
    attempt: OtpAttempt,
    idempotency: Option<Idempotency>,
) -> Result<ValidatedOtp, Error> {
    second_factor::check_pictures(app, attempt.second_factor.as_ref())?;
    let identification = &app.find(&request.org, id, MethodKind::Otp).await?;
    let otp = identification.otp().ok_or(Error::NotFound("identification"))?;
    let fits = attempt.code.require(otp.code_format);
    fits.map_err(|Invalid(problem)| Error::BadField { pointer: "/code", problem })?;
    let step = |once| validate(app, request, identification, device, attempt, once);
    let was_sent = identification.otp().is_some_and(|otp| matches!(otp.delivery, Delivery::Sent(_)));
    let done =
        once(app, Of::Identification(identification), Operation::ValidateIdentification, idempotency, step).await?;
    Ok(ValidatedOtp { done, was_sent })
}

async fn validate(
    app: &App,
    request: &Request,
    identification: &Identification,
    device: DeviceEvidence,
    attempt: OtpAttempt,
    once: Option<Once>,
) -> Result<(), Error> {
    let (org, id) = (&identification.org, identification.id);
    let OtpAttempt { code, second_factor: given } = attempt;
    second_factor::require_asked(identification.otp().and_then(|otp| otp.second_factor), given.as_ref())?;
    let now = app.now();
    steps::record_failure(app, identification, now).await?;
    let opened = steps::require_open(app, identification, once, now).await?;
    // Loaded before the try is counted: without the keys no code could be right.
    let keys = app.keys.current().await?;
    let counted = match app.stores.identifications.count_try(identification, now).await {
        Err(StepError::Lost) => return Err(explain_lost(app, org, id, now, Conflict::ConcurrentChange.into()).await.0),
        counted => counted?,
    };
    let opened = Opened { identification: counted, ..opened };
    let counted = &opened.identification;
    let otp = counted.otp().ok_or(Error::Corrupt("an OTP identification without an OTP"))?;
    let read = second_factor::read_pictures(app, otp.second_factor, given.as_ref()).await?;
    let context = CodeContext { org, id, generation: otp.generation };
    let right = keys.code_matches(context, otp.code.as_ref().map(|code| &code.hash), &code)
        & second_factor_matches(&counted.actor, otp.second_factor, second_factor::comparable(given.as_ref(), &read));
    let alive = otp.code.as_ref().is_some_and(|code| now < code.expires_at);
    match (bool::from(right), alive) {
        (true, true) => accept(app, request, &opened, device, read, now).await,
        (true, false) => {
            // A try that was right but late must not cost one; losing the race to another transition changes nothing.
            unless_lost(app.stores.identifications.give_back_try(org, id).await)?;
            Err(Error::WrongCode)
        }
        (false, _) => Err(refuse(app, request, &opened, now).await),
    }
}

/// The try is wrong. The last one is judged by the failure, in one transaction, unless others are still being judged.
async fn refuse(app: &App, request: &Request, opened: &Opened, now: Time) -> Error {
    let Identification { org, id, .. } = &opened.identification;
    let is_last = |counted: &Identification| counted.otp().is_some_and(|otp| otp.tries >= MAX_TRIES);
    if is_last(&opened.identification) && steps::fail(app, request, opened, now).await.is_ok() {
        return Error::WrongCode;
    }
    match app.stores.identifications.judge_wrong(org, *id).await {
        Ok(judged) => {
            if judged.status(now) == Status::Failed {
                // The verdicts alone close the door; recording the failure is for readers of the table.
                let _ = steps::fail(app, request, &Opened { identification: judged, ..opened.clone() }, now).await;
            }
            Error::WrongCode
        }
        // What came first was not preceded by this try; a failure was, for it is of tries that were counted before.
        Err(StepError::Lost) => match explain_lost(app, org, *id, now, Error::WrongCode).await.0 {
            Error::Conflict(Conflict::State(Status::Failed)) => Error::WrongCode,
            why => why,
        },
        // Without a verdict it counts as a wrong one in the end.
        Err(_) => Error::WrongCode,
    }
}

/// The try is right: store its pictures, then change the state.
async fn accept(
    app: &App,
    request: &Request,
    opened: &Opened,
    device: DeviceEvidence,
    read: ReadFactor,
    now: Time,
) -> Result<(), Error> {
    let identification = &opened.identification;
    let (org, id) = (&identification.org, identification.id);
    let captures = match second_factor::keep(app, identification, read).await {
        Ok(captures) => captures,
        Err(error) => {
            // An outage of the picture store must not use up the tries of a person who was right. If this fails too, it
            // costs them one.
            let _ = app.stores.identifications.give_back_try(org, id).await;
            return Err(error);
        }
    };
    let validation = Validation { at: now, device, agent: None, captures: captures.clone(), scoring: None };
    let mut opened = opened.clone();
    loop {
        let judged = code_of(&opened.identification);
        match steps::validate(app, request, &opened, validation.clone(), judged, now).await {
            Err(StepError::Lost) => {}
            Err(error) => {
                // If it was taken all the same, there is nothing to give back.
                let _ = app.stores.identifications.give_back_try(org, id).await;
                return Err(error.into());
            }
            Ok(()) => return Ok(()),
        }
        match explain_lost(app, org, id, now, Error::WrongCode).await {
            // Another try was judged to be wrong meanwhile: the event has to say so. There are at most five of them.
            (Error::WrongCode, Some(current)) if is_still_right(judged, code_of(&current)) => {
                opened.identification = current;
            }
            (why, current) => return Err(explain_right_one_lost(app, org, id, &captures, why, current).await),
        }
    }
}

fn code_of(identification: &Identification) -> Option<RightCode> {
    identification.otp().map(|otp| RightCode { generation: otp.generation, judged_wrong: otp.judged_wrong })
}

/// Whether a code that was right is the live one still, after other tries.
fn is_still_right(judged: Option<RightCode>, current: Option<RightCode>) -> bool {
    let (Some(judged), Some(current)) = (judged, current) else { return false };
    judged.generation == current.generation && judged.judged_wrong < current.judged_wrong
}

/// Another request won, or a resend has just invalidated this code. The pictures of this request are deleted unless
/// they are, or may yet become, the winner's.
async fn explain_right_one_lost(
    app: &App,
    org: &OrgId,
    id: IdentificationId,
    captures: &[Capture],
    why: Error,
    current: Option<Identification>,
) -> Error {
    // It was right. If this fails, it counts as a wrong one.
    let _ = app.stores.identifications.give_back_try(org, id).await;
    if (current.is_some() || matches!(why, Error::NotFound(_)))
        && let Err(error) = second_factor::forget(app, org, id, captures, current.as_ref()).await
    {
        return error;
    }
    why
}

/// Why a step was not taken: as the current state explains, or `otherwise`. Returns the current identification too.
async fn explain_lost(
    app: &App,
    org: &OrgId,
    id: IdentificationId,
    now: Time,
    otherwise: Error,
) -> (Error, Option<Identification>) {
    match app.find(org, id, MethodKind::Otp).await {
        Ok(current) => (current.require_open(now).map_or_else(Error::from, |()| otherwise), Some(current)),
        Err(error) => (error, None),
    }
}
