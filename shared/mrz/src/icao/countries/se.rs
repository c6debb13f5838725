//! Sweden.

use crate::icao::{
    agreement::Agreement,
    confusable::bare,
    control::digits,
    country::{Country, STANDARD},
    fields::{Expiry, Fields},
};

pub(super) const SWEDEN: Country = Country { codes: &["SWE"], further_numbers, compare_number, control, ..STANDARD };

/// The personnummer with its century or without, as far as there is only one person with it.
fn further_numbers(fields: &Fields) -> Vec<String> {
    let numbers = personal(fields).filter_map(|number| match number.split_at(number.len() - SHORT) {
        ("19", short) if may_be_in(2000, short, fields) => None,
        ("19" | "20", short) => Some(short.to_owned()),
        ("", short) if !may_be_in(2000, short, fields) => Some(format!("19{short}")),
        _ => None,
    });
    numbers.collect()
}

/// Without its century, the number of a child may be that of somebody who is a hundred years older.
fn compare_number(fields: &Fields, declared: &str) -> Agreement {
    let declared = bare(declared);
    let may_be = |number: String| {
        let (century, short) = declared.split_at(declared.len().saturating_sub(SHORT));
        number.ends_with(&*String::from_utf8_lossy(short))
            && match (century, number.len()) {
                (b"", 12) => short.len() == SHORT,
                (b"19", SHORT) => true,
                (b"20", SHORT) => may_be_in(2000, &number, fields),
                _ => false,
            }
    };
    let doubtful = personal(fields).any(may_be);
    (STANDARD.compare_number)(fields, String::from_utf8_lossy(&declared).as_ref()).max(if doubtful {
        Agreement::Doubtful
    } else {
        Agreement::Mismatch
    })
}

/// The length of a personnummer without its century.
const SHORT: usize = 10;

fn personal(fields: &Fields) -> impl Iterator<Item = String> {
    let numbers = fields.optional.iter().map(|data| bare(data.as_str()));
    numbers.filter(|number| control(number) == Some(true)).filter_map(|number| String::from_utf8(number).ok())
}

/// Whether the holder of a short number may be born in a century: not after the document expires.
fn may_be_in(century: u16, short: &str, fields: &Fields) -> bool {
    let Expiry::On(expiry) = fields.expiry else { return true };
    let born = short.get(..2).and_then(|year| year.parse::<u16>().ok()).map(|year| century + year);
    born.zip(expiry.year()).is_none_or(|(born, expiry)| born <= 2000 + u16::from(expiry))
}

/// Personnummer: 10 digits, or 12 with the century, by Luhn's rule over the last 10 (law 1991:481 §18, SKV 704).
fn control(number: &[u8]) -> Option<bool> {
    let digits =
        digits::<10>(number).or_else(|| digits::<12>(number).and_then(|digits| digits.last_chunk::<10>().copied()))?;
    let doubled = |value: u32| value / 5 + 2 * value % 10;
    let sum: u32 = digits.iter().enumerate().map(|(at, &digit)| if at % 2 == 0 { doubled(digit) } else { digit }).sum();
    Some(sum.is_multiple_of(10))
}
