//! Poland.

use crate::icao::{
    control::{base36, digits, weighted},
    country::{Country, STANDARD},
};

pub(super) const POLAND: Country = Country { codes: &["POL"], control, ..STANDARD };

/// PESEL (law of 24 September 2010): 11 digits by weights 1, 3, 7, 9. Cards (three letters, six digits) and passports
/// (two, seven) have a control digit after the letters, weights 7, 3, 1 over letters from 10 and digits, and 9 for the
/// control itself.
fn control(number: &[u8]) -> Option<bool> {
    if let Some(digits) = digits::<11>(number) {
        return Some((weighted(&digits[..10], &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) + digits[10]).is_multiple_of(10));
    }
    let number: &[u8; 9] = number.try_into().ok()?;
    let letters = number.iter().take_while(|character| character.is_ascii_uppercase()).count();
    let weights: [u32; 9] = match letters {
        3 => [7, 3, 1, 9, 7, 3, 1, 7, 3],
        2 => [7, 3, 9, 1, 7, 3, 1, 7, 3],
        _ => return None,
    };
    number[letters..].iter().all(u8::is_ascii_digit).then(|| weighted(&number.map(base36), &weights).is_multiple_of(10))
}
