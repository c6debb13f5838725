//! Validating an identification: the three ways.

use super::{GivenFactor, second_factor};
use crate::{
    App, Conflict, Error, Time,
    device::DeviceEvidence,
    identification::{AgentEvidence, Identification, Method, MethodKind, Transition, Validation},
    ids::{IdentificationId, OrgId},
    keys::CodeContext,
    otp::{MAX_TRIES, second_factor_matches},
    pictures::{Capture, PictureFormat, PictureKey, PicturePrefix, Sha256Digest},
    ports::{StepError, unless_lost},
    scoring::ScoringStatus,
    text::{AgentName, Attempt, Private},
};

/// What a shop agent says.
pub struct AgentConfirmation {
    /// Who they are.
    pub agent: AgentName,
    /// The picture of the document: a PNG.
    pub evidence: Option<Vec<u8>>,
    /// Their notes: a JSON object as text.
    pub metadata: Option<Private<String>>,
}

/// What a person typed and showed.
pub struct OtpAttempt {
    /// As the code.
    pub code: Attempt,
    /// As the second factor.
    pub second_factor: Option<GivenFactor>,
}

/// One answer for a wrong code, a wrong second factor and an outdated code: which of them it was is nobody's business
/// but the person's.
const WRONG_CODE: Error = Error::BadField {
    pointer: "/code",
    problem: "the code or the second factor is not right, or the code is no longer valid",
};

/// CREATED → VALIDATED, by a shop agent's word and, where it was asked for, a picture.
pub async fn validate_agent_identification(
    app: &App,
    org: &OrgId,
    id: IdentificationId,
    device: DeviceEvidence,
    confirmation: AgentConfirmation,
) -> Result<(), Error> {
    let identification = app.find(org, id, MethodKind::Agent).await?;
    let asked = matches!(identification.method, Method::Agent { personal_document_image: true });
    match (asked, &confirmation.evidence) {
        (true, None) => {
            return Err(Error::BadField {
                pointer: "/evidence",
                problem: "is required: the identification asks for a picture",
            });
        }
        (false, Some(_)) => {
            return Err(Error::BadField {
                pointer: "/evidence",
                problem: "the identification does not ask for a picture",
            });
        }
        _ => {}
    }
    let now = app.now();
    identification.require_open(now)?;
    let picture = match confirmation.evidence {
        Some(bytes) => Some(keep_evidence(app, org, id, bytes).await?),
        None => None,
    };
    let kept = picture.is_some();
    let agent = Some(AgentEvidence { agent: confirmation.agent, picture, metadata: confirmation.metadata });
    let validation = Validation { at: now, device, agent, captures: Vec::new() };
    let transition = Transition::Validate { validation: Box::new(validation), generation: None };
    match app.stores.identifications.transition(org, id, transition, Vec::new(), now).await {
        Err(StepError::Lost) if kept => Err(explain_late_evidence(app, org, id).await),
        step => Ok(step?),
    }
}

/// Another request changed it. If that deleted the identification, the picture of this request goes after it.
async fn explain_late_evidence(app: &App, org: &OrgId, id: IdentificationId) -> Error {
    match app.find(org, id, MethodKind::Agent).await {
        Ok(_) => Conflict::ConcurrentChange.into(),
        Err(Error::NotFound(what)) => match app.stores.pictures.erase(&PicturePrefix::identification(org, id)).await {
            Ok(()) => Error::NotFound(what),
            Err(unavailable) => unavailable.into(),
        },
        Err(error) => error,
    }
}

/// The picture is kept before the state says so: a state never points at nothing.
async fn keep_evidence(app: &App, org: &OrgId, id: IdentificationId, bytes: Vec<u8>) -> Result<Sha256Digest, Error> {
    let digest = Sha256Digest::of(&bytes);
    app.stores.pictures.put(&PictureKey::evidence(org, id, &digest), PictureFormat::Png, bytes).await?;
    Ok(digest)
}

/// CREATED → VALIDATED, by the live code and the second factor.
///
/// The try is counted before anything is compared, so that any number of concurrent tries gets at most [`MAX_TRIES`]
/// comparisons. Both factors are always compared, in constant time, and pictures are read for a wrong code as they are
/// for a right one. What a stopwatch can still tell: how long pictures take to read, which depends on them alone and
/// which whoever sent them can find out at home; whether a try was right, which the answer says anyway; and, by the
/// write that takes the try back, that it was right and late, which `attempts_left` says anyway.
pub async fn validate_otp_identification(
    app: &App,
    org: &OrgId,
    id: IdentificationId,
    device: DeviceEvidence,
    attempt: OtpAttempt,
) -> Result<(), Error> {
    let OtpAttempt { code, second_factor: given } = attempt;
    second_factor::check_pictures(app, given.as_ref())?;
    let identification = app.find(org, id, MethodKind::Otp).await?;
    second_factor::require_asked(identification.otp().and_then(|otp| otp.second_factor), given.as_ref())?;
    let now = app.now();
    identification.require_open(now)?;
    // Asked for before the try is counted: without the keys nobody could be right.
    let keys = app.keys.current().await?;
    let counted = match app.stores.identifications.count_try(org, id, now).await {
        Err(StepError::Lost) => return Err(explain_lost(app, org, id, now, Conflict::ConcurrentChange.into()).await.0),
        counted => counted?,
    };
    let otp = counted.otp().ok_or(Error::Corrupt("an OTP identification without an OTP"))?;
    let numbers = second_factor::read_numbers(app, otp.second_factor, given.as_ref()).await?;
    let context = CodeContext { org, id, generation: otp.generation };
    let right = keys.code_matches(context, otp.code.as_ref().map(|code| &code.hash), code.expose())
        & second_factor_matches(&counted.actor, otp.second_factor, second_factor::comparable(given.as_ref(), &numbers));
    let alive = otp.code.as_ref().is_some_and(|code| now < code.expires_at);
    match (bool::from(right), alive) {
        (true, true) => accept(app, &counted, device, given, now).await,
        (true, false) => {
            // A try that was right but late must not cost one; losing the race to another transition changes nothing.
            unless_lost(app.stores.identifications.give_back_try(org, id).await)?;
            Err(WRONG_CODE)
        }
        (false, _) => {
            if otp.tries >= MAX_TRIES {
                // The count alone closes the door; noting the failure is for those who read the table.
                let _ = app.stores.identifications.transition(org, id, Transition::Fail, Vec::new(), now).await;
            }
            Err(WRONG_CODE)
        }
    }
}

/// The try is right: its pictures are kept, and then the state says so.
async fn accept(
    app: &App,
    identification: &Identification,
    device: DeviceEvidence,
    given: Option<GivenFactor>,
    now: Time,
) -> Result<(), Error> {
    let (org, id) = (&identification.org, identification.id);
    let captures = match second_factor::keep(app, identification, given).await {
        Ok(captures) => captures,
        Err(error) => {
            // An outage of the picture store uses up no tries of a person who was right. Should this fail too, it costs
            // them one.
            let _ = app.stores.identifications.give_back_try(org, id).await;
            return Err(error);
        }
    };
    let validation = Validation { at: now, device, agent: None, captures: captures.clone() };
    let generation = identification.otp().map(|otp| otp.generation);
    let transition = Transition::Validate { validation: Box::new(validation), generation };
    match app.stores.identifications.transition(org, id, transition, Vec::new(), now).await {
        Err(StepError::Lost) => Err(explain_right_one_lost(app, org, id, now, &captures).await),
        step => Ok(step?),
    }
}

/// Another request won, or a resend has just killed this code. The pictures of this request go, unless they are, or may
/// yet be, the winner's.
async fn explain_right_one_lost(
    app: &App,
    org: &OrgId,
    id: IdentificationId,
    now: Time,
    captures: &[Capture],
) -> Error {
    let (why, current) = explain_lost(app, org, id, now, WRONG_CODE).await;
    if current.is_some() || matches!(why, Error::NotFound(_)) {
        if let Err(error) = second_factor::forget(app, org, id, captures, current.as_ref()).await {
            return error;
        }
    }
    why
}

/// Why a step was not taken: the state as it is now says it, else `otherwise`. And the identification as it is now.
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

/// CREATED → VALIDATED, when the linked scoring is good enough for the configuration.
pub async fn validate_identity_document_identification(
    app: &App,
    org: &OrgId,
    id: IdentificationId,
    device: DeviceEvidence,
) -> Result<(), Error> {
    let identification = app.find(org, id, MethodKind::IdentityDocument).await?;
    let now = app.now();
    identification.require_open(now)?;
    let Method::IdentityDocument { configuration, scoring_id, .. } = identification.method else {
        return Err(Error::NotFound("identification"));
    };
    let scoring = app
        .stores
        .scorings
        .find(org, scoring_id)
        .await?
        .ok_or(Error::Corrupt("an identity document without its scoring"))?;
    let status = scoring.status(now);
    if status != ScoringStatus::Scored {
        return Err(Conflict::ScoringState(status).into());
    }
    if !scoring.assessment.is_some_and(|assessment| configuration.accepts(&assessment.verdict)) {
        return Err(Conflict::ScoreTooLow.into());
    }
    let validation = Validation { at: now, device, agent: None, captures: Vec::new() };
    let transition = Transition::Validate { validation: Box::new(validation), generation: None };
    Ok(app.stores.identifications.transition(org, id, transition, Vec::new(), now).await?)
}
