//! The bodies of `create_otp_identification` and `create_otp_code`.

mod needs;

use acredita_domain::{
    actor::Actor,
    idempotency::Idempotency,
    ids::AdminIdentificationId,
    otp::{Channel, Delivery, Destination, SecondFactor},
    use_cases::{CodeToDeliver, CreateOtp},
};
use acredita_http::{
    Faults, Fields, ParseRequest, Place, RequestReader,
    actor::{ActorBody, required_actor},
    admin::admin_id,
    answers::Rfc3339,
    idempotency::idempotency,
    reference::{ClientMetadataBody, ClientReferenceIdBody, read_reference},
    request::{BodyKind, MAX_JSON},
    schemas::{BooleanOrText, Lifetime},
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

acredita_http::schema_of_names! {
    /// Second factors.
    TwoFactorType as "TwoFactorType": SecondFactor
}

/// The way a code is delivered.
#[derive(ToSchema)]
#[schema(as = Channel)]
pub struct ChannelBody {
    /// The medium.
    pub r#type: ChannelType,
    /// Whether the caller delivers the code. Default: false.
    #[schema(value_type = Option<BooleanOrText>)]
    pub external: Option<bool>,
}

acredita_http::schema_of_names! {
    /// Media that a code is delivered by.
    ChannelType as "ChannelType": Channel
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
        let second_factor = second_factor(&body, actor.as_ref(), faults);
        let delivery = delivery(&body, actor.as_ref(), faults);
        let channel = delivery.as_ref().map(Delivery::channel);
        if second_factor.zip(channel).is_some_and(|(factor, channel)| !factor.differs_from(channel)) {
            faults.add(body.place("two_factor_type"), "proves nothing that the channel does not");
        }
        let reference = read_reference(&body, faults);
        let command =
            CreateOtp { actor: actor?, delivery: delivery?, second_factor, reference, expires_in: expires_in? };
        Some(Self { command, idempotency })
    }
}

/// Reads the second factor, and checks that the actor has what it asks for.
fn second_factor(body: &Fields<'_>, actor: Option<&Actor>, faults: &mut Faults) -> Option<SecondFactor> {
    let factor: SecondFactor = body.name("two_factor_type", faults)?;
    let document_number = actor.and_then(|actor| actor.identity_document.as_ref()?.document_number.as_ref());
    match factor {
        SecondFactor::DocumentNumber | SecondFactor::PersonalDocumentImage => {
            require(body, "identity_document/document_number", actor.is_none() || document_number.is_some(), faults);
        }
        SecondFactor::Email => require(body, "email", actor.is_none_or(|actor| actor.email.is_some()), faults),
    }
    Some(factor)
}

/// Reads who delivers, and checks that the actor can be reached there.
fn delivery(body: &Fields<'_>, actor: Option<&Actor>, faults: &mut Faults) -> Option<Delivery> {
    if !body.has("channel") {
        body.missing("channel", faults);
    }
    let fields = body.object("channel", faults)?;
    let channel: Option<Channel> = fields.required_name("type", faults);
    let external = fields.boolean_or_text("external", faults).unwrap_or(false);
    let channel = channel?;
    let destination = Destination::of(actor?, channel);
    let needed = if channel == Channel::Email { "email" } else { "msisdn" };
    require(body, needed, destination.is_some() || (external && channel != Channel::Email), faults);
    if external { Some(Delivery::External(channel)) } else { destination.map(Delivery::Sent) }
}

/// Reports a missing field of the actor once, unless it is present and already known to be wrong.
fn require(body: &Fields<'_>, field: &str, is_there: bool, faults: &mut Faults) {
    let Place::Body(pointer) = body.place(&format!("actor/{field}")) else {
        return;
    };
    if !is_there && !faults.has_at_or_below(&pointer) {
        faults.add(Place::Body(pointer), "is required");
    }
}
