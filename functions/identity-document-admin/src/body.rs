//! The body of `create_identity_document_identification`.

use acredita_domain::{
    actor::Actor, expires_in::ExpiresIn, idempotency::Idempotency, ids::OrgId, reference::Reference,
    scoring::ConfigurationName, use_cases::CreateIdentityDocument,
};
use acredita_http::{
    Api, ApiError, Faults, ParseRequest, Place, RequestFault, RequestReader,
    actor::{IdentityDocumentBody, Names, PartialActorBody, read_actor},
    document::{Choice, Configuration, ProviderChoice},
    idempotency::idempotency,
    reference::{ClientMetadataBody, ClientReferenceIdBody, read_reference},
    request::{BodyKind, MAX_JSON},
    schemas::{Lifetime, Text},
};
use utoipa::ToSchema;

/// Asks for a scored identity document. Every field is optional.
#[derive(ToSchema)]
pub struct CreateIdentityDocumentBody {
    /// The person to identify. Takes precedence over the flat fields.
    pub actor: Option<PartialActorBody>,
    /// Given name, if there is no `actor`.
    #[schema(value_type = Option<Text>)]
    pub name: Option<String>,
    /// Family names, if there is no `actor`.
    #[schema(value_type = Option<Text>)]
    pub last_name: Option<String>,
    /// The identity document, if there is no `actor`.
    pub identity_document: Option<IdentityDocumentBody>,
    /// The level of assurance. Default: `MEDIUM`.
    pub configuration_name: Option<Configuration>,
    /// How long it can be validated. Default: `P30D`.
    #[schema(value_type = Option<Lifetime>)]
    pub expires_in: Option<String>,
    /// Who scores.
    pub scoring: Option<ScoringBody>,
    /// Your own id.
    #[schema(value_type = Option<ClientReferenceIdBody>)]
    pub client_reference_id: Option<String>,
    /// Your own texts.
    pub metadata: Option<ClientMetadataBody>,
}

/// Who scores.
#[derive(ToSchema)]
#[schema(as = LinkedScoring)]
pub struct ScoringBody {
    /// Our own engine, or the organisation's external provider. Default: `INTERNAL`.
    pub provider: Option<ProviderChoice>,
}

pub struct CreateIdentityDocumentRequest {
    actor: Actor,
    configuration: ConfigurationName,
    reference: Reference,
    expires_in: ExpiresIn,
    choice: Choice,
    pub idempotency: Option<Idempotency>,
}

impl CreateIdentityDocumentRequest {
    /// What to create.
    pub fn command(&self, api: &Api, org: &OrgId) -> Result<CreateIdentityDocument, ApiError> {
        let fault = RequestFault {
            place: Place::Body("/scoring/provider".to_owned()),
            problem: "no external provider is configured for this organisation",
        };
        let provider = self.choice.provider(api, org).ok_or(ApiError::Faults(vec![fault]))?;
        Ok(CreateIdentityDocument {
            actor: self.actor.clone(),
            configuration: self.configuration,
            reference: self.reference.clone(),
            expires_in: self.expires_in,
            provider,
        })
    }
}

impl ParseRequest for CreateIdentityDocumentRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let idempotency = idempotency(request, faults);
        let body = request.body(faults)?;
        let actor = if body.has("actor") { body.object("actor", faults) } else { Some(body.clone()) };
        let actor = actor.map(|fields| read_actor(&fields, Names::Optional, faults));
        let configuration = body.name("configuration_name", faults).unwrap_or_default();
        let expires_in = body.text("expires_in", faults).unwrap_or(ExpiresIn::LONGEST);
        let choice = body.object("scoring", faults).and_then(|fields| fields.name("provider", faults));
        let choice = choice.unwrap_or(Choice::Internal);
        let reference = read_reference(&body, faults);
        Some(Self { actor: actor?, configuration, reference, expires_in, choice, idempotency })
    }
}
