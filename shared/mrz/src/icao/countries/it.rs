//! Italy.

use crate::icao::{
    country::{Country, STANDARD},
    date::Date,
    fields::Fields,
};

pub(super) const ITALY: Country = Country { codes: &["ITA"], control, year_99_is_never: true, least_age, ..STANDARD };

/// Only people over 70 have a card that does not expire.
fn least_age(_: &Fields, until: Option<Date>, _: Date) -> u16 {
    if until.is_none() { 70 } else { 0 }
}

/// Codice fiscale: 16 characters, the last by a table for odd and the values for even positions, modulo 26 (ministerial
/// decree of 12 March 1974, with 23 December 1976).
fn control(number: &[u8]) -> Option<bool> {
    /// The value of a digit, or of the letter of the same value, at an odd position.
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let number: &[u8; 16] = number.try_into().ok()?;
    let value =
        |character: u8| usize::from(if character.is_ascii_digit() { character - b'0' } else { character - b'A' });
    // It begins with six letters of the name. Anything else of this length is another number.
    if !number[..6].iter().chain(&number[15..]).all(u8::is_ascii_uppercase) || !number[8].is_ascii_uppercase() {
        return None;
    }
    let sum: u32 =
        number[..15].iter().enumerate().map(|(at, &c)| if at % 2 == 0 { ODD[value(c)] } else { value(c) as u32 }).sum();
    Some(sum % 26 == u32::from(number[15] - b'A'))
}
