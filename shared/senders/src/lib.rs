//! Sending codes: one sender per file, selected by the channel of the message and the deployment's settings.
//!
//! [`sms`] sends text messages by AWS End User Messaging, [`infobip`] by Infobip over HTTPS, [`email`] sends e-mails by
//! Amazon SES. Each defines its settings; `shared/service/src/senders.rs` reads them and builds the [`Senders`] of a
//! deployment. The local server's inbox is a [`ChannelSender`] too.
//!
//! No provider recognizes a message that it already has, so a send is one attempt of at most ten seconds. When its
//! outcome is unknown, the message is taken up again with a new code; the person may then get two messages, of which
//! the later one has the valid code.
//!
//! The answer decides what happens to the message. A refusal caused by the destination ends it, with its [`Refusal`]
//! recorded. A fault that an operator can fix (an account in the sandbox, a spend limit, an unverified sender) is not a
//! refusal: the message is retried, then goes to the dead letters, and the alarm on those calls somebody. An unknown
//! answer counts as such a fault.
//!
//! WhatsApp is not configured in any deployment yet. End User Messaging Social could carry it, but only with the text
//! of a template that Meta has approved for one business account, in languages that do not include all of ours; that
//! cannot be built honestly without such an account. A create that asks for WhatsApp is refused with 400.
//!
//! The SDK's own inputs show the phone, the address and the text in their `Debug`, and the SDK logs them at its most
//! verbose level. They are not formatted anywhere here; a log filter has to keep the SDK to warnings.

mod aws;
pub mod email;
pub mod infobip;
pub mod sms;

pub use aws::LONGEST_SEND;
pub use email::EmailSender;
pub use infobip::InfobipSender;
pub use sms::SmsSender;

use acredita_domain::{
    messages::Refusal,
    otp::Channel,
    ports::{MessageRef, OutgoingMessage, SendError, Sender},
};
use async_trait::async_trait;
use std::{collections::HashMap, fmt, sync::Arc};

/// Sends the messages of one channel.
#[async_trait]
pub trait ChannelSender: Send + Sync {
    /// Hands a message to the channel's provider, once.
    async fn send(&self, message: &OutgoingMessage<'_>) -> Result<(), Failure>;
}

#[derive(Clone, Default)]
pub struct Senders(HashMap<Channel, Arc<dyn ChannelSender>>);

impl Senders {
    pub fn with(mut self, channel: Channel, sender: Arc<dyn ChannelSender>) -> Self {
        self.0.insert(channel, sender);
        self
    }

    pub fn has(&self, channel: Channel) -> bool {
        self.0.contains_key(&channel)
    }
}

impl fmt::Debug for Senders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[async_trait]
impl Sender for Senders {
    async fn send(&self, message: OutgoingMessage<'_>) -> Result<(), SendError> {
        let channel = message.destination.channel();
        let sent = match self.0.get(&channel) {
            Some(sender) => sender.send(&message).await,
            None => Err(Failure::not_configured()),
        };
        sent.map_err(|failure| failure.log(message.reference, channel))
    }
}

/// Why a message was not sent, without revealing any value.
pub struct Failure {
    /// `None`: retry.
    refusal: Option<Refusal>,
    /// The SDK's or the provider's error code.
    code: String,
    /// The provider's reason, if it gives one.
    reason: Option<String>,
}

impl Failure {
    /// A failure to retry. `code` must not reveal any value.
    pub fn unavailable(code: impl Into<String>) -> Self {
        Self { refusal: None, code: code.into(), reason: None }
    }

    /// The destination will never get the message. `code` must not reveal any value.
    pub fn refused(refusal: Refusal, code: impl Into<String>) -> Self {
        Self { refusal: Some(refusal), code: code.into(), reason: None }
    }

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
