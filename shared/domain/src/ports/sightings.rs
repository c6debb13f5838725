//! The store of what was seen before.

use crate::{
    ids::OrgId,
    sightings::{Seen, Sighting},
    unavailable::Unavailable,
};
use async_trait::async_trait;
use chrono::NaiveDate;

/// Why a scoring was not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CountError {
    /// There were as many as are allowed.
    Full,
    /// The outcome is unknown.
    Unavailable(Unavailable),
}

/// Every method works within one organisation. [`super::Scorings::record_score`] remembers, and whatever deletes a
/// scoring forgets.
#[async_trait]
pub trait Sightings: Send + Sync {
    /// What is remembered under these digests; those under which nothing is are left out. One read.
    async fn find(&self, org: &OrgId, digests: &[String]) -> Result<Vec<Seen>, Unavailable>;
    /// Counts a scoring of a number on a day, if there were less than `most`. One write.
    async fn count(&self, org: &OrgId, number: &Sighting, day: NaiveDate, most: u32) -> Result<(), CountError>;
    /// Takes back what was counted. One write.
    async fn give_back(&self, org: &OrgId, number: &Sighting, day: NaiveDate) -> Result<(), Unavailable>;
}
