//! Entities for the tests. Times are inputs: "now" is always the same moment.

use acredita_aws::SystemEntropy;
use acredita_domain::{
    Time,
    actor::{Actor, Msisdn},
    code::{CodeFormat, OtpCode},
    device::DeviceEvidence,
    events::{Chapter, EventData, EventType, Happened, Log, Now, Story, Subject},
    idempotency::{Idempotency, Once, Operation},
    identification::{Identification, Method, Midni, RightCode, State, Transition, Validation},
    ids::{AdminIdentificationId, EventId, IdentificationId, InstallationId, LeaseId, MessageId, OrgId, ScoringId},
    keys::{CodeContext, Keyring},
    otp::{Delivery, Destination, LiveCode, Otp},
    ports::{
        CountedSend, Effect, Entropy, FirstAnswer, IdempotencyRecord, MessageRef, NewIdentification, NewOutboxMessage,
        NewScoring, OutboxMessage,
    },
    reference::{ClientMetadata, Reference},
    request::By,
    scoring::{Assessment, ConfigurationName, MaxScoreRetries, Provider, Score, Scoring, ScoringTerms, Verdict},
};
use chrono::{DateTime, TimeDelta};

/// The lifetime of the samples.
pub const LIFE: TimeDelta = TimeDelta::hours(1);
/// The smallest step of time that the store distinguishes.
pub const TICK: TimeDelta = TimeDelta::milliseconds(1);

pub fn now() -> Time {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
}

pub fn org() -> OrgId {
    "yoigo".parse().expect("an organisation")
}

pub fn other_org() -> OrgId {
    "masmovil".parse().expect("an organisation")
}

pub fn lease() -> LeaseId {
    LeaseId::generate(&SystemEntropy)
}

fn phone() -> Msisdn {
    Msisdn::new("612345678".parse().expect("digits"), "34".parse().expect("digits"))
}

fn identification(method: Method) -> Identification {
    let mut identification = Identification {
        id: IdentificationId::generate(&SystemEntropy),
        admin_id: AdminIdentificationId::generate(&SystemEntropy),
        org: org(),
        actor: Actor { msisdn: Some(phone()), ..Actor::default() },
        method,
        reference: Reference::new("order-4711".parse().ok(), ClientMetadata::default()),
        state: State::Created,
        created_at: now(),
        expires_at: now() + LIFE,
        membership: None,
        log: None,
        once: Vec::new(),
        review: None,
        lookups: Vec::new(),
    };
    identification.log = Some(created(&identification.org, identification.subject()).continued());
    identification
}

pub fn agent() -> Identification {
    identification(Method::Agent { personal_document_image: false, midni: Midni::default() })
}

pub fn otp() -> Identification {
    identification(Method::Otp(Otp {
        delivery: Delivery::Sent(Destination::Sms(phone())),
        second_factor: None,
        tries: 0,
        judged_wrong: 0,
        tried_at: None,
        generation: 1,
        sends: 1,
        last_send_at: now(),
        code: None,
        message: None,
        code_format: CodeFormat::STANDARD,
        is_test: false,
        fallback: None,
    }))
}

/// An identification by document, and its linked scoring.
pub fn document() -> (Identification, Scoring) {
    let scoring = scoring();
    let method = Method::IdentityDocument {
        configuration: ConfigurationName::Medium,
        scoring_id: scoring.id,
        provider: Provider::Internal,
    };
    (identification(method), scoring)
}

pub fn scoring() -> Scoring {
    let terms = ScoringTerms {
        document: None,
        declared: None,
        provider: Provider::Internal,
        max_retries: MaxScoreRetries::default(),
        reference: Reference::default(),
    };
    let id = ScoringId::generate(&SystemEntropy);
    let log = Some(created(&org(), Subject::Scoring { scoring_id: id }).continued());
    Scoring { log, ..Scoring::new(id, org(), terms, now(), now() + LIFE) }
}

pub fn assessment(score: f64) -> Assessment {
    let verdict = Verdict {
        score: Score::new(score),
        breakdown: Vec::new(),
        extracted: None,
        coverage: Score::ONE,
        provider_version: "sample".to_owned(),
        mapping_version: "1".to_owned(),
    };
    Assessment { verdict, scored_at: now() }
}

/// An identification without a message.
pub fn alone(identification: &Identification) -> NewIdentification {
    NewIdentification {
        identification: identification.clone(),
        scoring: None,
        keep_until: identification.expires_at,
        outbox: Vec::new(),
        idempotency: None,
        story: first(&identification.org, identification.subject()),
    }
}

/// This identification and its first message, to a destination with this name.
pub fn with_message(identification: &Identification, destination: &str) -> NewIdentification {
    NewIdentification { outbox: vec![message(identification, 1, destination)], ..alone(identification) }
}

pub fn only(scoring: &Scoring) -> NewScoring {
    NewScoring {
        scoring: scoring.clone(),
        keep_until: scoring.expires_at,
        idempotency: None,
        story: first(&scoring.org, Subject::Scoring { scoring_id: scoring.id }),
    }
}

/// A story of one event, which says nothing.
pub fn told(identification: &Identification) -> Story {
    story(&identification.org, identification.subject(), identification.log.clone().expect("a log"))
}

pub fn told_of(scoring: &Scoring) -> Story {
    story(&scoring.org, Subject::Scoring { scoring_id: scoring.id }, scoring.log.clone().expect("a log"))
}

/// The story of a creation. It is always the same, so that the samples know the log that it leaves.
pub fn first(org: &OrgId, subject: Subject) -> Story {
    story(org, subject, Log::begin(&Zeros))
}

pub fn created(org: &OrgId, subject: Subject) -> Chapter {
    let story = first(org, subject);
    story.after(&story.log)
}

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

pub fn story(org: &OrgId, subject: Subject, log: Log) -> Story {
    let event = Happened {
        id: EventId::at(now(), &Zeros),
        kind: EventType::IdentificationCreated,
        at: now(),
        data: EventData::default(),
        by: By::System,
        request_id: None,
    };
    let (org, events, keep_until) = (org.clone(), vec![event], now() + LIFE);
    Story {
        org,
        subject,
        log,
        adopted: None,
        events,
        keep_until,
        once: None,
        reviews: None,
        now: Now::standing_still(now()),
    }
}

pub fn message(identification: &Identification, generation: u32, destination: &str) -> NewOutboxMessage {
    let reference =
        MessageRef { message_id: MessageId::generate(&SystemEntropy), identification_id: identification.id };
    NewOutboxMessage {
        message: OutboxMessage {
            reference,
            org: identification.org.clone(),
            effect: Effect::Code { generation },
            attempts: 0,
        },
        counted: Some(CountedSend { destination: destination.to_owned(), budget: None }),
    }
}

/// The idempotency record of a create with this key and body.
pub fn record(operation: Operation, key: &str, body: &str, answer: &str) -> IdempotencyRecord {
    let key = key.parse().expect("a key");
    let keys = Keyring::new(vec![[7; 32]]).expect("a key");
    IdempotencyRecord {
        operation,
        marks: keys.request_marks(&org(), operation, &Idempotency::new(&key, body.as_bytes())),
        answer: FirstAnswer(answer.to_owned()),
    }
}

/// The mark of a step's request with this key and body.
pub fn once(operation: Operation, key: &str, body: &str) -> Option<Once> {
    let key = key.parse().expect("a key");
    let keys = Keyring::new(vec![[7; 32]]).expect("a key");
    let marks = keys.step_marks(&org(), operation, &Idempotency::new(&key, body.as_bytes()));
    Some(Once { operation, marks })
}

pub fn validation() -> Validation {
    let device = DeviceEvidence {
        installation_id: InstallationId::generate(&SystemEntropy),
        fingerprint: "f".parse().expect("a fingerprint"),
        location: None,
        user_agent: "test".parse().expect("a user agent"),
        ip: None,
    };
    Validation { at: now(), device, agent: None, captures: Vec::new(), scoring: None }
}

/// A validation whatever the live code is.
pub fn validate() -> Transition {
    Transition::Validate { validation: Box::new(validation()), code: None }
}

/// A validation by the live code of an OTP.
pub fn right_code(generation: u32, judged_wrong: u32) -> Transition {
    let code = Some(RightCode { generation, judged_wrong });
    Transition::Validate { validation: Box::new(validation()), code }
}

pub fn cancel() -> Transition {
    Transition::Cancel { reason: "changed their mind".parse().expect("a reason") }
}

pub fn live_code(identification: &Identification, generation: u32) -> LiveCode {
    let keys = Keyring::new(vec![[7; 32]]).expect("a key");
    let context = CodeContext { org: &identification.org, id: identification.id, generation };
    let hash = keys.hash_code(context, &OtpCode::unsealed("abc234".to_owned()));
    LiveCode { hash, expires_at: now() + TimeDelta::minutes(10) }
}

/// The OTP of an identification that has one.
pub fn otp_of(identification: &Identification) -> &Otp {
    identification.otp().expect("an OTP")
}
