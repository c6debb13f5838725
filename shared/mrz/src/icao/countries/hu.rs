//! Hungary.

use crate::icao::country::{Country, STANDARD};

pub(super) const HUNGARY: Country = Country {
    codes: &["HUN"],
    // Cards of holders from 65 on are valid for 60 years (Government decree 414/2015, PRADO HUN-HO-11002).
    longest_validity: 60,
    // All others for ten at most.
    least_age: |_, until, today| if until.is_some_and(|until| until > today.plus_years(11)) { 65 } else { 0 },
    ..STANDARD
};
