//! Creating identifications.

use super::effects;
use crate::{
    App, Conflict, Error, Time,
    actor::Actor,
    code::OtpCode,
    expires_in::ExpiresIn,
    idempotency::{Idempotency, Operation},
    identification::{Identification, Method, State},
    ids::{AdminIdentificationId, IdentificationId, OrgId, ScoringId},
    keys::{CodeContext, Sealed},
    otp::{Delivery, LiveCode, Otp, SecondFactor},
    ports::{CreateError, FirstAnswer, IdempotencyRecord, NewIdentification, NewMessage},
    scoring::{ConfigurationName, DocumentKind, MaxScoreRetries, Provider, Scoring, ScoringTerms},
};
use chrono::SubsecRound;
use serde::{Deserialize, Serialize};

/// Asks for a shop agent's confirmation.
pub struct CreateAgent {
    pub actor: Actor,
    /// Whether a picture is taken as evidence.
    pub personal_document_image: bool,
    pub expires_in: ExpiresIn,
}

/// Asks for a one-time code.
pub struct CreateOtp {
    pub actor: Actor,
    /// Who delivers the code, where.
    pub delivery: Delivery,
    /// What is asked for besides.
    pub second_factor: Option<SecondFactor>,
    pub expires_in: ExpiresIn,
}

/// Asks for a scored identity document.
pub struct CreateIdentityDocument {
    pub actor: Actor,
    pub configuration: ConfigurationName,
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
    pub created_at: Time,
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
    Draft::new(app, org, command.actor, command.expires_in).with(method).commit(app, idempotency).await
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
    let draft = Draft::new(app, org, command.actor, command.expires_in);
    let keys = app.keys.current().await?;
    let mut otp = Otp {
        delivery: command.delivery,
        second_factor: command.second_factor,
        tries: 0,
        generation: 1,
        sends: u32::from(destination.is_some()),
        last_send_at: draft.created_at,
        code: None,
    };
    let context = CodeContext { org, id: draft.id, generation: otp.generation };
    let (effects, code) = match destination {
        Some(address) => (vec![effects::send_code(app, &keys, context, address.expose())], None),
        None => {
            let code = OtpCode::generate(&*app.entropy);
            // An external code lives as long as its identification.
            otp.code = Some(LiveCode { hash: keys.hash_code(context, &code), expires_at: draft.expires_at });
            let sealed = keys.seal(&*app.entropy, &draft.id.to_string(), code.expose());
            (Vec::new(), Some(ExternalCode { code, sealed }))
        }
    };
    Creation { effects, code, ..draft.with(Method::Otp(otp)) }.commit(app, idempotency).await
}

/// Creates an identification by identity document, and its linked scoring.
pub async fn create_identity_document_identification(
    app: &App,
    org: &OrgId,
    command: CreateIdentityDocument,
    idempotency: Option<Idempotency>,
) -> Result<Created, Error> {
    let CreateIdentityDocument { actor, configuration, expires_in, provider } = command;
    let draft = Draft::new(app, org, actor, expires_in);
    let declared = draft.actor.identity_document.as_ref();
    let terms = ScoringTerms {
        document: declared.and_then(|d| Some(DocumentKind { document_type: d.document_type?, country: d.country? })),
        declared: Some(draft.actor.clone()),
        provider,
        max_retries: MaxScoreRetries::default(),
    };
    let scoring_id = ScoringId::generate(&*app.entropy);
    let scoring = Scoring::new(scoring_id, org.clone(), terms, draft.created_at, draft.expires_at);
    let method = Method::IdentityDocument { configuration, scoring_id, provider };
    Creation { scoring: Some(scoring), ..draft.with(method) }.commit(app, idempotency).await
}

/// An identification that is being created, before its method is known.
struct Draft {
    id: IdentificationId,
    admin_id: AdminIdentificationId,
    org: OrgId,
    actor: Actor,
    /// To the second: what callers are told is exactly what holds.
    created_at: Time,
    expires_at: Time,
    now: Time,
}

impl Draft {
    fn new(app: &App, org: &OrgId, actor: Actor, expires_in: ExpiresIn) -> Self {
        let now = app.now();
        let created_at = now.trunc_subsecs(0);
        Self {
            id: IdentificationId::generate(&*app.entropy),
            admin_id: AdminIdentificationId::generate(&*app.entropy),
            org: org.clone(),
            actor,
            created_at,
            expires_at: created_at + expires_in.delta(),
            now,
        }
    }

    fn with(self, method: Method) -> Creation {
        let Self { id, admin_id, org, actor, created_at, expires_at, now } = self;
        let state = State::Created;
        let identification = Identification { id, admin_id, org, actor, method, state, created_at, expires_at };
        Creation { identification, scoring: None, effects: Vec::new(), code: None, now }
    }
}

/// All that one create brings into being.
struct Creation {
    identification: Identification,
    scoring: Option<Scoring>,
    effects: Vec<NewMessage>,
    code: Option<ExternalCode>,
    now: Time,
}

/// A code that the caller delivers, and how it is kept for the same request again.
struct ExternalCode {
    code: OtpCode,
    sealed: Sealed,
}

impl Creation {
    /// One transaction, then the kick.
    async fn commit(self, app: &App, idempotency: Option<Idempotency>) -> Result<Created, Error> {
        let Self { identification, scoring, effects, code, now } = self;
        let Identification { admin_id, id, created_at, expires_at, .. } = identification;
        let scoring_id = scoring.as_ref().map(|scoring| scoring.id);
        let (code, sealed) = code.map(|ExternalCode { code, sealed }| (code, sealed)).unzip();
        let operation = Operation::creating(identification.method.kind());
        let idempotency = idempotency.map(|request| {
            let stored = StoredCreated { admin_id, id, created_at, expires_at, scoring_id, code: sealed };
            let answer = serde_json::to_string(&stored).expect("ids, times and strings always serialize");
            IdempotencyRecord { operation, request, answer: FirstAnswer(answer) }
        });
        let keep_until = app.policy.keep_until(expires_at);
        let messages = effects::references(&effects);
        let new = NewIdentification { identification, scoring, keep_until, effects, idempotency };
        match app.stores.identifications.create(new, now).await {
            Ok(()) => {
                effects::kick(app, &messages).await;
                Ok(Created { admin_id, id, created_at, expires_at, scoring_id, code })
            }
            Err(error) => open_answer(app, &first_answer(error)?).await,
        }
    }
}

/// The answer that the same request got before, or why nothing was created.
pub(super) fn first_answer(error: CreateError) -> Result<FirstAnswer, Error> {
    Err(match error {
        CreateError::Replay(answer) => return Ok(answer),
        CreateError::KeyReused => Conflict::IdempotencyKeyReused.into(),
        CreateError::TooManyMessages { again_at } => Error::TooManyMessages { again_at: Some(again_at) },
        CreateError::Unavailable(unavailable) => unavailable.into(),
    })
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

async fn open_answer(app: &App, answer: &FirstAnswer) -> Result<Created, Error> {
    let stored: StoredCreated = serde_json::from_str(&answer.0).map_err(|_| Error::Corrupt("first answer"))?;
    let StoredCreated { admin_id, id, created_at, expires_at, scoring_id, code } = stored;
    let code = match code {
        Some(sealed) => Some(OtpCode::unsealed(app.keys.current().await?.open(&id.to_string(), &sealed)?)),
        None => None,
    };
    Ok(Created { admin_id, id, created_at, expires_at, scoring_id, code })
}
