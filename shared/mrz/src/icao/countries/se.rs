//! Sweden.

use crate::icao::{
    agreement::Agreement,
    confusable::bare,
    control::digits,
    country::{Country, STANDARD},
    fields::Fields,
};

pub(super) const SWEDEN: Country = Country { codes: &["SWE"], compare_number, control, ..STANDARD };

/// The personnummer with its century or without.
fn compare_number(fields: &Fields, declared: &str) -> Agreement {
    let declared_number = bare(declared);
    let shortened = fields.optional.iter().map(|data| {
        let read = bare(data.as_str());
        let short = match (declared_number.len(), read.len()) {
            (10, 12) => declared_number == read[2..],
            (12, 10) => matches!(&declared_number[..2], b"19" | b"20") && declared_number[2..] == read,
            _ => false,
        };
        if short && control(&read) == Some(true) { Agreement::Match } else { Agreement::Mismatch }
    });
    shortened.fold((STANDARD.compare_number)(fields, declared), Agreement::max)
}

/// Personnummer: 10 digits, or 12 with the century, by Luhn's rule over the last 10 (law 1991:481 §18, SKV 704).
fn control(number: &[u8]) -> Option<bool> {
    let digits =
        digits::<10>(number).or_else(|| digits::<12>(number).and_then(|digits| digits.last_chunk::<10>().copied()))?;
    let doubled = |value: u32| value / 5 + 2 * value % 10;
    let sum: u32 = digits.iter().enumerate().map(|(at, &digit)| if at % 2 == 0 { doubled(digit) } else { digit }).sum();
    Some(sum.is_multiple_of(10))
}
