//! Scoring: pictures of an identity document in, an explained score out.
//!
//! `CREATED → SCORED` (again until the retries run out) `→ CLOSED`; what is not closed is `EXPIRED` by the clock. A
//! score is the answer of a provider; [`ConfigurationName`] says which scores are enough.
//!
//! What a score is made of: lines ([`Check`]), each with a [`Reason`] where it does not simply hold; one table of
//! [`checks`](table) says what each of them counts; [`judge`] makes a number out of them. Every provider speaks in
//! these terms, so that callers need to know none of them.

mod access;
mod check;
mod configuration;
mod delegation;
mod judge;
mod provider;
mod reason;
mod score;
pub mod table;
mod texts;
mod verdict;

pub use access::ProviderAccess;
pub use check::{Check, CheckName, CheckResult};
pub use configuration::ConfigurationName;
pub use delegation::{HostedDelegation, ProviderReference};
pub use judge::{Judgement, judge};
pub use provider::Provider;
pub use reason::{Advice, Reason};
pub use score::Score;
pub use verdict::{Assessment, Extracted, Verdict};

use crate::{
    Time,
    actor::{Actor, Country, DocumentType, Language},
    ids::{OrgId, ScoringId},
    invalid::Invalid,
    pictures::Capture,
    vocabulary::names,
};
use serde::{Deserialize, Serialize};

names! {
    /// Where a scoring stands, as its callers see it.
    ScoringStatus("is not a status") {
        /// Waiting for pictures.
        Created = "CREATED",
        /// It has a score.
        Scored = "SCORED",
        /// Ended by the caller.
        Closed = "CLOSED",
        /// Its time is over.
        Expired = "EXPIRED",
    }
}

/// What is to be scored: the document's type and country, where the caller declared them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentKind {
    /// Type.
    #[serde(rename = "type")]
    pub document_type: DocumentType,
    /// Issuing country.
    pub country: Country,
}

/// A scoring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scoring {
    /// Its id.
    pub id: ScoringId,
    /// Whose it is.
    pub org: OrgId,
    /// The document to expect; none when an identity document was created without saying.
    pub document: Option<DocumentKind>,
    /// The person to expect; none for a scoring that stands alone.
    pub declared: Option<Actor>,
    /// Who scores.
    pub provider: Provider,
    /// How many scores may be made.
    pub max_retries: MaxScoreRetries,
    /// How many were made.
    pub retries_used: u32,
    /// Whether the caller closed it.
    pub closed: bool,
    /// The newest score.
    pub assessment: Option<Assessment>,
    /// The newest picture of each side.
    pub captures: Vec<Capture>,
    /// The capture that is open on a provider's pages, if one is.
    pub delegation: Option<HostedDelegation>,
    /// When it was created, to the second.
    pub created_at: Time,
    /// From then on it cannot be scored.
    pub expires_at: Time,
    /// Counts the changes: a score is written only over what it was decided on.
    pub version: u64,
}

/// What a scoring is created with.
#[derive(Clone, Debug)]
pub struct ScoringTerms {
    pub document: Option<DocumentKind>,
    pub declared: Option<Actor>,
    pub provider: Provider,
    pub max_retries: MaxScoreRetries,
}

impl Scoring {
    /// A scoring that waits for pictures.
    pub fn new(id: ScoringId, org: OrgId, terms: ScoringTerms, created_at: Time, expires_at: Time) -> Self {
        let ScoringTerms { document, declared, provider, max_retries } = terms;
        Self {
            id,
            org,
            document,
            declared,
            provider,
            max_retries,
            retries_used: 0,
            closed: false,
            assessment: None,
            captures: Vec::new(),
            delegation: None,
            created_at,
            expires_at,
            version: 0,
        }
    }

    /// Where it stands at `now`.
    pub fn status(&self, now: Time) -> ScoringStatus {
        match &self.assessment {
            _ if self.closed => ScoringStatus::Closed,
            _ if now >= self.expires_at => ScoringStatus::Expired,
            Some(_) => ScoringStatus::Scored,
            None => ScoringStatus::Created,
        }
    }

    /// The language that its explanations are written in: the actor's, where one was declared.
    pub fn language(&self) -> Language {
        self.declared.as_ref().map_or_else(Language::default, |actor| actor.language)
    }

    /// Score and delegate need a scoring that is neither closed nor expired and has a retry left.
    pub fn require_open(&self, now: Time) -> Result<(), NotOpen> {
        match self.status(now) {
            status @ (ScoringStatus::Closed | ScoringStatus::Expired) => Err(NotOpen::Status(status)),
            _ if self.retries_used >= self.max_retries.get() => Err(NotOpen::NoRetriesLeft),
            _ => Ok(()),
        }
    }
}

/// Why a scoring takes no further score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpen {
    /// It is closed or expired.
    #[error("the scoring is {0}")]
    Status(ScoringStatus),
    /// `max_score_retries` scores were made.
    #[error("the scoring has used up its retries")]
    NoRetriesLeft,
}

/// How many scores may be made: 1 to 10, 5 when the caller says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct MaxScoreRetries(u32);

impl MaxScoreRetries {
    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Default for MaxScoreRetries {
    fn default() -> Self {
        Self(5)
    }
}

impl TryFrom<u32> for MaxScoreRetries {
    type Error = Invalid;
    fn try_from(number: u32) -> Result<Self, Invalid> {
        if (1..=10).contains(&number) { Ok(Self(number)) } else { Err(Invalid("is not an integer from 1 to 10")) }
    }
}

impl From<MaxScoreRetries> for u32 {
    fn from(retries: MaxScoreRetries) -> Self {
        retries.0
    }
}
