//! Text messages, by Infobip over HTTPS (`POST /sms/3/messages`): for deployments whose sender's name is registered in
//! Spain with Infobip as its provider of origin. `infra/adr/0039-a-sender-over-https.md` says why this one, and what of
//! it is proven.

mod wire;

use crate::{ChannelSender, Failure, LONGEST_SEND};
use acredita_domain::{
    Invalid,
    messages::Refusal,
    otp::Destination,
    ports::{Clock, HeldCredential, OutgoingMessage, ProviderCredential},
};
use acredita_outbound::{BaseUrl, Outbound, Request, ResponseLimits};
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use std::{str::FromStr, sync::Arc};

/// An answer for one message takes some 400 bytes.
const MOST_BYTES: usize = 16 * 1024;

/// How long carriers may try to deliver a message, in seconds. Longer than two days is two days to Infobip; shorter than
/// a few seconds is no time.
const VALIDITY: std::ops::RangeInclusive<i64> = 5..=172_800;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The account's own address, such as `https://xyz.api.infobip.com`.
    pub url: BaseUrl,
    pub sender: SenderName,
}

/// What a phone shows as the sender: a name as the CNMC registers them, exactly as it is registered, or a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderName(String);

impl SenderName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a name, which has to be registered, and not a number.
    pub fn is_a_name(&self) -> bool {
        self.0.chars().any(char::is_alphabetic)
    }
}

impl FromStr for SenderName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let is_number = (3..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || is_name(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid(
                "is neither a name of 3 to 11 letters, digits, single blanks and @&-_.+ nor a number of 3 to 15",
            ))
        }
    }
}

/// The register's characters, without ç: the alphabet that the sender of an SMS is written in has only the capital.
fn is_name(text: &str) -> bool {
    let registered = |c: char| c.is_ascii_alphanumeric() || "ñÑ @&-_.+".contains(c);
    (3..=11).contains(&text.chars().count())
        && text.chars().all(registered)
        && text.chars().any(char::is_alphabetic)
        && text.trim() == text
        && !text.contains("  ")
}

pub struct InfobipSender {
    settings: Settings,
    key: HeldCredential,
    outbound: Outbound,
    clock: Arc<dyn Clock>,
}

impl InfobipSender {
    /// The API key is read when it is first needed. The clock tells how long a message is still of use.
    pub fn new(
        settings: Settings,
        key: Arc<dyn ProviderCredential>,
        outbound: Outbound,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { settings, key: HeldCredential::new(key), outbound, clock }
    }

    /// By default carriers would try for two days.
    fn validity(&self, message: &OutgoingMessage<'_>) -> i64 {
        (message.expires_at - self.clock.now()).num_seconds().clamp(*VALIDITY.start(), *VALIDITY.end())
    }

    async fn exchange(&self, body: Bytes) -> Result<(), Failure> {
        let key = self.key.text().await.map_err(|_| Failure::unavailable("the API key cannot be read"))?;
        let key = HeaderValue::try_from(format!("App {}", key.expose().trim()))
            .map_err(|_| Failure::unavailable("the API key is no header"))?;
        let json = HeaderValue::from_static("application/json");
        let request = Request {
            method: Method::POST,
            url: self.settings.url.join("/sms/3/messages"),
            headers: vec![(header::AUTHORIZATION, key), (header::CONTENT_TYPE, json.clone()), (header::ACCEPT, json)],
            body,
        };
        let limits = ResponseLimits { headers: LONGEST_SEND, body: MOST_BYTES };
        let answer =
            self.outbound.send(request, limits).await.map_err(|failure| Failure::unavailable(failure.to_string()))?;
        match answer.status() {
            StatusCode::OK => judge(answer.body()),
            StatusCode::BAD_REQUEST => Err(refused_request(answer.body())),
            status => {
                if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
                    // It may have been changed: the next attempt reads it again.
                    self.key.forget();
                }
                Err(Failure::unavailable(status.as_u16().to_string()))
            }
        }
    }
}

#[async_trait]
impl ChannelSender for InfobipSender {
    async fn send(&self, message: &OutgoingMessage<'_>) -> Result<(), Failure> {
        let Destination::Sms(phone) = message.destination else {
            return Err(Failure::not_configured());
        };
        let number = phone.e164();
        let body = wire::request(wire::Sms {
            sender: self.settings.sender.as_str(),
            number: number.expose().trim_start_matches('+'),
            text: message.rendered.text.expose(),
            seconds: self.validity(message),
            reference: message.reference,
        });
        match tokio::time::timeout(LONGEST_SEND, self.exchange(body)).await {
            Ok(sent) => sent,
            Err(_) => Err(Failure::unavailable("timeout")),
        }
    }
}

/// What Infobip says became of the message. It has taken one that is accepted, pending or delivered already.
fn judge(body: &[u8]) -> Result<(), Failure> {
    let status = wire::status(body).ok_or_else(|| Failure::unavailable("the answer cannot be parsed"))?;
    match status.group.as_str() {
        "ACCEPTED" | "PENDING" | "DELIVERED" => Ok(()),
        _ => Err(Failure { refusal: refusal(&status.name), code: status.group, reason: Some(status.name) }),
    }
}

/// Whether the message will never be accepted. What the account lacks (credit, a route, a registered sender) is for an
/// operator to mend, and a status that is not here counts as that.
fn refusal(status: &str) -> Option<Refusal> {
    match status {
        // "The number prefix is incorrect", or its length.
        "REJECTED_DESTINATION" | "REJECTED_PREFIX_MISSING" => Some(Refusal::BadDestination),
        "REJECTED_NETWORK" => Some(Refusal::CountryBlocked),
        "REJECTED_DND" => Some(Refusal::OptedOut),
        // Blocked "at the operator's request or on your account"; too many messages to one number within an hour.
        "REJECTED_DESTINATION_BLOCKLISTED" | "REJECTED_FLOODING_FILTER" | "REJECTED_MESSAGE_TOO_LONG" => {
            Some(Refusal::Rejected)
        }
        _ => None,
    }
}

/// A request that breaks the API's rules: by the number, which is the message's own, or by something of ours.
fn refused_request(body: &[u8]) -> Failure {
    match wire::violation(body) {
        Some(violation) => Failure {
            refusal: violation.of_the_destination.then_some(Refusal::BadDestination),
            code: violation.code,
            reason: None,
        },
        None => Failure::unavailable("400"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_can_be_registered() {
        for name in ["Acredita", "ACREDITA", "A-1", "Caja Ñora", "a.b_c@d&e+f", "12b", "12345678901", "34600000000"] {
            assert!(name.parse::<SenderName>().is_ok(), "{name}");
        }
        for name in
            ["", "AB", "12", "Acredita SL.", "Ac  redita", " Acredita", "Acredita ", "Façade", "Señá", "a/b", "1 2"]
        {
            assert!(name.parse::<SenderName>().is_err(), "{name}");
        }
        let is_a_name = |text: &str| text.parse::<SenderName>().expect("a sender").is_a_name();
        assert!(is_a_name("Acredita") && is_a_name("12b") && !is_a_name("34600000000"));
    }
}
