//! The bodies of `create_otp_identification` and `create_otp_code`.

mod needs;

use acredita_domain::{
    idempotency::Idempotency,
    ids::AdminIdentificationId,
    use_cases::{CodeToDeliver, CreateOtp},
};
use acredita_http::{
    Faults, ParseRequest, Place, RequestReader,
    actor::{ActorBody, required_actor},
    admin::admin_id,
    answers::Rfc3339,
    idempotency::idempotency,
    otp::{ChannelBody, Needed, OtpFields, TwoFactorType, read_otp},
    reference::{ClientMetadataBody, ClientReferenceIdBody, read_reference},
    request::{BodyKind, MAX_JSON},
    schemas::Lifetime,
};
use serde::Serialize;
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// Asks for a one-time code.
#[derive(ToSchema)]
pub struct CreateOtpFields {
    /// The person to identify.
    pub actor: ActorBody,
    /// How long it can be validated.
    #[schema(value_type = Lifetime)]
    pub expires_in: String,
    /// What the person has to know or show in addition to the code.
    pub two_factor_type: Option<TwoFactorType>,
    /// The way the code is delivered.
    pub channel: ChannelBody,
    /// Your own id.
    #[schema(value_type = Option<ClientReferenceIdBody>)]
    pub client_reference_id: Option<String>,
    /// Your own texts.
    pub metadata: Option<ClientMetadataBody>,
}

/// These fields, with what the actor has to have for each channel and second factor.
pub struct CreateOtpBody;

impl ToSchema for CreateOtpBody {
    fn name() -> Cow<'static, str> {
        "CreateOtpBody".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        CreateOtpFields::schemas(schemas);
    }
}

impl PartialSchema for CreateOtpBody {
    fn schema() -> RefOr<Schema> {
        let mut schema = CreateOtpFields::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.extensions = Some([needs::keyword()].into_iter().collect());
        }
        schema
    }
}

/// A new code: the caller delivers it.
#[derive(Serialize, ToSchema)]
pub struct OtpCodeAnswer {
    /// The code. It takes the place of the one before.
    #[schema(example = "k7m2pq")]
    pub code: String,
    /// The time from which the code is no longer accepted.
    #[schema(value_type = String, format = DateTime)]
    pub code_expires_at: Rfc3339,
}

impl From<CodeToDeliver> for OtpCodeAnswer {
    fn from(CodeToDeliver { code, expires_at }: CodeToDeliver) -> Self {
        Self { code: code.expose().to_owned(), code_expires_at: Rfc3339(expires_at) }
    }
}

pub struct CreateOtpCodeRequest {
    pub id: AdminIdentificationId,
    pub idempotency: Option<Idempotency>,
}

impl ParseRequest for CreateOtpCodeRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = admin_id(request, faults);
        let idempotency = idempotency(request, faults);
        Some(Self { id: id?, idempotency })
    }
}

pub struct CreateOtpRequest {
    pub command: CreateOtp,
    pub idempotency: Option<Idempotency>,
}

impl ParseRequest for CreateOtpRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let idempotency = idempotency(request, faults);
        let body = request.body(faults)?;
        let actor = required_actor(&body, faults);
        let expires_in = body.required_text("expires_in", faults);
        let terms = OtpFields { fields: &body, second_factor: "two_factor_type", lacking };
        let (delivery, second_factor) = read_otp(terms, actor.as_ref(), faults);
        let reference = read_reference(&body, faults);
        let command =
            CreateOtp { actor: actor?, delivery: delivery?, second_factor, reference, expires_in: expires_in? };
        Some(Self { command, idempotency })
    }
}

/// What is missing is reported where it belongs.
fn lacking(needed: Needed, _: Place) -> (Place, &'static str) {
    (Place::Body(needed.pointer().to_owned()), "is required")
}
