//! Whether the document that a provider scored is the declared one, where the provider does not say.
//!
//! Somebody else's genuine document is genuine, too. Some providers read no number, and all of them fail to read one at times; then our own reader
//! looks at the pictures, as it does for a second factor by picture. What neither could read stays open, and [`crate::scoring::table`] has it that a
//! score with that open is enough for no configuration.

use super::App;
use crate::{
    actor::IdentityDocument,
    documents::{CarriedNumber, are_declared},
    ports::Verdict,
    scoring::{Check, CheckName, CheckResult, Judgement, Provider, Reason, Score, Scoring, judge},
};

/// The verdict of a scoring, with the declared number compared by whoever could. `pictures` are those that were scored; of a capture on a provider's
/// pages there are none. Our own engine has compared the number itself, by the same zones; and to a verdict that judged nothing there is nothing to add.
pub(super) async fn with_number_compared(app: &App, scoring: &Scoring, verdict: Verdict, pictures: Vec<Vec<u8>>) -> Verdict {
    let Some(declared) = declared_number(scoring) else { return verdict };
    if scoring.provider == Provider::Internal || verdict.coverage == Score::ZERO || is_told(&verdict) {
        return verdict;
    }
    let mut numbers = Vec::new();
    // One after the other: each is decoded, which is most of what a request holds.
    for bytes in pictures {
        numbers.extend(app.document_numbers.read(bytes).await);
    }
    with_line(verdict, compared(&numbers, declared))
}

/// The declared document, if its number was declared.
fn declared_number(scoring: &Scoring) -> Option<&IdentityDocument> {
    let document = scoring.declared.as_ref()?.identity_document.as_ref()?;
    document.document_number.is_some().then_some(document)
}

/// Whether the provider compared the number.
fn is_told(verdict: &Verdict) -> bool {
    let told = |check: &Check| check.name == CheckName::DeclaredMatch && matches!(check.result, CheckResult::Pass | CheckResult::Fail);
    verdict.breakdown.iter().any(told)
}

fn compared(numbers: &[CarriedNumber], declared: &IdentityDocument) -> Check {
    let line = |result| Check::new(CheckName::DeclaredMatch, result);
    if numbers.is_empty() {
        return line(CheckResult::Inconclusive)
            .because(Reason::ProviderInconclusive)
            .noting("no number was read, neither by the provider nor by our own reader");
    }
    let line = if are_declared(numbers, Some(declared)).into() {
        line(CheckResult::Pass)
    } else {
        line(CheckResult::Fail).because(Reason::NumberMismatch)
    };
    line.noting("read by our own reader")
}

/// The verdict with this line in the place of the one that it has of this check, judged anew.
fn with_line(mut verdict: Verdict, line: Check) -> Verdict {
    match verdict.breakdown.iter_mut().find(|check| check.name == line.name) {
        Some(open) => *open = line,
        None => verdict.breakdown.push(line),
    }
    let Judgement { score, coverage } = judge(&verdict.breakdown);
    Verdict { score, coverage, ..verdict }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{actor::DocumentType, scoring::ConfigurationName, text::Private};

    fn number(number: &str) -> CarriedNumber {
        CarriedNumber { document_type: DocumentType::Passport, issuer: None, number: Private::new(number.to_owned()) }
    }

    fn declared() -> IdentityDocument {
        IdentityDocument { document_number: "CA1234567".parse().ok(), document_type: None, country: None }
    }

    fn genuine(and: Option<Check>) -> Verdict {
        let genuine = Check::new(CheckName::Authenticity, CheckResult::Pass);
        Verdict::of(std::iter::once(genuine).chain(and).collect(), None)
    }

    #[test]
    fn a_genuine_document_is_enough_only_when_it_is_the_declared_one() {
        let lowest = ConfigurationName::Low.threshold();
        for (numbers, result, enough) in [
            (vec![number("CA1234567")], CheckResult::Pass, true),
            (vec![number("CA7654321")], CheckResult::Fail, false),
            (vec![number("CA1234567"), number("CA7654321")], CheckResult::Fail, false),
            (vec![], CheckResult::Inconclusive, false),
        ] {
            let verdict = with_line(genuine(None), compared(&numbers, &declared()));
            assert_eq!(verdict.breakdown[1].result, result);
            assert_eq!(verdict.score >= lowest, enough, "{result}: {:?}", verdict.score);
        }
    }

    #[test]
    fn the_line_takes_the_place_of_the_open_one() {
        let open = Check::new(CheckName::DeclaredMatch, CheckResult::Inconclusive);
        let verdict = with_line(genuine(Some(open)), compared(&[number("CA1234567")], &declared()));
        assert_eq!(verdict.breakdown.len(), 2);
        assert_eq!((verdict.score, verdict.coverage), (Score::ONE, Score::ONE));
    }

    #[test]
    fn what_a_provider_compared_is_not_compared_again() {
        for (result, told) in [(CheckResult::Pass, true), (CheckResult::Fail, true), (CheckResult::Inconclusive, false)] {
            assert_eq!(is_told(&genuine(Some(Check::new(CheckName::DeclaredMatch, result)))), told, "{result}");
        }
        assert!(!is_told(&genuine(None)));
    }
}
