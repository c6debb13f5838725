//! The body of `validate_agent_identification`.

mod midni;

pub use midni::{CheckMidniBody, CheckMidniRequest, CodeBody, MidniCheck, PictureBody};

use acredita_domain::{
    Invalid,
    device::DeviceEvidence,
    ids::{IdentificationId, MidniCheckId},
    pictures::PictureFormat,
    text::Private,
    use_cases::AgentConfirmation,
};
use acredita_http::{
    Faults, ParseRequest, RequestReader,
    device::device_evidence,
    request::{BodyKind, MAX_JSON_WITH_PICTURE},
    schemas::Text,
};
use bytes::Bytes;
use utoipa::ToSchema;

/// A shop agent's confirmation.
#[derive(ToSchema)]
pub struct ValidateAgentBody {
    /// The agent's name or id.
    #[schema(value_type = Text)]
    pub agent: String,
    /// A PNG of the person's document in base64 or base64url, padded or not, in lines or not, or as a `data:` URL:
    /// complete, and at least 200 pixels across and down. Required when the identification asks for a picture, refused
    /// otherwise. It is kept without metadata.
    #[schema(content_encoding = "base64", content_media_type = "image/png")]
    pub evidence: Option<String>,
    /// Notes: a JSON object as a string, of at most 64 KiB.
    #[schema(example = "{\"shop\":\"042\"}")]
    pub evidence_metadata: Option<String>,
    /// The check of the DNI on the person's phone, made within five minutes with a token of the same subject. Required when
    /// the identification asks for it.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub midni_check_id: Option<String>,
}

pub struct ValidateAgentRequest {
    pub id: IdentificationId,
    pub device: DeviceEvidence,
    pub confirmation: AgentConfirmation,
}

impl ParseRequest for ValidateAgentRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON_WITH_PICTURE);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("identification_id", faults);
        let device = device_evidence(request, faults);
        let body = request.body(faults)?;
        let agent = body.required_text("agent", faults);
        let evidence =
            body.bytes("evidence", faults).and_then(|bytes| faults.value(body.place("evidence"), png(bytes)));
        let metadata = body
            .raw("evidence_metadata", faults)
            .and_then(|text| faults.value(body.place("evidence_metadata"), json_object(text)));
        let midni_check: Option<MidniCheckId> = body.text("midni_check_id", faults);
        let confirmation = AgentConfirmation { agent: agent?, evidence, metadata, midni_check };
        Some(Self { id: id?, device: device?, confirmation })
    }
}

fn png(bytes: Bytes) -> Result<Bytes, Invalid> {
    match PictureFormat::sniff(&bytes) {
        Some(PictureFormat::Png) => Ok(bytes),
        _ => Err(Invalid("is not a PNG")),
    }
}

/// The notes are kept with the identification, and an item of the store holds at most 400 KB.
const MAX_METADATA: usize = 64 * 1024;

fn json_object(text: &str) -> Result<Private<String>, Invalid> {
    if text.len() > MAX_METADATA {
        return Err(Invalid("is longer than 64 KiB"));
    }
    let object: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(text);
    object.map(|_| Private::new(text.to_owned())).map_err(|_| Invalid("is not a string that holds a JSON object"))
}
