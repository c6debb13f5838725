//! The answer about one record.

mod personal;

pub use personal::{DeclaredAnswer, DeviceAnswer};

use crate::body::{RecordKindBody, RecordStatusBody};
use acredita_domain::{
    Time,
    delivery::{DeliveryFailure, DeliveryState, DeliveryStatus},
    identification::{AgentEvidence, Identification, Method, MethodKind, Midni, State, Validation},
    ids::{ChainId, IdentificationId, RecordId},
    midni,
    otp::{Channel, Delivery, SecondFactor},
    ports::{FoundIdentification, FoundRecord},
    records::{RecordKind, RecordStatus},
    reference::Reference,
    scoring::{CheckResult, ConfigurationName, Provider, Scoring},
    use_cases::ReadRecord,
};
use acredita_http::{
    answers::{ChainMetadata, Rfc3339},
    event::EventAnswer,
    metadata::ChannelMetadata,
    scoring::ScoringAnswer,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

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
    /// Links to the person's page. There are none yet.
    pub links: Vec<LinkAnswer>,
    /// What happened, with every look at it: the latest 100 events, the oldest first; those of a chain with those of its
    /// steps. Older ones are in the list of events.
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

/// What was asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordMethod)]
pub struct MethodAnswer {
    /// `AGENT`, `OTP` or `IDENTITY_DOCUMENT`.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "OTP")]
    pub kind: MethodKind,
    /// Whether the agent takes a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub personal_document_image: Option<bool>,
    /// Whether the person may show the DNI on their phone: `ACCEPTED`, `REQUIRED` or `REFUSED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "ACCEPTED")]
    pub midni: Option<Midni>,
    /// The way the code is delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub channel: Option<ChannelMetadata>,
    /// The second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "DOCUMENT_NUMBER")]
    pub two_factor_type: Option<SecondFactor>,
    /// How many messages were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sends: Option<u32>,
    /// `LOW`, `MEDIUM` or `HIGH`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "MEDIUM")]
    pub configuration_name: Option<ConfigurationName>,
    /// Who scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "INTERNAL")]
    pub provider: Option<Provider>,
}

/// How it was validated.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordValidation)]
pub struct ValidationAnswer {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub validated_at: Rfc3339,
    /// On which device.
    pub device: DeviceAnswer,
    /// By which agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub agent: Option<AgentAnswer>,
    /// The score that it relied on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 1)]
    pub score: Option<f64>,
    /// Which version of the scoring that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub scoring_version: Option<u64>,
}

/// The agent who validated.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordAgent)]
pub struct AgentAnswer {
    /// Who it was.
    pub agent: String,
    /// Whether a picture of the document was taken.
    pub picture: bool,
    /// The caller's own notes, a JSON object, which need `records:read_personal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub evidence_metadata: Option<String>,
    /// The DNI on the phone, if the person showed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub midni: Option<MidniAnswer>,
}

/// What is kept of the DNI on the phone.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordMidni)]
pub struct MidniAnswer {
    /// `COMPLETE`, `SIMPLE` or `AGE`.
    #[schema(value_type = String, example = "COMPLETE")]
    pub kind: midni::Kind,
    /// Whether its number is the declared one.
    #[schema(value_type = String, example = "PASS")]
    pub document_number: CheckResult,
    /// Whether its names are the declared ones.
    #[schema(value_type = String, example = "PASS")]
    pub name: CheckResult,
    /// The serial number of the certificate that signed it.
    pub certificate: String,
    /// When it was checked.
    #[schema(value_type = String, format = DateTime)]
    pub checked_at: Rfc3339,
}

/// What became of a message.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordDelivery)]
pub struct DeliveryAnswer {
    /// Which code it had: 1 for the first.
    #[schema(minimum = 1)]
    pub generation: u32,
    /// `SMS`, `EMAIL` or `WHATSAPP`.
    #[schema(value_type = String, example = "SMS")]
    pub channel: Channel,
    /// `PENDING`, `SENT`, `DELIVERED` or `FAILED`.
    #[schema(value_type = String, example = "SENT")]
    pub status: DeliveryStatus,
    /// When that became known.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Rfc3339,
    /// Why it does not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "UNREACHABLE")]
    pub reason: Option<DeliveryFailure>,
}

impl RecordAnswer {
    /// `personal` says whether what is about the person is shown.
    pub fn new(read: ReadRecord, personal: bool) -> Self {
        let (kind, status, erased_at, now) = (read.kind(), read.status(), read.erased_at(), read.now);
        let empty = RecordSubject::of(read.id, kind, status);
        let mut answer = Self {
            subject: empty,
            erased_at: erased_at.map(Rfc3339),
            identification_chain_id: None,
            client_reference_id: None,
            metadata: None,
            personal,
            current_step: None,
            steps: None,
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

impl MethodAnswer {
    fn of(method: &Method) -> Self {
        let nothing = Self {
            kind: method.kind(),
            personal_document_image: None,
            midni: None,
            channel: None,
            two_factor_type: None,
            sends: None,
            configuration_name: None,
            provider: None,
        };
        match method {
            Method::Agent { personal_document_image, midni } => {
                Self { personal_document_image: Some(*personal_document_image), midni: Some(*midni), ..nothing }
            }
            Method::Otp(otp) => {
                let external = matches!(otp.delivery, Delivery::External(_));
                let channel = ChannelMetadata { channel: otp.delivery.channel(), external };
                let sends = (!external).then_some(otp.sends);
                Self { channel: Some(channel), two_factor_type: otp.second_factor, sends, ..nothing }
            }
            Method::IdentityDocument { configuration, provider, .. } => {
                Self { configuration_name: Some(*configuration), provider: Some(*provider), ..nothing }
            }
        }
    }
}

impl ValidationAnswer {
    fn on(at: Time, device: DeviceAnswer) -> Self {
        Self { validated_at: Rfc3339(at), device, agent: None, score: None, scoring_version: None }
    }

    fn of(validation: &Validation, personal: bool) -> Self {
        let scoring = validation.scoring.as_ref();
        Self {
            agent: validation.agent.as_ref().map(|agent| AgentAnswer::of(agent, personal)),
            score: scoring.map(|scoring| scoring.assessment.verdict.score.cut().value()),
            scoring_version: scoring.map(|scoring| scoring.version),
            ..Self::on(validation.at, DeviceAnswer::of(&validation.device, personal))
        }
    }
}

impl AgentAnswer {
    fn of(evidence: &AgentEvidence, personal: bool) -> Self {
        let notes = evidence.metadata.as_ref().filter(|_| personal);
        Self {
            agent: evidence.agent.expose().to_owned(),
            picture: evidence.picture.is_some(),
            evidence_metadata: notes.map(|notes| notes.expose().clone()),
            midni: evidence.midni.as_ref().map(|midni| MidniAnswer {
                kind: midni.kind,
                document_number: midni.declared_match.document_number,
                name: midni.declared_match.name,
                certificate: midni.certificate.clone(),
                checked_at: Rfc3339(midni.checked_at),
            }),
        }
    }
}

fn deliveries(found: &FoundIdentification) -> Option<Vec<DeliveryAnswer>> {
    let otp = found.step.identification.otp().filter(|otp| matches!(otp.delivery, Delivery::Sent(_)))?;
    let answer = |(generation, state): &(u32, DeliveryState)| DeliveryAnswer {
        generation: *generation,
        channel: otp.delivery.channel(),
        status: state.status,
        updated_at: Rfc3339(state.updated_at),
        reason: state.reason,
    };
    Some(found.deliveries.iter().map(answer).collect())
}

fn of_scoring(scoring: Scoring, personal: bool, now: Time) -> ScoringAnswer {
    let answer = ScoringAnswer::new(scoring, now);
    ScoringAnswer { extracted: answer.extracted.filter(|_| personal), ..answer }
}
