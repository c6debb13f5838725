//! Creating a chain.

use super::{
    super::{
        create::{CodeToDeliver, Creation, Draft, ExternalCode, first_answer, record},
        effects, identity_document,
        lookups::lookups,
        otp::{self, OtpTerms},
        telling,
    },
    change, stories,
};
use crate::{
    App, Conflict, Error, Request, Time,
    actor::Actor,
    chain::{Chain, ChainState, ChainStep, Sequence, StepTerms},
    code::OtpCode,
    events::Log,
    expires_in::ExpiresIn,
    idempotency::{Idempotency, Operation},
    ids::{AdminChainId, AdminIdentificationId, ChainId, IdentificationId, OrgId, ScoringId},
    keys::{Keyring, Sealed},
    membership::Membership,
    method::{Method, MethodKind, Midni},
    otp::{Delivery, SecondFactor},
    ports::{FirstAnswer, NewChain, NewOutboxMessage, NewStep},
    reference::{ClientMetadata, Reference},
    scoring::{ConfigurationName, Provider},
    settings::OrgSettings,
};
use chrono::SubsecRound;
use serde::{Deserialize, Serialize};

pub struct CreateChain {
    pub actor: Actor,
    pub sequence: Vec<CreateStep>,
    pub reference: Reference,
    pub expires_in: ExpiresIn,
}

/// The terms of a step, like those of an identification that stands alone. The caller has checked that this deployment
/// sends on the channel, and that the organisation may use the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateStep {
    Agent { personal_document_image: bool, midni: Midni },
    Otp { delivery: Delivery, second_factor: Option<SecondFactor> },
    IdentityDocument { configuration: ConfigurationName, provider: Provider },
}

#[derive(Clone)]
pub struct ChainCreated {
    /// The actor's id.
    pub id: ChainId,
    /// The back office's id.
    pub admin_id: AdminChainId,
    pub created_at: Time,
    pub expires_at: Time,
    pub steps: Vec<StepCreated>,
    /// Whether an earlier request with the same idempotency key created it.
    pub replayed: bool,
}

#[derive(Clone)]
pub struct StepCreated {
    pub kind: MethodKind,
    /// The actor's id.
    pub id: IdentificationId,
    /// The back office's id.
    pub admin_id: AdminIdentificationId,
    /// The linked scoring of an identity document.
    pub scoring_id: Option<ScoringId>,
    /// Only when the caller delivers the code.
    pub code: Option<CodeToDeliver>,
}

/// Creates a chain with all its identifications, and has the code of the first one sent.
pub async fn create_chain(
    app: &App,
    request: &Request,
    mut command: CreateChain,
    idempotency: Option<Idempotency>,
) -> Result<ChainCreated, Error> {
    let org = &request.org;
    for step in &command.sequence {
        if let CreateStep::Otp { delivery, .. } = step {
            command.actor = command.actor.reached_by(delivery);
        }
    }
    let settings = app.settings(org).await?;
    for step in &command.sequence {
        if let CreateStep::Otp { delivery, .. } = step {
            otp::require_country(&settings, delivery)?;
        }
    }
    let keys = app.keys.current().await?;
    let now = app.now();
    let created_at = now.trunc_subsecs(0);
    let expires_at = created_at + command.expires_in.delta();
    let id = ChainId::generate(&*app.entropy);
    let creations = creations(app, org, (&keys, &settings), &command, Times { created_at, expires_at, now }, id);
    let lookups = lookups(app, org, Some(&command.actor), &command.reference).await?;
    let chain = Chain {
        id,
        admin_id: AdminChainId::generate(&*app.entropy),
        org: org.clone(),
        sequence: sequence(&creations)?,
        current_step: 0,
        reference: command.reference,
        state: ChainState::Created,
        created_at,
        expires_at,
        log: Log::begin(&*app.entropy),
        once: Vec::new(),
        lookups,
    };
    let (steps, codes, outbox) = parts(app, request, creations, now);
    let stored = StoredChainCreated::of(&chain, &codes);
    let idempotency = record(app, org, Operation::CreateChain, idempotency, &stored).await?;
    let messages = effects::references(&outbox);
    let story = stories::of_creation(app, request, &chain, now);
    let keep_until = app.policy.keep_until(expires_at);
    let new = NewChain { chain: chain.clone(), steps, keep_until, outbox, idempotency, story };
    match app.stores.chains.create(new, now).await {
        Ok(()) => {
            match &messages[..] {
                [] => change::wake(app, org, &chain).await,
                // Whoever sends them wakes a worker for the events of the chain, and for this one.
                messages => effects::kick(app, messages).await,
            }
            let codes = codes.into_iter().map(|code| code.map(|code| code.code));
            Ok(stored.answer(codes.collect(), false))
        }
        Err(error) => open_answer(app, org, &first_answer(error)?).await,
    }
}

struct Times {
    created_at: Time,
    expires_at: Time,
    now: Time,
}

/// The identifications of a new chain, with what comes with each.
fn creations(
    app: &App,
    org: &OrgId,
    (keys, settings): (&Keyring, &OrgSettings),
    command: &CreateChain,
    Times { created_at, expires_at, now }: Times,
    chain_id: ChainId,
) -> Vec<Creation> {
    let asks = |step: &CreateStep| matches!(step, CreateStep::Otp { second_factor: Some(SecondFactor::Email), .. });
    let asks_for_email = command.sequence.iter().any(asks);
    // What each step has of the caller's words is enough for its events.
    let reference = Reference::new(command.reference.client_reference_id().cloned(), ClientMetadata::default());
    let creation = |(step, terms): (usize, &CreateStep)| {
        let membership = Some(Membership { chain_id, step, asks_for_email });
        let draft =
            Draft::of(app, org, command.actor.clone(), reference.clone(), (created_at, expires_at, now), membership);
        match terms {
            CreateStep::Agent { personal_document_image, midni } => {
                let (personal_document_image, midni) = (*personal_document_image, *midni);
                draft.with(Method::Agent { personal_document_image, midni })
            }
            CreateStep::Otp { delivery, second_factor } => {
                let (delivery, second_factor) = (delivery.clone(), *second_factor);
                let terms = OtpTerms { delivery, second_factor, settings };
                otp::creation(app, keys, draft, terms, step == 0)
            }
            CreateStep::IdentityDocument { configuration, provider } => {
                identity_document::creation(app, draft, *configuration, *provider)
            }
        }
    };
    command.sequence.iter().enumerate().map(creation).collect()
}

fn sequence(creations: &[Creation]) -> Result<Sequence, Error> {
    let step = |Creation { identification, .. }: &Creation| ChainStep {
        identification_id: identification.id,
        admin_identification_id: identification.admin_id,
        terms: match &identification.method {
            Method::Agent { .. } => StepTerms::Agent,
            Method::Otp(otp) => StepTerms::Otp {
                sent_on: match &otp.delivery {
                    Delivery::Sent(destination) => Some(destination.channel()),
                    Delivery::External(_) => None,
                },
            },
            Method::IdentityDocument { scoring_id, .. } => StepTerms::IdentityDocument { scoring_id: *scoring_id },
        },
    };
    let steps: Vec<ChainStep> = creations.iter().map(step).collect();
    Sequence::try_from(steps).map_err(|problem| Error::BadField { pointer: "/sequence", problem: problem.0 })
}

type Parts = (Vec<NewStep>, Vec<Option<ExternalCode>>, Vec<NewOutboxMessage>);

fn parts(app: &App, request: &Request, creations: Vec<Creation>, now: Time) -> Parts {
    let mut parts: Parts = Default::default();
    for Creation { identification, scoring, outbox, code, .. } in creations {
        let story = telling::of_creation(app, request, &identification, now);
        parts.0.push(NewStep { identification, scoring, story });
        parts.1.push(code);
        parts.2.extend(outbox);
    }
    parts
}

/// A [`ChainCreated`] as it is stored: its codes are sealed.
#[derive(Serialize, Deserialize)]
struct StoredChainCreated {
    id: ChainId,
    admin_id: AdminChainId,
    created_at: Time,
    expires_at: Time,
    steps: Vec<StoredStepCreated>,
}

#[derive(Serialize, Deserialize)]
struct StoredStepCreated {
    step: ChainStep,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<(Sealed, Time)>,
}

impl StoredChainCreated {
    fn of(chain: &Chain, codes: &[Option<ExternalCode>]) -> Self {
        let sealed = |code: &ExternalCode| (code.sealed.clone(), code.code.expires_at);
        let steps = chain.sequence.steps().iter().zip(codes);
        Self {
            id: chain.id,
            admin_id: chain.admin_id,
            created_at: chain.created_at,
            expires_at: chain.expires_at,
            steps: steps
                .map(|(step, code)| StoredStepCreated { step: *step, code: code.as_ref().map(sealed) })
                .collect(),
        }
    }

    fn answer(self, codes: Vec<Option<CodeToDeliver>>, replayed: bool) -> ChainCreated {
        let Self { id, admin_id, created_at, expires_at, steps } = self;
        let step = |(StoredStepCreated { step, .. }, code): (StoredStepCreated, Option<CodeToDeliver>)| StepCreated {
            kind: step.kind(),
            id: step.identification_id,
            admin_id: step.admin_identification_id,
            scoring_id: step.scoring_id(),
            code,
        };
        let steps = steps.into_iter().zip(codes).map(step).collect();
        ChainCreated { id, admin_id, created_at, expires_at, steps, replayed }
    }
}

async fn open_answer(app: &App, org: &OrgId, answer: &FirstAnswer) -> Result<ChainCreated, Error> {
    let stored: StoredChainCreated = serde_json::from_str(&answer.0).map_err(|_| Error::Corrupt("first answer"))?;
    // The answer outlives what it is about, and would bring its ids and its codes back.
    app.stores.by_id.chain(org, stored.id).await?.ok_or(Conflict::CreatedAndDeleted)?;
    let keys = app.keys.current().await?;
    let open = |StoredStepCreated { step, code }: &StoredStepCreated| -> Result<Option<CodeToDeliver>, Error> {
        let Some((sealed, expires_at)) = code else { return Ok(None) };
        let code = OtpCode::unsealed(keys.open(&step.identification_id.to_string(), sealed)?);
        Ok(Some(CodeToDeliver { code, expires_at: *expires_at }))
    };
    let codes = stored.steps.iter().map(open).collect::<Result<_, _>>()?;
    Ok(stored.answer(codes, true))
}
