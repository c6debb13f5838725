//! Creating identifications.

use crate::{
    App, Conflict, Error, Time,
    actor::Actor,
    expires_in::ExpiresIn,
    idempotency::{Idempotency, Operation},
    identification::{Identification, Method, State},
    ids::{AdminIdentificationId, IdentificationId, MessageId, OrgId, ScoringId},
    keys::{Keyring, Sealed},
    otp::{Delivery, LiveCode, Otp, OtpCode, SecondFactor},
    ports::{CreateError, FirstAnswer, IdempotencyRecord, MessageRef, NewIdentification, NewMessage, OutboxMessage},
    scoring::{ConfigurationName, DocumentKind, MaxScoreRetries, Provider, Scoring},
};
use serde::{Deserialize, Serialize};

/// Asks for a shop agent's confirmation.
pub struct CreateAgent {
    /// Who.
    pub actor: Actor,
    /// Whether a picture is taken as evidence.
    pub personal_document_image: bool,
    /// For how long.
    pub expires_in: ExpiresIn,
}

/// Asks for a one-time code.
pub struct CreateOtp {
    /// Who.
    pub actor: Actor,
    /// Who delivers the code, where.
    pub delivery: Delivery,
    /// What is asked for besides.
    pub second_factor: Option<SecondFactor>,
    /// For how long.
    pub expires_in: ExpiresIn,
}

/// Asks for a scored identity document.
pub struct CreateIdentityDocument {
    /// Who.
    pub actor: Actor,
    /// How sure.
    pub configuration: ConfigurationName,
    /// For how long.
    pub expires_in: ExpiresIn,
    /// Who scores. The caller has checked that the organisation may use it.
    pub provider: Provider,
}

/// What a create answers.
#[derive(Clone)]
pub struct Created {
    /// The back office's handle.
    pub admin_id: AdminIdentificationId,
    /// The actor's side.
    pub id: IdentificationId,
    /// When it was created.
    pub created_at: Time,
    /// When it expires.
    pub expires_at: Time,
    /// The linked scoring, of an identity document.
    pub scoring_id: Option<ScoringId>,
    /// The code, when the caller delivers it.
    pub code: Option<OtpCode>,
}

/// Creates an identification by a shop agent.
pub async fn create_agent_identification(
    app: &App,
    org: &OrgId,
    command: CreateAgent,
    idempotency: Option<Idempotency>,
) -> Result<Created, Error> {
    let method = Method::Agent { personal_document_image: command.personal_document_image };
    let identification = new_identification(app, org, command.actor, method, command.expires_in);
    let creation = Creation {
        operation: Operation::CreateAgentIdentification,
        identification,
        scoring: None,
        message: None,
        code: None,
    };
    creation.commit(app, idempotency).await
}

/// Creates an identification by one-time code, and has the code sent. An external channel's code is made here, because
/// the caller delivers it.
pub async fn create_otp_identification(
    app: &App,
    org: &OrgId,
    command: CreateOtp,
    idempotency: Option<Idempotency>,
) -> Result<Created, Error> {
    let destination = match &command.delivery {
        Delivery::Sent(destination) if !app.policy.channels.contains(&destination.channel()) => {
            return Err(Error::BadField {
                pointer: "/channel/type",
                problem: "this deployment does not send on this channel",
            });
        }
        Delivery::Sent(destination) => Some(destination.address()),
        Delivery::External(_) => None,
    };
    let otp = Otp {
        delivery: command.delivery,
        second_factor: command.second_factor,
        tries: 0,
        generation: 1,
        sends: u32::from(destination.is_some()),
        last_send_at: app.creation_time(),
        code: None,
    };
    let mut identification = new_identification(app, org, command.actor, Method::Otp(otp), command.expires_in);
    let keys = app.keys.current().await?;
    let mut code = None;
    let mut message = None;
    match destination {
        Some(address) => message = Some(new_message(app, &keys, &identification, 1, address.expose())),
        None => code = Some(make_external_code(app, &keys, &mut identification)),
    }
    let creation =
        Creation { operation: Operation::CreateOtpIdentification, identification, scoring: None, message, code };
    creation.commit(app, idempotency).await
}

/// Creates an identification by identity document, and its linked scoring.
pub async fn create_identity_document_identification(
    app: &App,
    org: &OrgId,
    command: CreateIdentityDocument,
    idempotency: Option<Idempotency>,
) -> Result<Created, Error> {
    let scoring_id = ScoringId::generate(&*app.entropy);
    let method =
        Method::IdentityDocument { configuration: command.configuration, scoring_id, provider: command.provider };
    let identification = new_identification(app, org, command.actor, method, command.expires_in);
    let declared = identification.actor.identity_document.as_ref();
    let scoring = Scoring {
        id: scoring_id,
        org: org.clone(),
        document: declared.and_then(|d| Some(DocumentKind { document_type: d.document_type?, country: d.country? })),
        declared: Some(identification.actor.clone()),
        provider: command.provider,
        max_retries: MaxScoreRetries::default(),
        retries_used: 0,
        closed: false,
        assessment: None,
        captures: Vec::new(),
        delegation: None,
        created_at: identification.created_at,
        expires_at: identification.expires_at,
        version: 0,
    };
    let operation = Operation::CreateIdentityDocumentIdentification;
    let creation = Creation { operation, identification, scoring: Some(scoring), message: None, code: None };
    creation.commit(app, idempotency).await
}

fn new_identification(app: &App, org: &OrgId, actor: Actor, method: Method, expires_in: ExpiresIn) -> Identification {
    let created_at = app.creation_time();
    Identification {
        id: IdentificationId::generate(&*app.entropy),
        admin_id: AdminIdentificationId::generate(&*app.entropy),
        org: org.clone(),
        actor,
        method,
        state: State::Created,
        created_at,
        expires_at: created_at + expires_in.delta(),
    }
}

/// The message that carries the code of a generation.
pub(super) fn new_message(
    app: &App,
    keys: &Keyring,
    identification: &Identification,
    generation: u32,
    address: &str,
) -> NewMessage {
    let reference = MessageRef { message_id: MessageId::generate(&*app.entropy), identification_id: identification.id };
    NewMessage {
        message: OutboxMessage { reference, org: identification.org.clone(), generation, attempts: 0 },
        destination_digest: keys.destination_digest(address),
    }
}

/// An external code lives as long as its identification.
fn make_external_code(app: &App, keys: &Keyring, identification: &mut Identification) -> OtpCode {
    let code = OtpCode::generate(&*app.entropy);
    let hash = keys.hash_code(&identification.org, identification.id, 1, &code);
    if let Method::Otp(otp) = &mut identification.method {
        otp.code = Some(LiveCode { hash, expires_at: identification.expires_at });
    }
    code
}

/// All that one create brings into being.
struct Creation {
    operation: Operation,
    identification: Identification,
    scoring: Option<Scoring>,
    message: Option<NewMessage>,
    code: Option<OtpCode>,
}

impl Creation {
    /// One transaction, then the kick. A kick that fails costs nothing: the sweep finds the message.
    async fn commit(self, app: &App, idempotency: Option<Idempotency>) -> Result<Created, Error> {
        let created = Created {
            admin_id: self.identification.admin_id,
            id: self.identification.id,
            created_at: self.identification.created_at,
            expires_at: self.identification.expires_at,
            scoring_id: self.scoring.as_ref().map(|scoring| scoring.id),
            code: self.code,
        };
        let operation = self.operation;
        let idempotency = match idempotency {
            Some(request) => Some(IdempotencyRecord { operation, request, answer: seal_answer(app, &created).await? }),
            None => None,
        };
        let kick = self.message.as_ref().map(|new| new.message.reference);
        let new = NewIdentification {
            keep_until: app.policy.keep_until(self.identification.expires_at),
            identification: self.identification,
            scoring: self.scoring,
            message: self.message,
            idempotency,
        };
        match app.stores.identifications.create(new, app.now()).await {
            Ok(()) => {
                if let Some(message) = kick {
                    let _ = app.queue.kick(message).await;
                }
                Ok(created)
            }
            Err(CreateError::Replay(answer)) => open_answer(app, &answer).await,
            Err(error) => Err(create_refused(error)),
        }
    }
}

/// The refusals that every create shares. A replay is the caller's business: only it can read its own first answer.
pub(super) fn create_refused(error: CreateError) -> Error {
    match error {
        CreateError::KeyReused => Conflict::IdempotencyKeyReused.into(),
        CreateError::TooManyMessages { again_at } => Error::TooManyMessages { again_at: Some(again_at) },
        CreateError::Unavailable(unavailable) => unavailable.into(),
        CreateError::Replay(_) => Error::Corrupt("first answer"),
    }
}

/// A [`Created`] as it is stored: its code is sealed.
#[derive(Serialize, Deserialize)]
struct StoredCreated {
    admin_id: AdminIdentificationId,
    id: IdentificationId,
    created_at: Time,
    expires_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scoring_id: Option<ScoringId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Sealed>,
}

async fn seal_answer(app: &App, created: &Created) -> Result<FirstAnswer, Error> {
    let code = match &created.code {
        Some(code) => Some(app.keys.current().await?.seal(&*app.entropy, &created.id.to_string(), code.expose())),
        None => None,
    };
    let Created { admin_id, id, created_at, expires_at, scoring_id, .. } = *created;
    let stored = StoredCreated { admin_id, id, created_at, expires_at, scoring_id, code };
    Ok(FirstAnswer(serde_json::to_string(&stored).expect("ids, times and strings always serialize")))
}

async fn open_answer(app: &App, answer: &FirstAnswer) -> Result<Created, Error> {
    let stored: StoredCreated = serde_json::from_str(&answer.0).map_err(|_| Error::Corrupt("first answer"))?;
    let StoredCreated { admin_id, id, created_at, expires_at, scoring_id, code } = stored;
    let code = match code {
        Some(sealed) => Some(OtpCode::unsealed(app.keys.current().await?.open(&id.to_string(), &sealed)?)),
        None => None,
    };
    Ok(Created { admin_id, id, created_at, expires_at, scoring_id, code })
}
