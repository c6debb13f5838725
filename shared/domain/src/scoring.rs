//! Scoring: pictures of an identity document in, an explained score out.
//!
//! `CREATED → SCORED` (again until the retries run out) `→ CLOSED`; what is not closed is `EXPIRED` by the clock. A score is the answer of a
//! provider; [`ConfigurationName`] says which scores are enough.

use crate::{
    Time,
    actor::{Actor, Country, DocumentType, names},
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
        if (1..=10).contains(&number) {
            Ok(Self(number))
        } else {
            Err(Invalid("is not an integer from 1 to 10"))
        }
    }
}

impl From<MaxScoreRetries> for u32 {
    fn from(retries: MaxScoreRetries) -> Self {
        retries.0
    }
}

/// A score between 0 (certainly not) and 1 (certainly), kept in hundredths of a percent so that it is exact everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(u16);

impl Score {
    /// The score nearest to `value`, which is taken into 0..=1. Not a number is 0: a score that cannot be computed proves nothing.
    pub fn new(value: f64) -> Self {
        // The cast of a value within 0..=10,000 is exact.
        Self((value.clamp(0.0, 1.0) * 10_000.0).round() as u16)
    }

    /// The score as a fraction.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 10_000.0
    }
}

names! {
    /// What a check found.
    CheckResult("is not a result") {
        /// It holds.
        Pass = "PASS",
        /// It does not hold.
        Fail = "FAIL",
        /// It could not be told.
        Inconclusive = "INCONCLUSIVE",
        /// It does not apply to this document or side.
        NotApplicable = "NOT_APPLICABLE",
    }
}

names! {
    /// The checks, whoever makes them.
    CheckName("is not a check") {
        /// The picture decodes, and its format and size are taken.
        PictureDecodes = "PICTURE_DECODES",
        /// Enough pixels to read a document.
        Resolution = "RESOLUTION",
        /// Edges are sharp.
        Sharpness = "SHARPNESS",
        /// Neither too dark nor too bright, with enough contrast.
        Exposure = "EXPOSURE",
        /// No large burnt-out spots.
        Glare = "GLARE",
        /// The picture shows something.
        NotBlank = "NOT_BLANK",
        /// Front and back are different pictures.
        SidesDiffer = "SIDES_DIFFER",
        /// The machine-readable zone was read.
        MrzRead = "MRZ_READ",
        /// Its check digits hold (ICAO 9303 part 3 §4.9).
        MrzCheckDigits = "MRZ_CHECK_DIGITS",
        /// The national control digit or letter holds.
        NationalControl = "NATIONAL_CONTROL",
        /// The document has not expired.
        NotExpired = "NOT_EXPIRED",
        /// What was read is what was declared.
        DeclaredMatch = "DECLARED_MATCH",
    }
}

/// One line of a score's breakdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was looked at.
    #[serde(rename = "check")]
    pub name: CheckName,
    /// What was found.
    pub result: CheckResult,
    /// How well it holds; none where the result is not a matter of degree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// The reason, safe to show: never what the document says.
    pub details: String,
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

names! {
    /// How sure an identity document's scoring has to be.
    #[derive(Default)]
    ConfigurationName("is not one of LOW, MEDIUM, HIGH") {
        /// 0.50 is enough.
        Low = "LOW",
        /// 0.70 is enough.
        #[default]
        Medium = "MEDIUM",
        /// 0.90 is enough.
        High = "HIGH",
    }
}

impl ConfigurationName {
    /// The least score, and the checks that decide alone: one of them failed, and no score is enough.
    ///
    /// A forged or foreign document fails under every configuration. MEDIUM also refuses an expired one, HIGH also what was only
    /// photographed badly enough to hide something.
    pub fn requirements(self) -> (Score, &'static [CheckName]) {
        use CheckName::{DeclaredMatch, Glare, MrzCheckDigits, NationalControl, NotBlank, NotExpired, PictureDecodes, SidesDiffer};
        match self {
            Self::Low => (Score(5_000), &[PictureDecodes, NotBlank, MrzCheckDigits, DeclaredMatch]),
            Self::Medium => (
                Score(7_000),
                &[PictureDecodes, NotBlank, MrzCheckDigits, DeclaredMatch, NationalControl, NotExpired, SidesDiffer],
            ),
            Self::High => (
                Score(9_000),
                &[PictureDecodes, NotBlank, MrzCheckDigits, DeclaredMatch, NationalControl, NotExpired, SidesDiffer, Glare],
            ),
        }
    }

    /// Whether an assessment is enough.
    pub fn accepts(self, assessment: &Assessment) -> bool {
        let (least, decisive) = self.requirements();
        let failed = |check: &Check| check.result == CheckResult::Fail && decisive.contains(&check.name);
        assessment.score >= least && !assessment.breakdown.iter().any(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assessment(score: f64, failed: &[CheckName]) -> Assessment {
        let check = |name: &CheckName| Check { name: *name, result: CheckResult::Fail, score: None, details: String::new() };
        Assessment {
            score: Score::new(score),
            breakdown: failed.iter().map(check).collect(),
            extracted: None,
            scored_at: chrono::DateTime::from_timestamp(0, 0).expect("the epoch"),
        }
    }

    #[test]
    fn a_configuration_accepts_from_its_threshold_on() {
        for (configuration, threshold) in [(ConfigurationName::Low, 0.5), (ConfigurationName::Medium, 0.7), (ConfigurationName::High, 0.9)] {
            assert!(configuration.accepts(&assessment(threshold, &[])), "{configuration}");
            assert!(!configuration.accepts(&assessment(threshold - 0.0001, &[])), "{configuration}");
        }
    }

    #[test]
    fn a_decisive_check_that_failed_decides_alone() {
        assert!(!ConfigurationName::Low.accepts(&assessment(1.0, &[CheckName::MrzCheckDigits])));
        assert!(ConfigurationName::Low.accepts(&assessment(1.0, &[CheckName::NotExpired])));
        assert!(!ConfigurationName::Medium.accepts(&assessment(1.0, &[CheckName::NotExpired])));
        assert!(ConfigurationName::Medium.accepts(&assessment(1.0, &[CheckName::Glare])));
        assert!(!ConfigurationName::High.accepts(&assessment(1.0, &[CheckName::Glare])));
    }

    #[test]
    fn a_stricter_configuration_asks_for_everything_that_a_laxer_one_asks_for() {
        let requirements: Vec<_> = ConfigurationName::ALL.iter().map(|name| name.requirements()).collect();
        for pair in requirements.windows(2) {
            assert!(pair[0].0 < pair[1].0);
            assert!(pair[0].1.iter().all(|check| pair[1].1.contains(check)));
        }
    }

    #[test]
    fn a_score_stays_between_0_and_1() {
        for (value, score) in [(-1.0, 0.0), (f64::NAN, 0.0), (0.93, 0.93), (7.0, 1.0)] {
            assert_eq!(Score::new(value).value(), score);
        }
    }
}
