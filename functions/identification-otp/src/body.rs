//! The bodies of the actor's side of an identification by one-time code.

use acredita_domain::{
    Error, Invalid,
    code::{CodeAlphabet, CodeFormat},
    device::DeviceEvidence,
    identification::Status,
    ids::IdentificationId,
    otp::{Channel, Delivery, SecondFactor},
    pictures::{PictureFormat, Side, UploadedPicture},
    use_cases::{GivenFactor, Metadata, OtpAttempt},
};
use acredita_http::{
    Faults, Fields, ParseRequest, RequestReader,
    answers::{CommonMetadata, Rfc3339},
    device::device_evidence,
    request::{BodyKind, MAX_JSON_WITH_PICTURE},
    schemas::Text,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A code and, where one is asked for, a second factor.
#[derive(ToSchema)]
pub struct ValidateOtpBody {
    /// The code, in upper or lower case. White space, hyphens and invisible characters in it are dropped, and digits of
    /// any script are taken. What is then not of the `code_format` is refused and is no try.
    #[schema(example = "k7m2pq", pattern = r"^([\s-]*[2-9A-HJKMNP-Za-hjkmnp-z]){6}[\s-]*$")]
    pub code: String,
    /// The second factor. Required when the identification has one.
    pub two_factor: Option<TwoFactor>,
}

/// A second factor, in the form of its type.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum TwoFactor {
    /// `DOCUMENT_NUMBER`, `EMAIL`: the number or the address.
    Text(Text),
    /// `PERSONAL_DOCUMENT_IMAGE`: pictures of the document.
    Pictures(DocumentPictures),
}

/// Pictures of an identity document, one or both. The side with the machine-readable zone has to be among them: a
/// card's back, a passport's data page.
#[derive(ToSchema)]
pub struct DocumentPictures {
    /// The side with the portrait, or a passport's data page: JPEG or PNG in base64 or base64url, padded or not, in
    /// lines or not, or as a `data:` URL.
    #[schema(content_encoding = "base64", content_media_type = "image/*")]
    pub front: Option<String>,
    /// The other side: likewise.
    #[schema(content_encoding = "base64", content_media_type = "image/*")]
    pub back: Option<String>,
}

/// An identification as the actor's side sees it.
#[derive(Serialize, ToSchema)]
pub struct OtpMetadata {
    #[serde(flatten)]
    pub common: CommonMetadata,
    /// The second factor that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "DOCUMENT_NUMBER")]
    pub two_factor_type: Option<SecondFactor>,
    /// The way the code is delivered.
    pub channel: ChannelMetadata,
    /// The shape of the code, for the keyboard and the field to show.
    pub code_format: CodeFormatMetadata,
    /// How many wrong tries are left.
    pub attempts_left: u32,
    /// When a resend becomes possible; absent when no more resends are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub resend_available_at: Option<Rfc3339>,
}

/// The way a code is delivered.
#[derive(Serialize, ToSchema)]
pub struct ChannelMetadata {
    /// `SMS`, `EMAIL` or `WHATSAPP`.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "SMS")]
    pub channel: Channel,
    /// Whether the caller delivers the code.
    pub external: bool,
}

/// The shape of a code.
#[derive(Serialize, ToSchema)]
pub struct CodeFormatMetadata {
    /// How many characters.
    #[schema(example = 6)]
    pub length: usize,
    /// `ALPHANUMERIC`: digits and letters, without those that people mix up.
    #[schema(value_type = String, example = "ALPHANUMERIC")]
    pub alphabet: CodeAlphabet,
}

impl From<CodeFormat> for CodeFormatMetadata {
    fn from(CodeFormat { length, alphabet }: CodeFormat) -> Self {
        Self { length, alphabet }
    }
}

impl TryFrom<&Metadata> for OtpMetadata {
    type Error = Error;

    fn try_from(metadata: &Metadata) -> Result<Self, Error> {
        let otp = metadata.identification.otp().ok_or(Error::NotFound("identification"))?;
        let open = metadata.identification.status(metadata.now) == Status::Created;
        Ok(Self {
            common: metadata.into(),
            two_factor_type: otp.second_factor,
            channel: ChannelMetadata {
                channel: otp.delivery.channel(),
                external: matches!(otp.delivery, Delivery::External(_)),
            },
            code_format: otp.code_format().into(),
            attempts_left: otp.attempts_left(),
            resend_available_at: otp.resend_available_at().filter(|_| open).map(Rfc3339),
        })
    }
}

pub struct ValidateOtpRequest {
    pub id: IdentificationId,
    pub device: DeviceEvidence,
    pub attempt: OtpAttempt,
}

impl ParseRequest for ValidateOtpRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON_WITH_PICTURE);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("identification_id", faults);
        let device = device_evidence(request, faults);
        let body = request.body(faults)?;
        let code = body.required_as_typed("code", faults);
        let second_factor = second_factor(&body, faults);
        Some(Self { id: id?, device: device?, attempt: OtpAttempt { code: code?, second_factor } })
    }
}

fn second_factor(body: &Fields<'_>, faults: &mut Faults) -> Option<GivenFactor> {
    if body.is_object("two_factor") {
        let fields = body.object("two_factor", faults)?;
        if !fields.has("front") && !fields.has("back") {
            faults.add(body.place("two_factor"), "has neither front nor back");
        }
        Some(GivenFactor::Pictures(pictures(&fields, faults)))
    } else {
        body.text("two_factor", faults).map(GivenFactor::Text)
    }
}

/// Bytes that are neither JPEG nor PNG are an invalid field (400), like the agent's evidence, not an unsupported body (415).
fn pictures(fields: &Fields<'_>, faults: &mut Faults) -> Vec<UploadedPicture> {
    let picture = |side: Side| {
        let bytes = fields.bytes(side.part(), faults)?;
        let known = PictureFormat::sniff(&bytes).ok_or(Invalid("is neither JPEG nor PNG"));
        faults.value(fields.place(side.part()), known).map(|_| UploadedPicture { side, bytes })
    };
    Side::ALL.iter().copied().filter_map(picture).collect()
}
