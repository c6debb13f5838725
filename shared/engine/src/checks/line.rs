//! Builders of lines.

use crate::{
    document::{Certainty, Document},
    viewed::Found,
};
use acredita_domain::scoring::{Check, CheckName, CheckResult, Reason, Score};

pub(super) fn passed(name: CheckName) -> Check {
    Check::new(name, CheckResult::Pass).scored(Score::ONE)
}

pub(super) fn failed(name: CheckName, reason: Reason) -> Check {
    Check::new(name, CheckResult::Fail).scored(Score::ZERO).because(reason)
}

pub(super) fn open(name: CheckName, reason: Reason) -> Check {
    Check::new(name, CheckResult::Inconclusive).because(reason)
}

pub(super) fn not_applicable(name: CheckName) -> Check {
    Check::new(name, CheckResult::NotApplicable)
}

/// A line about the print: made if the text can be relied on, else inconclusive for the reason that it cannot.
pub(super) fn about(name: CheckName, found: &Found<'_>, check: impl FnOnce(&Document) -> Check) -> Check {
    match found {
        Found::Document(document) if document.is_sure() => check(document),
        Found::Document(..) => open(name, Reason::ZoneDoubtful),
        Found::Unreadable => open(name, Reason::ZoneUnreadable),
        Found::OnOtherSide => not_applicable(name).because(Reason::SideMissing),
        Found::Absent => open(name, Reason::ZoneAbsent),
    }
}

/// Something without a check digit is the declared one in part: for this reason if every character is as printed, else a
/// picture to be retaken.
pub(super) fn doubtful(name: CheckName, document: &Document, reason: Reason) -> Check {
    match document.certainty {
        Certainty::Confident => open(name, reason),
        Certainty::Accepted | Certainty::Doubtful => open(name, Reason::ZoneDoubtful),
    }
}

/// Something without a check digit is wrong: a failure if every character is as printed, else a picture to be retaken.
pub(super) fn wrong(name: CheckName, document: &Document, reason: Reason) -> Check {
    match document.certainty {
        Certainty::Confident => failed(name, reason),
        Certainty::Accepted | Certainty::Doubtful => open(name, Reason::ZoneDoubtful),
    }
}
