//! How a record was validated.

use super::personal::DeviceAnswer;
use acredita_domain::{
    Time,
    identification::{AgentEvidence, Validation},
    midni,
    scoring::CheckResult,
};
use acredita_http::answers::Rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

/// How it was validated.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordValidation)]
pub struct ValidationAnswer {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub validated_at: Rfc3339,
    /// On which device.
    pub device: DeviceAnswer,
    /// By which agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub agent: Option<AgentAnswer>,
    /// The score that it relied on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 1)]
    pub score: Option<f64>,
    /// Which version of the scoring that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub scoring_version: Option<u64>,
}

/// The agent who validated.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordAgent)]
pub struct AgentAnswer {
    /// Who it was.
    pub agent: String,
    /// Whether a picture of the document was taken.
    pub picture: bool,
    /// The caller's own notes, a JSON object, which need `records:read_personal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub evidence_metadata: Option<String>,
    /// The DNI on the phone, if the person showed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub midni: Option<MidniAnswer>,
}

/// What is kept of the DNI on the phone.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordMidni)]
pub struct MidniAnswer {
    /// `COMPLETE`, `SIMPLE` or `AGE`.
    #[schema(value_type = String, example = "COMPLETE")]
    pub kind: midni::Kind,
    /// Whether its number is the declared one.
    #[schema(value_type = String, example = "PASS")]
    pub document_number: CheckResult,
    /// Whether its names are the declared ones.
    #[schema(value_type = String, example = "PASS")]
    pub name: CheckResult,
    /// The serial number of the certificate that signed it.
    pub certificate: String,
    /// When it was checked.
    #[schema(value_type = String, format = DateTime)]
    pub checked_at: Rfc3339,
}

impl ValidationAnswer {
    pub fn on(at: Time, device: DeviceAnswer) -> Self {
        Self { validated_at: Rfc3339(at), device, agent: None, score: None, scoring_version: None }
    }

    pub fn of(validation: &Validation, personal: bool) -> Self {
        let scoring = validation.scoring.as_ref();
        Self {
            agent: validation.agent.as_ref().map(|agent| AgentAnswer::of(agent, personal)),
            score: scoring.map(|scoring| scoring.assessment.verdict.score.cut().value()),
            scoring_version: scoring.map(|scoring| scoring.version),
            ..Self::on(validation.at, DeviceAnswer::of(&validation.device, personal))
        }
    }
}

impl AgentAnswer {
    fn of(evidence: &AgentEvidence, personal: bool) -> Self {
        let notes = evidence.metadata.as_ref().filter(|_| personal);
        Self {
            agent: evidence.agent.expose().to_owned(),
            picture: evidence.picture.is_some(),
            evidence_metadata: notes.map(|notes| notes.expose().clone()),
            midni: evidence.midni.as_ref().map(|midni| MidniAnswer {
                kind: midni.kind,
                document_number: midni.declared_match.document_number,
                name: midni.declared_match.name,
                certificate: midni.certificate.clone(),
                checked_at: Rfc3339(midni.checked_at),
            }),
        }
    }
}
