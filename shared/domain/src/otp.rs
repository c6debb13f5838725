//! One-time codes of identifications: their lifetime, their limits of tries and sends, and the second factor.
//!
//! A code here is a *confirmation code* in the sense of NIST SP 800-63A-4 §3: it proves control of a phone or an
//! address at one moment.

use crate::{
    Time,
    actor::{Actor, EmailAddress, Msisdn, NotReachable},
    code::CodeFormat,
    compare::same_text,
    delivery::{DeliveryFailure, DeliveryState, DeliveryStatus},
    documents::{self, CarriedNumber},
    keys::CodeHash,
    text::{Attempt, Private},
    vocabulary::names,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use subtle::Choice;

/// The lifetime of a code that we sent (NIST SP 800-63A-4 §3.8: at most 10 minutes by SMS).
pub const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);
/// The identification fails at this many wrong tries. A resend does not reset the count.
pub const MAX_TRIES: u32 = 5;
/// How long a counted try may go without a verdict: longer than any request runs (the function is stopped after 29
/// seconds). A request that has not reported back by then is gone, and its try counts as a wrong one.
pub const TRY_LEASE: TimeDelta = TimeDelta::seconds(45);
/// Messages that one identification may cause.
pub const MAX_SENDS: u32 = 5;
/// Codes that the caller of one identification may get to deliver.
pub const MAX_CODES: u32 = 5;
/// The minimum time between two messages of one identification, and between two codes for its caller to deliver.
pub const RESEND_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// Messages that one organisation may send to one destination within [`DESTINATION_WINDOW`].
pub const MAX_DESTINATION_SENDS: usize = 5;
/// The sliding window of [`MAX_DESTINATION_SENDS`].
pub const DESTINATION_WINDOW: TimeDelta = TimeDelta::minutes(10);
/// Messages that all organisations of a deployment together may send to one destination within [`DAILY_WINDOW`].
pub const MAX_DAILY_SENDS: usize = 20;
/// The sliding window of [`MAX_DAILY_SENDS`].
pub const DAILY_WINDOW: TimeDelta = TimeDelta::hours(24);

names! {
    Channel("is not one of SMS, EMAIL, WHATSAPP") {
        Sms = "SMS",
        Email = "EMAIL",
        Whatsapp = "WHATSAPP",
    }
}

names! {
    /// Required of the person in addition to the code.
    SecondFactor("is not one of DOCUMENT_NUMBER, EMAIL, PERSONAL_DOCUMENT_IMAGE") {
        DocumentNumber = "DOCUMENT_NUMBER",
        Email = "EMAIL",
        /// A picture of their identity document.
        PersonalDocumentImage = "PERSONAL_DOCUMENT_IMAGE",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Destination {
    Sms(Msisdn),
    Whatsapp(Msisdn),
    Email(EmailAddress),
}

impl Destination {
    /// The actor's destination on `channel`; `None` when the actor has none.
    pub fn of(actor: &Actor, channel: Channel) -> Option<Self> {
        match channel {
            Channel::Sms => actor.msisdn.clone().map(Self::Sms),
            Channel::Whatsapp => actor.msisdn.clone().map(Self::Whatsapp),
            Channel::Email => actor.email.clone().map(Self::Email),
        }
    }

    /// The same destination as it is sent to, if messages are.
    pub fn canonical(self) -> Result<Self, NotReachable> {
        Ok(match self {
            Self::Sms(phone) => Self::Sms(phone.canonical()?),
            Self::Whatsapp(phone) => Self::Whatsapp(phone.canonical()?),
            Self::Email(address) => Self::Email(address),
        })
    }

    pub fn phone(&self) -> Option<&Msisdn> {
        match self {
            Self::Sms(phone) | Self::Whatsapp(phone) => Some(phone),
            Self::Email(_) => None,
        }
    }

    pub fn channel(&self) -> Channel {
        match self {
            Self::Sms(_) => Channel::Sms,
            Self::Whatsapp(_) => Channel::Whatsapp,
            Self::Email(_) => Channel::Email,
        }
    }

    /// The phone (E.164) or the e-mail address.
    pub fn address(&self) -> Private<String> {
        match self {
            Self::Sms(phone) | Self::Whatsapp(phone) => phone.e164(),
            Self::Email(address) => address.normalized(),
        }
    }

    /// What its messages are counted by: the phone (E.164), or the mailbox of the address.
    pub fn counted(&self) -> Private<String> {
        match self {
            Self::Sms(phone) | Self::Whatsapp(phone) => phone.e164(),
            Self::Email(address) => address.mailbox(),
        }
    }
}

/// In JSON one member, by the channel or `EXTERNAL`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Delivery {
    /// The caller delivers, on a channel that we only record.
    External(Channel),
    /// We deliver, to this destination.
    #[serde(untagged)]
    Sent(Destination),
}

impl SecondFactor {
    /// Whether it proves something that a code on this channel does not.
    pub fn differs_from(self, channel: Channel) -> bool {
        (self, channel) != (Self::Email, Channel::Email)
    }
}

impl Actor {
    /// The same person with the phone that is sent to, in its canonical form.
    pub(crate) fn reached_by(self, delivery: &Delivery) -> Self {
        match delivery.phone() {
            Some(phone) => Self { msisdn: Some(phone.clone()), ..self },
            None => self,
        }
    }
}

impl Delivery {
    /// The phone that we send to, if it is one.
    pub fn phone(&self) -> Option<&Msisdn> {
        match self {
            Self::Sent(destination) => destination.phone(),
            Self::External(_) => None,
        }
    }

    pub fn channel(&self) -> Channel {
        match self {
            Self::Sent(destination) => destination.channel(),
            Self::External(channel) => *channel,
        }
    }
}

/// The one code that can be used now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveCode {
    pub hash: CodeHash,
    /// It is no longer accepted from this time on.
    pub expires_at: Time,
}

/// The OTP part of an identification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Otp {
    pub delivery: Delivery,
    pub second_factor: Option<SecondFactor>,
    /// Counted tries: the wrong ones, and those that are being judged. Never more than [`MAX_TRIES`].
    pub tries: u32,
    /// Those of them that were judged to be wrong. At [`MAX_TRIES`] the identification has failed.
    pub judged_wrong: u32,
    /// When a try was counted last; `None` if none was, or not since this is kept.
    pub tried_at: Option<Time>,
    /// The number of the live code: 1 for the first, one more for each that follows; 0 before the first is asked for, which
    /// happens when its step of a chain opens.
    pub generation: u32,
    /// Messages requested so far.
    pub sends: u32,
    /// When the last message, or the last code for the caller to deliver, was requested.
    pub last_send_at: Time,
    /// `None` until the message is on its way.
    pub code: Option<LiveCode>,
    /// What became of the message with the live code; `None` while nothing is known, or if the caller delivers.
    pub message: Option<DeliveryState>,
    /// The codes that can be right: as the organisation had chosen when it was created.
    pub code_format: CodeFormat,
    /// Whether it was created for a test destination, which gets no message.
    pub is_test: bool,
    /// The channel that took the place of the one that was asked for, because its code did not arrive.
    pub fallback: Option<Channel>,
}

impl Otp {
    /// The wrong tries at `now`: those judged to be wrong, and those whose request is gone without a verdict.
    pub fn wrong_tries(&self, now: Time) -> u32 {
        let being_judged = self.tried_at.is_some_and(|at| now < at + TRY_LEASE);
        if being_judged { self.judged_wrong } else { self.tries }
    }

    /// The channel of the live code.
    pub fn channel(&self) -> Channel {
        self.fallback.unwrap_or_else(|| self.delivery.channel())
    }

    /// Whether another channel may take the place of the one that was asked for: once, and only of codes that we send.
    pub fn may_fall_back(&self) -> bool {
        let is_sent = matches!(self.delivery, Delivery::Sent(_)) && !self.is_test;
        is_sent && self.fallback.is_none() && (1..MAX_SENDS).contains(&self.sends)
    }

    /// How far the live code has come; `None` if the caller delivers it, or before one is asked for.
    pub fn delivery_state(&self) -> Option<DeliveryState> {
        let is_sent = matches!(self.delivery, Delivery::Sent(_)) && self.generation > 0;
        // A first code that was never asked for was refused by a limit.
        let unsent = || match self.sends {
            0 => DeliveryState::failed(DeliveryFailure::NotSent, self.last_send_at),
            _ => DeliveryState::of(DeliveryStatus::Pending, self.last_send_at),
        };
        is_sent.then(|| self.message.unwrap_or_else(unsent))
    }

    /// When a resend becomes possible; `None` when it never does.
    pub fn resend_available_at(&self) -> Option<Time> {
        let possible = matches!(self.delivery, Delivery::Sent(_)) && self.generation > 0 && self.sends < MAX_SENDS;
        possible.then(|| self.last_send_at + RESEND_PAUSE)
    }

    /// When the caller may get another code to deliver; `None` when it never may.
    pub fn next_code_at(&self) -> Option<Time> {
        let possible = matches!(self.delivery, Delivery::External(_)) && self.generation < MAX_CODES;
        possible.then(|| self.last_send_at + RESEND_PAUSE)
    }
}

/// The given second factor, ready for comparison.
#[derive(Clone, Copy, Debug)]
pub enum Given<'a> {
    Nothing,
    /// A text that the person typed.
    Text(&'a Attempt),
    /// The numbers read from the pictures of their document.
    Numbers(&'a [CarriedNumber]),
}

impl Given<'_> {
    fn text(&self) -> &str {
        if let Self::Text(text) = self { text.expose() } else { "" }
    }

    fn numbers(&self) -> &[CarriedNumber] {
        if let Self::Numbers(numbers) = self { numbers } else { &[] }
    }
}

/// Whether the given second factor is the actor's. Takes the same time whatever the answer is; it is a match if no
/// factor was asked for.
pub fn second_factor_matches(actor: &Actor, asked: Option<SecondFactor>, given: Given<'_>) -> Choice {
    let (given, numbers) = (given.text(), given.numbers());
    let expected = |expected: Option<Private<String>>, given: String| match expected {
        Some(expected) => same_text(expected.expose(), &given),
        None => same_text("", &given) & Choice::from(0),
    };
    match asked {
        None => Choice::from(1),
        Some(SecondFactor::DocumentNumber) => documents::is_declared(given, actor.identity_document.as_ref()),
        Some(SecondFactor::Email) => {
            let given = given.parse::<EmailAddress>().map(|address| address.normalized().expose().clone());
            expected(actor.email.as_ref().map(EmailAddress::normalized), given.unwrap_or_default())
        }
        Some(SecondFactor::PersonalDocumentImage) => documents::are_declared(numbers, actor.identity_document.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        actor::{DocumentType, IdentityDocument},
        text::DocumentNumber,
    };

    fn actor() -> Actor {
        let number: DocumentNumber = "12345678A".parse().expect("a number");
        let document = IdentityDocument { document_number: Some(number), document_type: None, country: None };
        Actor {
            identity_document: Some(document),
            email: Some("James@Email.com".parse().expect("an address")),
            ..Actor::default()
        }
    }

    #[test]
    fn a_second_factor_is_compared_as_people_mean_it() {
        let matches = |asked, given: Option<&str>| {
            let typed: Option<Attempt> = given.and_then(|text| text.parse().ok());
            let given = typed.as_ref().map_or(Given::Nothing, Given::Text);
            bool::from(second_factor_matches(&actor(), Some(asked), given))
        };
        assert!(matches(SecondFactor::DocumentNumber, Some("12345678-a")));
        assert!(matches(SecondFactor::Email, Some(" james@email.COM ")));
        for (asked, given) in [
            (SecondFactor::DocumentNumber, None),
            (SecondFactor::DocumentNumber, Some("")),
            (SecondFactor::DocumentNumber, Some("12345678B")),
            (SecondFactor::Email, Some("12345678A")),
            (SecondFactor::PersonalDocumentImage, Some("12345678A")),
        ] {
            assert!(!matches(asked, given), "{asked} {given:?}");
        }
        let none_asked = second_factor_matches(&actor(), None, Given::Text(&"anything".parse().expect("a text")));
        assert!(bool::from(none_asked), "none was asked for");
        let none_known = second_factor_matches(&Actor::default(), Some(SecondFactor::Email), Given::Nothing);
        assert!(!bool::from(none_known), "the actor has none");
    }

    #[test]
    fn a_document_is_a_factor_only_where_one_is_asked_for() {
        let number = CarriedNumber {
            document_type: DocumentType::Nif,
            countries: Vec::new(),
            numbers: vec![Private::new("12345678A".to_owned())],
        };
        let shown = Given::Numbers(std::slice::from_ref(&number));
        let matches = |asked, given| bool::from(second_factor_matches(&actor(), Some(asked), given));
        assert!(matches(SecondFactor::PersonalDocumentImage, shown));
        assert!(!matches(SecondFactor::PersonalDocumentImage, Given::Numbers(&[])), "nothing was read");
        assert!(!matches(SecondFactor::DocumentNumber, shown), "a text was asked for");
        assert!(!matches(SecondFactor::Email, shown), "a text was asked for");
    }
}
