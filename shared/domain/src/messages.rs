//! The texts that people receive, in their language. Each is one SMS: of 70 UCS-2 characters, or of 160 GSM-7 ones
//! where the language allows.

use crate::{actor::Language, code::OtpCode, text::Private, vocabulary::names};

/// A text ready to be sent. It contains the code, so `Debug` hides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedMessage {
    /// Subject, for channels that have one.
    pub subject: &'static str,
    /// The text.
    pub text: Private<String>,
}

names! {
    /// Why a message will never reach its destination. What an operator can mend is no refusal: such a message waits
    /// for them.
    Refusal("is not one of OPTED_OUT, COUNTRY_BLOCKED, BAD_DESTINATION, REJECTED, NOT_CONFIGURED") {
        /// Whoever has the phone or the address does not want messages.
        OptedOut = "OPTED_OUT",
        /// This deployment does not send to that country.
        CountryBlocked = "COUNTRY_BLOCKED",
        /// There can be no such phone or address.
        BadDestination = "BAD_DESTINATION",
        /// The provider does not take this one message.
        Rejected = "REJECTED",
        /// This deployment has no sender for the channel.
        NotConfigured = "NOT_CONFIGURED",
    }
}

/// The message that carries a code, which lives `minutes` more.
pub fn code_message(language: Language, code: &OtpCode, minutes: i64) -> RenderedMessage {
    let code = code.expose();
    let (subject, text) = match language {
        Language::Spanish => (
            "Tu código de verificación",
            format!("Tu código es {code}. Vale {minutes} min. No lo compartas con nadie."),
        ),
        Language::English => (
            "Your verification code",
            format!("Your code is {code}. It is valid for {minutes} min. Do not share it with anyone."),
        ),
        Language::Basque => {
            ("Zure egiaztapen-kodea", format!("Zure kodea {code} da. {minutes} min balio du. Ez eman inori."))
        }
        Language::Galician => (
            "O teu código de verificación",
            format!("O teu código é {code}. Vale {minutes} min. Non o compartas con ninguén."),
        ),
        Language::Catalan => (
            "El teu codi de verificació",
            format!("El teu codi és {code}. Val {minutes} min. No el comparteixis amb ningú."),
        ),
        Language::German => (
            "Ihr Bestätigungscode",
            format!("Ihr Code lautet {code}. Er gilt {minutes} Min. Geben Sie ihn nicht weiter."),
        ),
    };
    RenderedMessage { subject, text: Private::new(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_says_the_code_and_its_life_once() {
        for language in Language::ALL {
            let message = code_message(*language, &OtpCode::unsealed("abc234".to_owned()), 10);
            assert_eq!(message.text.expose().matches("abc234").count(), 1, "{language}");
            assert!(message.text.expose().contains("10 "), "{language}");
            // A text with any other letter is sent in UCS-2.
            let one_sms = if message.text.expose().is_ascii() { 160 } else { 70 };
            assert!(message.text.expose().chars().count() <= one_sms, "{language}");
            assert!(!format!("{message:?}").contains("abc234"));
        }
    }
}
