//! The requests and answers about chains on the back office's side.

mod needs;
pub mod steps;

use acredita_domain::{
    actor::Actor,
    expires_in::ExpiresIn,
    idempotency::Idempotency,
    identification::{MethodKind, Status},
    ids::{AdminChainId, AdminIdentificationId, ChainId, IdentificationId, OrgId, ScoringId},
    reference::Reference,
    text::CancellationReason,
    use_cases::{ChainCreated, CreateChain, StepCreated},
};
use acredita_http::{
    Api, ApiError, Faults, ParseRequest, RequestReader,
    actor::{ActorBody, required_actor},
    admin,
    answers::Rfc3339,
    device::user_agent,
    idempotency::idempotency,
    reference::{ClientMetadataBody, ClientReferenceIdBody, read_reference},
    request::{BodyKind, MAX_JSON},
    schemas::Lifetime,
};
use serde::Serialize;
use std::borrow::Cow;
use steps::{ReadStep, StepBody, read_sequence};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// Asks for several identifications of one person, in an order.
#[derive(ToSchema)]
pub struct CreateChainFields {
    /// The person to identify.
    pub actor: ActorBody,
    /// How long it can be validated.
    #[schema(value_type = Lifetime)]
    pub expires_in: String,
    /// The steps, in their order: each type at most once.
    #[schema(min_items = 1, max_items = 3)]
    pub sequence: Vec<StepBody>,
    /// Your own id.
    #[schema(value_type = Option<ClientReferenceIdBody>)]
    pub client_reference_id: Option<String>,
    /// Your own texts.
    pub metadata: Option<ClientMetadataBody>,
}

/// These fields, with what the actor has to have for each step.
pub struct CreateChainBody;

impl ToSchema for CreateChainBody {
    fn name() -> Cow<'static, str> {
        "CreateChainBody".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        CreateChainFields::schemas(schemas);
    }
}

impl PartialSchema for CreateChainBody {
    fn schema() -> RefOr<Schema> {
        let mut schema = CreateChainFields::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.extensions = Some([needs::keyword()].into_iter().collect());
        }
        schema
    }
}

pub struct CreateChainRequest {
    actor: Actor,
    sequence: Vec<ReadStep>,
    reference: Reference,
    expires_in: ExpiresIn,
    pub idempotency: Option<Idempotency>,
}

impl CreateChainRequest {
    /// What to create.
    pub fn command(&self, api: &Api, org: &OrgId) -> Result<CreateChain, ApiError> {
        Ok(CreateChain {
            actor: self.actor.clone(),
            sequence: self.sequence.iter().map(|step| step.command(api, org)).collect::<Result<_, _>>()?,
            reference: self.reference.clone(),
            expires_in: self.expires_in,
        })
    }
}

impl ParseRequest for CreateChainRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let user_agent = user_agent(request, faults);
        let idempotency = idempotency(request, faults);
        let body = request.body(faults)?;
        let actor = required_actor(&body, faults);
        let expires_in = body.required_text("expires_in", faults);
        let sequence = read_sequence(&body, actor.as_ref(), faults);
        let reference = read_reference(&body, faults);
        user_agent?;
        Some(Self { actor: actor?, sequence: sequence?, reference, expires_in: expires_in?, idempotency })
    }
}

/// A new chain.
#[derive(Serialize, ToSchema)]
pub struct CreatedChain {
    /// The actor's side: read, validate.
    #[schema(value_type = uuid::Uuid)]
    pub identification_chain_id: ChainId,
    /// The back office's handle: cancel, close, delete.
    #[schema(value_type = uuid::Uuid)]
    pub admin_identification_chain_id: AdminChainId,
    /// `CREATED`.
    #[schema(value_type = String, example = "CREATED")]
    pub status: Status,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Rfc3339,
    /// The time from which it cannot be validated.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Rfc3339,
    /// The index of the open step: 0.
    #[schema(example = 0)]
    pub current_step: usize,
    /// The steps, in their order.
    pub sequence: Vec<CreatedStep>,
}

/// A new step of a chain: an identification with ids of its own.
#[derive(Serialize, ToSchema)]
pub struct CreatedStep {
    /// `AGENT`, `OTP` or `IDENTITY_DOCUMENT`.
    #[schema(value_type = String, example = "OTP")]
    pub identification_type: MethodKind,
    /// `CREATED`.
    #[schema(value_type = String, example = "CREATED")]
    pub status: Status,
    /// The actor's side: metadata, validate, resend.
    #[schema(value_type = uuid::Uuid)]
    pub identification_id: IdentificationId,
    /// The back office's handle: a new code for you to deliver. It is cancelled, closed and deleted with its chain.
    #[schema(value_type = uuid::Uuid)]
    pub admin_identification_id: AdminIdentificationId,
    /// The linked scoring, for an identity document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<uuid::Uuid>)]
    pub scoring_id: Option<ScoringId>,
    /// The code, if the channel is external: the caller delivers it, and it is good from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "k7m2pq")]
    pub code: Option<String>,
    /// The time from which the code is no longer accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub code_expires_at: Option<Rfc3339>,
}

impl From<ChainCreated> for CreatedChain {
    fn from(created: ChainCreated) -> Self {
        Self {
            identification_chain_id: created.id,
            admin_identification_chain_id: created.admin_id,
            status: Status::Created,
            created_at: Rfc3339(created.created_at),
            expires_at: Rfc3339(created.expires_at),
            current_step: 0,
            sequence: created.steps.into_iter().map(CreatedStep::from).collect(),
        }
    }
}

impl From<StepCreated> for CreatedStep {
    fn from(step: StepCreated) -> Self {
        Self {
            identification_type: step.kind,
            status: Status::Created,
            identification_id: step.id,
            admin_identification_id: step.admin_id,
            scoring_id: step.scoring_id,
            code_expires_at: step.code.as_ref().map(|code| Rfc3339(code.expires_at)),
            code: step.code.map(|code| code.code.expose().to_owned()),
        }
    }
}

pub struct CancelChainRequest {
    pub id: AdminChainId,
    pub reason: CancellationReason,
}

impl ParseRequest for CancelChainRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = admin_chain_id(request, faults);
        let reason = request.body(faults).and_then(|body| body.required_text("reason", faults));
        Some(Self { id: id?, reason: reason? })
    }
}

pub struct CloseChainRequest {
    pub id: AdminChainId,
}

impl ParseRequest for CloseChainRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        Some(Self { id: admin_chain_id(request, faults)? })
    }
}

pub struct DeleteChainRequest {
    pub id: AdminChainId,
    /// Whether force was asked for.
    pub forced: bool,
}

impl ParseRequest for DeleteChainRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = admin_chain_id(request, faults);
        let forced = admin::force(request, faults);
        Some(Self { id: id?, forced: forced? })
    }
}

fn admin_chain_id(request: &RequestReader<'_>, faults: &mut Faults) -> Option<AdminChainId> {
    request.path("admin_identification_chain_id", faults)
}
