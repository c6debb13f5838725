//! The bodies of the scoring operations.

use acredita_domain::{
    Invalid,
    idempotency::Idempotency,
    ids::ScoringId,
    pictures::{PictureFormat, PictureSize, Sha256Digest, Side, StatedPicture},
    scoring::{DocumentKind, MaxScoreRetries, Provider},
    use_cases::CreateScoring,
};
use acredita_http::{
    Faults, Fields, ParseRequest, RequestReader,
    admin::force,
    idempotency::idempotency,
    reference::{ClientMetadataBody, ClientReferenceIdBody, read_reference},
    request::{BodyKind, MAX_JSON},
    schemas::Lifetime,
    scoring::DocumentBody,
};
use std::str::FromStr;
use utoipa::ToSchema;

/// Asks for a document to be scored.
#[derive(ToSchema)]
pub struct CreateScoringBody {
    /// The document to expect.
    pub document: DocumentBody,
    /// The provider. One that is not configured for the organisation in this deployment is answered 404.
    pub provider: ProviderBody,
    /// How long it can be scored.
    #[schema(value_type = Lifetime)]
    pub expires_in: String,
    /// How many scores are allowed, from 1 to 10. Default: 5.
    #[schema(example = 5, minimum = 1, maximum = 10)]
    pub max_score_retries: Option<u32>,
    /// Your own id.
    #[schema(value_type = Option<ClientReferenceIdBody>)]
    pub client_reference_id: Option<String>,
    /// Your own texts.
    pub metadata: Option<ClientMetadataBody>,
}

acredita_http::schema_of_names! {
    /// The providers.
    ProviderBody as "Provider": Provider
}

/// The pictures of a document: JPEG or PNG, at most 10 MiB and 50 megapixels each. One of the sides may be missing.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreBody {
    /// The side with the portrait; a passport's data page.
    #[schema(nullable = false, value_type = Option<String>, format = Binary)]
    pub front: Option<Vec<u8>>,
    /// The other side.
    #[schema(nullable = false, value_type = Option<String>, format = Binary)]
    pub back: Option<Vec<u8>>,
}

/// Asks for a capture by somebody else.
#[derive(ToSchema)]
pub struct DelegateScoringBody {
    /// The files that will be uploaded, for `INTERNAL`. Each link then takes exactly its file. Without it there is a link
    /// for each side, for any file, unless the deployment requires the statement.
    pub uploads: Option<StatedUploadsBody>,
}

/// The files that will be uploaded: at least one.
#[derive(ToSchema)]
#[schema(as = StatedUploads)]
pub struct StatedUploadsBody {
    /// The side with the portrait; a passport's data page.
    pub front: Option<StatedUploadBody>,
    /// The other side.
    pub back: Option<StatedUploadBody>,
}

/// A file that will be uploaded.
#[derive(ToSchema)]
#[schema(as = StatedUpload)]
pub struct StatedUploadBody {
    /// `image/jpeg` or `image/png`, in any case.
    #[schema(example = "image/jpeg", pattern = r"^\s*[Ii][Mm][Aa][Gg][Ee]/([Jj][Pp][Ee][Gg]|[Pp][Nn][Gg])\s*$")]
    pub content_type: String,
    /// The number of its bytes: at most 10 MiB.
    #[schema(example = 482113, minimum = 1, maximum = 10485760)]
    pub size_bytes: u32,
    /// Its SHA-256 digest, in hexadecimal.
    #[schema(
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        pattern = "^[0-9A-Fa-f]{64}$"
    )]
    pub sha256: String,
}

pub struct DelegateScoringRequest {
    pub id: ScoringId,
    /// `None` if nothing was stated.
    pub uploads: Option<Vec<(Side, StatedPicture)>>,
}

impl ParseRequest for DelegateScoringRequest {
    const BODY: BodyKind = BodyKind::OptionalJson(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("scoring_id", faults);
        let body = request.body(faults);
        let uploads = body.and_then(|body| body.object("uploads", faults)).map(|uploads| stated(&uploads, faults));
        Some(Self { id: id?, uploads })
    }
}

fn stated(uploads: &Fields<'_>, faults: &mut Faults) -> Vec<(Side, StatedPicture)> {
    if !Side::ALL.iter().any(|side| uploads.has(side.part())) {
        faults.add(uploads.own_place(), "has neither front nor back");
    }
    let picture = |side: Side| {
        let file = uploads.object(side.part(), faults)?;
        let format = file.required_text("content_type", faults).map(|ContentType(format)| format);
        if !file.has("size_bytes") {
            file.missing("size_bytes", faults);
        }
        let size: Option<PictureSize> = file.integer("size_bytes", faults);
        let sha256: Option<Sha256Digest> = file.required_text("sha256", faults);
        Some((side, StatedPicture { format: format?, size: size?, sha256: sha256? }))
    };
    Side::ALL.iter().copied().filter_map(picture).collect()
}

/// A picture's type, in any case.
struct ContentType(PictureFormat);

impl FromStr for ContentType {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let format = text.to_ascii_lowercase().parse();
        format.map(Self).map_err(|Invalid(_)| Invalid("is neither image/jpeg nor image/png"))
    }
}

pub struct DeleteScoringRequest {
    pub id: ScoringId,
    pub forced: bool,
}

impl ParseRequest for DeleteScoringRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("scoring_id", faults);
        let forced = force(request, faults);
        Some(Self { id: id?, forced: forced? })
    }
}

pub struct CreateScoringRequest {
    pub command: CreateScoring,
    pub idempotency: Option<Idempotency>,
}

impl ParseRequest for CreateScoringRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let idempotency = idempotency(request, faults);
        let body = request.body(faults)?;
        if !body.has("document") {
            body.missing("document", faults);
        }
        let document = body.object("document", faults).and_then(|fields| document(&fields, faults));
        let provider: Option<Provider> = body.required_name("provider", faults);
        let expires_in = body.required_text("expires_in", faults);
        let max_retries = if body.has("max_score_retries") {
            body.integer("max_score_retries", faults)
        } else {
            Some(MaxScoreRetries::default())
        };
        let reference = read_reference(&body, faults);
        let command = CreateScoring {
            document: document?,
            provider: provider?,
            expires_in: expires_in?,
            max_retries: max_retries?,
            reference,
        };
        Some(Self { command, idempotency })
    }
}

fn document(fields: &Fields<'_>, faults: &mut Faults) -> Option<DocumentKind> {
    let document_type = fields.required_name("type", faults);
    let country = fields.required_name("country", faults);
    Some(DocumentKind { document_type: document_type?, country: country? })
}
