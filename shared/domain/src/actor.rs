//! The actor: the person being identified, as the caller declares them.

use crate::{
    invalid::Invalid,
    numbering::{self, Planned},
    text::{DocumentNumber, PersonName, Private, checked, clean, is_hyphen, private_text, trimmed, without_separators},
    vocabulary::names,
};
use serde::{Deserialize, Serialize};

pub use crate::{country::Country, numbering::NotReachable};

/// The person being identified. The fields that a method requires are checked when the identification is created.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<PersonName>,
    /// Declared, not verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_document: Option<IdentityDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub msisdn: Option<Msisdn>,
    /// The language of messages to the actor.
    pub language: Language,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityDocument {
    /// The control letter of a NIF is not enforced here; it counts in scoring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<DocumentNumber>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_type: Option<DocumentType>,
    /// The issuing country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
}

names! {
    DocumentType("is not one of NIF, NIE, PASSPORT, IDENTITY_CARD") {
        /// Spanish national identity number (on the DNI).
        Nif = "NIF",
        /// Spanish number of a foreigner (on the TIE).
        Nie = "NIE",
        /// Passport (ICAO 9303 part 4).
        Passport = "PASSPORT",
        /// Any other national identity card.
        IdentityCard = "IDENTITY_CARD",
    }
}

names! {
    /// The languages that messages are written in.
    #[derive(Default, PartialOrd, Ord)]
    Language("is not one of ES, EN, EU, GL, CA, DE") {
        #[default]
        Spanish = "ES",
        English = "EN",
        Basque = "EU",
        Galician = "GL",
        Catalan = "CA",
        German = "DE",
    }
}

impl Language {
    /// Reads a language with or without a region or a script (BCP 47): `es`, `es-ES`, `ca_ES`, `es-419`. What follows
    /// the language changes nothing.
    pub fn from_tag(tag: &str) -> Result<Self, Invalid> {
        let mut parts = tag.split(['-', '_']);
        let language = parts.next().unwrap_or_default().to_ascii_uppercase().parse();
        let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if parts.all(part) { language } else { Err(Invalid("is not a language with an optional region")) }
    }
}

private_text! {
    /// An e-mail address that a message can be sent to.
    EmailAddress, read_address
}

impl EmailAddress {
    /// The address for comparison: its capitals are not significant to people.
    pub fn normalized(&self) -> Private<String> {
        Private::new(self.expose().to_lowercase())
    }

    /// The mailbox that a message to the address ends up in, as far as its provider's rules are known: one for all its
    /// spellings.
    pub fn mailbox(&self) -> Private<String> {
        Private::new(mailboxes::of(&self.expose().to_lowercase()))
    }

    /// The address for the actor's side: first and last character of the local part, and the domain
    /// (`e*****e@email.com`).
    pub fn masked(&self) -> String {
        let (local, domain) = self.expose().split_once('@').unwrap_or((self.expose(), ""));
        let stars = |n: usize| "*".repeat(n);
        let local = match local.chars().collect::<Vec<_>>().as_slice() {
            [first, middle @ .., last] if !middle.is_empty() => format!("{first}{}{last}", stars(middle.len())),
            short => stars(short.len()),
        };
        format!("{local}@{domain}")
    }
}

/// The part of RFC 5321 §4.1.2 that mail providers accept: a dot-atom, `@`, and a domain of at least two labels. An
/// internationalised domain is converted to what the DNS knows (`exämple.de` is `xn--exmple-cua.de`).
fn read_address(text: &str) -> Result<String, Invalid> {
    let problem = Invalid("is not an e-mail address");
    let text = clean(text)?;
    let (local, domain) = text.split_once('@').ok_or(problem)?;
    let domain = match domain {
        ascii if ascii.is_ascii() => ascii.to_owned(),
        domain => idna::domain_to_ascii_strict(domain).map_err(|_| problem)?,
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    let dot_atom = local.len() <= 64 && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(allowed));
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let address = format!("{local}@{domain}");
    let good = address.len() <= 254 && dot_atom && domain.contains('.') && domain.split('.').all(label);
    if good { Ok(address) } else { Err(problem) }
}

/// A phone: country calling code and subscriber number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Msisdn {
    phone_number: PhoneNumber,
    country_code: CountryCode,
}

impl Msisdn {
    pub fn new(phone_number: PhoneNumber, country_code: CountryCode) -> Self {
        Self { phone_number, country_code }
    }

    /// The same phone as its country's plan writes it, if it is one that messages are sent to.
    pub fn canonical(&self) -> Result<Self, NotReachable> {
        let Planned { national, .. } = numbering::find(self.country_code.expose(), self.phone_number.expose())?;
        let phone_number = national.parse().map_err(|_| NotReachable::Number)?;
        Ok(Self { phone_number, country_code: self.country_code.clone() })
    }

    /// The country of the number; `None` for a number of none, and for a territory without an ISO code of its own.
    pub fn country(&self) -> Option<Country> {
        numbering::find(self.country_code.expose(), self.phone_number.expose()).ok()?.country
    }

    /// The number as a carrier wants it: `+`, country code, number (ITU-T E.164).
    pub fn e164(&self) -> Private<String> {
        Private::new(format!("+{}{}", self.country_code.expose(), self.phone_number.expose()))
    }

    /// The number for the actor's side: its last three digits (`*******789`).
    pub fn masked(&self) -> String {
        let digits = self.phone_number.expose();
        let hidden = digits.len().saturating_sub(3).max(digits.len().min(3));
        format!("{}{}", "*".repeat(hidden), &digits[hidden..])
    }
}

pub const NOT_A_PHONE_NUMBER: &str = "is not an integer or a string of 1 to 20 digits";
pub const NOT_A_COUNTRY_CODE: &str = "is not 1 to 4 digits with an optional leading + or 00";

private_text! {
    /// A subscriber number: 1 to 20 digits, which is what a 64-bit integer can hold. Whether it is one of its country's plan
    /// matters only where we send to it: see [`Msisdn::canonical`].
    PhoneNumber, read_phone_number
}

private_text! {
    /// A country calling code: 1 to 4 digits, the first of which is not 0, without the `+` or `00` before them.
    CountryCode,
    |text| {
        let problem = NOT_A_COUNTRY_CODE;
        let text = trimmed(text)?;
        let code = text.strip_prefix('+').or_else(|| text.strip_prefix("00")).unwrap_or(text);
        let code = digits(code, 4, problem)?;
        // No calling code begins with 0 (ITU-T E.164).
        checked(&code, !code.starts_with('0'), problem)
    }
}

/// Digits of any script, grouped by blanks, hyphens, dots and brackets.
fn read_phone_number(text: &str) -> Result<String, Invalid> {
    let problem = NOT_A_PHONE_NUMBER;
    let shown = || text.chars().filter(|c| !c.is_whitespace() && !crate::text::is_invisible(*c));
    // A sign, or the fraction of a number that a spreadsheet wrote (`612345678.0`): a digit more would be another phone.
    let signed = shown().next().is_some_and(is_hyphen);
    let fraction =
        text.matches(is_dot).count() == 1 && text.rsplit(is_dot).next().is_some_and(|end| end.trim().len() <= 2);
    if signed || fraction {
        return Err(Invalid(problem));
    }
    let bracket = |c: &char| matches!(c, '(' | ')' | '[' | ']');
    let number: String = without_separators(text).filter(|c| !bracket(c) && !is_dot(*c)).take(21).collect();
    digits(&number, 20, problem)
}

fn is_dot(c: char) -> bool {
    matches!(c, '.' | '·' | '\u{2024}' | '\u{2027}' | '\u{FF0E}')
}

fn digits(text: &str, most: usize, problem: &'static str) -> Result<String, Invalid> {
    checked(text, (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()), problem)
}

mod mailboxes;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_show_what_the_contract_shows() {
        let masked = |text: &str| text.parse::<EmailAddress>().expect("an address").masked();
        assert_eq!(masked("example@email.com"), "e*****e@email.com");
        assert_eq!(masked("abc@email.com"), "a*c@email.com");
        assert_eq!(masked("ab@email.com"), "**@email.com");
        assert_eq!(masked("a@email.com"), "*@email.com");
        let phone = |digits: &str| Msisdn::new(digits.parse().expect("digits"), "34".parse().expect("digits")).masked();
        assert_eq!(phone("6123456789"), "*******789");
        assert_eq!(phone("1234"), "***4");
        assert_eq!(phone("123"), "***");
        assert_eq!(phone("1"), "*");
    }

    #[test]
    fn an_address_is_one_that_mail_can_be_sent_to() {
        for text in ["example@email.com", "a.b+c@x-y.co.uk", " padded@email.com ", "\u{200B}pasted@email.com\n"] {
            assert!(text.parse::<EmailAddress>().is_ok(), "{text}");
        }
        for (text, read) in [
            ("user@exämple.de", "user@xn--exmple-cua.de"),
            ("user@EXÄMPLE.de", "user@xn--exmple-cua.de"),
            ("user@correo.españa.es", "user@correo.xn--espaa-rta.es"),
            ("user@例え.jp", "user@xn--r8jz45g.jp"),
            ("A@Email.com", "A@Email.com"),
        ] {
            assert_eq!(text.parse::<EmailAddress>().map(|a| a.expose().to_owned()), Ok(read.to_owned()), "{text}");
        }
        for text in ["josé@example.com", "a@ex\u{202E}ämple.de", "a@ä", "a@-ä.de", "a@ä b.de", "a@ä@b.de"] {
            assert!(text.parse::<EmailAddress>().is_err(), "{text}");
        }
        for text in
            ["", "a", "a@b", "@b.c", "a@", "a b@c.d", "a@b..c", "a@-b.c", ".a@b.c", "a@b@c.d", "a@b.c\r\nBcc: x@y.z"]
        {
            assert!(text.parse::<EmailAddress>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_phone_reads_as_e164() {
        let phone = Msisdn::new("6123456789".parse().expect("digits"), "+34".parse().expect("digits"));
        assert_eq!(phone.e164().expose(), "+346123456789");
        assert!("12a".parse::<PhoneNumber>().is_err());
        assert!("++34".parse::<CountryCode>().is_err());
    }

    #[test]
    fn a_phone_that_is_sent_to_has_one_form() {
        let canonical = |number: &str, code: &str| {
            let phone = Msisdn::new(number.parse().expect("digits"), code.parse().expect("digits"));
            phone.canonical().map(|phone| phone.e164().expose().clone())
        };
        for (number, code) in [("0612345678", "33"), ("6 12 34 56 78", "+33"), ("(0)612-345678", "0033")] {
            assert_eq!(canonical(number, code), Ok("+33612345678".to_owned()), "+{code} {number}");
        }
        assert_eq!(canonical("612345678", "34"), Ok("+34612345678".to_owned()));
        assert_eq!(canonical("612345678", "881"), Err(NotReachable::CountryCode));
        for number in ["803123456", "112", "0612345678"] {
            assert!(matches!(canonical(number, "34"), Err(NotReachable::Number | NotReachable::Service)), "{number}");
        }
    }

    #[test]
    fn a_phone_is_read_as_people_group_it() {
        let read = |text: &str| text.parse::<PhoneNumber>().map(|number| number.expose().to_owned()).ok();
        for text in [
            "612345678",
            "612 34 56 78",
            "612-345-678",
            "612.345.678",
            "(612) 345 [678]",
            "612\u{A0}345\u{2009}678",
            "\u{202D}612345678\u{202C}",
            "612\u{200B}345\u{2011}678",
            "٦١٢٣٤٥٦٧٨",
            "６１２（３４５）６７８",
        ] {
            assert_eq!(read(text).as_deref(), Some("612345678"), "{text:?}");
        }
        for text in [
            "",
            "-612345678",
            "612345678.0",
            "612345678.00",
            "6.5",
            "+34612345678",
            "612/345678",
            "61234567a",
            "6e8",
            "()",
            "\u{200B}",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
        let code = |text: &str| text.parse::<CountryCode>().map(|code| code.expose().to_owned()).ok();
        for text in ["34", "+34", "0034", " +34\u{200E}"] {
            assert_eq!(code(text).as_deref(), Some("34"), "{text:?}");
        }
        for text in ["0", "00", "034", "+034", "00034", "+0034", "000", "12345", "3 4"] {
            assert_eq!(code(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_language_may_have_a_region() {
        for tag in ["ca", "CA", "ca-ES", "ca_ES", "ca-ES-valencia", "ca-Latn-ES", "ca-419"] {
            assert_eq!(Language::from_tag(tag), Ok(Language::Catalan), "{tag}");
        }
        for tag in ["", "fr", "fr-ES", "ESP", "es-", "-es", "es--ES", "es ES", "es-E.S", "es-toolongapart"] {
            assert!(Language::from_tag(tag).is_err(), "{tag}");
        }
    }

    fn canonical(written: &str, code: &str) -> String {
        let phone = Msisdn::new(written.parse().expect("digits"), code.parse().expect("digits"));
        phone.canonical().expect("a phone").e164().expose().clone()
    }

    proptest::proptest! {
        #[test]
        fn however_a_phone_is_written_it_is_one(
            number in "61[0-9]{7}",
            gaps in proptest::collection::vec(proptest::sample::select(vec!["", " ", "-", "\u{200B}", "\u{A0}"]), 9),
            plus in proptest::sample::select(vec!["", "+", "00"]),
            has_prefix in proptest::bool::ANY,
        ) {
            let grouped: String = number.chars().zip(&gaps).map(|(digit, gap)| format!("{digit}{gap}")).collect();
            proptest::prop_assert_eq!(canonical(&grouped, &format!("{plus}34")), format!("+34{number}"));
            let french = format!("{}{grouped}", if has_prefix { "0" } else { "" });
            proptest::prop_assert_eq!(canonical(&french, &format!("{plus}33")), format!("+33{number}"));
        }

        #[test]
        fn however_an_address_is_written_it_is_one(
            name in "[a-z]{2,10}",
            dots in proptest::collection::vec(proptest::bool::ANY, 10),
            label in "(\\+[a-zA-Z0-9.]{1,5}x)?",
            is_google in proptest::bool::ANY,
            is_loud in proptest::bool::ANY,
        ) {
            let last = name.len() - 1;
            let dotted: String = name.chars().enumerate()
                .map(|(at, letter)| if dots[at] && at < last { format!("{letter}.") } else { letter.to_string() })
                .collect();
            let domain = if is_google { "googlemail.com" } else { "gmail.com" };
            let written = format!("{dotted}{}@{domain}", label.replace("..", "."));
            let written = if is_loud { written.to_uppercase() } else { written };
            if let Ok(address) = written.parse::<EmailAddress>() {
                let mailbox = address.mailbox().expose().clone();
                proptest::prop_assert_eq!(mailbox, format!("{name}@gmail.com"));
            }
        }
    }
}
