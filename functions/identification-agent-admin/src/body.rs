//! The body of `create_agent_identification`.

use acredita_domain::{idempotency::Idempotency, use_cases::CreateAgent};
use acredita_http::{
    Faults, ParseRequest, RequestReader,
    actor::{ActorBody, required_actor},
    agent::{AgentTerms, MidniBody, read_agent_terms},
    idempotency::idempotency,
    reference::{ClientMetadataBody, ClientReferenceIdBody, read_reference},
    request::{BodyKind, MAX_JSON},
    schemas::Lifetime,
};
use utoipa::ToSchema;

/// Asks for a shop agent's confirmation.
#[derive(ToSchema)]
pub struct CreateAgentBody {
    /// The person to identify.
    pub actor: ActorBody,
    /// Whether the agent takes a picture of the person's document as evidence. Default: false.
    pub personal_document_image: Option<bool>,
    /// Whether the person may show the DNI on their phone. Default: `ACCEPTED`.
    #[schema(value_type = Option<MidniBody>)]
    pub midni: Option<String>,
    /// How long it can be validated.
    #[schema(value_type = Lifetime)]
    pub expires_in: String,
    /// Your own id.
    #[schema(value_type = Option<ClientReferenceIdBody>)]
    pub client_reference_id: Option<String>,
    /// Your own texts.
    pub metadata: Option<ClientMetadataBody>,
}

pub struct CreateAgentRequest {
    pub command: CreateAgent,
    pub idempotency: Option<Idempotency>,
}

impl ParseRequest for CreateAgentRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let idempotency = idempotency(request, faults);
        let body = request.body(faults)?;
        let actor = required_actor(&body, faults);
        let AgentTerms { personal_document_image, midni } = read_agent_terms(&body, faults);
        let expires_in = body.required_text("expires_in", faults);
        let reference = read_reference(&body, faults);
        Some(Self {
            command: CreateAgent { actor: actor?, personal_document_image, midni, reference, expires_in: expires_in? },
            idempotency,
        })
    }
}
