//! The chain: identifications of one person, in an order.
//!
//! ```text
//!            step 0 validated      step 1 validated            validate        close
//!   CREATED, 0 ─────────▶ CREATED, 1 ─────────▶ CREATED, n ─────────▶ VALIDATED ─────▶ CLOSED
//!      │
//!      │ close ─────────────────▶ CLOSED      CREATED and VALIDATED steps are CLOSED with it
//!      │ cancel ────────────────▶ CANCELLED   CREATED steps are CANCELLED with it, VALIDATED ones stay
//!      │ the open step fails ───▶ FAILED      the other CREATED steps are CANCELLED with it
//!      └ the clock ─────────────▶ EXPIRED     CREATED steps are EXPIRED with it, VALIDATED ones stay
//! ```
//!
//! The number is [`Chain::current_step`], the index of the open step: those before it are VALIDATED, it and those after it
//! are CREATED. So the chain and its steps are one state. Every change of it is one transaction over the chain's item and
//! those of its steps, on the condition that the chain is CREATED at the number that was read. Between two changes a step
//! lives by its own rules: its code is tried, sent again, and its document is scored, while it is the open one.
//!
//! A step whose tries are used up has failed, recorded or not, and its chain with it: [`Chain::status_with`].

use crate::{
    Time,
    device::DeviceEvidence,
    events::{EventType, Log, Subject},
    idempotency::TakenOnce,
    identification::{Closable, Identification, State, Status, Transition},
    ids::{AdminChainId, AdminIdentificationId, ChainId, IdentificationId, OrgId, ScoringId},
    invalid::Invalid,
    method::MethodKind,
    otp::Channel,
    reference::Reference,
    review::DecisionReason,
    text::CancellationReason,
};
use chrono::SubsecRound;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The actor's id.
    pub id: ChainId,
    /// The back office's id.
    pub admin_id: AdminChainId,
    pub org: OrgId,
    pub sequence: Sequence,
    /// The index of the open step; the number of steps when all are VALIDATED.
    pub current_step: usize,
    /// The caller's own; never shown on the actor's side.
    pub reference: Reference,
    /// The stored state; [`Chain::status`] gives the actual one.
    pub state: ChainState,
    /// Truncated to the second.
    pub created_at: Time,
    /// It cannot be validated any more from this time on, nor can its steps.
    pub expires_at: Time,
    pub log: Log,
    /// The requests with an idempotency key that changed it.
    pub once: Vec<TakenOnce>,
    /// The digests that it is found by, which go with it.
    pub lookups: Vec<String>,
}

/// The steps, in their order: one to three, each of another method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<ChainStep>", into = "Vec<ChainStep>")]
pub struct Sequence(Vec<ChainStep>);

impl Sequence {
    pub fn steps(&self) -> &[ChainStep] {
        &self.0
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Never: a sequence has a step.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<ChainStep>> for Sequence {
    type Error = Invalid;
    fn try_from(steps: Vec<ChainStep>) -> Result<Self, Invalid> {
        let repeated = steps.iter().enumerate().any(|(at, step)| steps[..at].iter().any(|s| s.kind() == step.kind()));
        if steps.is_empty() || repeated {
            Err(Invalid("is not a sequence of different steps"))
        } else {
            Ok(Self(steps))
        }
    }
}

impl From<Sequence> for Vec<ChainStep> {
    fn from(Sequence(steps): Sequence) -> Self {
        steps
    }
}

/// A step: the ids of its identification, and what the chain has to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainStep {
    pub identification_id: IdentificationId,
    pub admin_identification_id: AdminIdentificationId,
    pub terms: StepTerms,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StepTerms {
    Agent,
    Otp {
        /// The channel on which we send the code when the step opens; `None` if the caller delivers it.
        sent_on: Option<Channel>,
    },
    IdentityDocument {
        scoring_id: ScoringId,
    },
}

impl ChainStep {
    pub fn kind(&self) -> MethodKind {
        match self.terms {
            StepTerms::Agent => MethodKind::Agent,
            StepTerms::Otp { .. } => MethodKind::Otp,
            StepTerms::IdentityDocument { .. } => MethodKind::IdentityDocument,
        }
    }

    pub fn scoring_id(&self) -> Option<ScoringId> {
        match self.terms {
            StepTerms::IdentityDocument { scoring_id } => Some(scoring_id),
            StepTerms::Agent | StepTerms::Otp { .. } => None,
        }
    }

    /// The channel of the code that we send when the step opens.
    pub fn sent_on(&self) -> Option<Channel> {
        match self.terms {
            StepTerms::Otp { sent_on } => sent_on,
            StepTerms::Agent | StepTerms::IdentityDocument { .. } => None,
        }
    }
}

pub type ChainState = State<ChainValidation>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainValidation {
    pub at: Time,
    pub device: DeviceEvidence,
}

/// One change of a chain, with everything that the store has to guard and write of the chain itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainTransition {
    /// CREATED → VALIDATED, while it has not expired, when no step is left.
    Validate { validation: Box<ChainValidation> },
    /// CREATED → CANCELLED, while it has not expired.
    Cancel { reason: CancellationReason },
    /// CREATED (while it has not expired) or VALIDATED → CLOSED.
    Close {
        /// The state that the decision was based on.
        from: Closable,
    },
    /// CREATED → FAILED, with its open step.
    Fail,
    /// The same, because whoever reviewed the score of that step rejects it.
    Reject { reason: DecisionReason },
    /// CREATED → EXPIRED, when its time is over.
    Expire,
}

impl ChainTransition {
    /// The event that it is.
    pub fn event(&self) -> EventType {
        match self {
            Self::Validate { .. } => EventType::ChainValidated,
            Self::Cancel { .. } => EventType::ChainCancelled,
            Self::Close { .. } => EventType::ChainClosed,
            Self::Fail | Self::Reject { .. } => EventType::ChainFailed,
            Self::Expire => EventType::ChainExpired,
        }
    }

    /// What becomes of the step at this index with it; `None` if it stays as it is.
    pub fn of_step(&self, chain: &Chain, step: usize, now: Time) -> Option<Transition> {
        let is_validated = step < chain.current_step;
        match self {
            Self::Close { .. } => {
                Some(Transition::Close { from: if is_validated { Closable::Validated } else { Closable::Created } })
            }
            _ if is_validated => None,
            Self::Validate { .. } => None,
            Self::Cancel { reason } => Some(Transition::Cancel { reason: reason.clone() }),
            Self::Fail if step == chain.current_step => Some(Transition::Fail),
            Self::Reject { reason } if step == chain.current_step => Some(Transition::Reject { reason: *reason }),
            // By the clock the others are over already.
            Self::Fail | Self::Reject { .. } if now >= chain.expires_at => Some(Transition::Expire),
            Self::Fail | Self::Reject { .. } => {
                Some(Transition::Cancel { reason: CancellationReason::of_failed_chain() })
            }
            Self::Expire => Some(Transition::Expire),
        }
    }
}

/// The current state, from which the change cannot start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the chain is {0}")]
pub struct ChainNotOpen(pub Status);

impl Chain {
    /// The owner of its events.
    pub fn subject(&self) -> Subject {
        Subject::Chain { identification_chain_id: self.id, admin_identification_chain_id: self.admin_id }
    }

    /// The open step; `None` when all are VALIDATED.
    pub fn open_step(&self) -> Option<&ChainStep> {
        self.sequence.steps().get(self.current_step)
    }

    pub fn has_all_validated(&self) -> bool {
        self.current_step == self.sequence.len()
    }

    /// As far as the chain's own item shows: see [`Chain::status_with`].
    pub fn status(&self, now: Time) -> Status {
        self.state.status(self.expires_at, now)
    }

    /// With its steps, in their order: whoever counted the last try of the open one may have died before the failure was
    /// recorded.
    pub fn status_with<'a>(&self, steps: impl IntoIterator<Item = &'a Identification>, now: Time) -> Status {
        let open = steps.into_iter().nth(self.current_step);
        let failed = open.is_some_and(|open| open.status(now) == Status::Failed);
        if self.state == ChainState::Created && failed { Status::Failed } else { self.status(now) }
    }

    /// Close starts from CREATED or VALIDATED; the store guards the one returned.
    pub fn closable_from(status: Status) -> Result<Closable, ChainNotOpen> {
        match status {
            Status::Created => Ok(Closable::Created),
            Status::Validated => Ok(Closable::Validated),
            other => Err(ChainNotOpen(other)),
        }
    }

    /// As it is after its open step was validated.
    pub fn advanced(mut self) -> Self {
        self.current_step += 1;
        self
    }

    /// As the change leaves it.
    pub fn after(mut self, transition: &ChainTransition, now: Time) -> Self {
        // The store keeps times in milliseconds.
        let at = now.trunc_subsecs(3);
        self.state = match transition {
            ChainTransition::Validate { validation } => ChainState::Validated((**validation).clone()),
            ChainTransition::Cancel { reason } => ChainState::Cancelled { at, reason: reason.clone() },
            ChainTransition::Close { .. } => match self.state {
                ChainState::Validated(validation) => ChainState::Closed { at, validation: Some(validation) },
                _ => ChainState::Closed { at, validation: None },
            },
            ChainTransition::Fail | ChainTransition::Reject { .. } => ChainState::Failed { at },
            ChainTransition::Expire => ChainState::Expired,
        };
        self
    }

    /// Everything about it, as one text: see [`EventData::state`](crate::events::EventData).
    pub fn vouched(&self) -> String {
        let (validation, ended_at, reason) = match &self.state {
            ChainState::Created | ChainState::Expired => (None, None, None),
            ChainState::Validated(validation) => (Some(validation), None, None),
            ChainState::Closed { at, validation } => (validation.as_ref(), Some(*at), None),
            ChainState::Cancelled { at, reason } => (None, Some(*at), Some(reason.expose())),
            ChainState::Failed { at } => (None, Some(*at), None),
        };
        let Self { sequence, current_step, reference, created_at, expires_at, .. } = self;
        let vouched = Vouched {
            sequence,
            current_step: *current_step,
            reference,
            // What was decided, whatever the clock says.
            status: self.status(self.created_at),
            validation,
            ended_at,
            reason,
            created_at: *created_at,
            expires_at: *expires_at,
        };
        serde_json::to_string(&vouched).expect("values of the domain have text keys and always serialize")
    }

    /// Whether the steps, in their order, are as the chain has them. What is over by the clock, or by its tries, need not
    /// be recorded yet.
    pub fn agrees_with(&self, steps: &[Identification]) -> bool {
        let place = |(at, step): (usize, &Identification)| {
            let expected =
                self.sequence.steps().get(at).map(|s| (s.identification_id, s.admin_identification_id, s.kind()));
            let is_its = expected == Some((step.id, step.admin_id, step.method.kind()))
                && step.membership.is_some_and(|place| (place.chain_id, place.step) == (self.id, at));
            is_its && self.allows(at, &step.state)
        };
        steps.len() == self.sequence.len() && steps.iter().enumerate().all(place)
    }

    fn allows(&self, at: usize, state: &State) -> bool {
        let is_validated = matches!(state, State::Validated(_));
        match &self.state {
            ChainState::Created if at < self.current_step => is_validated,
            ChainState::Created => *state == State::Created,
            ChainState::Validated(_) => is_validated,
            ChainState::Closed { .. } => {
                matches!(state, State::Closed { validation, .. } if validation.is_some() == (at < self.current_step))
            }
            _ if at < self.current_step => is_validated,
            ChainState::Cancelled { .. } => matches!(state, State::Cancelled { .. }),
            ChainState::Failed { .. } if at == self.current_step => matches!(state, State::Failed { .. }),
            ChainState::Failed { .. } => matches!(state, State::Cancelled { .. } | State::Expired),
            ChainState::Expired => *state == State::Expired,
        }
    }
}

/// The order of its members is part of every digest.
#[derive(Serialize)]
struct Vouched<'a> {
    sequence: &'a Sequence,
    current_step: usize,
    reference: &'a Reference,
    status: Status,
    validation: Option<&'a ChainValidation>,
    ended_at: Option<Time>,
    reason: Option<&'a str>,
    created_at: Time,
    expires_at: Time,
}
