//! The common part of creating identifications.

use super::{effects, lookups::lookups, telling};
use crate::{
    App, Conflict, Error, Request, Time,
    actor::Actor,
    code::{CodeFormat, OtpCode},
    events::Log,
    expires_in::ExpiresIn,
    idempotency::{Idempotency, Operation},
    identification::{Identification, Method, State},
    ids::{AdminIdentificationId, IdentificationId, OrgId, ScoringId},
    keys::{CodeContext, Keyring, Sealed},
    membership::Membership,
    otp::LiveCode,
    ports::{CreateError, FirstAnswer, IdempotencyRecord, NewIdentification, NewOutboxMessage},
    reference::Reference,
    scoring::Scoring,
    webhooks::Stream,
};
use chrono::SubsecRound;
use serde::{Deserialize, Serialize};

#[derive(Clone)]
pub struct Created {
    /// The back office's id.
    pub admin_id: AdminIdentificationId,
    /// The actor's id.
    pub id: IdentificationId,
    pub created_at: Time,
    pub expires_at: Time,
    /// The linked scoring of an identity document.
    pub scoring_id: Option<ScoringId>,
    /// Only when the caller delivers the code.
    pub code: Option<CodeToDeliver>,
    /// Whether an earlier request with the same idempotency key created it.
    pub replayed: bool,
}

/// A code for the caller to deliver.
#[derive(Clone)]
pub struct CodeToDeliver {
    pub code: OtpCode,
    /// It is no longer accepted from this time on.
    pub expires_at: Time,
}

/// An identification being created, before its method is known.
pub(super) struct Draft {
    pub id: IdentificationId,
    pub admin_id: AdminIdentificationId,
    pub org: OrgId,
    pub actor: Actor,
    pub reference: Reference,
    /// Truncated to the second: callers see exactly the stored value.
    pub created_at: Time,
    pub expires_at: Time,
    pub now: Time,
    pub membership: Option<Membership>,
    log: Log,
}

impl Draft {
    pub fn new(app: &App, org: &OrgId, actor: Actor, reference: Reference, expires_in: ExpiresIn) -> Self {
        let now = app.now();
        let created_at = now.trunc_subsecs(0);
        Self::of(app, org, actor, reference, (created_at, created_at + expires_in.delta(), now), None)
    }

    /// One that is created together with others.
    pub fn of(
        app: &App,
        org: &OrgId,
        actor: Actor,
        reference: Reference,
        (created_at, expires_at, now): (Time, Time, Time),
        membership: Option<Membership>,
    ) -> Self {
        Self {
            id: IdentificationId::generate(&*app.entropy),
            admin_id: AdminIdentificationId::generate(&*app.entropy),
            org: org.clone(),
            actor,
            reference,
            created_at,
            expires_at,
            now,
            membership,
            log: Log::begin(&*app.entropy),
        }
    }

    pub fn with(self, method: Method) -> Creation {
        let Self { id, admin_id, org, actor, reference, created_at, expires_at, now, membership, log } = self;
        let identification = Identification {
            id,
            admin_id,
            org,
            actor,
            method,
            reference,
            state: State::Created,
            created_at,
            expires_at,
            membership,
            log: Some(log),
            once: Vec::new(),
            review: None,
            lookups: Vec::new(),
        };
        Creation { identification, scoring: None, outbox: Vec::new(), code: None, now }
    }
}

/// Everything that a create stores.
pub(super) struct Creation {
    pub identification: Identification,
    pub scoring: Option<Scoring>,
    pub outbox: Vec<NewOutboxMessage>,
    pub code: Option<ExternalCode>,
    pub now: Time,
}

/// A code that the caller delivers, and its stored form for a repeated request.
pub(super) struct ExternalCode {
    pub code: CodeToDeliver,
    pub sealed: Sealed,
}

impl ExternalCode {
    /// A new code, and what is kept of it. It lives as long as its identification.
    pub fn make(
        app: &App,
        keys: &Keyring,
        context: CodeContext<'_>,
        format: CodeFormat,
        expires_at: Time,
    ) -> (Self, LiveCode) {
        let code = OtpCode::generate(&*app.entropy, format);
        let live = LiveCode { hash: keys.hash_code(context, &code), expires_at };
        let sealed = keys.seal(&*app.entropy, &context.id.to_string(), code.expose());
        (Self { code: CodeToDeliver { code, expires_at }, sealed }, live)
    }
}

impl Creation {
    /// One transaction, then the kick.
    pub async fn commit(
        self,
        app: &App,
        request: &Request,
        idempotency: Option<Idempotency>,
    ) -> Result<Created, Error> {
        let Self { mut identification, scoring, outbox, code, now } = self;
        let Identification { actor, reference, .. } = &identification;
        identification.lookups = lookups(app, &request.org, Some(actor), reference).await?;
        let Identification { admin_id, id, created_at, expires_at, .. } = identification;
        let scoring_id = scoring.as_ref().map(|scoring| scoring.id);
        let (code, sealed) = code.map(|ExternalCode { code, sealed }| (code, sealed)).unzip();
        let operation = identification.method.kind().create_operation();
        let org = identification.org.clone();
        let code_expires_at = code.as_ref().map(|code| code.expires_at);
        let stored = StoredCreated { admin_id, id, created_at, expires_at, scoring_id, code: sealed, code_expires_at };
        let idempotency = record(app, &org, operation, idempotency, &stored).await?;
        let keep_until = app.policy.keep_until(expires_at);
        let messages = effects::references(&outbox);
        let story = telling::of_creation(app, request, &identification, now);
        let stream = Stream::IdentificationId(id);
        let new = NewIdentification { identification, scoring, keep_until, outbox, idempotency, story };
        match app.stores.identifications.create(new, now).await {
            Ok(()) => {
                match &messages[..] {
                    [] => effects::wake(app, &org, stream).await,
                    // Whoever sends them wakes a worker for their events and for this one.
                    messages => effects::kick(app, messages).await,
                }
                Ok(Created { admin_id, id, created_at, expires_at, scoring_id, code, replayed: false })
            }
            Err(error) => open_answer(app, &org, &first_answer(error)?).await,
        }
    }
}

/// The answer that the same request got before, or why nothing was created.
pub(super) fn first_answer(error: CreateError) -> Result<FirstAnswer, Error> {
    Err(match error {
        CreateError::Replay(answer) => return Ok(answer),
        CreateError::KeyReused => Conflict::IdempotencyKeyReused.into(),
        CreateError::TooManyMessages { again_at } => Error::TooManyMessages { again_at },
        CreateError::OverBudget { again_at } => Error::OverBudget { again_at },
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
    /// Answers from before there was one leave it out: the code lived as long as its identification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_expires_at: Option<Time>,
}

/// The record of a request with an idempotency key.
pub(super) async fn record(
    app: &App,
    org: &OrgId,
    operation: Operation,
    request: Option<Idempotency>,
    answer: &impl Serialize,
) -> Result<Option<IdempotencyRecord>, Error> {
    let Some(request) = request else { return Ok(None) };
    let marks = app.keys.current().await?.request_marks(org, operation, &request);
    let answer = FirstAnswer(serde_json::to_string(answer).expect("ids, times and strings always serialize"));
    Ok(Some(IdempotencyRecord { operation, marks, answer }))
}

async fn open_answer(app: &App, org: &OrgId, answer: &FirstAnswer) -> Result<Created, Error> {
    let stored: StoredCreated = serde_json::from_str(&answer.0).map_err(|_| Error::Corrupt("first answer"))?;
    let StoredCreated { admin_id, id, created_at, expires_at, scoring_id, code, code_expires_at } = stored;
    // The answer outlives what it is about, and would bring its ids and its code back.
    app.stores.by_id.identification(org, id).await?.ok_or(Conflict::CreatedAndDeleted)?;
    let code = match code {
        Some(sealed) => {
            let code = OtpCode::unsealed(app.keys.current().await?.open(&id.to_string(), &sealed)?);
            Some(CodeToDeliver { code, expires_at: code_expires_at.unwrap_or(expires_at) })
        }
        None => None,
    };
    Ok(Created { admin_id, id, created_at, expires_at, scoring_id, code, replayed: true })
}
