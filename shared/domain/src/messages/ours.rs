//! The texts of an organisation that has none of its own. In GSM-7 each is one SMS, with any name of an organisation in
//! GSM-7 and the line of a domain: for that they do without á, í, ó, ú and ç, which GSM-7 lacks.

use super::template::{SubjectTemplate, TextTemplate};
use crate::actor::Language;

pub(super) fn sms(language: Language) -> TextTemplate {
    parsed(match language {
        Language::Spanish => "{name}: tu clave es {code}. Vale {minutes} min. No la compartas con nadie.",
        Language::English => "{name}: your code is {code}. Valid for {minutes} min. Do not share it with anyone.",
        Language::Basque => "{name}: zure kodea {code} da. {minutes} min balio du. Ez eman inori.",
        Language::Galician => "{name}: a clave é {code}. Vale {minutes} min. Non a compartas con ninguén.",
        Language::Catalan => "{name}: el codi és {code}. Val {minutes} min. No el donis a cap altra persona.",
        Language::German => "{name}: Ihr Code lautet {code}. Er gilt {minutes} Min. Geben Sie ihn nicht weiter.",
    })
}

pub(super) fn email_subject(language: Language) -> SubjectTemplate {
    let text = match language {
        Language::Spanish => "{name}: tu código de verificación",
        Language::English => "{name}: your verification code",
        Language::Basque => "{name}: zure egiaztapen-kodea",
        Language::Galician => "{name}: o teu código de verificación",
        Language::Catalan => "{name}: el teu codi de verificació",
        Language::German => "{name}: Ihr Bestätigungscode",
    };
    text.parse().expect("our subjects are subjects")
}

pub(super) fn email_text(language: Language) -> TextTemplate {
    parsed(match language {
        Language::Spanish => "{name}: tu código es {code}. Vale {minutes} minutos. No lo compartas con nadie.",
        Language::English => {
            "{name}: your code is {code}. It is valid for {minutes} minutes. Do not share it with anyone."
        }
        Language::Basque => "{name}: zure kodea {code} da. {minutes} minutuz balio du. Ez eman inori.",
        Language::Galician => "{name}: o teu código é {code}. Vale {minutes} minutos. Non o compartas con ninguén.",
        Language::Catalan => "{name}: el teu codi és {code}. Val {minutes} minuts. No el comparteixis amb ningú.",
        Language::German => "{name}: Ihr Code lautet {code}. Er gilt {minutes} Minuten. Geben Sie ihn nicht weiter.",
    })
}

fn parsed(text: &str) -> TextTemplate {
    text.parse().expect("our texts are templates")
}
