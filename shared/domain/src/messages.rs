//! The texts that people receive, in their language. Each fits one SMS: 70 UCS-2 characters, or 160 GSM-7 ones where
//! the language allows.

use crate::{actor::Language, code::OtpCode, text::Private, vocabulary::names};

/// A text ready to be sent. It contains the code, so `Debug` redacts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedMessage {
    /// For channels that have one.
    pub subject: &'static str,
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

/// The message with a code that is valid for another `minutes`.
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
            // Any other character makes the text UCS-2.
            let one_sms = if message.text.expose().is_ascii() { 160 } else { 70 };
            assert!(message.text.expose().chars().count() <= one_sms, "{language}");
            assert!(!format!("{message:?}").contains("abc234"));
        }
    }
}
