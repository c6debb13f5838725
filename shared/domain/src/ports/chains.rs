//! The store of chains.

use super::{CreateError, Erasure, FindError, IdempotencyRecord, NewOutboxMessage, StepError};
use crate::{
    Time,
    chain::{Chain, ChainTransition},
    events::Story,
    identification::{Identification, Transition},
    ids::{AdminChainId, ChainId, IdentificationId, OrgId, ScoringId},
    scoring::Scoring,
};
use async_trait::async_trait;

/// Everything that is created with a chain.
#[derive(Clone, Debug)]
pub struct NewChain {
    pub chain: Chain,
    pub steps: Vec<NewStep>,
    /// The end of the retention of all of it.
    pub keep_until: Time,
    /// The code of the first step, if we send it.
    pub outbox: Vec<NewOutboxMessage>,
    pub idempotency: Option<IdempotencyRecord>,
    /// Of the create. Nothing can come first.
    pub story: Story,
}

/// A step that is created with its chain.
#[derive(Clone, Debug)]
pub struct NewStep {
    pub identification: Identification,
    pub scoring: Option<Scoring>,
    pub story: Story,
}

/// A step of a chain as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundStep {
    pub identification: Identification,
    /// Of an identity document.
    pub scoring: Option<Scoring>,
}

/// What becomes of one step in a change of its chain, with the events of it.
#[derive(Clone, Debug)]
pub struct StepChange {
    pub identification: Identification,
    pub transition: Transition,
    pub story: Story,
}

/// What begins when a step opens.
#[derive(Clone, Debug)]
pub enum Opening {
    /// Nothing: somebody comes and validates.
    Nothing,
    /// Its first code is sent.
    Code(NewOutboxMessage),
    /// A limit refuses the message of its first code, which is told, and may be asked for again.
    CodeNotSent { identification_id: IdentificationId, story: Box<Story> },
}

/// Every method works within one organisation. A change of a chain is one of all its steps that it concerns, or of none,
/// and is lost if another change came first: the chain has to be as it was read. One transaction, and one more for each
/// time that other events were written first.
#[async_trait]
pub trait Chains: Send + Sync {
    /// One transaction.
    async fn create(&self, new: NewChain, now: Time) -> Result<(), CreateError>;
    /// By the back office's id. Two reads.
    async fn find_by_admin_id(&self, org: &OrgId, id: AdminChainId) -> Result<Option<Chain>, FindError>;
    /// A chain with a scoring of it. One read.
    async fn find_with_scoring(
        &self,
        org: &OrgId,
        id: ChainId,
        scoring: ScoringId,
    ) -> Result<(Option<Chain>, Option<Scoring>), FindError>;
    /// The steps, in their order; `None` if some are gone, as after a deletion. One read.
    async fn steps(&self, chain: &Chain) -> Result<Option<Vec<FoundStep>>, FindError>;
    /// Validates the open step, if the chain is CREATED at `now`, and opens the next one.
    async fn advance(
        &self,
        chain: &Chain,
        validated: StepChange,
        opening: Opening,
        story: Story,
        now: Time,
    ) -> Result<(), StepError>;
    /// Has another code of the open step sent. The chain stays as it is, and has to be CREATED at `now`.
    async fn resend(
        &self,
        chain: &Chain,
        resent: StepChange,
        outbox: Vec<NewOutboxMessage>,
        now: Time,
    ) -> Result<(), StepError>;
    /// Changes the chain and those of its steps that it concerns.
    async fn transition(
        &self,
        chain: &Chain,
        transition: ChainTransition,
        steps: Vec<StepChange>,
        story: Story,
        now: Time,
    ) -> Result<(), StepError>;
    /// Deletes the chain with all that belongs to it, and leaves an [`Erasure`] like that of an identification. Without
    /// `force` only if the chain is CREATED at `now`, whatever its steps are. One transaction, and a read for a scoring.
    async fn delete(
        &self,
        chain: &Chain,
        steps: Vec<(Identification, Story)>,
        force: bool,
        story: Story,
        now: Time,
    ) -> Result<Erasure, StepError>;
}
