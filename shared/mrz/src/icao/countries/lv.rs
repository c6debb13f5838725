//! Latvia.

use crate::icao::{
    control::{digits, weighted},
    country::{Country, STANDARD},
};

pub(super) const LATVIA: Country = Country { codes: &["LVA"], control, ..STANDARD };

/// Personas kods: 11 digits, weighted, 1 more modulo 11. Numbers that begin with 32, issued since July 2017, have no
/// control.
fn control(number: &[u8]) -> Option<bool> {
    let digits = digits::<11>(number)?;
    let control = (1 + weighted(&digits[..10], &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10;
    (digits[..2] != [3, 2]).then_some(digits[10] == control)
}
