//! What scorings answer.

use acredita_domain::{
    Time,
    actor::Language,
    ids::ScoringId,
    pictures::{PictureFormat, Side},
    scoring::{Advice, Check, DocumentKind, Extracted, Provider, Reason, Scoring, ScoringStatus},
    use_cases::{Captures, DelegatedTo, Delegation, ScoringCreated, UploadLink},
};
use acredita_http::answers::{Rfc3339, as_text};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A new scoring.
#[derive(Serialize, ToSchema)]
pub struct CreatedScoring {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub scoring_id: ScoringId,
    /// `CREATED`.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, example = "CREATED")]
    pub status: ScoringStatus,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Rfc3339,
    /// From then on it cannot be scored.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Rfc3339,
}

impl From<ScoringCreated> for CreatedScoring {
    fn from(created: ScoringCreated) -> Self {
        Self {
            scoring_id: created.id,
            status: ScoringStatus::Created,
            created_at: Rfc3339(created.created_at),
            expires_at: Rfc3339(created.expires_at),
        }
    }
}

/// A scoring.
#[derive(Serialize, ToSchema)]
pub struct ScoringAnswer {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub scoring_id: ScoringId,
    /// Where it stands.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, example = "SCORED")]
    pub status: ScoringStatus,
    /// The document to expect; absent when it was never declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::body::DocumentBody>)]
    pub document: Option<DocumentKind>,
    /// Who scores.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, example = "INTERNAL")]
    pub provider: Provider,
    /// From 0 to 1; absent until scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    pub score: Option<f64>,
    /// How much of what applies could be judged, by weight, from 0 to 1; absent until scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    pub coverage: Option<f64>,
    /// How the score came about; absent until scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Vec<CheckAnswer>>,
    /// What was read off the document; absent when nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ExtractedAnswer>)]
    pub extracted: Option<Extracted>,
    /// Which version of the provider scored; absent until scored, and where nobody noted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_version: Option<String>,
    /// Which version of the tables turned what it found into checks and a score; absent until scored, and where nobody
    /// noted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapping_version: Option<String>,
    /// How many scores were made, and may be.
    pub retries: Retries,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Rfc3339,
    /// From then on it cannot be scored.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Rfc3339,
    /// When it was scored last; absent until scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub scored_at: Option<Rfc3339>,
}

/// One line of a score's breakdown.
#[derive(Serialize, ToSchema)]
pub struct CheckAnswer {
    /// What was looked at.
    #[schema(example = "MRZ_CHECK_DIGITS")]
    pub check: &'static str,
    /// `PASS`, `FAIL`, `INCONCLUSIVE` or `NOT_APPLICABLE`.
    #[schema(example = "PASS")]
    pub result: &'static str,
    /// How well it holds, from 0 to 1; absent where that is not a matter of degree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Why it does not simply hold, in a code that stays the same; absent where it holds and where it does not apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CHECK_DIGITS_DOUBTFUL")]
    pub reason: Option<&'static str>,
    /// `RETRY`: take the picture again. `FINAL`: another picture of this document will not help. Comes with `reason`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "RETRY")]
    pub advice: Option<&'static str>,
    /// Why, safe to show to the person, in the actor's language, or in Spanish where no actor was declared.
    pub details: &'static str,
    /// Measures and sides, in English, for the back office: nothing to show to the person, and never what the document
    /// says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub operator_details: String,
}

/// What was read off a document. Anything may be missing.
#[derive(ToSchema)]
#[schema(as = Extracted)]
pub struct ExtractedAnswer {
    /// Its number.
    pub document_number: Option<String>,
    /// Given names.
    pub name: Option<String>,
    /// Family names.
    pub last_name: Option<String>,
    /// ISO 3166-1 alpha-3.
    pub nationality: Option<String>,
    /// `YYYY-MM-DD`
    pub birth_date: Option<String>,
    /// `YYYY-MM-DD`
    pub expiry_date: Option<String>,
    /// `F`, `M` or `X`
    pub sex: Option<String>,
}

/// Scores made and allowed.
#[derive(Serialize, ToSchema)]
pub struct Retries {
    /// Made.
    pub used: u32,
    /// Allowed.
    pub max: u32,
}

impl ScoringAnswer {
    /// A scoring as it is at `now`.
    pub fn new(scoring: Scoring, now: Time) -> Self {
        let status = scoring.status(now);
        let language = scoring.language();
        let noted = |version: String| (!version.is_empty()).then_some(version);
        let (mut score, mut coverage, mut breakdown, mut extracted, mut scored_at) = (None, None, None, None, None);
        let (mut provider_version, mut mapping_version) = (None, None);
        if let Some(assessment) = scoring.assessment {
            score = Some(assessment.score.value());
            coverage = Some(assessment.coverage.value());
            breakdown = Some(assessment.breakdown.into_iter().map(|check| CheckAnswer::new(check, language)).collect());
            extracted = assessment.extracted;
            provider_version = noted(assessment.provider_version);
            mapping_version = noted(assessment.mapping_version);
            scored_at = Some(Rfc3339(assessment.scored_at));
        }
        Self {
            scoring_id: scoring.id,
            status,
            document: scoring.document,
            provider: scoring.provider,
            score,
            coverage,
            breakdown,
            extracted,
            provider_version,
            mapping_version,
            retries: Retries { used: scoring.retries_used, max: scoring.max_retries.get() },
            created_at: Rfc3339(scoring.created_at),
            expires_at: Rfc3339(scoring.expires_at),
            scored_at,
        }
    }
}

impl CheckAnswer {
    /// A line for somebody who reads this language.
    fn new(check: Check, language: Language) -> Self {
        Self {
            check: check.name.as_str(),
            result: check.result.as_str(),
            score: check.score.map(|score| score.value()),
            reason: check.reason.map(Reason::as_str),
            advice: check.advice().map(Advice::as_str),
            details: check.details(language),
            operator_details: check.operator_details,
        }
    }
}

/// The pictures of a scoring.
#[derive(Serialize, ToSchema)]
pub struct CapturesAnswer {
    /// The newest of each side.
    pub captures: Vec<CaptureAnswer>,
}

/// A picture.
#[derive(Serialize, ToSchema)]
pub struct CaptureAnswer {
    /// `FRONT` or `BACK`.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, example = "FRONT")]
    pub side: Side,
    /// `image/jpeg` or `image/png`.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, example = "image/jpeg")]
    pub content_type: PictureFormat,
    /// Its bytes.
    pub size_bytes: u64,
    /// The digest of its bytes, in hexadecimal.
    pub sha256: String,
    /// When it arrived.
    #[schema(value_type = String, format = DateTime)]
    pub captured_at: Rfc3339,
    /// Where to get it.
    #[schema(format = "uri")]
    pub url: String,
    /// When the link stops to work.
    #[schema(value_type = String, format = DateTime)]
    pub url_expires_at: Rfc3339,
}

impl From<Captures> for CapturesAnswer {
    fn from(captures: Captures) -> Self {
        let answer = |linked: acredita_domain::use_cases::LinkedCapture| CaptureAnswer {
            side: linked.capture.side,
            content_type: linked.capture.format,
            size_bytes: linked.capture.size_bytes,
            sha256: linked.capture.sha256.into(),
            captured_at: Rfc3339(linked.capture.captured_at),
            url: linked.link.url,
            url_expires_at: Rfc3339(linked.link.expires_at),
        };
        Self { captures: captures.into_iter().map(answer).collect() }
    }
}

/// How somebody else takes the pictures.
#[derive(Serialize, ToSchema)]
pub struct DelegationAnswer {
    /// Who scores.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, example = "INTERNAL")]
    pub provider: Provider,
    /// What opens the way.
    pub credentials: Credentials,
    /// Where it leads.
    pub metadata: DelegationMetadata,
}

/// What opens the way.
#[derive(Serialize, ToSchema)]
pub struct Credentials {
    /// What the provider's pages ask for. It is told here once and kept nowhere: who loses it delegates again. For
    /// `INTERNAL` it only names the delegation: a signed link needs nothing else.
    #[schema(example = "c56a4180-65aa-42ec-a945-5fd21dec0538")]
    pub access_token: String,
    /// `SignedLink` for `INTERNAL`, `XpressID` for `VERIDAS`.
    #[schema(example = "SignedLink")]
    pub token_type: &'static str,
    /// Until when it works.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Rfc3339,
}

/// Where it leads.
#[derive(Serialize, ToSchema)]
pub struct DelegationMetadata {
    /// For `INTERNAL`, by side, `front` and `back`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uploads: Option<BTreeMap<&'static str, UploadAnswer>>,
    /// For `VERIDAS`, its page for the person, with the token in it: to be opened or embedded. What that page tells the
    /// embedding one is a hint at most; a score without a body asks the provider itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub url: Option<String>,
    /// For `VERIDAS`, what it calls the capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_id: Option<String>,
}

/// Where a side's picture goes.
#[derive(Serialize, ToSchema)]
pub struct UploadAnswer {
    /// The signed link.
    #[schema(format = "uri")]
    pub url: String,
    /// `PUT`.
    #[schema(example = "PUT")]
    pub method: &'static str,
    /// Headers that have to be sent.
    pub headers: BTreeMap<String, String>,
}

impl From<Delegation> for DelegationAnswer {
    fn from(delegation: Delegation) -> Self {
        let nothing = DelegationMetadata { uploads: None, url: None, validation_id: None };
        let (access_token, token_type, metadata) = match delegation.to {
            DelegatedTo::Uploads(links) => {
                let uploads = links.into_iter().map(|link| (link.side.part(), UploadAnswer::from(link))).collect();
                (delegation.id.to_string(), "SignedLink", DelegationMetadata { uploads: Some(uploads), ..nothing })
            }
            DelegatedTo::Hosted(pages) => {
                let (url, validation_id) = (Some(pages.url.expose().clone()), Some(pages.reference.into()));
                (pages.access_token.expose().clone(), "XpressID", DelegationMetadata { url, validation_id, ..nothing })
            }
        };
        let credentials = Credentials { access_token, token_type, expires_at: Rfc3339(delegation.expires_at) };
        Self { provider: delegation.provider, credentials, metadata }
    }
}

impl From<UploadLink> for UploadAnswer {
    fn from(link: UploadLink) -> Self {
        Self { url: link.link.url, method: "PUT", headers: BTreeMap::new() }
    }
}
