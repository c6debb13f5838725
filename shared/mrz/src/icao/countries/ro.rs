//! Romania.

use crate::icao::{
    control::{digits, weighted},
    country::{Country, STANDARD},
    fields::Fields,
    format::Format,
};

pub(super) const ROMANIA: Country = Country { codes: &["ROU"], controlled, control, ..STANDARD };

/// Cod numeric personal: 13 digits by weights, modulo 11, 10 as 1 (law 105/1996, regulation).
fn control(number: &[u8]) -> Option<bool> {
    let digits = digits::<13>(number)?;
    let control = weighted(&digits[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    Some(digits[12] == if control == 10 { 1 } else { control })
}

/// The card (TD2) omits the birthday from the personal number, because it is in the zone anyway.
fn controlled(fields: &Fields) -> Vec<String> {
    of_card(fields).into_iter().chain((STANDARD.controlled)(fields)).collect()
}

fn of_card(fields: &Fields) -> Option<String> {
    let optional = fields.optional.first()?.as_str();
    let (first, rest) = optional.split_at_checked(1)?;
    let birth = fields.birth?;
    let is_card = fields.format == Format::Td2 && optional.len() == 7;
    is_card.then(|| birth.digits().map(|birth| format!("{first}{birth}{rest}"))).flatten()
}
