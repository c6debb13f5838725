//! The bodies of the actor's side of an identification by one-time code.

use acredita_domain::{
    Invalid,
    device::DeviceEvidence,
    ids::IdentificationId,
    pictures::{PictureFormat, Side, UploadedPicture},
    use_cases::{GivenFactor, OtpAttempt},
};
use acredita_http::{
    Faults, Fields, ParseRequest, RequestReader,
    device::device_evidence,
    request::{BodyKind, MAX_JSON_WITH_PICTURE},
    schemas::Text,
};
use utoipa::ToSchema;

/// A code and, where one is asked for, a second factor.
#[derive(ToSchema)]
pub struct ValidateOtpBody {
    /// The code, in upper or lower case. White space, hyphens and invisible characters in it are dropped, and digits of
    /// any script are taken. What is then not of the `code_format` is refused and is no try.
    #[schema(example = "k7m2pq", pattern = r"^(([\s-]*[2-9A-HJKMNP-Za-hjkmnp-z]){6}|([\s-]*[0-9]){6,10})[\s-]*$")]
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
