//! A provider's judgement of a document.

use super::{Check, Judgement, Score, judge, judge::cap, table::TABLE_VERSION};
use crate::{Time, text::Private};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub score: Score,
    /// How the score came about.
    pub breakdown: Vec<Check>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extracted: Option<Extracted>,
    /// The share, by weight, of the applicable checks that could be judged.
    #[serde(default)]
    pub coverage: Score,
    /// The version of the provider, needed to reproduce a score. Empty where it was not recorded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub provider_version: String,
    /// The version of the tables that turned its findings into checks and a score. Empty where it was not recorded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mapping_version: String,
}

impl Verdict {
    /// The verdict of a breakdown, by [`judge()`]. The provider fills in the versions.
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

    /// The verdict with one more line that weighs nothing: it may cap the score, and counts in no mean.
    pub fn with(mut self, line: Check) -> Self {
        self.score = self.score.min(Score::new(cap(&line)));
        self.breakdown.push(line);
        self
    }
}

/// A verdict as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    #[serde(flatten)]
    pub verdict: Verdict,
    pub scored_at: Time,
}

/// The data read from a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<Private<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Private<String>>,
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
