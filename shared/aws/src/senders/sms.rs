//! Text messages, by AWS End User Messaging SMS (`SendTextMessage`).

use super::Failure;
use crate::{clients::sms_client, errors::code, settings::SmsSettings};
use acredita_domain::{
    actor::Msisdn,
    messages::Refusal,
    ports::{Clock, OutgoingMessage},
};
use aws_sdk_pinpointsmsvoicev2::{
    Client,
    operation::send_text_message::SendTextMessageError,
    types::{
        ConflictExceptionReason, MessageType, ValidationExceptionReason,
        error::{ConflictException, ValidationException},
    },
};
use aws_types::SdkConfig;
use std::{fmt, sync::Arc};

/// What the API takes as the time that carriers have to deliver a message, in seconds.
const TIME_TO_LIVE: std::ops::RangeInclusive<i64> = 5..=259_200;

/// Sends text messages.
#[derive(Clone)]
pub struct SmsSender {
    client: Client,
    settings: SmsSettings,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for SmsSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmsSender")
    }
}

impl SmsSender {
    /// A sender of text messages. The clock tells how long a message is still of use.
    pub fn new(sdk: &SdkConfig, settings: SmsSettings, clock: Arc<dyn Clock>) -> Self {
        Self { client: sms_client(sdk), settings, clock }
    }

    pub(super) async fn send_to(&self, phone: &Msisdn, message: &OutgoingMessage<'_>) -> Result<(), Failure> {
        let SmsSettings { origination_identity, configuration_set, max_price } = &self.settings;
        let request = self
            .client
            .send_text_message()
            .destination_phone_number(phone.e164().expose())
            .origination_identity(origination_identity)
            .set_configuration_set_name(configuration_set.clone())
            .set_max_price(max_price.clone())
            .message_type(MessageType::Transactional)
            .message_body(message.rendered.text.expose())
            .time_to_live(self.time_to_live(message))
            // It is shown to whoever reads the configuration set's events.
            .context("message_id", message.reference.message_id.to_string())
            .context("identification_id", message.reference.identification_id.to_string());
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let (refusal, reason) = error.as_service_error().map(judge).unwrap_or_default();
                Err(Failure { refusal, code: code(&error).to_owned(), reason })
            }
        }
    }

    /// A carrier that cannot deliver in time is not to deliver at all. Without this it would try for three days.
    fn time_to_live(&self, message: &OutgoingMessage<'_>) -> i32 {
        let left = (message.expires_at - self.clock.now()).num_seconds();
        i32::try_from(left.clamp(*TIME_TO_LIVE.start(), *TIME_TO_LIVE.end())).expect("the bounds are far below 2³¹")
    }
}

/// Whether the provider will never take the message, and its word for why.
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

/// Of the conflicts two are the destination's own. That a number is not verified is the account's: it is in the
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
        // Dearer than this deployment allows.
        Some(ValidationExceptionReason::PriceOverThreshold) => Some(Refusal::Rejected),
        _ if blames_the_destination(invalid) => Some(Refusal::BadDestination),
        _ => None,
    }
}

fn blames_the_destination(invalid: &ValidationException) -> bool {
    invalid.fields().iter().any(|field| field.name().eq_ignore_ascii_case("DestinationPhoneNumber"))
}
