//! A scoring in an answer.

use crate::{actor::DocumentTypeBody, answers::Rfc3339, schemas::CountryCode};
use acredita_domain::{
    Time,
    actor::Language,
    ids::ScoringId,
    scoring::{Advice, Check, DocumentKind, Extracted, Provider, Reason, Scoring, ScoringStatus, Verdict},
};
use serde::Serialize;
use utoipa::ToSchema;

/// The document to expect.
#[derive(ToSchema)]
#[schema(as = ExpectedDocument)]
pub struct DocumentBody {
    /// Its type.
    pub r#type: DocumentTypeBody,
    /// The issuing country.
    #[schema(value_type = CountryCode)]
    pub country: String,
}

/// A scoring.
#[derive(Serialize, ToSchema)]
pub struct ScoringAnswer {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub scoring_id: ScoringId,
    /// Its status.
    #[schema(value_type = String, example = "SCORED")]
    pub status: ScoringStatus,
    /// The document to expect; absent when it was never declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<DocumentBody>)]
    pub document: Option<DocumentKind>,
    /// Who scores.
    #[schema(value_type = String, example = "INTERNAL")]
    pub provider: Provider,
    /// The score, from 0 to 1; absent until scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 1)]
    pub score: Option<f64>,
    /// The share of the applicable checks, by weight, that could be judged, from 0 to 1; absent until scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 1)]
    pub coverage: Option<f64>,
    /// The checks behind the score; absent until scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub breakdown: Option<Vec<CheckAnswer>>,
    /// The data read from the document; absent when nothing could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<ExtractedAnswer>)]
    pub extracted: Option<Extracted>,
    /// The version of the provider that scored; absent until scored, or when it was not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub provider_version: Option<String>,
    /// The version of the tables that turned the findings into checks and a score; absent until scored, or when it was
    /// not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub mapping_version: Option<String>,
    /// How many scores have been made, and how many are allowed.
    pub retries: Retries,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Rfc3339,
    /// The time from which it cannot be scored.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Rfc3339,
    /// When it was last scored; absent until scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub scored_at: Option<Rfc3339>,
}

/// One line of a score's breakdown.
#[derive(Serialize, ToSchema)]
pub struct CheckAnswer {
    /// The check.
    #[schema(example = "MRZ_CHECK_DIGITS")]
    pub check: &'static str,
    /// `PASS`, `FAIL`, `INCONCLUSIVE` or `NOT_APPLICABLE`.
    #[schema(example = "PASS")]
    pub result: &'static str,
    /// How well it passed, from 0 to 1; absent where that is not a matter of degree.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub score: Option<f64>,
    /// Why it did not pass, as a stable code; absent when it passed or does not apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "CHECK_DIGITS_DOUBTFUL")]
    pub reason: Option<&'static str>,
    /// `RETRY`: take the picture again. `FINAL`: another picture of this document will not help. Comes with `reason`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "RETRY")]
    pub advice: Option<&'static str>,
    /// The reason, safe to show to the person, in the actor's language, or in Spanish if no actor was declared.
    pub details: &'static str,
    /// Measurements and sides, in English, for the back office. Not for the person, and never the document's contents.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub operator_details: String,
}

/// The data read from a document. Any field may be missing.
#[derive(ToSchema)]
#[schema(as = Extracted)]
pub struct ExtractedAnswer {
    /// The document's number.
    #[schema(nullable = false)]
    pub document_number: Option<String>,
    /// Given names.
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Family names.
    #[schema(nullable = false)]
    pub last_name: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[schema(nullable = false)]
    pub nationality: Option<String>,
    /// `YYYY-MM-DD`
    #[schema(nullable = false)]
    pub birth_date: Option<String>,
    /// `YYYY-MM-DD`
    #[schema(nullable = false)]
    pub expiry_date: Option<String>,
    /// `F`, `M` or `X`
    #[schema(nullable = false)]
    pub sex: Option<String>,
}

/// How many scores have been made and are allowed.
#[derive(Serialize, ToSchema)]
pub struct Retries {
    pub used: u32,
    pub max: u32,
}

impl ScoringAnswer {
    /// A scoring as it is at `now`.
    pub fn new(scoring: Scoring, now: Time) -> Self {
        let status = scoring.status(now);
        let language = scoring.language();
        let breakdown =
            |verdict: &Verdict| verdict.breakdown.iter().map(|check| CheckAnswer::new(check, language)).collect();
        let noted = |version: &str| (!version.is_empty()).then(|| version.to_owned());
        let verdict = scoring.assessment.as_ref().map(|assessment| &assessment.verdict);
        Self {
            scoring_id: scoring.id,
            status,
            document: scoring.document,
            provider: scoring.provider,
            score: verdict.map(|verdict| verdict.score.cut().value()),
            coverage: verdict.map(|verdict| verdict.coverage.cut().value()),
            breakdown: verdict.map(breakdown),
            extracted: verdict.and_then(|verdict| verdict.extracted.clone()),
            provider_version: verdict.and_then(|verdict| noted(&verdict.provider_version)),
            mapping_version: verdict.and_then(|verdict| noted(&verdict.mapping_version)),
            retries: Retries { used: scoring.retries_used, max: scoring.max_retries.get() },
            created_at: Rfc3339(scoring.created_at),
            expires_at: Rfc3339(scoring.expires_at),
            scored_at: scoring.assessment.as_ref().map(|assessment| Rfc3339(assessment.scored_at)),
        }
    }
}

impl CheckAnswer {
    /// The line in this language.
    fn new(check: &Check, language: Language) -> Self {
        Self {
            check: check.name.as_str(),
            result: check.result.as_str(),
            score: check.score.map(|score| score.cut().value()),
            reason: check.reason.map(Reason::as_str),
            advice: check.advice().map(Advice::as_str),
            details: check.details(language),
            operator_details: check.operator_details.clone(),
        }
    }
}
