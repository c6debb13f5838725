//! The steps in the body of a create, in both published forms.

use super::needs;
use acredita_domain::{
    Error,
    actor::Actor,
    identification::{MethodKind, Midni},
    ids::OrgId,
    otp::{Delivery, SecondFactor},
    scoring::ConfigurationName,
    use_cases::CreateStep,
};
use acredita_http::{
    Api, ApiError, Faults, Fields, Place, RequestFault,
    agent::{AgentTerms, MidniBody, read_agent_terms},
    document::{Choice, Configuration, ProviderChoice},
    otp::{ChannelBody, Needed, OtpFields, TwoFactorType, read_otp},
};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// A step: an `identification_type` with its terms, or `configuration` alone, the older form.
#[derive(ToSchema)]
pub struct StepFields {
    /// The type of identification.
    #[schema(nullable = false)]
    pub identification_type: Option<IdentificationType>,
    /// The terms of a code. Required for `OTP`.
    pub otp_step: Option<OtpStep>,
    /// The terms of a shop agent's confirmation.
    pub agent_step: Option<AgentStep>,
    /// The terms of a scored identity document.
    pub identity_document_step: Option<IdentityDocumentStep>,
    /// The older form.
    pub configuration: Option<OlderStep>,
}

/// These fields, with what each form and type requires.
pub struct StepBody;

impl ToSchema for StepBody {
    fn name() -> Cow<'static, str> {
        "CreateChainStep".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        StepFields::schemas(schemas);
    }
}

impl PartialSchema for StepBody {
    fn schema() -> RefOr<Schema> {
        let mut schema = StepFields::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.extensions = Some([needs::of_step()].into_iter().collect());
        }
        schema
    }
}

acredita_http::schema_of_names! {
    /// The types of identifications.
    IdentificationType as "IdentificationType": MethodKind
}

/// The terms of a code.
#[derive(ToSchema)]
pub struct OtpStep {
    /// What the person has to know or show in addition to the code.
    pub two_factor_type: Option<TwoFactorType>,
    /// The way the code is delivered. One that we send goes out when the step opens.
    pub channel: ChannelBody,
}

/// The terms of a shop agent's confirmation.
#[derive(ToSchema)]
pub struct AgentStep {
    /// Whether the agent takes a picture of the person's document as evidence. Default: false.
    pub personal_document_image: Option<bool>,
    /// Whether the person may show the DNI on their phone. Default: `ACCEPTED`.
    #[schema(value_type = Option<MidniBody>)]
    pub midni: Option<String>,
}

/// The terms of a scored identity document.
#[derive(ToSchema)]
pub struct IdentityDocumentStep {
    /// Our own engine, or the organisation's external provider. Default: `INTERNAL`.
    pub provider_type: Option<ProviderChoice>,
    /// The level of assurance. Default: `MEDIUM`.
    pub configuration_name: Option<Configuration>,
}

/// The older form of a step.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct OlderStep {
    /// The type of identification.
    pub identification_type: IdentificationType,
    /// What the person has to know or show in addition to the code.
    pub two_factor_type: Option<TwoFactorType>,
    /// The way the code is delivered. Required for `OTP`.
    pub channel: Option<ChannelBody>,
}

/// A step as it was read.
#[derive(Clone, Debug)]
pub enum ReadStep {
    Agent {
        personal_document_image: bool,
        midni: Midni,
    },
    Otp {
        delivery: Delivery,
        second_factor: Option<SecondFactor>,
        /// Where the caller wrote its channel.
        channel_at: Place,
    },
    IdentityDocument {
        configuration: ConfigurationName,
        choice: Choice,
    },
}

impl ReadStep {
    fn kind(&self) -> MethodKind {
        match self {
            Self::Agent { .. } => MethodKind::Agent,
            Self::Otp { .. } => MethodKind::Otp,
            Self::IdentityDocument { .. } => MethodKind::IdentityDocument,
        }
    }

    /// What to create, if this deployment and the organisation have what it needs.
    pub fn command(&self, api: &Api, org: &OrgId) -> Result<CreateStep, ApiError> {
        Ok(match self.clone() {
            Self::Agent { personal_document_image, midni } => CreateStep::Agent { personal_document_image, midni },
            Self::Otp { delivery, second_factor, channel_at } => {
                if let Err(problem) = api.app().policy.require_channel(&delivery) {
                    return Err(ApiError::Faults(vec![RequestFault { place: channel_at, problem: problem.0 }]));
                }
                CreateStep::Otp { delivery, second_factor }
            }
            Self::IdentityDocument { configuration, choice } => {
                let none = || api.refused(Error::NotFound("external provider for this organisation"));
                CreateStep::IdentityDocument { configuration, provider: choice.provider(api, org).ok_or_else(none)? }
            }
        })
    }
}

/// The steps of a body. The actor has to have what each of them needs.
pub fn read_sequence(body: &Fields<'_>, actor: Option<&Actor>, faults: &mut Faults) -> Option<Vec<ReadStep>> {
    if !body.has("sequence") {
        body.missing("sequence", faults);
    }
    let most = MethodKind::ALL.len();
    let steps = body.objects("sequence", most, "has more than 3 steps", faults)?;
    if steps.is_empty() {
        faults.add(body.place("sequence"), "has no step");
    }
    let mut read: Vec<Option<ReadStep>> = Vec::with_capacity(steps.len());
    for fields in &steps {
        let step = read_step(fields, actor, faults);
        let is_repeated = |kind| read.iter().flatten().any(|earlier| earlier.kind() == kind);
        if step.as_ref().is_some_and(|step| is_repeated(step.kind())) {
            faults.add(kind_place(fields), "is the type of an earlier step");
        }
        read.push(step);
    }
    read.into_iter().collect()
}

/// Whether a step is written in the older form.
fn is_older(fields: &Fields<'_>) -> bool {
    fields.has("configuration") && !fields.has("identification_type")
}

fn kind_place(fields: &Fields<'_>) -> Place {
    fields.place(if is_older(fields) { "configuration/identificationType" } else { "identification_type" })
}

fn read_step(fields: &Fields<'_>, actor: Option<&Actor>, faults: &mut Faults) -> Option<ReadStep> {
    if is_older(fields) {
        return read_older(&fields.object("configuration", faults)?, actor, faults);
    }
    match fields.required_name("identification_type", faults)? {
        MethodKind::Agent => Some(read_agent(fields.object("agent_step", faults).as_ref(), faults)),
        MethodKind::Otp => {
            if !fields.has("otp_step") {
                fields.missing("otp_step", faults);
            }
            read_code(&fields.object("otp_step", faults)?, "two_factor_type", actor, faults)
        }
        MethodKind::IdentityDocument => {
            Some(read_document(fields.object("identity_document_step", faults).as_ref(), faults))
        }
    }
}

fn read_older(fields: &Fields<'_>, actor: Option<&Actor>, faults: &mut Faults) -> Option<ReadStep> {
    match fields.required_name("identificationType", faults)? {
        MethodKind::Agent => Some(read_agent(None, faults)),
        MethodKind::Otp => read_code(fields, "twoFactorType", actor, faults),
        MethodKind::IdentityDocument => Some(read_document(None, faults)),
    }
}

fn read_agent(fields: Option<&Fields<'_>>, faults: &mut Faults) -> ReadStep {
    let terms = fields.map(|fields| read_agent_terms(fields, faults)).unwrap_or_default();
    let AgentTerms { personal_document_image, midni } = terms;
    ReadStep::Agent { personal_document_image, midni }
}

fn read_code(
    fields: &Fields<'_>,
    second_factor: &'static str,
    actor: Option<&Actor>,
    faults: &mut Faults,
) -> Option<ReadStep> {
    let (delivery, second_factor) = read_otp(OtpFields { fields, second_factor, lacking }, actor, faults);
    Some(ReadStep::Otp { delivery: delivery?, second_factor, channel_at: fields.place("channel/type") })
}

fn read_document(fields: Option<&Fields<'_>>, faults: &mut Faults) -> ReadStep {
    let choice = fields.and_then(|fields| fields.name("provider_type", faults)).unwrap_or(Choice::Internal);
    let configuration = fields.and_then(|fields| fields.name("configuration_name", faults)).unwrap_or_default();
    ReadStep::IdentityDocument { configuration, choice }
}

/// What is missing is reported at the step that asks for it: another one may not.
fn lacking(needed: Needed, asked: Place) -> (Place, &'static str) {
    let problem = match needed {
        Needed::DocumentNumber => "needs /actor/identity_document/document_number",
        Needed::Email => "needs /actor/email",
        Needed::Msisdn => "needs /actor/msisdn",
    };
    (asked, problem)
}
