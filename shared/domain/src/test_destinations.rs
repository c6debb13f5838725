//! Phones and addresses of a deployment that get no message and have a fixed code, for the people who review apps in the
//! stores.

use crate::{
    actor::EmailAddress,
    code::{CodeFormat, OtpCode},
    invalid::Invalid,
    otp::Destination,
};
use std::{collections::HashMap, fmt, str::FromStr};

/// By the form in which a message would go there. A destination that is not exactly one of these is like any other.
#[derive(Clone, Default)]
pub struct TestDestinations(HashMap<String, TestCode>);

/// The code of a test destination.
#[derive(Clone)]
pub struct TestCode {
    pub code: OtpCode,
    pub format: CodeFormat,
}

impl TestDestinations {
    pub fn code_of(&self, destination: &Destination) -> Option<&TestCode> {
        self.0.get(destination.address().expose())
    }
}

/// `+34600000001=123456 reviewer@example.com=k7m2pq`: phones in E.164, separated by blanks or commas.
impl FromStr for TestDestinations {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const PROBLEM: Invalid = Invalid("is not a list such as +34600000001=123456 reviewer@example.com=k7m2pq");
        let mut all = HashMap::new();
        for entry in text.split([' ', ',', '\n']).filter(|entry| !entry.is_empty()) {
            let (destination, code) = entry.split_once('=').ok_or(PROBLEM)?;
            let code = code.to_ascii_lowercase();
            let format = CodeFormat::of(&code).map_err(|_| PROBLEM)?;
            let code = TestCode { code: OtpCode::unsealed(code), format };
            if all.insert(address(destination).ok_or(PROBLEM)?, code).is_some() {
                return Err(Invalid("has a destination twice"));
            }
        }
        Ok(Self(all))
    }
}

fn address(text: &str) -> Option<String> {
    match text.strip_prefix('+') {
        Some(digits) => {
            let good = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            good.then(|| text.to_owned())
        }
        None => text.parse::<EmailAddress>().ok().map(|address| address.normalized().expose().clone()),
    }
}

/// Neither who reviews nor with which code.
impl fmt::Debug for TestDestinations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} test destinations", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{actor::Msisdn, code::CodeAlphabet};

    fn phone(number: &str) -> Destination {
        Destination::Sms(Msisdn::new(number.parse().expect("digits"), "34".parse().expect("digits")))
    }

    fn email(address: &str) -> Destination {
        Destination::Email(address.parse().expect("an address"))
    }

    #[test]
    fn only_what_is_listed_has_a_fixed_code() {
        let listed: TestDestinations = "+34600000001=12345678, Reviewer@Example.com=K7M2PQ".parse().expect("a list");
        let code = |destination| listed.code_of(&destination).map(|test| (test.code.expose().to_owned(), test.format));
        let digits = CodeFormat::new(CodeAlphabet::Digits, 8).expect("a format");
        assert_eq!(code(phone("600000001")), Some(("12345678".to_owned(), digits)));
        assert_eq!(code(email("reviewer@example.com")), Some(("k7m2pq".to_owned(), CodeFormat::STANDARD)));
        for other in [
            phone("600000002"),
            phone("60000000"),
            phone("6000000011"),
            email("reviewer+1@example.com"),
            email("a@example.com"),
        ] {
            assert!(code(other).is_none());
        }
        assert!(TestDestinations::default().code_of(&phone("600000001")).is_none());
    }

    #[test]
    fn a_list_is_read_whole_or_not_at_all() {
        assert!("".parse::<TestDestinations>().is_ok());
        for text in [
            "+34600000001",
            "+34600000001=12345",
            "+34600000001=untrue!",
            "600000001=123456",
            "+34 600000001=123456",
            "nobody=123456",
            "+34600000001=123456 +34600000001=654321",
        ] {
            assert!(text.parse::<TestDestinations>().is_err(), "{text}");
        }
    }

    #[test]
    fn nobody_reads_them_in_a_log() {
        let listed: TestDestinations = "+34600000001=123456".parse().expect("a list");
        assert_eq!(format!("{listed:?}"), "1 test destinations");
    }
}
