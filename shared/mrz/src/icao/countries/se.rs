//! Sweden.

use crate::icao::{
    control::digits,
    country::{Country, STANDARD},
};

pub(super) const SWEDEN: Country = Country { codes: &["SWE"], control, ..STANDARD };

/// Personnummer: 10 digits, or 12 with the century, by Luhn's rule over the last 10 (law 1991:481 §18, SKV 704).
fn control(number: &[u8]) -> Option<bool> {
    let digits =
        digits::<10>(number).or_else(|| digits::<12>(number).and_then(|digits| digits.last_chunk::<10>().copied()))?;
    let doubled = |value: u32| value / 5 + 2 * value % 10;
    let sum: u32 = digits.iter().enumerate().map(|(at, &digit)| if at % 2 == 0 { doubled(digit) } else { digit }).sum();
    Some(sum.is_multiple_of(10))
}
