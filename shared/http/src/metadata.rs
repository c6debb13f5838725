//! What the actor's side sees of an identification, by its method.

use crate::answers::{CommonMetadata, Rfc3339};
use acredita_domain::{
    Error,
    code::{CodeAlphabet, CodeFormat},
    delivery::{DeliveryState, DeliveryStatus},
    identification::{Method, Midni, Status},
    ids::ScoringId,
    otp::{Channel, Delivery, SecondFactor},
    review::ReviewStatus,
    scoring::{ConfigurationName, Provider, ScoringStatus},
    use_cases::Metadata,
};
use serde::Serialize;
use utoipa::ToSchema;

/// An identification as the actor's side sees it.
#[derive(Serialize, ToSchema)]
pub struct AgentMetadata {
    #[serde(flatten)]
    pub common: CommonMetadata,
    /// Whether the agent takes a picture.
    pub personal_document_image: bool,
    /// Whether the person may show the DNI on their phone: `ACCEPTED`, `REQUIRED` or `REFUSED`.
    #[schema(value_type = String, example = "ACCEPTED")]
    pub midni: Midni,
}

impl TryFrom<&Metadata> for AgentMetadata {
    type Error = Error;

    fn try_from(metadata: &Metadata) -> Result<Self, Error> {
        let Method::Agent { personal_document_image, midni } = metadata.identification.method else {
            return Err(Error::NotFound("identification"));
        };
        Ok(Self { common: metadata.into(), personal_document_image, midni })
    }
}

/// An identification as the actor's side sees it.
#[derive(Serialize, ToSchema)]
pub struct OtpMetadata {
    #[serde(flatten)]
    pub common: CommonMetadata,
    /// The second factor that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "DOCUMENT_NUMBER")]
    pub two_factor_type: Option<SecondFactor>,
    /// The way the code is delivered.
    pub channel: ChannelMetadata,
    /// The shape of the code, for the keyboard and the field to show.
    pub code_format: CodeFormatMetadata,
    /// How far the code has come, if we send it: that of the latest message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub delivery: Option<DeliveryMetadata>,
    /// How many wrong tries are left.
    pub attempts_left: u32,
    /// When a resend becomes possible; absent when no more resends are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub resend_available_at: Option<Rfc3339>,
}

/// The way a code is delivered.
#[derive(Serialize, ToSchema)]
pub struct ChannelMetadata {
    /// `SMS`, `EMAIL` or `WHATSAPP`.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "SMS")]
    pub channel: Channel,
    /// Whether the caller delivers the code.
    pub external: bool,
}

/// How far a message has come.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryMetadata {
    /// `PENDING`, `SENT`, `DELIVERED` or `FAILED`.
    #[schema(value_type = String, example = "SENT")]
    pub status: DeliveryStatus,
    /// `SMS`, `EMAIL` or `WHATSAPP`.
    #[schema(value_type = String, example = "SMS")]
    pub channel: Channel,
    /// When that became known.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Rfc3339,
}

/// The shape of a code.
#[derive(Serialize, ToSchema)]
pub struct CodeFormatMetadata {
    /// How many characters.
    #[schema(example = 6)]
    pub length: usize,
    /// `ALPHANUMERIC`: digits and letters, without those that people mix up. `DIGITS`: digits only.
    #[schema(value_type = String, example = "ALPHANUMERIC")]
    pub alphabet: CodeAlphabet,
}

impl From<CodeFormat> for CodeFormatMetadata {
    fn from(format: CodeFormat) -> Self {
        Self { length: format.length(), alphabet: format.alphabet() }
    }
}

impl TryFrom<&Metadata> for OtpMetadata {
    type Error = Error;

    fn try_from(metadata: &Metadata) -> Result<Self, Error> {
        let otp = metadata.identification.otp().ok_or(Error::NotFound("identification"))?;
        let open = metadata.identification.status(metadata.now) == Status::Created;
        Ok(Self {
            common: metadata.into(),
            two_factor_type: otp.second_factor,
            channel: ChannelMetadata {
                channel: otp.delivery.channel(),
                external: matches!(otp.delivery, Delivery::External(_)),
            },
            code_format: otp.code_format.into(),
            delivery: otp.delivery_state().map(|DeliveryState { status, updated_at, .. }| DeliveryMetadata {
                status,
                channel: otp.channel(),
                updated_at: Rfc3339(updated_at),
            }),
            attempts_left: metadata.identification.attempts_left(metadata.now).unwrap_or_default(),
            resend_available_at: otp.resend_available_at().filter(|_| open).map(Rfc3339),
        })
    }
}

/// An identification as the actor's side sees it.
#[derive(Serialize, ToSchema)]
pub struct IdentityDocumentMetadata {
    #[serde(flatten)]
    pub common: CommonMetadata,
    /// `LOW`, `MEDIUM` or `HIGH`.
    #[schema(value_type = String, example = "MEDIUM")]
    pub configuration_name: ConfigurationName,
    /// The scoring that was created with it.
    pub scoring: LinkedScoringMetadata,
    /// The review of its score, if there is one: until it is decided the identification cannot be validated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub review: Option<ReviewMetadata>,
}

/// The review of a score. Who reviews, and why, is the back office's.
#[derive(Serialize, ToSchema)]
#[schema(as = ReviewOfScore)]
pub struct ReviewMetadata {
    /// `OPEN`, `CLAIMED`, `APPROVED`, `REJECTED` or `WITHDRAWN`.
    #[schema(value_type = String, example = "OPEN")]
    pub status: ReviewStatus,
}

/// The linked scoring.
#[derive(Serialize, ToSchema)]
pub struct LinkedScoringMetadata {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub scoring_id: ScoringId,
    /// Who scores.
    #[schema(value_type = String, example = "INTERNAL")]
    pub provider: Provider,
    /// Its status.
    #[schema(value_type = String, example = "CREATED")]
    pub status: ScoringStatus,
}

impl TryFrom<&Metadata> for IdentityDocumentMetadata {
    type Error = Error;

    fn try_from(metadata: &Metadata) -> Result<Self, Error> {
        let Method::IdentityDocument { configuration, .. } = metadata.identification.method else {
            return Err(Error::NotFound("identification"));
        };
        let scoring = metadata.scoring.as_ref().ok_or(Error::Corrupt("an identity document without its scoring"))?;
        let scoring = LinkedScoringMetadata {
            scoring_id: scoring.id,
            provider: scoring.provider,
            status: scoring.status(metadata.now),
        };
        let review = metadata.identification.review_status(metadata.now).map(|status| ReviewMetadata { status });
        Ok(Self { common: metadata.into(), configuration_name: configuration, scoring, review })
    }
}
