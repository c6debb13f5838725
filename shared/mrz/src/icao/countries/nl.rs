//! The Netherlands.

use crate::icao::{
    control::{digits, weighted},
    country::{Country, STANDARD},
};

pub(super) const NETHERLANDS: Country = Country { codes: &["NLD"], control, ..STANDARD };

/// Burgerservicenummer: 9 digits whose sum by weights 9–2 and −1 is a multiple of 11 ("elfproef", Besluit BSN article
/// 2). The document has a digit of its own after the fillers that follow it.
fn control(number: &[u8]) -> Option<bool> {
    let digits = digits::<9>(number)?;
    let sum = weighted(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    // Nine zeros stand for "none".
    (sum > 0).then_some(sum % 11 == digits[8])
}
