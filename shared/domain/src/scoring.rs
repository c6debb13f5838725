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
mod comparison;
mod configuration;
mod delegation;
mod reason;
mod score;
pub mod table;
mod texts;

pub use access::ProviderAccess;
pub use check::{Check, CheckName, CheckResult};
pub use comparison::{Comparison, Likeness};
pub use configuration::ConfigurationName;
pub use delegation::{HostedDelegation, ProviderReference};
pub use reason::{Advice, Reason};
pub use score::{Judgement, Score, judge};

use crate::{
    Time,
    actor::{Actor, Country, DocumentType, Language, names},
    error::{Conflict, Invalid},
    ids::{OrgId, ScoringId},
    pictures::Capture,
    text::Private,
};
use serde::{Deserialize, Serialize};

names! {
    /// Who scores.
    Provider("is not one of GOOGLE, VERIDAS, INTERNAL") {
        /// Google Document AI, Identity Document Proofing.
        Google = "GOOGLE",
        /// Veridas.
        Veridas = "VERIDAS",
        /// Our own engine.
        Internal = "INTERNAL",
    }
}

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

impl Scoring {
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
    pub fn require_open(&self, now: Time) -> Result<(), Conflict> {
        match self.status(now) {
            status @ (ScoringStatus::Closed | ScoringStatus::Expired) => Err(Conflict::ScoringState(status)),
            _ if self.retries_used >= self.max_retries.get() => Err(Conflict::NoRetriesLeft),
            _ => Ok(()),
        }
    }
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

/// What a provider found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The score.
    pub score: Score,
    /// How it came about.
    pub breakdown: Vec<Check>,
    /// What was read; none when nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extracted: Option<Extracted>,
    /// How much of what applies could be judged, by weight.
    #[serde(default)]
    pub coverage: Score,
    /// Which version of the provider this was; empty where nobody noted it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub provider_version: String,
    /// Which version of the tables made checks and a score of what it found; empty where nobody noted it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mapping_version: String,
    /// When.
    pub scored_at: Time,
}

/// What was read off a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<Private<String>>,
    /// Given names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Private<String>>,
    /// Family names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<Private<String>>,
    /// ISO 3166-1 alpha-3, as documents write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationality: Option<Private<String>>,
    /// `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Private<String>>,
    /// `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_date: Option<Private<String>>,
    /// `F`, `M` or `X`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Private<String>>,
}
