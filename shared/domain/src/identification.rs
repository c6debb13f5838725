//! The identification: what was requested, and how far it has come.
//!
//! ```text
//!             validate             close
//!   CREATED ───────────▶ VALIDATED ─────▶ CLOSED
//!      │ close ──────────────────────────▶ CLOSED
//!      │ resend, fallback, new code ─▶ CREATED, with another code
//!      │ cancel ─▶ CANCELLED
//!      │ fifth wrong try, or a review that rejects it ─▶ FAILED
//!      └ the clock ─▶ EXPIRED
//! ```
//!
//! An end of an identity document's identification is the end of its scoring too: a decision stays what it was made on.
//!
//! Only a CREATED identification expires, and it does so by the clock: [`Identification::status`] is EXPIRED from
//! `expires_at` on, whether or not a sweep has run. A validated one stays validated, because somebody relies on it.

use crate::{
    Time,
    actor::Actor,
    caller::Caller,
    code::CodeFormat,
    device::DeviceEvidence,
    events::{EventType, Log, Subject},
    idempotency::TakenOnce,
    ids::{AdminIdentificationId, IdentificationId, OrgId, ScoringId},
    membership::Membership,
    midni,
    otp::{Channel, Delivery, Destination, LiveCode, MAX_TRIES, Otp, SecondFactor},
    pictures::{Capture, Sha256Digest},
    reference::Reference,
    review::{DecisionReason, ReviewEvidence, ReviewMark, ReviewStatus},
    scoring::{Assessment, ConfigurationName, Provider, Scoring, Verdict},
    text::{AgentName, CancellationReason, Private},
    vocabulary::names,
};
use chrono::SubsecRound;
use serde::{Deserialize, Serialize};

pub use crate::method::{Method, MethodKind, Midni};

names! {
    /// The state of an identification as callers see it.
    Status("is not a status") {
        /// Waiting for the actor.
        Created = "CREATED",
        Validated = "VALIDATED",
        Closed = "CLOSED",
        Cancelled = "CANCELLED",
        /// The tries are used up, or a review rejected it.
        Failed = "FAILED",
        Expired = "EXPIRED",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identification {
    /// The actor's id.
    pub id: IdentificationId,
    /// The back office's id.
    pub admin_id: AdminIdentificationId,
    pub org: OrgId,
    pub actor: Actor,
    pub method: Method,
    /// The caller's own; never shown on the actor's side.
    pub reference: Reference,
    /// The stored state; [`Identification::status`] gives the actual one.
    pub state: State,
    /// Truncated to the second.
    pub created_at: Time,
    /// It cannot be validated any more from this time on.
    pub expires_at: Time,
    /// Of a step of a chain, which ends with the chain and not alone.
    pub membership: Option<Membership>,
    /// The latest review of its score, if there ever was one.
    pub review: Option<ReviewMark>,
    /// `None` for one from before there were events.
    pub log: Option<Log>,
    /// The requests with an idempotency key that took steps of it.
    pub once: Vec<TakenOnce>,
    /// The digests that it is found by, which go with it.
    pub lookups: Vec<String>,
}

/// The stored state, of an identification or of a chain of them; `V` is what its validation keeps. EXPIRED is stored only by
/// a sweep; until then the clock decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State<V = Validation> {
    Created,
    Validated(V),
    Closed {
        at: Time,
        /// The earlier validation, if any.
        validation: Option<V>,
    },
    Cancelled {
        at: Time,
        reason: CancellationReason,
    },
    /// The tries are used up, or a review rejected it.
    Failed {
        at: Time,
    },
    /// A sweep found that it had expired.
    Expired,
}

impl<V> State<V> {
    pub fn status(&self, expires_at: Time, now: Time) -> Status {
        match self {
            Self::Created if now >= expires_at => Status::Expired,
            Self::Created => Status::Created,
            Self::Validated(_) => Status::Validated,
            Self::Closed { .. } => Status::Closed,
            Self::Cancelled { .. } => Status::Cancelled,
            Self::Failed { .. } => Status::Failed,
            Self::Expired => Status::Expired,
        }
    }

    /// How it was validated, if it was.
    pub fn validation(&self) -> Option<&V> {
        match self {
            Self::Validated(validation) => Some(validation),
            Self::Closed { validation, .. } => validation.as_ref(),
            Self::Created | Self::Cancelled { .. } | Self::Failed { .. } | Self::Expired => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validation {
    pub at: Time,
    pub device: DeviceEvidence,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentEvidence>,
    /// The pictures of the document that was an OTP's second factor; the bytes are in the picture store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures: Vec<Capture>,
    /// Of an identity document, the scoring that was good enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scoring: Option<ScoringEvidence>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentEvidence {
    pub agent: AgentName,
    /// The digest of the picture of the document, cleaned; the bytes are in the picture store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Sha256Digest>,
    /// The digest of the picture as it came; `None` if it was stored like that, as in the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_picture: Option<Sha256Digest>,
    /// The caller's own notes on the evidence: a JSON object, stored unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Private<String>>,
    /// The DNI on the phone, if the person showed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub midni: Option<midni::Evidence>,
    /// Whoever gave the agent's word. Older evidence lacks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
}

/// The scoring that a validation relies on, as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoringEvidence {
    pub scoring_id: ScoringId,
    /// The version that was judged: validating fails if another one is there by then.
    pub version: u64,
    /// Without the data read from the document, which stays with the scoring.
    pub assessment: Assessment,
    /// The pictures that were scored; the bytes are in the picture store.
    pub captures: Vec<Capture>,
    /// The approval that stood in for the threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewEvidence>,
}

impl ScoringEvidence {
    /// `None` for a scoring without a score.
    pub fn of(scoring: Scoring) -> Option<Self> {
        let Assessment { verdict, scored_at } = scoring.assessment?;
        let assessment = Assessment { verdict: Verdict { extracted: None, ..verdict }, scored_at };
        Some(Self {
            scoring_id: scoring.id,
            version: scoring.version,
            assessment,
            captures: scoring.captures,
            review: None,
        })
    }
}

impl Identification {
    pub fn otp(&self) -> Option<&Otp> {
        self.method.otp()
    }

    /// Where the codes of an OTP are sent; `None` if the caller delivers them.
    pub fn destination(&self) -> Option<Destination> {
        let otp = self.otp()?;
        match (&otp.delivery, otp.fallback) {
            (Delivery::External(_), _) => None,
            (Delivery::Sent(destination), None) => Some(destination.clone()),
            (Delivery::Sent(_), Some(channel)) => Destination::of(&self.actor, channel)?.canonical().ok(),
        }
    }

    /// Whether the code of this generation is still needed at `now`.
    pub fn waits_for(&self, generation: u32, now: Time) -> bool {
        self.otp().is_some_and(|otp| otp.generation == generation) && self.status(now) == Status::Created
    }

    /// The owner of its events.
    pub fn subject(&self) -> Subject {
        Subject::Identification { identification_id: self.id, admin_identification_id: self.admin_id }
    }

    pub fn status(&self, now: Time) -> Status {
        match &self.state {
            State::Created if self.tries_used_up(now) => Status::Failed,
            state => state.status(self.expires_at, now),
        }
    }

    /// Validate, cancel and resend start from CREATED.
    pub fn require_open(&self, now: Time) -> Result<(), NotOpen> {
        match self.status(now) {
            Status::Created => Ok(()),
            other => Err(NotOpen(other)),
        }
    }

    /// Close starts from CREATED or VALIDATED; the store guards the one returned.
    pub fn require_closable(&self, now: Time) -> Result<Closable, NotOpen> {
        match self.status(now) {
            Status::Created => Ok(Closable::Created),
            Status::Validated => Ok(Closable::Validated),
            other => Err(NotOpen(other)),
        }
    }

    /// What became of its latest review. The end of an identification is the end of a review of it, whether or not that is
    /// recorded.
    pub fn review_status(&self, now: Time) -> Option<ReviewStatus> {
        let status = self.review?.status;
        let is_over = self.status(now) == Status::Expired;
        Some(if is_over && status.is_live() { ReviewStatus::Withdrawn } else { status })
    }

    /// The wrong tries of an OTP. With its end no try is judged any more.
    pub fn wrong_tries(&self, now: Time) -> Option<u32> {
        self.otp().map(|otp| if self.state == State::Created { otp.wrong_tries(now) } else { otp.judged_wrong })
    }

    /// How many wrong tries an OTP has left. A right one is not counted in the end, however many came at once.
    pub fn attempts_left(&self, now: Time) -> Option<u32> {
        self.wrong_tries(now).map(|wrong| MAX_TRIES.saturating_sub(wrong))
    }

    /// As the step leaves it. Other tries are counted outside of steps.
    pub fn after(mut self, transition: &Transition, now: Time) -> Self {
        // The store keeps times in milliseconds.
        let at = now.trunc_subsecs(3);
        self.state = match transition {
            Transition::Validate { validation, .. } => State::Validated((**validation).clone()),
            Transition::Resend { generation } | Transition::NewCode { generation, .. } => {
                if let Method::Otp(otp) = &mut self.method {
                    otp.generation = *generation;
                }
                State::Created
            }
            Transition::Fallback { generation, channel } => {
                if let Method::Otp(otp) = &mut self.method {
                    otp.generation = *generation;
                    otp.fallback = Some(*channel);
                }
                State::Created
            }
            Transition::Cancel { reason } => State::Cancelled { at, reason: reason.clone() },
            Transition::Close { .. } => match self.state {
                State::Validated(validation) => State::Closed { at, validation: Some(validation) },
                _ => State::Closed { at, validation: None },
            },
            Transition::Fail => {
                if let Method::Otp(otp) = &mut self.method {
                    otp.judged_wrong = MAX_TRIES;
                }
                State::Failed { at }
            }
            Transition::Reject { .. } => State::Failed { at },
            Transition::Expire => State::Expired,
        };
        self
    }

    /// Everything about it that only a step changes, as one text: see [`EventData::state`](crate::events::EventData).
    pub fn vouched(&self) -> String {
        let (status, validation, ended_at, reason) = match &self.state {
            State::Created => (Status::Created, None, None, None),
            State::Validated(validation) => (Status::Validated, Some(validation), None, None),
            State::Closed { at, validation } => (Status::Closed, validation.as_ref(), Some(*at), None),
            State::Cancelled { at, reason } => (Status::Cancelled, None, Some(*at), Some(reason.expose())),
            State::Failed { at } => (Status::Failed, None, Some(*at), None),
            State::Expired => (Status::Expired, None, None, None),
        };
        let terms = match &self.method {
            Method::Agent { personal_document_image, midni } => VouchedTerms::Agent {
                picture: *personal_document_image,
                midni: Some(*midni).filter(|midni| *midni != Midni::default()),
            },
            // Neither the generation nor the channel that took over. A step of another kind may meet a new code, and both are taken.
            Method::Otp(Otp { delivery, second_factor, code_format, is_test, .. }) => VouchedTerms::Otp {
                delivery,
                second_factor: *second_factor,
                code_format: Some(*code_format).filter(|format| *format != CodeFormat::STANDARD),
                test: Some(*is_test).filter(|is_test| *is_test),
            },
            Method::IdentityDocument { configuration, scoring_id, provider } => VouchedTerms::IdentityDocument {
                configuration: *configuration,
                scoring_id: *scoring_id,
                provider: *provider,
            },
        };
        let Self { actor, reference, membership, created_at, expires_at, .. } = self;
        let vouched = Vouched {
            actor,
            reference,
            terms,
            status,
            validation,
            ended_at,
            reason,
            created_at: *created_at,
            expires_at: *expires_at,
            membership: membership.as_ref(),
        };
        serde_json::to_string(&vouched).expect("values of the domain have text keys and always serialize")
    }

    /// A process that died between counting the last try and recording the failure must not leave an identification
    /// open.
    fn tries_used_up(&self, now: Time) -> bool {
        self.otp().is_some_and(|otp| otp.wrong_tries(now) >= MAX_TRIES)
    }
}

/// The order of its members is part of every digest.
#[derive(Serialize)]
struct Vouched<'a> {
    actor: &'a Actor,
    reference: &'a Reference,
    terms: VouchedTerms<'a>,
    status: Status,
    validation: Option<&'a Validation>,
    ended_at: Option<Time>,
    reason: Option<&'a str>,
    created_at: Time,
    expires_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    membership: Option<&'a Membership>,
}

#[derive(Serialize)]
enum VouchedTerms<'a> {
    Agent {
        picture: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        midni: Option<Midni>,
    },
    Otp {
        delivery: &'a Delivery,
        second_factor: Option<SecondFactor>,
        #[serde(skip_serializing_if = "Option::is_none")]
        code_format: Option<CodeFormat>,
        #[serde(skip_serializing_if = "Option::is_none")]
        test: Option<bool>,
    },
    IdentityDocument {
        configuration: ConfigurationName,
        scoring_id: ScoringId,
        provider: Provider,
    },
}

/// The current state, from which the step cannot start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the identification is {0}")]
pub struct NotOpen(pub Status);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closable {
    Created,
    Validated,
}

/// One step of the state machine, with everything that the store has to guard and write. A step is taken completely,
/// with its effects, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// CREATED → VALIDATED, while it has not expired; for an identity document, only while its scoring is open and of the
    /// version that was judged.
    Validate {
        validation: Box<Validation>,
        /// For an OTP.
        code: Option<RightCode>,
    },
    /// CREATED → CREATED, while it has not expired and has a send left: the live code is invalidated, and this
    /// generation, the next one, begins. Its effect sends the new code.
    Resend { generation: u32 },
    /// CREATED → CREATED, like [`Self::Resend`], once: this channel takes the place of the one that was asked for.
    Fallback { generation: u32, channel: Channel },
    /// CREATED → CREATED, while it has not expired: this code, for the caller to deliver, takes the place of the one of the
    /// generation before.
    NewCode { generation: u32, code: LiveCode },
    /// CREATED → CANCELLED, while it has not expired.
    Cancel { reason: CancellationReason },
    /// CREATED (while it has not expired) or VALIDATED → CLOSED.
    Close {
        /// The state that the decision was based on.
        from: Closable,
    },
    /// CREATED → FAILED, when the tries are used up, of which the last may be judged to be wrong with it.
    Fail,
    /// CREATED → FAILED, while it has not expired: whoever reviewed its score rejects it.
    Reject { reason: DecisionReason },
    /// CREATED → EXPIRED, when its time is over.
    Expire,
}

/// The code of a right try, as it was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RightCode {
    /// It is right only while this generation's code is the live one.
    pub generation: u32,
    /// The tries that were judged to be wrong before it, which the event says: neither more nor fewer. Its own try is
    /// taken back.
    pub judged_wrong: u32,
}

impl Transition {
    /// The event that the step is.
    pub fn event(&self) -> EventType {
        match self {
            Self::Validate { .. } => EventType::IdentificationValidated,
            Self::Resend { .. } | Self::Fallback { .. } | Self::NewCode { .. } => EventType::IdentificationResent,
            Self::Cancel { .. } => EventType::IdentificationCancelled,
            Self::Close { .. } => EventType::IdentificationClosed,
            Self::Fail | Self::Reject { .. } => EventType::IdentificationFailed,
            Self::Expire => EventType::IdentificationExpired,
        }
    }
}
