//! Records: how the back office finds what there is.

use super::{FindError, FoundStep};
use crate::{
    Time,
    chain::Chain,
    delivery::DeliveryState,
    events::Subject,
    ids::{OrgId, RecordId},
    records::{RecordFilter, RecordPerson, RecordPosition, RecordRow},
    review::Review,
    scoring::Scoring,
};
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use std::collections::HashMap;

/// Which records of an organisation are listed, and from where on. The newest come first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordQuery {
    pub filter: RecordFilter,
    pub from: Option<Time>,
    /// Exclusive.
    pub to: Option<Time>,
    /// The record after which the list goes on.
    pub after: Option<RecordPosition>,
    pub limit: usize,
    /// The time at which the filter looks at them.
    pub now: Time,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordPage {
    pub records: Vec<RecordRow>,
    /// The place up to which the list was looked through, which is further than its last record where others were left
    /// out; `None` at its end.
    pub next: Option<RecordPosition>,
}

/// All records of a time, the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordRange {
    pub from: Time,
    /// Exclusive.
    pub to: Time,
    /// The record after which they go on.
    pub after: Option<RecordPosition>,
}

/// A record on the way through all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkedRecord {
    pub subject: Subject,
    pub row: RecordRow,
}

/// It ends with an error.
pub type RecordStream<'a> = BoxStream<'a, Result<WalkedRecord, FindError>>;

/// An identification with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundIdentification {
    pub step: FoundStep,
    /// What became of the messages that we sent, by their generation.
    pub deliveries: Vec<(u32, DeliveryState)>,
    /// The latest of its score.
    pub review: Option<Review>,
}

/// What the id of a record stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundRecord {
    Identification(Box<FoundIdentification>),
    /// With its steps, in their order.
    Chain(Box<Chain>, Vec<FoundIdentification>),
    /// One that stands alone.
    Scoring(Box<Scoring>),
    /// It is not there, or not any more: if it was, this subject has events.
    Gone(Subject),
}

/// Every method works within one organisation.
#[async_trait]
pub trait Records: Send + Sync {
    /// A query of each shard. With a filter each looks at so many rows at most. A record may take a second to be found.
    async fn list(&self, org: &OrgId, query: RecordQuery) -> Result<RecordPage, FindError>;
    /// Those that have one of these digests, the newest first. A query of each digest, and a read of the records.
    async fn search(
        &self,
        org: &OrgId,
        digests: &[String],
        after: Option<RecordPosition>,
        limit: usize,
    ) -> Result<RecordPage, FindError>;
    /// All records of a time. A query of each shard for so many rows, which are all that is kept of it in memory.
    fn walk<'a>(&'a self, org: &'a OrgId, range: RecordRange) -> RecordStream<'a>;
    /// The persons of these records, of at most a hundred, where the record is still there. One read, and one of the first
    /// steps of chains.
    async fn persons(&self, org: &OrgId, subjects: &[Subject]) -> Result<HashMap<Subject, RecordPerson>, FindError>;
    /// As it is now; `None` for what is another organisation's, and for a scoring of an identification. Three reads at
    /// most, and one more if its score is reviewed.
    async fn find(&self, org: &OrgId, id: RecordId) -> Result<Option<FoundRecord>, FindError>;
}
