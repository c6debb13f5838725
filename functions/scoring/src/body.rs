//! The bodies of the scoring operations.

use acredita_domain::{
    idempotency::Idempotency,
    ids::ScoringId,
    scoring::{DocumentKind, MaxScoreRetries, Provider},
    use_cases::CreateScoring,
};
use acredita_http::{
    Faults, Fields, ParseRequest, RequestReader,
    actor::DocumentTypeBody,
    admin::force,
    idempotency::idempotency,
    request::{BodyKind, MAX_JSON},
};
use utoipa::ToSchema;

/// Asks for a document to be scored.
#[derive(ToSchema)]
pub struct CreateScoringBody {
    /// The document to expect.
    pub document: DocumentBody,
    /// The provider. One that is not configured for the organisation in this deployment is answered 404.
    pub provider: ProviderBody,
    /// ISO 8601, from 1 minute to 30 days.
    #[schema(example = "PT1H")]
    pub expires_in: String,
    /// How many scores are allowed, from 1 to 10. Default: 5.
    #[schema(example = 5, minimum = 1, maximum = 10)]
    pub max_score_retries: Option<u32>,
}

/// The document to expect.
#[derive(ToSchema)]
#[schema(as = ExpectedDocument)]
pub struct DocumentBody {
    /// Its type.
    pub r#type: DocumentTypeBody,
    /// ISO 3166-1 alpha-2, in any case.
    #[schema(example = "ES", pattern = "^[A-Za-z]{2}$")]
    pub country: String,
}

acredita_http::schema_of_names! {
    /// The providers.
    ProviderBody as "Provider": Provider
}

/// The pictures of a document: JPEG or PNG, at most 10 MiB and 50 megapixels each. One of the sides may be missing.
#[derive(ToSchema)]
pub struct ScoreBody {
    /// The side with the portrait; a passport's data page.
    #[schema(value_type = Option<String>, format = Binary)]
    pub front: Option<Vec<u8>>,
    /// The other side.
    #[schema(value_type = Option<String>, format = Binary)]
    pub back: Option<Vec<u8>>,
}

pub struct DeleteScoringRequest {
    pub id: ScoringId,
    pub force: bool,
}

impl ParseRequest for DeleteScoringRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("scoring_id", faults);
        let force = force(request, faults);
        Some(Self { id: id?, force: force? })
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
        let command = CreateScoring {
            document: document?,
            provider: provider?,
            expires_in: expires_in?,
            max_retries: max_retries?,
        };
        Some(Self { command, idempotency })
    }
}

fn document(fields: &Fields<'_>, faults: &mut Faults) -> Option<DocumentKind> {
    let document_type = fields.required_name("type", faults);
    let country = fields.required_name("country", faults);
    Some(DocumentKind { document_type: document_type?, country: country? })
}
