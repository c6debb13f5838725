//! The actor: the person being identified, as the caller declares them.

use crate::{
    invalid::Invalid,
    text::{DocumentNumber, PersonName, Private, checked, private_text, stored_as_text},
    vocabulary::names,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

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
    #[derive(Default)]
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

/// ISO 3166-1 alpha-2 codes, officially assigned, in one string.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH \
    CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW \
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH \
    MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA \
    SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF \
    WS YE YT ZA ZM ZW";

/// ISO 3166-1 alpha-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

impl Country {
    pub fn all() -> impl Iterator<Item = Self> {
        COUNTRIES.split_ascii_whitespace().filter_map(|code| code.parse().ok())
    }
}

impl FromStr for Country {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.as_bytes() {
            &[a, b] if COUNTRIES.split_ascii_whitespace().any(|code| code == text) => Ok(Self([a, b])),
            _ => Err(Invalid("is not an ISO 3166-1 alpha-2 country code")),
        }
    }
}

stored_as_text!(Country, |country| country.to_string());

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", char::from(self.0[0]), char::from(self.0[1]))
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

/// The part of RFC 5321 §4.1.2 that mail providers accept: a dot-atom, `@`, and a domain of at least two labels.
fn read_address(text: &str) -> Result<String, Invalid> {
    let text = text.trim();
    let dot_atom = |local: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
        local.len() <= 64 && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(allowed))
    };
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    match text.split_once('@') {
        Some((local, domain))
            if text.len() <= 254 && dot_atom(local) && domain.contains('.') && domain.split('.').all(label) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(Invalid("is not an e-mail address")),
    }
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

private_text! {
    /// A subscriber number: 1 to 20 digits, which is what a 64-bit integer can hold. Carriers take at most 15 with the
    /// country code (E.164); the contract has no such limit, so refusing a longer one is left to them.
    PhoneNumber,
    |text| digits(text.trim(), 20, "is not an integer or a string of 1 to 20 digits")
}

private_text! {
    /// A country calling code: 1 to 4 digits, with an optional `+` before them that is not kept.
    CountryCode,
    |text| {
        let text = text.trim();
        digits(text.strip_prefix('+').unwrap_or(text), 4, "is not 1 to 4 digits with an optional leading +")
    }
}

fn digits(text: &str, most: usize, problem: &'static str) -> Result<String, Invalid> {
    checked(text, (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()), problem)
}

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
        for text in ["example@email.com", "a.b+c@x-y.co.uk", " padded@email.com "] {
            assert!(text.parse::<EmailAddress>().is_ok(), "{text}");
        }
        for text in
            ["", "a", "a@b", "@b.c", "a@", "a b@c.d", "a@b..c", "a@-b.c", ".a@b.c", "a@b@c.d", "a@b.c\r\nBcc: x@y.z"]
        {
            assert!(text.parse::<EmailAddress>().is_err(), "{text}");
        }
    }

    #[test]
    fn countries_are_the_ones_of_iso_3166() {
        assert_eq!(COUNTRIES.split_ascii_whitespace().count(), 249);
        assert_eq!("ES".parse::<Country>().map(|c| c.to_string()), Ok("ES".to_owned()));
        for text in ["", "es", "XX", "ESP", "E", "D A", "S "] {
            assert!(text.parse::<Country>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_phone_reads_as_e164() {
        let phone = Msisdn::new("6123456789".parse().expect("digits"), "+34".parse().expect("digits"));
        assert_eq!(phone.e164().expose(), "+346123456789");
        assert!("12a".parse::<PhoneNumber>().is_err());
        assert!("++34".parse::<CountryCode>().is_err());
    }
}
