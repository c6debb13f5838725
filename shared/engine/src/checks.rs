//! The lines of a breakdown: their subject, and when they can be decided.

mod dates;
mod declared;
mod line;
mod outline;
mod picture;
mod printed;
mod sides;
mod unmade;
mod zone;

use crate::{
    printed::Printed,
    viewed::{Expected, Found, ViewedPicture},
};
use acredita_domain::{
    Time,
    scoring::{Check, CheckResult, Evidence, Reason},
};

/// All lines of our engine, in the order of [`CheckName::ALL`](acredita_domain::scoring::CheckName::ALL).
pub(crate) fn all(
    pictures: &[ViewedPicture],
    expected: &Expected,
    found: &Found<'_>,
    printed: Option<&Printed>,
    now: Time,
) -> Vec<Check> {
    let mut lines = picture::checks(pictures);
    lines.push(outline::check(pictures, printed));
    lines.extend(sides::checks(pictures));
    lines.extend(zone::checks(pictures, found));
    lines.extend(dates::checks(found, now));
    lines.extend(declared::checks(found, expected));
    lines.extend(printed::checks(found, printed));
    lines.extend(unmade::checks());
    if lines.iter().any(|line| line.reason == Some(Reason::ZoneDoubtful)) {
        lines.iter_mut().for_each(withdraw);
    }
    lines
}

/// A text that was accepted, but differs from the data it is compared with, may be misread after all: it proves nothing
/// until a better picture confirms it.
fn withdraw(line: &mut Check) {
    if Evidence::is_shown_by(line.name) && line.result == CheckResult::Pass {
        (line.result, line.score, line.reason) = (CheckResult::Inconclusive, None, Some(Reason::ZoneDoubtful));
    }
}

#[cfg(test)]
mod tests;
