//! Sending messages: text messages by End User Messaging, e-mails by SES.
//!
//! Neither can recognize a message that it has already got, so a send is one attempt of at most ten seconds. When
//! nobody knows what became of it, the message is taken up again with a new code; the person may then have two
//! messages, of which the later one's code is good.
//!
//! What is answered decides what happens to the message. A refusal that lies in the destination ends it, with its
//! [`Refusal`] noted. Whatever an operator can mend (an account in the sandbox, a spend limit, a sender that is not
//! verified) is no refusal: the message is tried again, then goes to the dead letters, and the alarm on those calls
//! somebody. An answer that is not known counts as such a one.
//!
//! WhatsApp is not configured in any deployment yet. End User Messaging Social could carry it, but only in the words of
//! a template that Meta has approved for one business account, in languages that do not include all of ours; that
//! cannot be built honestly without such an account. A create that asks for WhatsApp is refused with 400.
//!
//! The SDK's own inputs show the phone, the address and the text in their `Debug`, and the SDK logs them at its most
//! talkative level. They are not formatted anywhere here; a log filter has to keep the SDK to warnings.

mod email;
mod sms;

pub use email::EmailSender;
pub use sms::SmsSender;

use acredita_domain::{
    messages::Refusal,
    otp::{Channel, Destination},
    ports::{MessageRef, OutgoingMessage, SendError, Sender},
};
use async_trait::async_trait;

/// The senders that a deployment has.
#[derive(Clone, Debug, Default)]
pub struct Senders {
    /// For text messages.
    pub sms: Option<SmsSender>,
    /// For e-mails.
    pub email: Option<EmailSender>,
}

impl Senders {
    async fn send_on_its_channel(&self, message: &OutgoingMessage<'_>) -> Result<(), Failure> {
        match message.destination {
            Destination::Sms(phone) => match &self.sms {
                Some(sender) => sender.send_to(phone, message).await,
                None => Err(Failure::not_configured()),
            },
            Destination::Email(address) => match &self.email {
                Some(sender) => sender.send_to(address, message).await,
                None => Err(Failure::not_configured()),
            },
            Destination::Whatsapp(_) => Err(Failure::not_configured()),
        }
    }
}

#[async_trait]
impl Sender for Senders {
    async fn send(&self, message: OutgoingMessage<'_>) -> Result<(), SendError> {
        let sent = self.send_on_its_channel(&message).await;
        sent.map_err(|failure| failure.log(message.reference, message.destination.channel()))
    }
}

/// Why a message was not sent, in words that name no value.
struct Failure {
    /// None: try again.
    refusal: Option<Refusal>,
    /// The SDK's or the provider's word.
    code: String,
    /// The provider's word for why, where it has one.
    reason: Option<String>,
}

impl Failure {
    fn not_configured() -> Self {
        Self { refusal: Some(Refusal::NotConfigured), code: "not configured".to_owned(), reason: None }
    }

    fn log(self, message: MessageRef, channel: Channel) -> SendError {
        let MessageRef { message_id, identification_id } = message;
        let Self { refusal, code, reason } = self;
        let (refused, reason) = (refusal.map(Refusal::as_str), reason.as_deref());
        tracing::warn!(%message_id, %identification_id, %channel, code, reason, refused, "a message was not sent");
        refusal.map_or(SendError::Unavailable, SendError::Refused)
    }
}
