//! E-mails, by Amazon SES (`SendEmail` of API version 2).

use crate::{
    ChannelSender, Failure,
    aws::{code, once, timeouts},
};
use acredita_domain::{Invalid, messages::Refusal, otp, ports::OutgoingMessage};
use async_trait::async_trait;
use aws_sdk_sesv2::{
    Client,
    config::Builder,
    error::BuildError,
    operation::send_email::SendEmailError,
    types::{Body, Content, Destination, EmailContent, Message, MessageTag},
};
use aws_types::SdkConfig;
use std::str::FromStr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub from: FromAddress,
    pub configuration_set: Option<String>,
}

/// The sender of e-mails: a verified address, with or without a name before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromAddress(String);

impl FromAddress {
    /// The address alone.
    pub fn address(&self) -> &str {
        let bare = self.0.rsplit('<').next().unwrap_or(&self.0);
        bare.trim_end().trim_end_matches('>')
    }
}

impl FromStr for FromAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.contains('@') { Ok(Self(text.to_owned())) } else { Err(Invalid("is not an e-mail address")) }
    }
}

pub struct EmailSender {
    client: Client,
    settings: Settings,
}

impl EmailSender {
    pub fn new(sdk: &SdkConfig, settings: Settings) -> Self {
        let config = Builder::from(sdk).retry_config(once()).timeout_config(timeouts()).build();
        Self { client: Client::from_conf(config), settings }
    }
}

#[async_trait]
impl ChannelSender for EmailSender {
    /// The address is used as it was written: the part before the `@` may be case-sensitive (RFC 5321 §2.4).
    async fn send(&self, message: &OutgoingMessage<'_>) -> Result<(), Failure> {
        let otp::Destination::Email(address) = message.destination else {
            return Err(Failure::not_configured());
        };
        let Settings { from, configuration_set } = &self.settings;
        let (content, tags) = content(message).expect("charsets, texts and tags are set");
        let request = self
            .client
            .send_email()
            .from_email_address(&from.0)
            .destination(Destination::builder().to_addresses(address.expose()).build())
            .content(content)
            .set_email_tags(Some(tags))
            .set_configuration_set_name(configuration_set.clone());
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let refusal = error.as_service_error().and_then(refusal);
                Err(Failure { refusal, code: code(&error), reason: None })
            }
        }
    }
}

fn content(message: &OutgoingMessage<'_>) -> Result<(EmailContent, Vec<MessageTag>), BuildError> {
    let utf8 = |text: &str| Content::builder().charset("UTF-8").data(text).build();
    let simple = Message::builder()
        .subject(utf8(message.rendered.subject.expose())?)
        .body(Body::builder().text(utf8(message.rendered.text.expose())?).build());
    let content = EmailContent::builder().simple(simple.build()).build();
    // Visible to readers of the configuration set's events.
    let tag = |name: &str, value: String| MessageTag::builder().name(name).value(value).build();
    let tags = vec![
        tag("message_id", message.reference.message_id.to_string())?,
        tag("identification_id", message.reference.identification_id.to_string())?,
    ];
    Ok((content, tags))
}

/// Whether the provider will never accept the message. The address is the only part of a request that differs from
/// every other one, so a bad request is a bad address. `MessageRejected` stands for an unverified identity, this
/// deployment's or, in the sandbox, the destination: an operator has to fix that.
fn refusal(error: &SendEmailError) -> Option<Refusal> {
    matches!(error, SendEmailError::BadRequestException(_)).then_some(Refusal::BadDestination)
}
