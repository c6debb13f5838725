//! The requests and answers about chains on the actor's side.

use acredita_domain::{
    Error,
    device::DeviceEvidence,
    identification::{MethodKind, Midni, Status},
    ids::{ChainId, IdentificationId},
    otp::SecondFactor,
    scoring::ConfigurationName,
    use_cases::{Metadata, ReadChain},
};
use acredita_http::{
    Faults, ParseRequest, RequestReader,
    answers::{MaskedActor, Rfc3339},
    device::{device_evidence, user_agent},
    metadata::{
        AgentMetadata, ChannelMetadata, CodeFormatMetadata, IdentityDocumentMetadata, LinkedScoringMetadata,
        OtpMetadata, ReviewMetadata,
    },
    request::BodyKind,
};
use serde::Serialize;
use utoipa::ToSchema;

pub struct ReadChainRequest {
    pub id: ChainId,
}

impl ParseRequest for ReadChainRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("identification_chain_id", faults);
        user_agent(request, faults)?;
        Some(Self { id: id? })
    }
}

pub struct ValidateChainRequest {
    pub id: ChainId,
    pub device: DeviceEvidence,
}

impl ParseRequest for ValidateChainRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("identification_chain_id", faults);
        let device = device_evidence(request, faults);
        Some(Self { id: id?, device: device? })
    }
}

/// A chain as the actor's side sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Chain)]
pub struct ChainAnswer {
    /// The actor's side.
    #[schema(value_type = uuid::Uuid)]
    pub identification_chain_id: ChainId,
    /// Its status.
    #[schema(value_type = String, example = "CREATED")]
    pub status: Status,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Rfc3339,
    /// The time from which it cannot be validated.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Rfc3339,
    /// The index of the open step; the number of steps when all are `VALIDATED`.
    #[schema(example = 0)]
    pub current_step: usize,
    /// The person, masked.
    pub actor: MaskedActor,
    /// The steps, in their order.
    pub sequence: Vec<ChainStepAnswer>,
}

/// A step as the actor's side sees it: what the metadata of its identification shows.
#[derive(Serialize, ToSchema)]
#[schema(as = ChainStep)]
pub struct ChainStepAnswer {
    /// `AGENT`, `OTP` or `IDENTITY_DOCUMENT`.
    #[schema(value_type = String, example = "OTP")]
    pub identification_type: MethodKind,
    /// Its status.
    #[schema(value_type = String, example = "CREATED")]
    pub status: Status,
    /// The actor's side.
    #[schema(value_type = uuid::Uuid)]
    pub identification_id: IdentificationId,
    #[serde(flatten)]
    pub terms: StepTerms,
}

/// What a step asks for, by its type.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = ChainStepTerms)]
pub struct StepTerms {
    /// Of an agent: whether a picture is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub personal_document_image: Option<bool>,
    /// Of an agent: whether the person may show the DNI on their phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "ACCEPTED")]
    pub midni: Option<Midni>,
    /// Of a code: the second factor that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "DOCUMENT_NUMBER")]
    pub two_factor_type: Option<SecondFactor>,
    /// The way the code is delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub channel: Option<ChannelMetadata>,
    /// The shape of the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code_format: Option<CodeFormatMetadata>,
    /// How many wrong tries are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub attempts_left: Option<u32>,
    /// When a resend becomes possible; absent when it is not, as before the step opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub resend_available_at: Option<Rfc3339>,
    /// Of an identity document: `LOW`, `MEDIUM` or `HIGH`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "MEDIUM")]
    pub configuration_name: Option<ConfigurationName>,
    /// The scoring that was created with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub scoring: Option<LinkedScoringMetadata>,
    /// The review of its score, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub review: Option<ReviewMetadata>,
}

impl TryFrom<&ReadChain> for ChainAnswer {
    type Error = Error;

    fn try_from(ReadChain { chain, status, steps }: &ReadChain) -> Result<Self, Error> {
        let first = &steps.first().ok_or(Error::Corrupt("a chain without a step"))?.identification;
        let asks_for_email = first.membership.is_some_and(|place| place.asks_for_email);
        Ok(Self {
            identification_chain_id: chain.id,
            status: *status,
            created_at: Rfc3339(chain.created_at),
            expires_at: Rfc3339(chain.expires_at),
            current_step: chain.current_step,
            // The steps are of one person.
            actor: MaskedActor::of(&first.actor, asks_for_email),
            sequence: steps.iter().map(ChainStepAnswer::try_from).collect::<Result<_, _>>()?,
        })
    }
}

impl TryFrom<&Metadata> for ChainStepAnswer {
    type Error = Error;

    fn try_from(metadata: &Metadata) -> Result<Self, Error> {
        let identification = &metadata.identification;
        Ok(Self {
            identification_type: identification.method.kind(),
            status: identification.status(metadata.now),
            identification_id: identification.id,
            terms: terms(metadata)?,
        })
    }
}

fn terms(metadata: &Metadata) -> Result<StepTerms, Error> {
    Ok(match metadata.identification.method.kind() {
        MethodKind::Agent => {
            let AgentMetadata { personal_document_image, midni, .. } = metadata.try_into()?;
            StepTerms {
                personal_document_image: Some(personal_document_image),
                midni: Some(midni),
                ..StepTerms::default()
            }
        }
        MethodKind::Otp => {
            let otp = OtpMetadata::try_from(metadata)?;
            StepTerms {
                two_factor_type: otp.two_factor_type,
                channel: Some(otp.channel),
                code_format: Some(otp.code_format),
                attempts_left: Some(otp.attempts_left),
                resend_available_at: otp.resend_available_at,
                ..StepTerms::default()
            }
        }
        MethodKind::IdentityDocument => {
            let document = IdentityDocumentMetadata::try_from(metadata)?;
            StepTerms {
                configuration_name: Some(document.configuration_name),
                scoring: Some(document.scoring),
                review: document.review,
                ..StepTerms::default()
            }
        }
    })
}
