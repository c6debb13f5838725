//! Whether a scored document belongs to the declared person, where the provider does not say.
//!
//! Another person's document is genuine too. Some providers read no number, and all of them fail to read one at times;
//! then our own reader looks at the pictures that the provider was shown, as it does for a second factor by picture. If
//! nobody could compare, the question stays open, and [`crate::scoring::table`] decides how that caps the score: with
//! neither number nor name compared, below every configuration's threshold.

use crate::{
    actor::{Actor, DocumentType, IdentityDocument},
    documents::{ReadNumbers, are_declared},
    ports::DocumentNumberReader,
    scoring::{Check, CheckName, CheckResult, Judgement, Provider, Reason, Score, Scoring, Verdict, judge},
};
use bytes::Bytes;

/// The verdict of a scoring, with the declared data compared by the provider or by us. `pictures` are those that the
/// provider was shown; there are none for a capture on a provider's pages. Our own engine has already compared
/// everything, and a verdict without any judgement stays as it is.
pub(super) async fn with_declared_compared(
    reader: &dyn DocumentNumberReader,
    scoring: &Scoring,
    verdict: Verdict,
    pictures: Vec<Bytes>,
) -> Verdict {
    let Some(declared) = scoring.declared.as_ref() else {
        return verdict;
    };
    if scoring.provider == Provider::Internal || verdict.coverage == Score::ZERO {
        return verdict;
    }
    let number = match declared_number(declared) {
        _ if is_compared(&verdict, CheckName::DeclaredMatch) => None,
        Some(document) => Some(read_and_compared(reader, document, pictures).await),
        None => open_whose(declared, &verdict),
    };
    let name = open_name(declared, &verdict);
    with_lines(verdict, [number, name])
}

/// The declared document, if its number was declared.
fn declared_number(declared: &Actor) -> Option<&IdentityDocument> {
    declared.identity_document.as_ref().filter(|document| document.document_number.is_some())
}

fn has_name(declared: &Actor) -> bool {
    declared.name.is_some() || declared.last_name.is_some()
}

/// Whether the provider compared this.
fn is_compared(verdict: &Verdict, name: CheckName) -> bool {
    let told = |check: &Check| check.name == name && matches!(check.result, CheckResult::Pass | CheckResult::Fail);
    verdict.breakdown.iter().any(told)
}

/// The open check where only a name was declared and nobody could say whether it is on the document: the document may
/// be another person's.
fn open_whose(declared: &Actor, verdict: &Verdict) -> Option<Check> {
    let open = has_name(declared) && !is_compared(verdict, CheckName::NameMatch);
    open.then(|| {
        inconclusive(
            CheckName::DeclaredMatch,
            Reason::ProviderInconclusive,
            "no number was declared, and the name is not settled",
        )
    })
}

/// The open check where a name was declared and the provider does not mention it.
fn open_name(declared: &Actor, verdict: &Verdict) -> Option<Check> {
    let open = has_name(declared) && verdict.breakdown.iter().all(|check| check.name != CheckName::NameMatch);
    open.then(|| inconclusive(CheckName::NameMatch, Reason::ProviderInconclusive, "the provider compared no name"))
}

fn inconclusive(name: CheckName, reason: Reason, note: &str) -> Check {
    Check::new(name, CheckResult::Inconclusive).because(reason).noting(note)
}

async fn read_and_compared(
    reader: &dyn DocumentNumberReader,
    declared: &IdentityDocument,
    pictures: Vec<Bytes>,
) -> Check {
    let sides = pictures.len();
    let mut read = ReadNumbers::default();
    // One after the other: decoding takes most of a request's memory.
    for bytes in pictures {
        read = read.and(reader.read(bytes).await.numbers);
    }
    compared(&read, declared, sides, &reader.version())
}

/// The check of a declared number, by what `reader` read on this many sides.
fn compared(read: &ReadNumbers, declared: &IdentityDocument, sides: usize, reader: &str) -> Check {
    let name = CheckName::DeclaredMatch;
    let open = |reason, what| inconclusive(name, reason, &format!("{what}, {reader}"));
    let same: bool = are_declared(&read.numbers, Some(declared)).into();
    let one_of_two_sides = sides == 1 && declared.document_type != Some(DocumentType::Passport);
    match (read.numbers.is_empty(), read.other_zones) {
        (true, true) => open(Reason::ZoneUnreadable, "a zone that gives no number"),
        (true, false) if one_of_two_sides => open(Reason::SideMissing, "no zone on the one side that there is"),
        (true, false) => open(Reason::ProviderInconclusive, "no number was read, neither by the provider nor by us"),
        (false, _) if !same => Check::new(name, CheckResult::Fail).because(Reason::NumberMismatch).noting(reader),
        // A zone can be printed on a strip and laid next to the smudged one of a genuine document.
        (false, true) => open(Reason::ZoneUnreadable, "the declared number, and another zone that gives none"),
        (false, false) => Check::new(name, CheckResult::Pass).noting(reader),
    }
}

/// Replaces the verdict's lines of the same checks, and judges it again.
fn with_lines(mut verdict: Verdict, lines: [Option<Check>; 2]) -> Verdict {
    if lines.iter().all(Option::is_none) {
        return verdict;
    }
    for line in lines.into_iter().flatten() {
        match verdict.breakdown.iter_mut().find(|check| check.name == line.name) {
            Some(open) => *open = line,
            None => verdict.breakdown.push(line),
        }
    }
    let Judgement { score, coverage } = judge(&verdict.breakdown);
    Verdict { score, coverage, ..verdict }
}

#[cfg(test)]
mod tests;
