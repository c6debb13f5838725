//! Text messages, by AWS End User Messaging SMS (`SendTextMessage`).

use crate::{
    ChannelSender, Failure,
    aws::{code, once, timeouts},
};
use acredita_domain::{
    Invalid,
    messages::Refusal,
    otp::Destination,
    ports::{Clock, OutgoingMessage},
};
use async_trait::async_trait;
use aws_sdk_pinpointsmsvoicev2::{
    Client,
    config::Builder,
    operation::send_text_message::SendTextMessageError,
    types::{
        ConflictExceptionReason, MessageType, ValidationExceptionReason,
        error::{ConflictException, ValidationException},
    },
};
use aws_types::SdkConfig;
use std::{str::FromStr, sync::Arc};

/// The API's range for the time that carriers have to deliver a message, in seconds.
const TIME_TO_LIVE: std::ops::RangeInclusive<i64> = 5..=259_200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A phone number, pool or sender id, by id or ARN.
    pub origination_identity: String,
    pub configuration_set: Option<String>,
    pub max_price: Option<MaxPrice>,
}

/// The most that a part of a message may cost, in US dollars, in the format of End User Messaging: at most two digits
/// before the point, one to five after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxPrice(String);

impl FromStr for MaxPrice {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_price = text.split_once('.').is_some_and(|(dollars, fraction)| {
            dollars.len() <= 2 && (1..=5).contains(&fraction.len()) && digits(dollars) && digits(fraction)
        });
        if is_price { Ok(Self(text.to_owned())) } else { Err(Invalid("is not US dollars such as 0.10")) }
    }
}

pub struct SmsSender {
    client: Client,
    settings: Settings,
    clock: Arc<dyn Clock>,
}

impl SmsSender {
    /// The clock tells how long a message is still of use.
    pub fn new(sdk: &SdkConfig, settings: Settings, clock: Arc<dyn Clock>) -> Self {
        let config = Builder::from(sdk).retry_config(once()).timeout_config(timeouts()).build();
        Self { client: Client::from_conf(config), settings, clock }
    }

    /// A carrier that cannot deliver in time should not deliver at all. By default it would try for three days.
    fn time_to_live(&self, message: &OutgoingMessage<'_>) -> i32 {
        let left = (message.expires_at - self.clock.now()).num_seconds();
        i32::try_from(left.clamp(*TIME_TO_LIVE.start(), *TIME_TO_LIVE.end())).expect("the bounds are far below 2³¹")
    }
}

#[async_trait]
impl ChannelSender for SmsSender {
    async fn send(&self, message: &OutgoingMessage<'_>) -> Result<(), Failure> {
        let Destination::Sms(phone) = message.destination else {
            return Err(Failure::not_configured());
        };
        let Settings { origination_identity, configuration_set, max_price } = &self.settings;
        let request = self
            .client
            .send_text_message()
            .destination_phone_number(phone.e164().expose())
            .origination_identity(origination_identity)
            .set_configuration_set_name(configuration_set.clone())
            .set_max_price(max_price.as_ref().map(|price| price.0.clone()))
            .message_type(MessageType::Transactional)
            .message_body(message.rendered.text.expose())
            .time_to_live(self.time_to_live(message))
            // Visible to readers of the configuration set's events.
            .context("message_id", message.reference.message_id.to_string())
            .context("identification_id", message.reference.identification_id.to_string());
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let (refusal, reason) = error.as_service_error().map(judge).unwrap_or_default();
                Err(Failure { refusal, code: code(&error), reason })
            }
        }
    }
}

/// Whether the provider will never accept the message, and its reason.
fn judge(error: &SendTextMessageError) -> (Option<Refusal>, Option<String>) {
    let reason = |reason: Option<&str>| reason.map(str::to_owned);
    match error {
        SendTextMessageError::ConflictException(conflict) => {
            (conflict_refusal(conflict), reason(conflict.reason().map(ConflictExceptionReason::as_str)))
        }
        SendTextMessageError::ValidationException(invalid) => {
            (validation_refusal(invalid), reason(invalid.reason().map(ValidationExceptionReason::as_str)))
        }
        SendTextMessageError::ServiceQuotaExceededException(quota) => {
            (None, reason(quota.reason().map(|reason| reason.as_str())))
        }
        SendTextMessageError::AccessDeniedException(denied) => {
            (None, reason(denied.reason().map(|reason| reason.as_str())))
        }
        _ => (None, None),
    }
}

/// Two of the conflicts are caused by the destination. An unverified number is the account's fault: it is in the
/// sandbox.
fn conflict_refusal(conflict: &ConflictException) -> Option<Refusal> {
    match conflict.reason()? {
        ConflictExceptionReason::DestinationPhoneNumberOptedOut => Some(Refusal::OptedOut),
        ConflictExceptionReason::DestinationCountryBlockedByProtectConfiguration => Some(Refusal::CountryBlocked),
        _ => None,
    }
}

fn validation_refusal(invalid: &ValidationException) -> Option<Refusal> {
    match invalid.reason() {
        Some(
            ValidationExceptionReason::DestinationCountryBlocked
            | ValidationExceptionReason::CountryNotEnabled
            | ValidationExceptionReason::InternationalSendingNotSupported
            | ValidationExceptionReason::InvalidIdentityForDestinationCountry,
        ) => Some(Refusal::CountryBlocked),
        // More expensive than this deployment allows.
        Some(ValidationExceptionReason::PriceOverThreshold) => Some(Refusal::Rejected),
        _ if blames_the_destination(invalid) => Some(Refusal::BadDestination),
        _ => None,
    }
}

fn blames_the_destination(invalid: &ValidationException) -> bool {
    invalid.fields().iter().any(|field| field.name().eq_ignore_ascii_case("DestinationPhoneNumber"))
}
