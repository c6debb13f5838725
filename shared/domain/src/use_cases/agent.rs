//! Identification by a shop agent.

use super::{
    create::{Created, Draft},
    midni,
    once::{Done, Of, once},
    steps,
};
use crate::{
    App, Conflict, Error, Request,
    actor::Actor,
    device::DeviceEvidence,
    expires_in::ExpiresIn,
    idempotency::{Idempotency, Once, Operation},
    identification::{AgentEvidence, Identification, Method, MethodKind, Midni, Validation},
    ids::{IdentificationId, MidniCheckId, OrgId},
    pictures::{CleanPicture, PictureFault, PictureKey, PicturePrefix, Sha256Digest},
    ports::StepError,
    reference::Reference,
    text::{AgentName, Private},
};
use bytes::Bytes;

pub struct CreateAgent {
    pub actor: Actor,
    /// Whether a picture is taken as evidence.
    pub personal_document_image: bool,
    pub midni: Midni,
    pub reference: Reference,
    pub expires_in: ExpiresIn,
}

pub async fn create_agent_identification(
    app: &App,
    request: &Request,
    command: CreateAgent,
    idempotency: Option<Idempotency>,
) -> Result<Created, Error> {
    let CreateAgent { actor, personal_document_image, midni, reference, expires_in } = command;
    let method = Method::Agent { personal_document_image, midni };
    Draft::new(app, &request.org, actor, reference, expires_in).with(method).commit(app, request, idempotency).await
}

pub struct AgentConfirmation {
    pub agent: AgentName,
    /// A PNG of the document.
    pub evidence: Option<Bytes>,
    /// The agent's notes: a JSON object as text.
    pub metadata: Option<Private<String>>,
    /// The check of the DNI on the phone.
    pub midni_check: Option<MidniCheckId>,
}

/// CREATED → VALIDATED, on a shop agent's word and, if required, a picture. Whoever asks answers for that word.
pub async fn validate_agent_identification(
    app: &App,
    request: &Request,
    id: IdentificationId,
    device: DeviceEvidence,
    confirmation: AgentConfirmation,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let identification = &app.find(&request.org, id, MethodKind::Agent).await?;
    let step = |once| validate(app, request, identification, device, confirmation, once);
    once(app, Of::Identification(identification), Operation::ValidateIdentification, idempotency, step).await
}

async fn validate(
    app: &App,
    request: &Request,
    identification: &Identification,
    device: DeviceEvidence,
    confirmation: AgentConfirmation,
    once: Option<Once>,
) -> Result<(), Error> {
    let (org, id) = (&identification.org, identification.id);
    let asked = matches!(identification.method, Method::Agent { personal_document_image: true, .. });
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
    if midni::taken(identification) == Midni::Required && confirmation.midni_check.is_none() {
        return Err(Error::BadField {
            pointer: "/midni_check_id",
            problem: "is required: the identification asks for the DNI on the phone",
        });
    }
    let now = app.now();
    let opened = steps::require_open(app, identification, once, now).await?;
    let midni = match confirmation.midni_check {
        Some(check) => Some(midni::checked(app, request, identification, check, now).await?),
        None => None,
    };
    let (picture, received_picture) = match confirmation.evidence {
        Some(bytes) => keep_evidence(app, org, id, bytes).await.map(|(kept, received)| (Some(kept), Some(received)))?,
        None => (None, None),
    };
    let kept = picture.is_some();
    let AgentConfirmation { agent, metadata, .. } = confirmation;
    let caller = request.by.caller().cloned();
    let agent = Some(AgentEvidence { agent, picture, received_picture, metadata, midni, caller });
    let validation = Validation { at: now, device, agent, captures: Vec::new(), scoring: None };
    match steps::validate(app, request, &opened, validation, None, now).await {
        Err(StepError::Lost) if kept => Err(explain_late_evidence(app, org, id).await),
        step => Ok(step?),
    }
}

/// Lost to another request. If that one deleted the identification, the picture from this request is deleted as well.
async fn explain_late_evidence(app: &App, org: &OrgId, id: IdentificationId) -> Error {
    match app.find(org, id, MethodKind::Agent).await {
        Ok(_) => Conflict::ConcurrentChange.into(),
        Err(Error::NotFound(what)) => {
            match app.stores.pictures.erase(&PicturePrefix::identification(org, id), &[]).await {
                Ok(()) => Error::NotFound(what),
                Err(unavailable) => unavailable.into(),
            }
        }
        Err(error) => error,
    }
}

/// The digests of the picture as it is kept and as it came. It is stored before the state changes: a state never refers
/// to a missing picture.
async fn keep_evidence(
    app: &App,
    org: &OrgId,
    id: IdentificationId,
    bytes: Bytes,
) -> Result<(Sha256Digest, Sha256Digest), Error> {
    let received = Sha256Digest::of(&bytes);
    let CleanPicture { picture, .. } = clean_evidence(app, bytes).await?;
    let digest = Sha256Digest::of(&picture.bytes);
    app.stores.pictures.put(&PictureKey::evidence(org, id, &digest), picture.format, picture.bytes).await?;
    Ok((digest, received))
}

/// Nobody sees anything of a document in fewer pixels than this, across or down.
const MIN_EVIDENCE_SIDE: u32 = 200;

async fn clean_evidence(app: &App, bytes: Bytes) -> Result<CleanPicture, Error> {
    let refused = |problem| Error::BadField { pointer: "/evidence", problem };
    let fault = |fault| match fault {
        PictureFault::Unsupported => refused("is not a PNG"),
        PictureFault::TooManyBytes => refused("is larger than 10 MiB"),
        PictureFault::TooManyPixels => refused("is larger than 50 megapixels"),
        PictureFault::Undecodable => refused("cannot be decoded"),
    };
    let validator = &app.engine()?.picture_validator;
    let clean = validator.clean(&validator.check(bytes).map_err(fault)?).await.map_err(fault)?;
    if clean.width.min(clean.height) < MIN_EVIDENCE_SIDE {
        return Err(refused("is smaller than 200 × 200 pixels"));
    }
    Ok(clean)
}
