//! The Netherlands.

use crate::icao::{
    agreement::Agreement,
    alphabet::FILLER,
    confusable::compare_numbers,
    control::{digits, weighted},
    country::{Country, STANDARD},
    fields::Fields,
};

pub(super) const NETHERLANDS: Country = Country { codes: &["NLD"], compare_number, control, ..STANDARD };

/// The burgerservicenummer is in the optional data, and the document has a digit of its own after the fillers.
fn compare_number(fields: &Fields, declared: &str) -> Agreement {
    let numbers = fields.optional.iter().filter_map(|data| data.as_str().split(char::from(FILLER)).next());
    let bsn = numbers.filter(|number| control(number.as_bytes()).is_some());
    bsn.fold((STANDARD.compare_number)(fields, declared), |best, number| best.max(compare_numbers(declared, number)))
}

/// Burgerservicenummer: 9 digits whose sum by weights 9–2 and −1 is a multiple of 11 ("elfproef", Besluit BSN article
/// 2).
fn control(number: &[u8]) -> Option<bool> {
    let digits = digits::<9>(number)?;
    let sum = weighted(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    // Nine zeros stand for "none".
    (sum > 0).then_some(sum % 11 == digits[8])
}
