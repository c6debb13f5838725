//! Portugal.

use crate::icao::{
    control::base36,
    country::{Country, STANDARD},
    fields::Fields,
};

pub(super) const PORTUGAL: Country = Country { codes: &["PRT"], further_numbers, control, ..STANDARD };

/// Holders know the first eight digits of the number of a card, the NIC, with its control digit or without.
fn further_numbers(fields: &Fields) -> Vec<String> {
    let number = fields.number.as_str();
    let nic = if control(number.as_bytes()) == Some(true) { [number.get(..8), number.get(..9)] } else { [None; 2] };
    nic.into_iter().flatten().map(str::to_owned).collect()
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
