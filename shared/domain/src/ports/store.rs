//! The store: identifications, scorings, due work, and counts of requests.

use super::{CreateError, FindError, FirstAnswer, MessageRef, NewOutboxMessage, StepError};
use crate::{
    Time,
    events::Story,
    idempotency::{Operation, RequestMark},
    identification::{Identification, Transition},
    ids::{AdminIdentificationId, ChainId, ExportId, IdentificationId, LeaseId, OrgId, ReviewId, ScoringId},
    pictures::{Capture, PicturePrefix},
    scoring::{Assessment, HostedDelegation, Scoring},
    sightings::NewSighting,
    unavailable::Unavailable,
    webhooks::{CursorId, Stream},
};
use async_trait::async_trait;
use futures_util::stream::BoxStream;

/// The record of a create with an idempotency key.
#[derive(Clone, Debug)]
pub struct IdempotencyRecord {
    pub operation: Operation,
    /// The first one is written, and each of them finds an earlier request.
    pub marks: Vec<RequestMark>,
    /// The answer to a repeated request.
    pub answer: FirstAnswer,
}

/// What is remembered of an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// The same request came before: this was its answer.
    Answer(FirstAnswer),
    /// The key was used before, with another body.
    AnotherBody,
}

/// Everything that is created with an identification.
#[derive(Clone, Debug)]
pub struct NewIdentification {
    pub identification: Identification,
    /// The scoring of an identity document.
    pub scoring: Option<Scoring>,
    /// The end of the retention of both.
    pub keep_until: Time,
    pub outbox: Vec<NewOutboxMessage>,
    pub idempotency: Option<IdempotencyRecord>,
    /// Of the create. Nothing can come first.
    pub story: Story,
}

/// A scoring without an identification.
#[derive(Clone, Debug)]
pub struct NewScoring {
    pub scoring: Scoring,
    /// The end of its retention.
    pub keep_until: Time,
    pub idempotency: Option<IdempotencyRecord>,
    /// Of the create. Nothing can come first.
    pub story: Story,
}

/// Every method works within one organisation: another one's identification does not exist.
#[async_trait]
pub trait Identifications: Send + Sync {
    /// Creates the identification and everything that comes with it, or nothing. One transaction.
    async fn create(&self, new: NewIdentification, now: Time) -> Result<(), CreateError>;
    /// By the back office's id. Two reads.
    async fn find_by_admin_id(
        &self,
        org: &OrgId,
        id: AdminIdentificationId,
    ) -> Result<Option<Identification>, FindError>;
    /// Takes a step if it can be taken at `now`, and puts its effects into the outbox. Every step but
    /// [`Transition::Resend`] and [`Transition::NewCode`] is the end of the linked scoring, which is closed with it (one that has expired remains so),
    /// and leaves [`Due::Leftovers`]. One transaction, and one
    /// more for each time that other events were written first.
    async fn transition(
        &self,
        identification: &Identification,
        transition: Transition,
        outbox: Vec<NewOutboxMessage>,
        story: Story,
        now: Time,
    ) -> Result<(), StepError>;
    /// Takes a step like [`Self::transition`], without effects, and records the answer to a request with an idempotency key.
    /// The step is lost, too, if the key was used.
    async fn transition_once(
        &self,
        identification: &Identification,
        transition: Transition,
        idempotency: Option<IdempotencyRecord>,
        story: Story,
        now: Time,
    ) -> Result<(), StepError>;
    /// Counts a try of an OTP that is open at `now` and has tries left, and returns the updated identification. Tries
    /// whose request is gone are judged to be wrong with it. One write.
    async fn count_try(&self, identification: &Identification, now: Time) -> Result<Identification, StepError>;
    /// Judges a counted try to be wrong, of an identification that is CREATED, and returns the updated one. One write.
    async fn judge_wrong(&self, org: &OrgId, id: IdentificationId) -> Result<Identification, StepError>;
    /// Takes back a counted try that has no verdict, of an identification that is CREATED or VALIDATED. One write.
    async fn give_back_try(&self, org: &OrgId, id: IdentificationId) -> Result<(), StepError>;
    /// Deletes the identification and its linked scoring with what it saw, and leaves an [`Erasure`] of their pictures that is due
    /// [`super::limits::ERASE_AGAIN_AFTER`] from `now`. Without `force` only if it is CREATED at `now`. One
    /// transaction, and a read if there is a scoring.
    async fn delete(
        &self,
        identification: &Identification,
        force: bool,
        story: Story,
        now: Time,
    ) -> Result<Erasure, StepError>;
}

/// The requests with idempotency keys.
#[async_trait]
pub trait IdempotencyRecords: Send + Sync {
    /// What is remembered at `now` of a request with an idempotency key. One read for each mark.
    async fn recall(
        &self,
        org: &OrgId,
        operation: Operation,
        marks: &[RequestMark],
        now: Time,
    ) -> Result<Option<Remembered>, Unavailable>;
    /// Remembers a request with an idempotency key, unless it is remembered at `now`. One transaction.
    async fn remember(&self, org: &OrgId, record: IdempotencyRecord, now: Time) -> Result<(), CreateError>;
}

/// A retry of a scoring that one request holds by a lease. It is counted when its score is recorded; if that never
/// happens, the lease ends by the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The scoring as it was when the retry was reserved.
    pub scoring: Scoring,
    pub lease: LeaseId,
}

/// Every method works within one organisation.
#[async_trait]
pub trait Scorings: Send + Sync {
    /// One transaction.
    async fn create(&self, new: NewScoring, now: Time) -> Result<(), CreateError>;
    /// One read.
    async fn find(&self, org: &OrgId, id: ScoringId) -> Result<Option<Scoring>, FindError>;
    /// Reserves a retry until `until`, if the scoring is open at `now`, has one left, and no other request holds one.
    /// One write.
    async fn reserve_retry(
        &self,
        scoring: &Scoring,
        lease: LeaseId,
        now: Time,
        until: Time,
    ) -> Result<Reservation, StepError>;
    /// Gives a reserved retry back. One write.
    async fn give_back_retry(&self, org: &OrgId, id: ScoringId, lease: LeaseId) -> Result<(), StepError>;
    /// Writes a score if its retry is still reserved, counts the retry, ends the open hosted capture, if any, and
    /// remembers what was seen. One transaction.
    async fn record_score(
        &self,
        reservation: &Reservation,
        assessment: Assessment,
        captures: Vec<Capture>,
        seen: Vec<NewSighting>,
        story: Story,
        now: Time,
    ) -> Result<(), StepError>;
    /// Writes a hosted capture if a retry is still reserved for it, replacing any open one, and gives the retry back.
    /// One transaction.
    async fn record_delegation(
        &self,
        reservation: &Reservation,
        delegation: HostedDelegation,
        story: Story,
        now: Time,
    ) -> Result<(), StepError>;
    /// Closes a scoring that is open at `now`, and leaves [`Due::Leftovers`]. One transaction.
    async fn close(&self, scoring: &Scoring, story: Story, now: Time) -> Result<(), StepError>;
    /// Deletes a scoring that stands alone with what it saw, and leaves an [`Erasure`] of its pictures that is due
    /// [`super::limits::ERASE_AGAIN_AFTER`] from `now`. Without `force` only if it is open at `now`. One transaction.
    async fn delete(&self, scoring: &Scoring, force: bool, story: Story, now: Time) -> Result<Erasure, StepError>;
}

/// Pictures to erase: their entity is already deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The id of the deleted entity.
    pub id: String,
    pub prefixes: Vec<PicturePrefix>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// A message that has not been sent yet.
    Message(MessageRef),
    /// An identification to expire or to erase.
    Identification(OrgId, IdentificationId),
    /// A chain to expire or to erase, with its steps.
    Chain(OrgId, ChainId),
    /// A scoring to erase.
    Scoring(OrgId, ScoringId),
    Erasure(Erasure),
    /// The pictures of a scoring that is over, but for those that it refers to: uploads that nobody scored, earlier ones,
    /// and those of scores that came too late. Due [`super::limits::ERASE_AGAIN_AFTER`] from its end.
    Leftovers(OrgId, ScoringId),
    /// A claim of a review that lapses.
    Review(OrgId, ReviewId),
    /// An export to go on with, or to erase.
    Export(OrgId, ExportId),
    /// An event that no worker has taken up yet.
    Event(OrgId, Stream, u64),
    /// Events, or an errand, whose next try is due, or whose worker is gone.
    Delivery(CursorId),
}

/// Due work, each item once. A corrupt item is an error in its place, and the stream goes on; an item that cannot be
/// looked up is left out with an error.
pub type DueStream<'a> = BoxStream<'a, Result<Due, FindError>>;

/// The sweep's view of the store.
#[async_trait]
pub trait Housekeeping: Send + Sync {
    /// The messages that are due at `now`: a person is waiting for each of them.
    fn stuck_messages(&self, now: Time) -> DueStream<'_>;
    /// The events and deliveries that are due at `now`.
    fn undelivered(&self, now: Time) -> DueStream<'_>;
    /// All other work that is due at `now`: the longest due first within each partition of the store, in no order over
    /// all of them.
    fn over(&self, now: Time) -> DueStream<'_>;
    /// Makes the item due again at `until`. One write. An item deleted meanwhile stays deleted.
    async fn postpone(&self, due: &Due, until: Time) -> Result<(), Unavailable>;
    /// Leaves [`Due::Leftovers`] of a scoring that ended `now`. One write.
    async fn leave_leftovers(&self, org: &OrgId, id: ScoringId, now: Time) -> Result<(), Unavailable>;
    /// Removes an erasure, leftovers or an export that are erased. One write.
    async fn erased(&self, due: &Due) -> Result<(), Unavailable>;
}

/// How many requests the callers of an organisation make, over all processes of a deployment.
#[async_trait]
pub trait RequestCounts: Send + Sync {
    /// Adds requests to the window that began at `window`, and returns their sum so far. One write. One whose answer is
    /// lost may count twice.
    async fn add(&self, org: &OrgId, window: Time, requests: u32) -> Result<u64, Unavailable>;
}
