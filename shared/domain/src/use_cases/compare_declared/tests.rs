use super::*;
use crate::{documents::CarriedNumber, scoring::ConfigurationName, text::Private};
use CheckResult::{Fail, Inconclusive, Pass};

fn read(numbers: &[&str], other_zones: bool) -> ReadNumbers {
    let carried = |number: &&str| CarriedNumber {
        document_type: DocumentType::Passport,
        countries: Vec::new(),
        numbers: vec![Private::new((*number).to_owned())],
    };
    ReadNumbers { numbers: numbers.iter().map(carried).collect(), other_zones }
}

fn document(document_type: Option<DocumentType>) -> IdentityDocument {
    IdentityDocument { document_number: "CA1234567".parse().ok(), document_type, country: None }
}

fn named() -> Actor {
    Actor { name: "Ana".parse().ok(), ..Actor::default() }
}

fn line(name: CheckName, result: CheckResult) -> Check {
    Check::new(name, result)
}

/// A provider's verdict on a genuine document, plus these checks.
fn genuine(and: &[Check]) -> Verdict {
    let genuine = line(CheckName::Authenticity, Pass);
    Verdict::of(std::iter::once(genuine).chain(and.iter().cloned()).collect(), None)
}

fn is_enough(verdict: &Verdict, configuration: ConfigurationName) -> bool {
    verdict.score >= configuration.threshold()
}

#[test]
fn a_genuine_document_is_enough_only_when_it_is_the_declared_one() {
    for (numbers, other_zones, result, reason) in [
        (&["CA1234567"][..], false, Pass, None),
        (&["CA1234567"], true, Inconclusive, Some(Reason::ZoneUnreadable)),
        (&["CA7654321"], false, Fail, Some(Reason::NumberMismatch)),
        (&["CA7654321"], true, Fail, Some(Reason::NumberMismatch)),
        (&["CA1234567", "CA7654321"], false, Fail, Some(Reason::NumberMismatch)),
        (&[], true, Inconclusive, Some(Reason::ZoneUnreadable)),
        (&[], false, Inconclusive, Some(Reason::ProviderInconclusive)),
    ] {
        let found = compared(&read(numbers, other_zones), &document(None), 2, "reader 1");
        assert_eq!((found.result, found.reason), (result, reason), "{numbers:?} {other_zones}");
        assert!(found.operator_details.contains("reader 1"), "{}", found.operator_details);
        let verdict = with_lines(genuine(&[]), [Some(found), None]);
        assert_eq!(
            is_enough(&verdict, ConfigurationName::Low),
            result == Pass,
            "{numbers:?} {other_zones}: {:?}",
            verdict.score
        );
    }
}

#[test]
fn one_side_without_a_zone_is_not_bad_light() {
    for (document_type, sides, other_zones, reason) in [
        (None, 1, false, Reason::SideMissing),
        (Some(DocumentType::Nif), 1, false, Reason::SideMissing),
        (Some(DocumentType::Nif), 1, true, Reason::ZoneUnreadable),
        (Some(DocumentType::Passport), 1, false, Reason::ProviderInconclusive),
        (Some(DocumentType::Nif), 2, false, Reason::ProviderInconclusive),
        // Captured on a provider's pages.
        (Some(DocumentType::Nif), 0, false, Reason::ProviderInconclusive),
    ] {
        let found = compared(&read(&[], other_zones), &document(document_type), sides, "");
        assert_eq!((found.result, found.reason), (Inconclusive, Some(reason)), "{document_type:?}, {sides}");
    }
}

#[test]
fn a_name_of_which_the_provider_says_nothing_is_open() {
    let found = open_name(&named(), &genuine(&[])).expect("a line");
    assert_eq!(
        (found.name, found.result, found.reason),
        (CheckName::NameMatch, Inconclusive, Some(Reason::ProviderInconclusive))
    );
    assert!(open_name(&Actor { last_name: "Gil".parse().ok(), ..Actor::default() }, &genuine(&[])).is_some());
    for result in [Pass, Fail, Inconclusive] {
        assert_eq!(open_name(&named(), &genuine(&[line(CheckName::NameMatch, result)])), None, "{result}");
    }
    assert_eq!(open_name(&Actor::default(), &genuine(&[])), None, "none was declared");
}

#[test]
fn a_declared_name_that_nobody_compared_is_short_of_the_highest_with_the_number_and_of_all_without() {
    let of_number = line(CheckName::DeclaredMatch, Pass);
    let with_number = genuine(&[of_number]);
    let name = open_name(&named(), &with_number);
    let with_number = with_lines(with_number, [None, name]);
    assert!(is_enough(&with_number, ConfigurationName::Medium) && !is_enough(&with_number, ConfigurationName::High));
    for (said, enough) in [(None, false), (Some(Inconclusive), false), (Some(Fail), false), (Some(Pass), true)] {
        let said: Vec<Check> = said.map(|result| line(CheckName::NameMatch, result)).into_iter().collect();
        let verdict = genuine(&said);
        let lines = [open_whose(&named(), &verdict), open_name(&named(), &verdict)];
        let verdict = with_lines(verdict, lines);
        assert_eq!(is_enough(&verdict, ConfigurationName::Low), enough, "{said:?}: {:?}", verdict.score);
    }
    assert_eq!(open_whose(&Actor::default(), &genuine(&[])), None, "nothing was declared");
}

#[test]
fn a_line_takes_the_place_of_the_open_one() {
    let open = line(CheckName::DeclaredMatch, Inconclusive);
    let verdict =
        with_lines(genuine(&[open]), [Some(compared(&read(&["CA1234567"], false), &document(None), 1, "")), None]);
    assert_eq!(verdict.breakdown.len(), 2);
    assert_eq!((verdict.score, verdict.coverage), (Score::ONE, Score::ONE));
}

#[test]
fn what_a_provider_compared_is_not_compared_again() {
    for (result, told) in [(Pass, true), (Fail, true), (Inconclusive, false)] {
        let verdict = genuine(&[line(CheckName::DeclaredMatch, result)]);
        assert_eq!(is_compared(&verdict, CheckName::DeclaredMatch), told, "{result}");
    }
    assert!(!is_compared(&genuine(&[]), CheckName::DeclaredMatch));
}
