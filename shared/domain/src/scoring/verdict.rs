//! What a provider says of a document.

use super::{Check, Judgement, Score, judge, table::TABLE_VERSION};
use crate::{Time, text::Private};
use serde::{Deserialize, Serialize};

/// What a provider found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub score: Score,
    /// How the score came about.
    pub breakdown: Vec<Check>,
    /// What was read, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extracted: Option<Extracted>,
    /// How much of what applies could be judged, by weight.
    #[serde(default)]
    pub coverage: Score,
    /// Which version of the provider this was: what repeats a score. Empty where nobody noted it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub provider_version: String,
    /// Which version of the tables made checks and a score of what it found. Empty where nobody noted it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mapping_version: String,
}

impl Verdict {
    /// The verdict that a breakdown comes to, by [`judge`]. Unversioned: the provider fills in what it is.
    pub fn of(breakdown: Vec<Check>, extracted: Option<Extracted>) -> Self {
        let Judgement { score, coverage } = judge(&breakdown);
        Self {
            score,
            breakdown,
            extracted,
            coverage,
            provider_version: String::new(),
            mapping_version: TABLE_VERSION.to_owned(),
        }
    }
}

/// A verdict as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    #[serde(flatten)]
    pub verdict: Verdict,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assessment_that_was_stored_without_versions_still_reads() {
        let stored = r#"{"score":9000,"breakdown":[],"scored_at":"2026-11-01T10:00:00Z"}"#;
        let Assessment { verdict, scored_at } = serde_json::from_str(stored).expect("an assessment");
        assert_eq!((verdict.score, verdict.coverage), (Score::new(0.9), Score::ZERO));
        assert_eq!((verdict.provider_version, verdict.extracted), (String::new(), None));
        assert_eq!(scored_at.timestamp(), 1_793_527_200);
    }
}
