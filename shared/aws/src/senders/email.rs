//! E-mails, by Amazon SES (`SendEmail` of API version 2).

use super::Failure;
use crate::{clients::email_client, errors::code, settings::EmailSettings};
use acredita_domain::{actor::EmailAddress, messages::Refusal, ports::OutgoingMessage};
use aws_sdk_sesv2::{
    Client,
    error::BuildError,
    operation::send_email::SendEmailError,
    types::{Body, Content, Destination, EmailContent, Message, MessageTag},
};
use aws_types::SdkConfig;
use std::fmt;

/// Sends e-mails.
#[derive(Clone)]
pub struct EmailSender {
    client: Client,
    settings: EmailSettings,
}

impl fmt::Debug for EmailSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailSender")
    }
}

impl EmailSender {
    /// A sender of e-mails.
    pub fn new(sdk: &SdkConfig, settings: EmailSettings) -> Self {
        Self { client: email_client(sdk), settings }
    }

    /// The address is taken as it was written: the part before the `@` may well tell capitals apart (RFC 5321 §2.4).
    pub(super) async fn send_to(&self, address: &EmailAddress, message: &OutgoingMessage<'_>) -> Result<(), Failure> {
        let EmailSettings { from, configuration_set } = &self.settings;
        let (content, tags) = content(message).expect("charsets, texts and tags are set");
        let request = self
            .client
            .send_email()
            .from_email_address(from)
            .destination(Destination::builder().to_addresses(address.expose()).build())
            .content(content)
            .set_email_tags(Some(tags))
            .set_configuration_set_name(configuration_set.clone());
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let refusal = error.as_service_error().and_then(refusal);
                Err(Failure { refusal, code: code(&error).to_owned(), reason: None })
            }
        }
    }
}

fn content(message: &OutgoingMessage<'_>) -> Result<(EmailContent, Vec<MessageTag>), BuildError> {
    let utf8 = |text: &str| Content::builder().charset("UTF-8").data(text).build();
    let simple = Message::builder()
        .subject(utf8(message.rendered.subject)?)
        .body(Body::builder().text(utf8(message.rendered.text.expose())?).build());
    let content = EmailContent::builder().simple(simple.build()).build();
    // They are shown to whoever reads the configuration set's events.
    let tag = |name: &str, value: String| MessageTag::builder().name(name).value(value).build();
    let tags = vec![
        tag("message_id", message.reference.message_id.to_string())?,
        tag("identification_id", message.reference.identification_id.to_string())?,
    ];
    Ok((content, tags))
}

/// Whether the provider will never take the message. The address is all of a request that is not the same in every
/// other one, so a bad request is a bad address. `MessageRejected` stands for an identity that is not verified, this
/// deployment's or, in the sandbox, the destination: an operator's business.
fn refusal(error: &SendEmailError) -> Option<Refusal> {
    matches!(error, SendEmailError::BadRequestException(_)).then_some(Refusal::BadDestination)
}
