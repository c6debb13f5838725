//! Portugal.

use crate::icao::{
    agreement::Agreement,
    confusable::bare,
    control::base36,
    country::{Country, STANDARD},
    fields::Fields,
};

pub(super) const PORTUGAL: Country = Country { codes: &["PRT"], compare_number, control, ..STANDARD };

/// Holders know the first eight digits of the number of a card, the NIC, with its control digit or without.
fn compare_number(fields: &Fields, declared: &str) -> Agreement {
    let number = bare(fields.number.as_str());
    let declared_number = bare(declared);
    let is_nic = control(&number) == Some(true) && matches!(declared_number.len(), 8 | 9);
    let nic = is_nic && number.starts_with(&declared_number);
    (STANDARD.compare_number)(fields, declared).max(if nic { Agreement::Match } else { Agreement::Mismatch })
}

/// Cartão de cidadão: 8 digits, a digit, two characters and a digit; all by Luhn's rule over base 36 (Portaria
/// 203/2007, annex).
fn control(number: &[u8]) -> Option<bool> {
    let number: &[u8; 12] = number.try_into().ok()?;
    let shape =
        number[..9].iter().all(u8::is_ascii_digit) && number[11].is_ascii_digit() && number[9].is_ascii_uppercase();
    let doubled = |value: u32| if 2 * value > 9 { 2 * value - 9 } else { 2 * value };
    let sum: u32 =
        number.iter().enumerate().map(|(at, &c)| if at % 2 == 0 { doubled(base36(c)) } else { base36(c) }).sum();
    shape.then_some(sum.is_multiple_of(10))
}
