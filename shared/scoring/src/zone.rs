//! The checks that need the machine-readable zone. Its reader does not exist yet, and these lines say so: a check that nobody made is neither
//! passed nor failed.

use acredita_domain::scoring::{Check, CheckName, CheckResult, DocumentKind};

const NO_READER: &str = "not checked: the reader of machine-readable zones does not exist yet";
const NO_RULE: &str = "only documents of Spain have a control that is known here";

/// One line for each, in the order of the breakdown.
pub(crate) fn checks(document: Option<DocumentKind>) -> Vec<Check> {
    use CheckName::{DeclaredMatch, MrzCheckDigits, MrzRead, NationalControl, NotExpired};
    [MrzRead, MrzCheckDigits, NationalControl, NotExpired, DeclaredMatch]
        .map(|name| line(name, document))
        .to_vec()
}

fn line(name: CheckName, document: Option<DocumentKind>) -> Check {
    let foreign = document.is_some_and(|document| String::from(document.country) != "ES");
    let (result, details) = match name {
        CheckName::NationalControl if foreign => (CheckResult::NotApplicable, NO_RULE),
        _ => (CheckResult::Inconclusive, NO_READER),
    };
    Check { name, result, score: None, details: details.to_owned() }
}
