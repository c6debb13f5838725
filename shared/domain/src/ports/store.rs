//! The store: identifications and scorings, and what falls due.

use super::{CreateError, FindError, FirstAnswer, MessageRef, NewMessage, StepError};
use crate::{
    Time,
    idempotency::{Idempotency, Operation},
    identification::{Identification, Transition},
    ids::{AdminIdentificationId, IdentificationId, OrgId, ScoringId},
    pictures::{Capture, PicturePrefix},
    scoring::{Assessment, HostedDelegation, Scoring},
    unavailable::Unavailable,
};
use async_trait::async_trait;
use futures_util::stream::BoxStream;

/// What is remembered of a create with an idempotency key.
#[derive(Clone, Debug)]
pub struct IdempotencyRecord {
    /// Which create.
    pub operation: Operation,
    /// The key and the body.
    pub request: Idempotency,
    /// What to answer the next time.
    pub answer: FirstAnswer,
}

/// Everything that comes into being with an identification.
#[derive(Clone, Debug)]
pub struct NewIdentification {
    /// The identification.
    pub identification: Identification,
    /// The scoring of an identity document.
    pub scoring: Option<Scoring>,
    /// When the retention of both is over.
    pub keep_until: Time,
    /// What has to happen because of it.
    pub effects: Vec<NewMessage>,
    /// What to remember.
    pub idempotency: Option<IdempotencyRecord>,
}

/// A scoring that stands alone.
#[derive(Clone, Debug)]
pub struct NewScoring {
    /// The scoring.
    pub scoring: Scoring,
    /// When its retention is over.
    pub keep_until: Time,
    /// What to remember.
    pub idempotency: Option<IdempotencyRecord>,
}

/// Identifications. Every method answers for one organisation: another one's identification does not exist.
#[async_trait]
pub trait Identifications: Send + Sync {
    /// Creates the identification and all that comes with it, or nothing. One transaction.
    async fn create(&self, new: NewIdentification, now: Time) -> Result<(), CreateError>;
    /// The identification of the actor's side. One read.
    async fn find(&self, org: &OrgId, id: IdentificationId) -> Result<Option<Identification>, FindError>;
    /// The identification behind a back office's handle. Two reads.
    async fn find_by_admin_id(
        &self,
        org: &OrgId,
        id: AdminIdentificationId,
    ) -> Result<Option<Identification>, FindError>;
    /// Takes a step if it can be taken at `now`, and puts its effects into the outbox. One write, or one transaction
    /// where there are effects.
    async fn transition(
        &self,
        org: &OrgId,
        id: IdentificationId,
        transition: Transition,
        effects: Vec<NewMessage>,
        now: Time,
    ) -> Result<(), StepError>;
    /// Counts a try of an OTP that is open at `now` and has tries left, and gives the identification as it is after.
    /// One write.
    async fn count_try(&self, org: &OrgId, id: IdentificationId, now: Time) -> Result<Identification, StepError>;
    /// Takes a counted try back. One write.
    async fn give_back_try(&self, org: &OrgId, id: IdentificationId) -> Result<(), StepError>;
    /// Deletes the identification and its linked scoring, and leaves an [`Erasure`] of their pictures that is due
    /// [`super::limits::ERASE_AGAIN_AFTER`] from `now`. Without `force` only what is CREATED at `now`. One
    /// transaction.
    async fn delete(&self, identification: &Identification, force: bool, now: Time) -> Result<Erasure, StepError>;
}

/// Scorings. Every method answers for one organisation.
#[async_trait]
pub trait Scorings: Send + Sync {
    /// Creates a scoring. One transaction.
    async fn create(&self, new: NewScoring, now: Time) -> Result<(), CreateError>;
    /// A scoring. One read.
    async fn find(&self, org: &OrgId, id: ScoringId) -> Result<Option<Scoring>, FindError>;
    /// Writes a score over the scoring that it was decided on, counts the retry, and ends the hosted capture that was
    /// open, if one was. One write.
    async fn record_score(
        &self,
        decided_on: &Scoring,
        assessment: Assessment,
        captures: Vec<Capture>,
        now: Time,
    ) -> Result<(), StepError>;
    /// Writes a hosted capture over the scoring that it was decided on, in place of any that was open before. One
    /// write.
    async fn record_delegation(
        &self,
        decided_on: &Scoring,
        delegation: HostedDelegation,
        now: Time,
    ) -> Result<(), StepError>;
    /// Closes a scoring. One write.
    async fn close(&self, org: &OrgId, id: ScoringId, now: Time) -> Result<(), StepError>;
    /// Deletes a scoring whose time is over, and leaves an [`Erasure`] of its pictures that is due
    /// [`super::limits::ERASE_AGAIN_AFTER`] from `now`. One transaction.
    async fn delete(&self, scoring: &Scoring, now: Time) -> Result<Erasure, StepError>;
}

/// Pictures that have to go: the entity that they belonged to is deleted already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Names the task: the id of what was deleted.
    pub id: String,
    /// All pictures with these prefixes.
    pub prefixes: Vec<PicturePrefix>,
}

/// Something that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// A message that nobody has sent yet.
    Message(MessageRef),
    /// An identification that has to expire, or to be erased.
    Identification(OrgId, IdentificationId),
    /// A scoring that has to be erased.
    Scoring(OrgId, ScoringId),
    /// Pictures that have to go.
    Erasure(Erasure),
}

/// Things that are due, each of them once. One that cannot be understood is an error in its place, and the stream goes
/// on; what cannot be looked up is an error, too, and is left out.
pub type DueStream<'a> = BoxStream<'a, Result<Due, FindError>>;

/// What the sweep finds and tidies.
#[async_trait]
pub trait Housekeeping: Send + Sync {
    /// The messages that are due at `now`: a person waits for each of them.
    fn stuck_messages(&self, now: Time) -> DueStream<'_>;
    /// Everything else that is due at `now`, about the longest due first.
    fn over(&self, now: Time) -> DueStream<'_>;
    /// Looks at it again at `until`. One write. Something that is gone meanwhile stays gone.
    async fn postpone(&self, due: &Due, until: Time) -> Result<(), Unavailable>;
    /// An erasure is done. One write.
    async fn erased(&self, erasure: &Erasure) -> Result<(), Unavailable>;
}
