//! Russia.

use crate::icao::{
    country::{Country, STANDARD},
    fields::Fields,
    personal::Personal,
};

pub(super) const RUSSIA: Country = Country { codes: &["RUS"], holder_number, ..STANDARD };

/// Series and number of an internal passport (`PN`), ten digits: the last digit of the series is the first of the
/// optional data, because the field has nine places.
fn internal(fields: &Fields) -> Option<String> {
    let last = fields.optional.first()?.as_str().get(..1).filter(|_| fields.code == "PN")?;
    let (series, number) = fields.number.as_str().split_at_checked(3)?;
    let digits = format!("{series}{last}{number}");
    (digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn holder_number(fields: &Fields) -> Option<Personal> {
    internal(fields).map(Personal::new).or_else(|| (STANDARD.holder_number)(fields))
}
