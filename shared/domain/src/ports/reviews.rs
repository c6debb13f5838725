//! The store of reviews.

use super::{FindError, StepError};
use crate::{
    Time,
    events::ReviewChange,
    ids::{OrgId, ReviewId},
    review::{Review, ReviewStatus},
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Which reviews of an organisation are listed, and from where on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewQuery {
    /// As it is stored: a claim that has lapsed is still one.
    pub statuses: Vec<ReviewStatus>,
    /// The review after which the list goes on.
    pub after: Option<ReviewPosition>,
    pub limit: usize,
}

/// The place of a review in the list of its organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReviewPosition {
    /// When it opened, in epoch milliseconds.
    pub millis: i64,
    pub id: ReviewId,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewPage {
    pub reviews: Vec<Review>,
    /// `None` at the end of the list.
    pub next: Option<ReviewPosition>,
}

/// Reviews that nobody works on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitingReviews {
    pub open: usize,
    /// When the first of them opened.
    pub oldest: Option<Time>,
}

/// Every method but the last works within one organisation. A review opens with a score and ends with its identification, in the steps
/// of those: see [`ReviewsOfStep`](crate::events::ReviewsOfStep).
#[async_trait]
pub trait Reviews: Send + Sync {
    /// Changes a review that is the latest one of its identification, if it is as it was read and the identification is
    /// CREATED at `now`. One transaction.
    async fn change(&self, change: ReviewChange, now: Time) -> Result<(), StepError>;
    /// The longest open first. A query of each status, and a read of the reviews found.
    async fn list(&self, org: &OrgId, query: ReviewQuery) -> Result<ReviewPage, FindError>;
    /// Those of all organisations that nobody works on. A query of each partition.
    async fn waiting(&self) -> Result<WaitingReviews, FindError>;
}
