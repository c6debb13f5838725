//! Texts with placeholders, as an organisation writes them.

use crate::{
    code::{CodeFormat, OtpCode},
    ids::OrgId,
    invalid::Invalid,
    text::{at_most, clean, clean_lines, stored_as_text},
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// The name by which an organisation's messages go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DisplayName(String);

impl DisplayName {
    /// Of one that has chosen none.
    pub fn of_org(org: &OrgId) -> Self {
        Self(org.as_str().to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DisplayName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = at_most(plain(clean(text)?)?, 60, "is longer than 60 characters")?;
        if text.contains(['{', '}']) { Err(Invalid("has a placeholder")) } else { Ok(Self(text)) }
    }
}

stored_as_text!(DisplayName, |name| name.0);

/// The text of a message: it has the code, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TextTemplate(String);

impl FromStr for TextTemplate {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let lines = clean_lines(text)?.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
        let text = at_most(with_placeholders(lines)?, 2_000, "is longer than 2,000 characters")?;
        match text.matches("{code}").count() {
            1 => Ok(Self(text)),
            0 => Err(Invalid("lacks {code}")),
            _ => Err(Invalid("has {code} more than once")),
        }
    }
}

stored_as_text!(TextTemplate, |template| template.0);

/// The subject of an e-mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SubjectTemplate(String);

impl FromStr for SubjectTemplate {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = at_most(with_placeholders(clean(text)?)?, 200, "is longer than 200 characters")?;
        if text.matches("{code}").count() > 1 { Err(Invalid("has {code} more than once")) } else { Ok(Self(text)) }
    }
}

stored_as_text!(SubjectTemplate, |template| template.0);

/// What placeholders stand for.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    pub name: &'a DisplayName,
    pub code: &'a OtpCode,
    pub minutes: i64,
}

impl TextTemplate {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn fill(&self, values: Values<'_>) -> String {
        fill(&self.0, values)
    }
}

impl SubjectTemplate {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn fill(&self, values: Values<'_>) -> String {
        fill(&self.0, values)
    }
}

/// The longest values of this organisation's messages, which a text is measured with.
pub fn longest(format: CodeFormat) -> (OtpCode, i64) {
    (OtpCode::unsealed("2".repeat(format.length())), crate::otp::CODE_LIFE.num_minutes())
}

const PLACEHOLDERS: [&str; 3] = ["{name}", "{code}", "{minutes}"];

/// In one pass: a name that looks like a placeholder stays as it is.
fn fill(template: &str, Values { name, code, minutes }: Values<'_>) -> String {
    let minutes = minutes.to_string();
    let values = [name.as_str(), code.expose(), &minutes];
    let (mut filled, mut rest) = (String::with_capacity(template.len() + 32), template);
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        match PLACEHOLDERS.iter().zip(values).find(|(placeholder, _)| rest.starts_with(**placeholder)) {
            Some((placeholder, value)) => {
                filled.push_str(value);
                rest = &rest[placeholder.len()..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn with_placeholders(text: String) -> Result<String, Invalid> {
    let bare = PLACEHOLDERS.iter().fold(text.clone(), |text, placeholder| text.replace(placeholder, ""));
    if bare.contains(['{', '}']) {
        return Err(Invalid("has a brace, or a placeholder other than {code}, {minutes} and {name}"));
    }
    plain(text)
}

/// Refuses what a phone or a mail program makes a link of: people are told not to follow links in such messages.
fn plain(text: String) -> Result<String, Invalid> {
    if has_link(&text) { Err(Invalid("has a link, or a dot without a blank after it")) } else { Ok(text) }
}

fn has_link(text: &str) -> bool {
    let lower = text.to_lowercase();
    let begins_link = |scheme: &&str| {
        lower.match_indices(*scheme).any(|(at, _)| lower[at + scheme.len()..].starts_with(|c: char| !c.is_whitespace()))
    };
    if ["://", "mailto:", "tel:", "sms:"].iter().any(begins_link) {
        return true;
    }
    // A name of the internet: a letter or a digit, one of the dots of IDNA, and two letters. A placeholder may stand for
    // either side.
    let chars: Vec<char> = lower.chars().collect();
    let is_name = |c: char| c.is_alphanumeric() || c == '}';
    chars.windows(4).any(|around| {
        let [before, dot, first, second] = [around[0], around[1], around[2], around[3]];
        let ending = first == '{' || (first.is_alphabetic() && (second.is_alphabetic() || second == '{'));
        matches!(dot, '.' | '。' | '．' | '｡') && is_name(before) && ending
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, name: &str) -> String {
        let name = DisplayName(name.to_owned());
        let code = OtpCode::unsealed("abc234".to_owned());
        template.parse::<TextTemplate>().expect("a template").fill(Values { name: &name, code: &code, minutes: 9 })
    }

    #[test]
    fn placeholders_are_filled_once() {
        assert_eq!(filled("{name}: {code}, {minutes} min. {name}", "Yoigo"), "Yoigo: abc234, 9 min. Yoigo");
        assert_eq!(filled("{name}{code}", "{code}{minutes}"), "{code}{minutes}abc234");
    }

    #[test]
    fn a_text_has_the_code_once() {
        for text in [
            "{code}",
            "Tu clave: {code}.\nVale {minutes} min.",
            "{name}: {code}",
            "a.m. {code} 10.30 z.B. S.A.U. Hola... 3.5 Tel: 900",
        ] {
            assert!(text.parse::<TextTemplate>().is_ok(), "{text}");
        }
        for text in [
            "",
            "no code",
            "{code} {code}",
            "{code} {otp}",
            "{code} {",
            "}{code}",
            "{ code }",
            "{CODE}",
            "{code}\u{7}",
            "{code}\ta",
        ] {
            assert!(text.parse::<TextTemplate>().is_err(), "{text:?}");
        }
        assert!("Verificación".parse::<SubjectTemplate>().is_ok());
        assert!("{code}\nBcc: a".parse::<SubjectTemplate>().is_err());
    }

    #[test]
    fn nothing_that_a_phone_makes_a_link_of_is_taken() {
        for link in [
            "http://1.2.3.4/",
            "HTTPS://YOIGO",
            "yoigo.com",
            "Yoigo.Com/x",
            "correo@yoigo.es",
            "yoigo。com",
            "yoigo．com",
            "mailto:a",
            "tel:900",
            "españa.españa",
            "{name}.com",
            "yoigo.{name}",
            "x.c{name}",
            "clave.Vale",
            "\n@yoigo.com #1",
        ] {
            assert!(format!("{{code}} {link}").parse::<TextTemplate>().is_err(), "{link}");
            assert!(link.parse::<DisplayName>().is_err(), "{link}");
        }
        assert!("{code}.Vale".parse::<TextTemplate>().is_err());
    }

    #[test]
    fn a_name_is_one_line_without_placeholders() {
        assert!("Yoigo, S.A.U.".parse::<DisplayName>().is_ok());
        for name in ["", "{code}", "a\nb", &"x".repeat(61)] {
            assert!(name.parse::<DisplayName>().is_err(), "{name}");
        }
    }
}
