//! The printed side: it looks like a document, bears a portrait, and says what the zone says. A zone alone is text, and
//! anybody can type it.

use super::line::{about, failed, not_applicable, open, passed};
use crate::{
    printed::{Compared, Labels, Printed},
    viewed::Found,
};
use acredita_domain::scoring::{Check, CheckName, Reason, Score};
use acredita_front::Portrait;

/// How many more fields than the number must agree.
const FURTHER_FIELDS: usize = 2;

pub(super) fn checks(found: &Found<'_>, printed: Option<&Printed>) -> [Check; 3] {
    [
        line(CheckName::LooksLikeDocument, found, printed, looks),
        line(CheckName::PortraitPresent, found, printed, portrait),
        line(CheckName::DataConsistent, found, printed, consistent),
    ]
}

fn line(
    name: CheckName,
    found: &Found<'_>,
    printed: Option<&Printed>,
    check: impl FnOnce(CheckName, &Printed) -> Check,
) -> Check {
    about(name, found, |_| match printed {
        Some(printed) => check(name, printed),
        None => not_applicable(name).because(Reason::SideMissing),
    })
}

fn looks(name: CheckName, printed: &Printed) -> Check {
    let line = match (printed.labels, printed.number) {
        (Labels::InOrder, _) if !printed.back_is_bare => passed(name),
        (Labels::None, Compared::Differs | Compared::NotRead) if printed.is_clear => failed(name, Reason::NotAFront),
        _ => open(name, Reason::PrintUnreadable),
    };
    let back = if printed.back_is_bare { "; the other side: nothing but a zone" } else { "" };
    line.noting(format!("{}: {}{back}", printed.side.part(), printed.labels.as_str()))
}

fn portrait(name: CheckName, printed: &Printed) -> Check {
    match printed.portrait {
        Portrait::Found(face) => passed(name).scored(Score::new(f64::from(face.score) / 100.0)),
        Portrait::Missing => open(name, Reason::PortraitAbsent),
        Portrait::TooSmall => open(name, Reason::PictureTooSmall),
    }
}

fn consistent(name: CheckName, printed: &Printed) -> Check {
    let count = |of| printed.further.iter().filter(|(_, compared)| *compared == of).count();
    let (agreeing, differing) = (count(Compared::Agrees), count(Compared::Differs));
    let line = if printed.bears_another_number {
        failed(name, Reason::DataInconsistent)
    } else if printed.number == Compared::Agrees && agreeing >= FURTHER_FIELDS && differing == 0 {
        passed(name)
    } else {
        open(name, Reason::PrintUnreadable)
    };
    let fields = [("number", printed.number)].into_iter().chain(printed.further);
    line.noting(fields.map(|(field, compared)| format!("{field} {}", compared.as_str())).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        document::{
            Certainty::{Confident, Doubtful},
            samples::{DNI, document},
        },
        printed::samples::CONFIRMING,
    };
    use Compared::{Agrees, Differs, NotRead};
    use acredita_domain::scoring::CheckResult::{self, Fail, Inconclusive, NotApplicable, Pass};

    fn results(printed: Option<&Printed>) -> [(CheckResult, Option<Reason>); 3] {
        let dni = document(&DNI, Confident);
        checks(&Found::Document(&dni), printed).map(|line| (line.result, line.reason))
    }

    #[test]
    fn a_front_that_says_the_same_passes() {
        assert_eq!(results(Some(&CONFIRMING)), [(Pass, None); 3]);
    }

    #[test]
    fn a_picture_without_labels_and_number_is_no_front() {
        let circles = Printed { labels: Labels::None, number: NotRead, ..CONFIRMING };
        assert_eq!(results(Some(&circles))[0], (Fail, Some(Reason::NotAFront)));
        let blurred = Printed { is_clear: false, ..circles };
        assert_eq!(results(Some(&blurred))[0], (Inconclusive, Some(Reason::PrintUnreadable)));
        let tiny_labels = Printed { labels: Labels::None, ..CONFIRMING };
        assert_eq!(results(Some(&tiny_labels))[0].0, Inconclusive, "the number is there, so it may be a front");
    }

    #[test]
    fn a_back_with_nothing_but_a_zone_is_none_of_a_card() {
        let typed = Printed { back_is_bare: true, ..CONFIRMING };
        assert_eq!(results(Some(&typed))[0], (Inconclusive, Some(Reason::PrintUnreadable)));
    }

    #[test]
    fn the_number_and_two_more_fields_have_to_agree() {
        let one_more = [("names", Agrees), ("birth", NotRead), ("expiry", Differs), ("document number", NotRead)];
        let unread = (Inconclusive, Some(Reason::PrintUnreadable));
        assert_eq!(results(Some(&Printed { further: one_more, ..CONFIRMING }))[2], unread);
        for number in [NotRead, Differs] {
            assert_eq!(results(Some(&Printed { number, ..CONFIRMING }))[2], unread);
        }
    }

    #[test]
    fn a_field_that_differs_is_not_outvoted() {
        let other_names = [("names", Differs), ("birth", Agrees), ("expiry", Agrees), ("document number", Agrees)];
        let unread = (Inconclusive, Some(Reason::PrintUnreadable));
        assert_eq!(results(Some(&Printed { further: other_names, ..CONFIRMING }))[2], unread);
    }

    #[test]
    fn another_valid_number_is_another_document() {
        let other = Printed { number: NotRead, bears_another_number: true, ..CONFIRMING };
        assert_eq!(results(Some(&other))[2], (Fail, Some(Reason::DataInconsistent)));
    }

    #[test]
    fn a_portrait_that_nobody_saw_fails_nothing() {
        for (portrait, reason) in
            [(Portrait::Missing, Reason::PortraitAbsent), (Portrait::TooSmall, Reason::PictureTooSmall)]
        {
            assert_eq!(results(Some(&Printed { portrait, ..CONFIRMING }))[1], (Inconclusive, Some(reason)));
        }
    }

    #[test]
    fn without_a_front_or_a_sure_zone_there_is_nothing_to_compare() {
        assert_eq!(results(None), [(NotApplicable, Some(Reason::SideMissing)); 3]);
        let doubtful = document(&DNI, Doubtful);
        let lines = checks(&Found::Document(&doubtful), Some(&CONFIRMING));
        assert!(lines.iter().all(|line| line.reason == Some(Reason::ZoneDoubtful)));
    }
}
