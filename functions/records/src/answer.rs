//! The answer about one record.

mod method;
mod personal;
mod review;
mod validation;

use crate::body::{RecordKindBody, RecordStatusBody};
use acredita_domain::{
    Time,
    identification::{Identification, State},
    ids::{ChainId, IdentificationId, RecordId},
    ports::{FoundIdentification, FoundRecord},
    records::{RecordKind, RecordStatus},
    reference::Reference,
    scoring::Scoring,
    use_cases::ReadRecord,
};
use acredita_http::{
    answers::{ChainMetadata, Rfc3339},
    event::EventAnswer,
    scoring::ScoringAnswer,
};
use method::{DeliveryAnswer, MethodAnswer, deliveries};
use personal::{DeclaredAnswer, DeviceAnswer};
use review::ReviewAnswer;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validation::ValidationAnswer;

/// Everything about a record.
#[derive(Serialize, ToSchema)]
#[schema(as = Record)]
pub struct RecordAnswer {
    #[serde(flatten)]
    pub subject: RecordSubject,
    /// When it was erased. Of an erased record only its events are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub erased_at: Option<Rfc3339>,
    /// The chain, on the actor's side.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<uuid::Uuid>)]
    pub identification_chain_id: Option<ChainId>,
    /// Your own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "order-4711")]
    pub client_reference_id: Option<String>,
    /// Your own texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub metadata: Option<BTreeMap<String, String>>,
    /// Whether what is about the person is shown, which needs `records:read_personal`. What is not shown is `***`.
    pub personal: bool,
    /// Of a chain, the index of its open step; the number of its steps when all are `VALIDATED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub current_step: Option<usize>,
    /// The steps of a chain, in their order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub steps: Option<Vec<RecordSubject>>,
    /// The latest review of its score, or of that of its step.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub review: Option<ReviewAnswer>,
    /// Links to the person's page. There are none yet.
    pub links: Vec<LinkAnswer>,
    /// What happened, with every look at it: the latest 100 events, the oldest first; those of a chain with those of its
    /// steps, and all of them with those of their reviews. Older ones are in the list of events.
    pub timeline: Vec<EventAnswer>,
}

/// A link to the person's page.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordLink)]
pub struct LinkAnswer {}

/// What a record, or a step of it, is about.
#[derive(Serialize, ToSchema)]
pub struct RecordSubject {
    /// What it is read by.
    #[schema(value_type = uuid::Uuid)]
    pub record_id: RecordId,
    /// What it is about; absent where that was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<RecordKindBody>)]
    pub kind: Option<RecordKind>,
    /// Its state. What is over by the clock is `EXPIRED`.
    #[schema(value_type = RecordStatusBody)]
    pub status: RecordStatus,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub created_at: Option<Rfc3339>,
    /// The time from which it cannot be validated, or scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Rfc3339>,
    /// When it was closed or cancelled, or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Rfc3339>,
    /// Why it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    /// The identification, on the actor's side.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<uuid::Uuid>)]
    pub identification_id: Option<IdentificationId>,
    /// The chain that it is a step of, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub chain: Option<ChainMetadata>,
    /// What was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub method: Option<MethodAnswer>,
    /// The person, as declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub actor: Option<DeclaredAnswer>,
    /// How it was validated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub validation: Option<ValidationAnswer>,
    /// The scoring, with the details of its checks. What was read from the document needs `records:read_personal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub scoring: Option<ScoringAnswer>,
    /// What became of the messages with codes, if we send them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub deliveries: Option<Vec<DeliveryAnswer>>,
    /// How many wrong codes were tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub wrong_tries: Option<u32>,
}

impl RecordAnswer {
    /// `personal` says whether what is about the person is shown.
    pub fn new(read: ReadRecord, personal: bool) -> Self {
        let (kind, status, erased_at, now) = (read.kind(), read.status(), read.erased_at(), read.now);
        let empty = RecordSubject::of(read.id, kind, status);
        let review = read.review().map(|review| ReviewAnswer::of(review, personal, now));
        let mut answer = Self {
            subject: empty,
            erased_at: erased_at.map(Rfc3339),
            identification_chain_id: None,
            client_reference_id: None,
            metadata: None,
            personal,
            current_step: None,
            steps: None,
            review,
            links: Vec::new(),
            timeline: read.timeline.into_iter().map(EventAnswer::from).collect(),
        };
        match read.record {
            FoundRecord::Identification(found) => {
                answer.refer(&found.step.identification.reference);
                answer.subject = RecordSubject::of_identification(&found, personal, now);
            }
            FoundRecord::Chain(chain, steps) => {
                answer.refer(&chain.reference);
                answer.identification_chain_id = Some(chain.id);
                answer.current_step = Some(chain.current_step);
                let subject = answer.subject.lives(chain.created_at, chain.expires_at).ended(&chain.state);
                // Every step is about the same person.
                let actor = steps.first().map(|found| DeclaredAnswer::of(&found.step.identification.actor, personal));
                let validation = chain.state.validation().map(|validation| {
                    ValidationAnswer::on(validation.at, DeviceAnswer::of(&validation.device, personal))
                });
                answer.subject = RecordSubject { actor, validation, ..subject };
                let of_step = |found: &FoundIdentification| RecordSubject::of_identification(found, personal, now);
                answer.steps = Some(steps.iter().map(of_step).collect());
            }
            FoundRecord::Scoring(scoring) => {
                answer.refer(&scoring.reference);
                let subject = answer.subject.lives(scoring.created_at, scoring.expires_at);
                answer.subject = RecordSubject { scoring: Some(of_scoring(*scoring, personal, now)), ..subject };
            }
            FoundRecord::Gone(_) => {}
        }
        answer
    }

    fn refer(&mut self, reference: &Reference) {
        self.client_reference_id = reference.client_reference_id().map(|id| id.expose().to_owned());
        let texts = reference.metadata().iter().map(|(key, text)| (key.expose().to_owned(), text.expose().to_owned()));
        self.metadata = (!reference.metadata().is_empty()).then(|| texts.collect());
    }
}

impl RecordSubject {
    fn of(record_id: RecordId, kind: Option<RecordKind>, status: RecordStatus) -> Self {
        Self {
            record_id,
            kind,
            status,
            created_at: None,
            expires_at: None,
            ended_at: None,
            reason: None,
            identification_id: None,
            chain: None,
            method: None,
            actor: None,
            validation: None,
            scoring: None,
            deliveries: None,
            wrong_tries: None,
        }
    }

    fn of_identification(found: &FoundIdentification, personal: bool, now: Time) -> Self {
        let identification = &found.step.identification;
        let Identification { id, admin_id, ref actor, ref method, .. } = *identification;
        let subject = Self::of(admin_id.into(), Some(method.kind().into()), identification.status(now).into());
        let validation = identification.state.validation();
        Self {
            identification_id: Some(id),
            chain: identification.membership.map(ChainMetadata::from),
            method: Some(MethodAnswer::of(method)),
            actor: Some(DeclaredAnswer::of(actor, personal)),
            validation: validation.map(|validation| ValidationAnswer::of(validation, personal)),
            scoring: found.step.scoring.clone().map(|scoring| of_scoring(scoring, personal, now)),
            deliveries: deliveries(found),
            wrong_tries: identification.wrong_tries(now),
            ..subject.lives(identification.created_at, identification.expires_at).ended(&identification.state)
        }
    }

    fn lives(self, created_at: Time, expires_at: Time) -> Self {
        Self { created_at: Some(Rfc3339(created_at)), expires_at: Some(Rfc3339(expires_at)), ..self }
    }

    fn ended<V>(self, state: &State<V>) -> Self {
        let (ended_at, reason) = match state {
            State::Created | State::Validated(_) | State::Expired => (None, None),
            State::Closed { at, .. } | State::Failed { at } => (Some(Rfc3339(*at)), None),
            State::Cancelled { at, reason } => (Some(Rfc3339(*at)), Some(reason.expose().to_owned())),
        };
        Self { ended_at, reason, ..self }
    }
}

fn of_scoring(scoring: Scoring, personal: bool, now: Time) -> ScoringAnswer {
    let answer = ScoringAnswer::new(scoring, now);
    ScoringAnswer { extracted: answer.extracted.filter(|_| personal), ..answer }
}
