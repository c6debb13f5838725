//! Croatia.

use super::yugoslav;
use crate::icao::{
    control::digits,
    country::{Country, STANDARD},
};

pub(super) const CROATIA: Country = Country { codes: &["HRV"], control, ..STANDARD };

/// OIB: 11 digits, the last by ISO 7064 modulo 11, 10 (law on the OIB, Official Gazette 60/08); before 2009 the JMBG.
fn control(number: &[u8]) -> Option<bool> {
    let Some(digits) = digits::<11>(number) else { return yugoslav::control(number) };
    let rest = digits[..10].iter().fold(10, |rest, digit| match (rest + digit) % 10 {
        0 => 20 % 11,
        sum => 2 * sum % 11,
    });
    Some((rest + digits[10]) % 10 == 1)
}
