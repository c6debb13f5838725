//! The texts that people receive, in their language and in the organisation's voice.

mod domain;
mod ours;
mod sms;
mod template;

pub use domain::WebOtpDomain;
pub use sms::{SmsEncoding, SmsSize};
pub use template::{DisplayName, SubjectTemplate, TextTemplate, Values};

use crate::{
    actor::Language,
    code::{CodeFormat, OtpCode},
    delivery::DeliveryFailure,
    otp::Channel,
    text::Private,
    vocabulary::names,
};

/// A text ready to be sent. It contains the code, so `Debug` redacts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedMessage {
    /// For channels that have one.
    pub subject: Private<String>,
    pub text: Private<String>,
}

names! {
    /// Why a message will never reach its destination. A fault that an operator can fix is not a refusal: such a
    /// message waits for the fix.
    Refusal("is not one of OPTED_OUT, COUNTRY_BLOCKED, BAD_DESTINATION, REJECTED, NOT_CONFIGURED") {
        /// The owner of the phone or address does not want messages.
        OptedOut = "OPTED_OUT",
        /// This deployment does not send to that country.
        CountryBlocked = "COUNTRY_BLOCKED",
        /// The phone or address cannot exist.
        BadDestination = "BAD_DESTINATION",
        /// The provider does not accept this message.
        Rejected = "REJECTED",
        /// This deployment has no sender for the channel.
        NotConfigured = "NOT_CONFIGURED",
    }
}

impl From<Refusal> for DeliveryFailure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::OptedOut => Self::OptedOut,
            Refusal::CountryBlocked | Refusal::Rejected => Self::Blocked,
            Refusal::BadDestination => Self::InvalidDestination,
            Refusal::NotConfigured => Self::NotSent,
        }
    }
}

/// The templates of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Templates {
    pub sms: TextTemplate,
    pub email_subject: SubjectTemplate,
    pub email_text: TextTemplate,
}

impl Templates {
    /// Those of an organisation that has none of its own.
    pub fn ours(language: Language) -> Self {
        Self {
            sms: ours::sms(language),
            email_subject: ours::email_subject(language),
            email_text: ours::email_text(language),
        }
    }

    /// The message of a channel. A text message has the line that lets a page of `domain` take the code by itself.
    pub fn message(&self, channel: Channel, values: Values<'_>, domain: Option<&WebOtpDomain>) -> RenderedMessage {
        let text = match channel {
            Channel::Email => self.email_text.fill(values),
            Channel::Whatsapp => self.sms.fill(values),
            Channel::Sms => with_line(self.sms.fill(values), values.code, domain),
        };
        RenderedMessage { subject: Private::new(self.email_subject.fill(values)), text: Private::new(text) }
    }

    /// What the text message costs with the longest code and the longest time.
    pub fn sms_size(&self, name: &DisplayName, format: CodeFormat, domain: Option<&WebOtpDomain>) -> SmsSize {
        let (code, minutes) = template::longest(format);
        SmsSize::of(&with_line(self.sms.fill(Values { name, code: &code, minutes }), &code, domain))
    }
}

/// The last line of an origin-bound one-time code message (WICG, "Origin-bound one-time codes delivered via SMS").
fn with_line(text: String, code: &OtpCode, domain: Option<&WebOtpDomain>) -> String {
    match domain {
        Some(domain) => format!("{text}\n@{} #{}", domain.as_str(), code.expose()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(language: Language, channel: Channel, name: &str, domain: Option<&str>) -> RenderedMessage {
        let (name, code) = (name.parse().expect("a name"), OtpCode::unsealed("abc234".to_owned()));
        let domain = domain.map(|domain| domain.parse().expect("a domain"));
        Templates::ours(language).message(channel, Values { name: &name, code: &code, minutes: 10 }, domain.as_ref())
    }

    #[test]
    fn every_language_says_who_writes_the_code_and_its_life_once() {
        for language in Language::ALL {
            for channel in Channel::ALL {
                let message = message(*language, *channel, "Yoigo", None);
                for said in ["abc234", "10 ", "Yoigo"] {
                    assert_eq!(message.text.expose().matches(said).count(), 1, "{language} {channel} {said}");
                }
                assert!(!message.subject.expose().contains("abc234"), "a subject is shown on a locked phone");
                assert!(!format!("{message:?}").contains("abc234"));
            }
        }
    }

    #[test]
    fn our_texts_are_one_sms_with_the_longest_code_any_organisation_and_a_line() {
        let longest = CodeFormat::new(crate::code::CodeAlphabet::Digits, 10).expect("a format");
        // As long as an id of an organisation, which is its name if it chooses none.
        let name: DisplayName = "Telefonica de los Ayuntamientos del Norte S.A.U.".parse().expect("a name");
        assert_eq!(name.as_str().len(), 48);
        let domain: WebOtpDomain = "identidad.example.org".parse().expect("a domain");
        for language in Language::ALL {
            let size = Templates::ours(*language).sms_size(&name, longest, Some(&domain));
            assert_eq!(size, SmsSize { encoding: SmsEncoding::Gsm7, parts: 1 }, "{language}");
        }
    }

    #[test]
    fn nothing_else_in_our_texts_looks_like_a_code() {
        for language in Language::ALL {
            for channel in Channel::ALL {
                let message = message(*language, *channel, "Yoigo", None);
                let words = message.text.expose().split(|c: char| !c.is_alphanumeric());
                let codes: Vec<_> = words.filter(|word| CodeFormat::STANDARD.fits(&word.to_lowercase())).collect();
                assert_eq!(codes, ["abc234"], "{language}");
            }
        }
    }

    #[test]
    fn the_line_for_a_page_is_the_last_one_of_a_text_message_only() {
        let message = |channel| message(Language::Spanish, channel, "Yoigo", Some("www.Yoigo.com")).text;
        assert!(message(Channel::Sms).expose().ends_with(".\n@www.yoigo.com #abc234"));
        assert!(!message(Channel::Email).expose().contains('@') && !message(Channel::Whatsapp).expose().contains('@'));
    }
}
