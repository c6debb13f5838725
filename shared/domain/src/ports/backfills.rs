//! The store of the backfill, and what it walks through.

use super::{FindError, StepError};
use crate::{
    Time,
    backfill::{Backfill, WalkPlace},
    chain::Chain,
    identification::Identification,
    scoring::{Score, Scoring},
};
use async_trait::async_trait;

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordSubject {
    Identification(Box<Identification>),
    Chain(Box<Chain>),
    /// One that stands alone.
    Scoring(Box<Scoring>),
}

/// A record that a walk comes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedRecord {
    pub subject: RecordSubject,
    /// Whether it is in the list.
    pub is_listed: bool,
}

/// A part of a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkPart {
    /// A corrupt one is an error in its place.
    pub records: Vec<Result<PassedRecord, FindError>>,
    /// `None` at the end of the walk.
    pub next: Option<WalkPlace>,
}

/// The entries that a record lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LackingEntries {
    /// The digests that it is found by, if it has none.
    pub lookups: Vec<String>,
    /// The latest score, for the list.
    pub score: Option<Score>,
    /// The end of the record's retention.
    pub keep_until: Time,
}

/// Over all organisations.
#[async_trait]
pub trait Backfills: Send + Sync {
    /// How far the backfill has come. One read.
    async fn find(&self) -> Result<Option<Backfill>, FindError>;
    /// Writes how far it has come, if nobody has since it was read. One write.
    async fn save(&self, before: Option<&Backfill>, after: &Backfill) -> Result<(), StepError>;
    /// The next records of a walk: so many at most, in an order that has nothing to do with time. A query, and a read of
    /// what it found.
    async fn walk(&self, from: Option<&WalkPlace>) -> Result<WalkPart, FindError>;
    /// Adds what a record lacks, if it is still there and still lacks it. Nothing else of it changes. One transaction.
    async fn complete(&self, record: &PassedRecord, entries: LackingEntries, now: Time) -> Result<(), StepError>;
}
