//! The lines of a breakdown: what each looks at, and when it can be told.

mod dates;
mod declared;
mod outline;
mod picture;
mod sides;
mod zone;

use crate::{
    document::{Certainty, Document},
    sight::{Expected, Found, Sight},
};
use acredita_domain::{
    Time,
    scoring::{Check, CheckName, CheckResult, Reason, Score, table::rule},
};

/// All lines that our engine has, in the order of [`CheckName::ALL`].
pub(crate) fn all(sights: &[Sight], expected: &Expected, found: &Found<'_>, now: Time) -> Vec<Check> {
    let mut lines = picture::checks(sights);
    lines.push(outline::check(sights));
    lines.extend(sides::checks(sights));
    lines.extend(zone::checks(sights, found));
    lines.extend(dates::checks(found, now));
    lines.extend(declared::checks(found, expected));
    if lines.iter().any(|line| line.reason == Some(Reason::ZoneDoubtful)) {
        lines.iter_mut().for_each(withdraw);
    }
    lines
}

/// A text that was accepted, and that then is not what it is compared with, may be misread after all: it proves nothing
/// until a better picture confirms it.
fn withdraw(line: &mut Check) {
    if rule(line.name).proves && line.result == CheckResult::Pass {
        (line.result, line.score, line.reason) = (CheckResult::Inconclusive, None, Some(Reason::ZoneDoubtful));
    }
}

fn passed(name: CheckName) -> Check {
    Check::new(name, CheckResult::Pass).scored(Score::ONE)
}

fn failed(name: CheckName, reason: Reason) -> Check {
    Check::new(name, CheckResult::Fail).scored(Score::ZERO).because(reason)
}

fn open(name: CheckName, reason: Reason) -> Check {
    Check::new(name, CheckResult::Inconclusive).because(reason)
}

fn not_applicable(name: CheckName) -> Check {
    Check::new(name, CheckResult::NotApplicable)
}

/// A line about what is printed: made where the text can be relied on, else open for the reason that it cannot.
fn about(name: CheckName, found: &Found<'_>, check: impl FnOnce(&Document) -> Check) -> Check {
    match found {
        Found::Document(document) if document.is_sure() => check(document),
        Found::Document(..) => open(name, Reason::ZoneDoubtful),
        Found::Unreadable => open(name, Reason::ZoneUnreadable),
        Found::OnOtherSide => not_applicable(name).because(Reason::SideMissing),
        Found::Absent => open(name, Reason::ZoneAbsent),
    }
}

/// Something that no check digit protects is wrong: a failure where every character is what is printed, else a picture
/// to be taken again.
fn wrong(name: CheckName, document: &Document, reason: Reason) -> Check {
    match document.certainty {
        Certainty::Confident => failed(name, reason),
        Certainty::Accepted | Certainty::Doubtful => open(name, Reason::ZoneDoubtful),
    }
}

#[cfg(test)]
mod tests;
