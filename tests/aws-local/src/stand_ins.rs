//! Stand-ins for services that are not embedded: Secrets Manager, End User Messaging, SES, and the issuer of tokens.
//! They answer the one call of each that the functions make, in its wire format, and put messages into the inbox.

use acredita_domain::{
    otp::Channel,
    ports::{Clock, MessageRef},
};
use acredita_local::inbox::{DeliveredMessage, Inbox};
use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

pub struct StandIns {
    /// The text of every secret that is not listed otherwise.
    pub secret: String,
    /// The issuer's keys.
    pub jwks: String,
    /// Receives the messages that are sent.
    pub inbox: Arc<Inbox>,
    /// The time of sending.
    pub clock: Arc<dyn Clock>,
}

/// The router of all of them: the AWS JSON protocols at `/`, SES at its path, the keys at `/jwks.json`.
pub fn router(stand_ins: StandIns) -> Router {
    router_with(stand_ins, BTreeMap::new())
}

/// [`router`] with more secrets: their texts by name.
pub fn router_with(stand_ins: StandIns, secrets: BTreeMap<&'static str, String>) -> Router {
    Router::new()
        .route("/", post(aws_json))
        .route("/v2/email/outbound-emails", post(send_email))
        .route("/jwks.json", get(async |State(stand_ins): State<Arc<StandIns>>| stand_ins.jwks.clone()))
        .with_state(Arc::new(stand_ins))
        .layer(Extension(Arc::new(secrets)))
}

/// The texts of secrets, by name.
type Secrets = Extension<Arc<BTreeMap<&'static str, String>>>;

/// The content type is `application/x-amz-json-1.0` or `-1.1`, which axum does not recognise as JSON.
async fn aws_json(
    State(stand_ins): State<Arc<StandIns>>,
    Extension(secrets): Secrets,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "__type": "SerializationException" }))).into_response();
    };
    match headers.get("x-amz-target").and_then(|target| target.to_str().ok()) {
        Some("secretsmanager.GetSecretValue") => {
            let arn = &body["SecretId"];
            let text = arn.as_str().and_then(|name| secrets.get(name)).unwrap_or(&stand_ins.secret);
            Json(json!({ "ARN": arn, "Name": arn, "VersionId": "1", "SecretString": text })).into_response()
        }
        Some("PinpointSMSVoiceV2.SendTextMessage") => {
            let text = body["MessageBody"].as_str().unwrap_or_default();
            let life = body["TimeToLive"].as_i64().unwrap_or_default();
            let to = body["DestinationPhoneNumber"].as_str().unwrap_or_default();
            let sent = stand_ins.deliver(&body["Context"], Channel::Sms, to, "", text, TimeDelta::seconds(life));
            sent.map_or_else(refused, |()| Json(json!({ "MessageId": "stand-in" })).into_response())
        }
        _ => (StatusCode::BAD_REQUEST, Json(json!({ "__type": "UnknownOperationException" }))).into_response(),
    }
}

async fn send_email(State(stand_ins): State<Arc<StandIns>>, Json(body): Json<Value>) -> Response {
    let simple = &body["Content"]["Simple"];
    let to = body["Destination"]["ToAddresses"][0].as_str().unwrap_or_default();
    let subject = simple["Subject"]["Data"].as_str().unwrap_or_default();
    let text = simple["Body"]["Text"]["Data"].as_str().unwrap_or_default();
    let tags = body["EmailTags"].as_array().cloned().unwrap_or_default();
    let ids: Value =
        tags.iter().filter_map(|tag| Some((tag["Name"].as_str()?.to_owned(), tag["Value"].clone()))).collect();
    let sent = stand_ins.deliver(&ids, Channel::Email, to, subject, text, acredita_domain::otp::CODE_LIFE);
    sent.map_or_else(refused, |()| Json(json!({ "MessageId": "stand-in" })).into_response())
}

fn refused(why: &'static str) -> Response {
    tracing::error!(why, "a provider would refuse this message");
    (StatusCode::BAD_REQUEST, Json(json!({ "__type": "ValidationException", "message": why }))).into_response()
}

impl StandIns {
    fn deliver(
        &self,
        ids: &Value,
        channel: Channel,
        to: &str,
        subject: &str,
        text: &str,
        life: TimeDelta,
    ) -> Result<(), &'static str> {
        let reference: MessageRef = serde_json::from_value(ids.clone()).map_err(|_| "no ids")?;
        let code = code_in(text).ok_or("no code")?;
        let sent_at = self.clock.now();
        let delivery = DeliveredMessage {
            channel,
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            code: code.to_owned(),
            sent_at,
            expires_at: sent_at + life,
        };
        self.inbox.record_delivery(reference, delivery).map_err(|_| "the inbox cannot be written")
    }
}

/// The code in a text: the word of six letters that are all letters of codes.
fn code_in(text: &str) -> Option<&str> {
    let of_codes = |c: char| matches!(c, '2'..='9' | 'a'..='z') && !matches!(c, 'i' | 'l' | 'o');
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.find(|word| word.len() == 6 && word.chars().all(of_codes))
}

#[cfg(test)]
mod tests {
    use super::code_in;
    use acredita_domain::{
        actor::Language,
        code::OtpCode,
        otp::Channel,
        settings::{Bounds, Choices, Countries, OrgSettings},
    };

    #[test]
    fn the_code_is_found_in_every_language() {
        let (org, bounds) =
            ("demo".parse().expect("a name"), Bounds { countries: &Countries::All, channels: Channel::ALL });
        let settings = OrgSettings::of(&org, &Choices::default(), bounds);
        let code = OtpCode::unsealed("zbcdef".to_owned());
        for language in Language::ALL {
            let message = settings.code_message(*language, Channel::Sms, &code, 10);
            assert_eq!(code_in(message.text.expose()), Some("zbcdef"), "{language}");
        }
    }
}
