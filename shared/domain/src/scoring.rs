//! Scoring: pictures of an identity document in, an explained score out.
//!
//! `CREATED → SCORED` (again until the retries run out) `→ CLOSED`; a scoring that is not closed becomes `EXPIRED` by
//! the clock. A score is a provider's answer; [`ConfigurationName`] says which scores are enough.
//!
//! A score is made of [`Check`]s, each with a [`Reason`] unless it simply passed; one table of [`checks`](table) says
//! how much each of them counts, and [`Evidence`] how far the kind of evidence reaches; [`judge()`] turns them into a
//! number. Every provider speaks in these terms, so that
//! callers need not know any of them.

mod access;
mod check;
mod configuration;
mod delegation;
mod evidence;
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
pub use evidence::Evidence;
pub use judge::{Judgement, judge};
pub use provider::Provider;
pub use reason::{Advice, Reason};
pub use score::Score;
pub use verdict::{Assessment, Extracted, Verdict};

use crate::{
    Time,
    actor::{Actor, Country, DocumentType, Language},
    events::Log,
    idempotency::TakenOnce,
    ids::{IdentificationId, OrgId, ReviewId, ScoringId},
    invalid::Invalid,
    membership::Membership,
    pictures::Capture,
    reference::Reference,
    sightings::Sighting,
    vocabulary::names,
};
use serde::{Deserialize, Serialize};

names! {
    /// The state of a scoring as callers see it.
    ScoringStatus("is not a status") {
        /// Waiting for pictures.
        Created = "CREATED",
        Scored = "SCORED",
        Closed = "CLOSED",
        Expired = "EXPIRED",
    }
}

/// The document to be scored: its type and country, where the caller declared them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentKind {
    #[serde(rename = "type")]
    pub document_type: DocumentType,
    pub country: Country,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scoring {
    pub id: ScoringId,
    pub org: OrgId,
    /// The expected document; `None` when an identity document was created without one.
    pub document: Option<DocumentKind>,
    /// The expected person; `None` for a scoring without an identification.
    pub declared: Option<Actor>,
    pub provider: Provider,
    pub max_retries: MaxScoreRetries,
    /// The caller's own, for a scoring without an identification.
    pub reference: Reference,
    pub retries_used: u32,
    pub closed: bool,
    /// The latest score.
    pub assessment: Option<Assessment>,
    /// The latest picture of each side.
    pub captures: Vec<Capture>,
    /// The open capture on a provider's pages, if any.
    pub delegation: Option<HostedDelegation>,
    /// What its scores saw and remembered, to be forgotten with it.
    pub sightings: Vec<Sighting>,
    /// The reviews that its scores led to, to be deleted with it.
    pub reviews: Vec<ReviewId>,
    /// Truncated to the second.
    pub created_at: Time,
    /// It cannot be scored any more from this time on.
    pub expires_at: Time,
    /// Counts the changes: a score is written only over the version that it was decided on.
    pub version: u64,
    /// The identification that it was created with, which its events belong to. Linked ones from before there were events
    /// lack it.
    pub identification: Option<IdentificationId>,
    /// Of one whose identification is a step of a chain.
    pub membership: Option<Membership>,
    /// The log of one that stands alone. `None` for one from before there were events.
    pub log: Option<Log>,
    /// The requests with an idempotency key that scored or closed it.
    pub once: Vec<TakenOnce>,
    /// The digests that one that stands alone is found by, which go with it.
    pub lookups: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct ScoringTerms {
    pub document: Option<DocumentKind>,
    pub declared: Option<Actor>,
    pub provider: Provider,
    pub max_retries: MaxScoreRetries,
    pub reference: Reference,
}

impl Scoring {
    pub fn new(id: ScoringId, org: OrgId, terms: ScoringTerms, created_at: Time, expires_at: Time) -> Self {
        let ScoringTerms { document, declared, provider, max_retries, reference } = terms;
        Self {
            id,
            org,
            document,
            declared,
            provider,
            max_retries,
            reference,
            retries_used: 0,
            closed: false,
            assessment: None,
            captures: Vec::new(),
            delegation: None,
            sightings: Vec::new(),
            reviews: Vec::new(),
            created_at,
            expires_at,
            version: 0,
            identification: None,
            membership: None,
            log: None,
            once: Vec::new(),
            lookups: Vec::new(),
        }
    }

    /// What its own events vouch for besides the score, as one text: see [`EventData::state`](crate::events::EventData).
    pub fn vouched(&self) -> String {
        let terms = (&self.document, self.provider, self.max_retries, self.created_at, self.expires_at);
        serde_json::to_string(&(self.closed, terms)).expect("values of the domain have text keys and always serialize")
    }

    /// Its score and what that was made of, as one text, which an event vouches for on its own: a close may meet a score,
    /// and both are taken.
    pub fn scored(&self) -> String {
        serde_json::to_string(&(&self.assessment, &self.captures))
            .expect("values of the domain have text keys and always serialize")
    }

    /// Whether it was created with an identification, which says whom to expect.
    pub fn is_linked(&self) -> bool {
        self.declared.is_some()
    }

    pub fn status(&self, now: Time) -> ScoringStatus {
        match &self.assessment {
            _ if self.closed => ScoringStatus::Closed,
            _ if now >= self.expires_at => ScoringStatus::Expired,
            Some(_) => ScoringStatus::Scored,
            None => ScoringStatus::Created,
        }
    }

    /// The language of its explanations: the actor's, where one was declared.
    pub fn language(&self) -> Language {
        self.declared.as_ref().map_or_else(Language::default, |actor| actor.language)
    }

    /// Score and delegate require a scoring that is neither closed nor expired and has a retry left.
    pub fn require_open(&self, now: Time) -> Result<(), NotOpen> {
        match self.status(now) {
            status @ (ScoringStatus::Closed | ScoringStatus::Expired) => Err(NotOpen::Status(status)),
            _ if self.retries_used >= self.max_retries.get() => Err(NotOpen::NoRetriesLeft),
            _ => Ok(()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpen {
    /// It is closed or expired.
    #[error("the scoring is {0}")]
    Status(ScoringStatus),
    /// `max_score_retries` is reached.
    #[error("the scoring has used up its retries")]
    NoRetriesLeft,
}

/// The maximum number of scores: 1 to 10, 5 by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct MaxScoreRetries(u32);

impl MaxScoreRetries {
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
