//! Estonia and Lithuania, whose numbers follow the same rule.

use crate::icao::{
    control::{digits, weighted},
    country::{Country, STANDARD},
};

pub(super) const ESTONIA_AND_LITHUANIA: Country = Country { codes: &["EST", "LTU"], control, ..STANDARD };

/// Isikukood and asmens kodas: 11 digits, the last modulo 11 by weights 1–9 and 1; if that is 10, by weights 3–9 and
/// 1–3, and then 0 (EVS 585:2007; Lithuanian law I-2237).
fn control(number: &[u8]) -> Option<bool> {
    let digits = digits::<11>(number)?;
    let by = |weights: [u32; 10]| weighted(&digits[..10], &weights) % 11;
    let control = match by([1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) {
        10 => by([3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 10,
        control => control,
    };
    Some(digits[10] == control)
}
