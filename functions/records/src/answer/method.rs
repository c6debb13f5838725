//! What was asked for, and what became of the messages that this took.

use acredita_domain::{
    delivery::{DeliveryFailure, DeliveryState, DeliveryStatus},
    identification::{Method, MethodKind, Midni},
    otp::{Channel, Delivery, SecondFactor},
    ports::FoundIdentification,
    scoring::{ConfigurationName, Provider},
};
use acredita_http::{answers::Rfc3339, metadata::ChannelMetadata};
use serde::Serialize;
use utoipa::ToSchema;

/// What was asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordMethod)]
pub struct MethodAnswer {
    /// `AGENT`, `OTP` or `IDENTITY_DOCUMENT`.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "OTP")]
    pub kind: MethodKind,
    /// Whether the agent takes a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub personal_document_image: Option<bool>,
    /// Whether the person may show the DNI on their phone: `ACCEPTED`, `REQUIRED` or `REFUSED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "ACCEPTED")]
    pub midni: Option<Midni>,
    /// The way the code is delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub channel: Option<ChannelMetadata>,
    /// The second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "DOCUMENT_NUMBER")]
    pub two_factor_type: Option<SecondFactor>,
    /// How many messages were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sends: Option<u32>,
    /// `LOW`, `MEDIUM` or `HIGH`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "MEDIUM")]
    pub configuration_name: Option<ConfigurationName>,
    /// Who scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "INTERNAL")]
    pub provider: Option<Provider>,
}

/// What became of a message.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordDelivery)]
pub struct DeliveryAnswer {
    /// Which code it had: 1 for the first.
    #[schema(minimum = 1)]
    pub generation: u32,
    /// `SMS`, `EMAIL` or `WHATSAPP`.
    #[schema(value_type = String, example = "SMS")]
    pub channel: Channel,
    /// `PENDING`, `SENT`, `DELIVERED` or `FAILED`.
    #[schema(value_type = String, example = "SENT")]
    pub status: DeliveryStatus,
    /// When that became known.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Rfc3339,
    /// Why it does not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "UNREACHABLE")]
    pub reason: Option<DeliveryFailure>,
}

impl MethodAnswer {
    pub fn of(method: &Method) -> Self {
        let nothing = Self {
            kind: method.kind(),
            personal_document_image: None,
            midni: None,
            channel: None,
            two_factor_type: None,
            sends: None,
            configuration_name: None,
            provider: None,
        };
        match method {
            Method::Agent { personal_document_image, midni } => {
                Self { personal_document_image: Some(*personal_document_image), midni: Some(*midni), ..nothing }
            }
            Method::Otp(otp) => {
                let external = matches!(otp.delivery, Delivery::External(_));
                let channel = ChannelMetadata { channel: otp.delivery.channel(), external };
                let sends = (!external).then_some(otp.sends);
                Self { channel: Some(channel), two_factor_type: otp.second_factor, sends, ..nothing }
            }
            Method::IdentityDocument { configuration, provider, .. } => {
                Self { configuration_name: Some(*configuration), provider: Some(*provider), ..nothing }
            }
        }
    }
}

/// What became of the messages of an OTP whose codes we send.
pub fn deliveries(found: &FoundIdentification) -> Option<Vec<DeliveryAnswer>> {
    let otp = found.step.identification.otp().filter(|otp| matches!(otp.delivery, Delivery::Sent(_)))?;
    let answer = |(generation, state): &(u32, DeliveryState)| DeliveryAnswer {
        generation: *generation,
        channel: otp.delivery.channel(),
        status: state.status,
        updated_at: Rfc3339(state.updated_at),
        reason: state.reason,
    };
    Some(found.deliveries.iter().map(answer).collect())
}
