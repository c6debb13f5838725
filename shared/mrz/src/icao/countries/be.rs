//! Belgium.

use crate::icao::{
    control::digits,
    country::{Country, STANDARD},
};

pub(super) const BELGIUM: Country = Country { codes: &["BEL"], control, ..STANDARD };

/// Rijksregisternummer: the last two of 11 digits are 97 less the remainder modulo 97; for births from 2000 on, with a
/// 2 in front (royal decree of 3 April 1984, article 4). The century is not in the number, so either may hold.
fn control(number: &[u8]) -> Option<bool> {
    let digits = digits::<11>(number)?;
    let value = |digits: &[u32]| digits.iter().fold(0_u64, |value, &digit| value * 10 + u64::from(digit));
    let (body, control) = (value(&digits[..9]), value(&digits[9..]));
    Some([body, body + 2_000_000_000].iter().any(|body| 97 - body % 97 == control))
}
