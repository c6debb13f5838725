//! The dates: not expired, and possible.

use super::line::{about, failed, passed, wrong};
use crate::{document::date_of, viewed::Found};
use acredita_domain::{
    Time,
    scoring::{Check, CheckName, CheckResult, Reason},
};
use acredita_mrz::icao::{Date, Expiry, Fields, countries};

/// Nobody has lived longer than 122 years, so a date of birth that makes somebody older is a misprint.
const OLDEST: u16 = 122;

pub(super) fn checks(found: &Found<'_>, now: Time) -> [Check; 2] {
    [not_expired(found, now), plausible(found, now)]
}

/// The date has a check digit of its own, so it counts wherever the text was accepted.
fn not_expired(found: &Found<'_>, now: Time) -> Check {
    let name = CheckName::NotExpired;
    about(name, found, |document| match date_of(now).and_then(|today| document.fields().expired(today)) {
        Some(true) => failed(name, Reason::Expired),
        Some(false) => passed(name),
        None => Check::new(name, CheckResult::Inconclusive).noting("no date of expiry to go by"),
    })
}

fn plausible(found: &Found<'_>, now: Time) -> Check {
    let name = CheckName::DatesPlausible;
    about(name, found, |document| match impossible(document.fields(), date_of(now)) {
        Some(note) => wrong(name, document, Reason::DatesImpossible).noting(note),
        None => passed(name),
    })
}

/// The reason why the dates are impossible, if they are. A birth date with an unknown part is possible.
fn impossible(fields: &Fields, today: Option<Date>) -> Option<&'static str> {
    let today = today?;
    if fields.birth.is_none() {
        return Some("a date of birth that the calendar does not have");
    }
    if fields.expiry == Expiry::Impossible {
        return Some("a date of expiry that the calendar does not have");
    }
    match (countries::birth_date(fields, today), fields.expiry_date(today)) {
        (Some(birth), Some(expiry)) if expiry <= birth => Some("it expired before the holder was born"),
        (Some(birth), _) if birth.years_until(today) > OLDEST => Some("a holder older than anybody"),
        _ => None,
    }
}
