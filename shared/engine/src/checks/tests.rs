//! The print, judged on documents of people who do not exist.

use super::{all, dates};
use crate::{
    document::{
        Certainty::{self, Accepted, Confident, Doubtful},
        Document,
        samples::{DNI, NIE, PASSPORT, SPANISH_PASSPORT, document},
    },
    numbers::carried,
    printed::samples::CONFIRMING,
    viewed::{Expected, Found},
};
use acredita_domain::{
    Time,
    actor::{Actor, DocumentType, IdentityDocument},
    documents::{are_declared, is_declared},
    scoring::{Check, CheckName, CheckResult, DocumentKind, Reason, judge},
};

/// 20 November 2026.
fn now() -> Time {
    chrono::DateTime::from_timestamp(1_795_132_800, 0).expect("a time")
}

fn kind(document_type: DocumentType, country: &str) -> DocumentKind {
    DocumentKind { document_type, country: country.parse().expect("a country") }
}

/// An actor with a document, as creates make them.
fn person(kind: DocumentKind, number: &str, name: &str, last_name: &str) -> Expected {
    let identity_document = IdentityDocument {
        document_number: Some(number.parse().expect("a number")),
        document_type: Some(kind.document_type),
        country: Some(kind.country),
    };
    let actor = Actor {
        name: Some(name.parse().expect("a name")),
        last_name: Some(last_name.parse().expect("a name")),
        identity_document: Some(identity_document),
        ..Actor::default()
    };
    Expected { kind: Some(kind), actor: Some(actor) }
}

fn ana() -> Expected {
    person(kind(DocumentType::Nif, "ES"), "12345678Z", "Ana", "Muñoz Gil")
}

const UNMADE: [CheckName; 3] = [CheckName::Authenticity, CheckName::OriginalCaptured, CheckName::PortraitMatch];

fn nobody() -> Expected {
    Expected { kind: None, actor: None }
}

/// Every line about the zone and a front that confirms it.
fn lines(found: &Found<'_>, expected: &Expected) -> Vec<Check> {
    let lines = all(&[], expected, found, Some(&CONFIRMING), now()).into_iter();
    lines.skip_while(|line| line.name != CheckName::IdentityDocument).collect()
}

fn of(document: &Document, expected: &Expected) -> Vec<Check> {
    lines(&Found::Document(document), expected)
}

/// The lines that neither pass nor are inapplicable, but for those that nobody makes here.
fn complaints(lines: &[Check]) -> Vec<(CheckName, CheckResult, Option<Reason>)> {
    lines
        .iter()
        .filter(|line| !matches!(line.result, CheckResult::Pass | CheckResult::NotApplicable))
        .filter(|line| !UNMADE.contains(&line.name))
        .map(|line| (line.name, line.result, line.reason))
        .collect()
}

fn changed(lines: [&str; 3], from: &str, to: &str, certainty: Certainty) -> Document {
    let lines = lines.map(|line| line.replace(from, to));
    document(&lines.each_ref().map(String::as_str), certainty)
}

fn result(lines: &[Check], name: CheckName) -> CheckResult {
    lines.iter().find(|line| line.name == name).expect("a line").result
}

#[test]
fn a_document_that_is_what_was_declared_passes_everything() {
    for (lines, expected) in [
        (&DNI[..], ana()),
        (&NIE[..], person(kind(DocumentType::Nie, "ES"), "x-1234567-l", "Karim", "Alaoui")),
        (&PASSPORT[..], person(kind(DocumentType::Passport, "PT"), "CA1234567", "João", "Silva Ferreira")),
        (&DNI[..], person(kind(DocumentType::IdentityCard, "ES"), "12.345.678-Z", "ana", "MUÑOZ GIL")),
    ] {
        for certainty in [Accepted, Confident] {
            assert_eq!(complaints(&of(&document(lines, certainty), &expected)), []);
        }
    }
}

#[test]
fn what_a_still_picture_cannot_show_is_said_and_is_no_pass() {
    let lines = of(&document(&DNI, Confident), &ana());
    for name in UNMADE {
        assert_eq!(result(&lines, name), CheckResult::Inconclusive, "{name}");
    }
    assert!(lines.iter().all(|line| line.name != CheckName::Tampering), "nobody looks for alterations");
}

#[test]
fn the_number_of_a_dni_is_its_nif_and_not_that_of_the_card() {
    let dni = document(&DNI, Confident);
    let by = |number| complaints(&of(&dni, &person(kind(DocumentType::Nif, "ES"), number, "Ana", "Muñoz Gil")));
    assert_eq!(by("12345678Z"), []);
    assert_eq!(by("12345678"), [], "the letter follows from the digits");
    assert_eq!(by("87654321X"), [(CheckName::DeclaredMatch, CheckResult::Fail, Some(Reason::NumberMismatch))]);
    let by_the_card = by("BAA123456");
    assert!(by_the_card.contains(&(CheckName::DeclaredMatch, CheckResult::Inconclusive, Some(Reason::ZoneDoubtful))));
}

#[test]
fn a_spanish_passport_goes_by_its_own_number_or_by_the_nif_in_it() {
    let passport = document(&SPANISH_PASSPORT, Confident);
    for number in ["ZAB000254", "99999999R"] {
        let lines = of(&passport, &person(kind(DocumentType::Passport, "ES"), number, "Carmen", "Española Española"));
        assert_eq!(complaints(&lines), [(CheckName::NotExpired, CheckResult::Fail, Some(Reason::Expired))], "{number}");
    }
}

#[test]
fn another_type_country_number_or_name_fails_its_own_line() {
    use CheckName::{DeclaredMatch, KindMatch, NameMatch};
    for (expected, name, reason) in [
        (person(kind(DocumentType::Passport, "ES"), "12345678Z", "Ana", "Muñoz Gil"), KindMatch, Reason::TypeMismatch),
        (person(kind(DocumentType::Nie, "ES"), "12345678Z", "Ana", "Muñoz Gil"), KindMatch, Reason::TypeMismatch),
        (
            person(kind(DocumentType::IdentityCard, "PT"), "12345678Z", "Ana", "Muñoz Gil"),
            KindMatch,
            Reason::CountryMismatch,
        ),
        (person(kind(DocumentType::Nif, "ES"), "87654321X", "Ana", "Muñoz Gil"), DeclaredMatch, Reason::NumberMismatch),
        (person(kind(DocumentType::Nif, "ES"), "12345678Z", "Berta", "López Ruiz"), NameMatch, Reason::NameMismatch),
    ] {
        let confident = complaints(&of(&document(&DNI, Confident), &expected));
        assert_eq!(confident, [(name, CheckResult::Fail, Some(reason))]);
        let accepted = of(&document(&DNI, Accepted), &expected);
        let doubted = complaints(&accepted);
        let doubtful = (CheckResult::Inconclusive, Some(Reason::ZoneDoubtful));
        assert!(
            doubted.iter().all(|(_, result, reason)| (*result, *reason) == doubtful),
            "less than confident: another picture"
        );
        assert!(
            doubted.iter().any(|(doubted, ..)| *doubted == name) && judge(&accepted).score.value() < 0.5,
            "{name} proves nothing"
        );
    }
}

#[test]
fn a_name_that_was_half_given_is_a_matter_for_a_person() {
    for (given, surname) in [
        ("Ana", "Gil"),
        ("Ana", "Muñoz"),
        ("Ana", "Gil Muñoz"),
        ("Muñoz Gil", "Ana"),
        ("Ana María", "Muñoz Gil"),
        ("Dr. Ana", "Muñoz Gil"),
        ("Ana", "de Muñoz Gil"),
        ("\u{410}na", "Muñoz Gil"),
    ] {
        let expected = person(kind(DocumentType::Nif, "ES"), "12345678Z", given, surname);
        let lines = complaints(&of(&document(&DNI, Confident), &expected));
        let told = [(CheckName::NameMatch, CheckResult::Inconclusive, Some(Reason::NameDoubtful))];
        assert_eq!(lines, told, "{given} {surname}");
        let lines = complaints(&of(&document(&DNI, Accepted), &expected));
        let picture = (CheckName::NameMatch, CheckResult::Inconclusive, Some(Reason::ZoneDoubtful));
        assert!(lines.contains(&picture), "a better picture may show the declared one: {given} {surname}");
    }
}

#[test]
fn what_nobody_sees_in_a_name_is_not_compared() {
    let expected = person(kind(DocumentType::Nif, "ES"), "12345678Z", "A\u{200B}na", "Muñoz\u{200E} Gil");
    assert_eq!(complaints(&of(&document(&DNI, Confident), &expected)), []);
}

#[test]
fn a_number_is_the_declared_one_in_every_form_that_a_second_factor_takes() {
    let dni = document(&DNI, Confident);
    for number in [
        "12345678",
        "012345678z",
        "12.345.678-Z",
        "１２３４５６７８Ｚ",
        "ES12345678Z",
        "12345678A",
        "12345687Z",
        "1234567",
    ] {
        let expected = person(kind(DocumentType::Nif, "ES"), number, "Ana", "Muñoz Gil");
        let scored = result(&of(&dni, &expected), CheckName::DeclaredMatch) == CheckResult::Pass;
        let declared = expected.actor.as_ref().and_then(|actor| actor.identity_document.as_ref());
        assert_eq!(scored, bool::from(is_declared("12345678Z", declared)), "{number}");
        let shown = carried(dni.fields()).expect("a number");
        assert_eq!(scored, bool::from(are_declared(&[shown], declared)), "{number}");
    }
}

#[test]
fn what_was_not_declared_is_not_compared() {
    let dni = document(&DNI, Confident);
    for (expected, compared) in [
        (nobody(), CheckResult::NotApplicable),
        (Expected { kind: Some(kind(DocumentType::Nif, "ES")), actor: None }, CheckResult::Pass),
    ] {
        let lines = of(&dni, &expected);
        assert_eq!(result(&lines, CheckName::KindMatch), compared);
        assert_eq!(result(&lines, CheckName::DeclaredMatch), CheckResult::NotApplicable);
        assert_eq!(result(&lines, CheckName::NameMatch), CheckResult::NotApplicable);
    }
}

#[test]
fn wrong_digits_are_a_forgery_where_every_character_is_sure_and_a_bad_picture_where_not() {
    let forged = |certainty| of(&changed(DNI, "8002011F3106051", "8002011F3606051", certainty), &ana());
    let confident = complaints(&forged(Confident));
    assert_eq!(confident, [(CheckName::MrzCheckDigits, CheckResult::Fail, Some(Reason::CheckDigitsWrong))]);
    let doubtful = forged(Doubtful);
    assert!(doubtful.iter().all(|line| line.result == CheckResult::Inconclusive), "{:?}", complaints(&doubtful));
    let digits = doubtful.iter().find(|line| line.name == CheckName::MrzCheckDigits).expect("a line");
    assert_eq!(digits.reason, Some(Reason::CheckDigitsDoubtful));
    assert_eq!(digits.operator_details, "date of expiry, composite");
}

#[test]
fn a_wrong_control_letter_fails_though_the_digits_of_the_card_hold() {
    let lines = ["IDESPBAA123456212345678A<<<<<<", "8002011F3106051ESP<<<<<<<<<<<2", "MUNOZ<GIL<<ANA<<<<<<<<<<<<<<<<"];
    let complaints = complaints(&of(&document(&lines, Confident), &nobody()));
    assert_eq!(complaints, [(CheckName::NationalControl, CheckResult::Fail, Some(Reason::NationalControlWrong))]);
}

#[test]
fn a_document_is_valid_through_its_last_day() {
    let dni = document(&DNI, Confident);
    let found = Found::Document(&dni);
    let at = |day: &str| dates::checks(&found, day.parse().expect("a time"))[0].result;
    assert_eq!(at("2031-06-05T23:59:59Z"), CheckResult::Pass);
    assert_eq!(at("2031-06-06T00:00:00Z"), CheckResult::Fail);
}

#[test]
fn a_permanent_dni_does_not_expire() {
    let lines = ["IDESPBAA123456212345678Z<<<<<<", "4002013F9901018ESP<<<<<<<<<<<3", "MUNOZ<GIL<<ANA<<<<<<<<<<<<<<<<"];
    let document = document(&lines, Confident);
    assert_eq!(complaints(&of(&document, &ana())), []);
    let extracted = document.extracted(now()).expect("a sound zone");
    assert!(extracted.expiry_date.is_none());
    assert_eq!(extracted.birth_date.expect("a birth").expose(), "1940-02-01");
}

#[test]
fn a_day_that_the_calendar_does_not_have_cannot_be() {
    let lines = ["IDESPBAA123456212345678Z<<<<<<", "8002310F3106051ESP<<<<<<<<<<<7", "MUNOZ<GIL<<ANA<<<<<<<<<<<<<<<<"];
    let complaints = complaints(&of(&document(&lines, Confident), &ana()));
    assert_eq!(complaints, [(CheckName::DatesPlausible, CheckResult::Fail, Some(Reason::DatesImpossible))]);
}

#[test]
fn a_visa_is_no_identity_document() {
    let visa = ["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"];
    let lines = of(&document(&visa, Confident), &nobody());
    assert_eq!(result(&lines, CheckName::IdentityDocument), CheckResult::Fail);
}

#[test]
fn without_a_zone_every_line_says_what_is_missing() {
    for (found, name_read, reason) in [
        (Found::Absent, CheckResult::Fail, Reason::ZoneAbsent),
        (Found::Unreadable, CheckResult::Inconclusive, Reason::ZoneUnreadable),
        (Found::OnOtherSide, CheckResult::NotApplicable, Reason::SideMissing),
    ] {
        let mut lines = lines(&found, &ana());
        lines.retain(|line| !UNMADE.contains(&line.name));
        assert_eq!(result(&lines, CheckName::MrzRead), name_read);
        assert!(lines.iter().all(|line| line.reason == Some(reason) && line.result != CheckResult::Pass));
    }
}

#[test]
fn only_what_the_reader_stands_by_is_told() {
    assert!(document(&DNI, Doubtful).extracted(now()).is_none());
    assert!(changed(DNI, "8002011F3106051", "8002011F3606051", Confident).extracted(now()).is_none());
    let extracted = document(&DNI, Accepted).extracted(now()).expect("a sound zone");
    let text = |text: Option<acredita_domain::text::Private<String>>| {
        text.map(|text| text.expose().clone()).unwrap_or_default()
    };
    assert_eq!(text(extracted.document_number), "12345678Z");
    assert_eq!((text(extracted.name), text(extracted.last_name)), ("ANA".to_owned(), "MUNOZ GIL".to_owned()));
    assert_eq!((text(extracted.nationality), text(extracted.sex)), ("ESP".to_owned(), "F".to_owned()));
    assert_eq!(
        (text(extracted.birth_date), text(extracted.expiry_date)),
        ("1980-02-01".to_owned(), "2031-06-05".to_owned())
    );
}

#[test]
fn no_line_says_what_the_document_says() {
    for certainty in [Doubtful, Accepted, Confident] {
        for document in [document(&DNI, certainty), changed(DNI, "8002011F3106051", "8002011F3606051", certainty)] {
            let said =
                format!("{:?}", of(&document, &person(kind(DocumentType::Nif, "ES"), "87654321X", "Berta", "López")));
            for secret in ["12345678", "87654321", "BAA123456", "MUNOZ", "ANA", "Berta", "800201", "310605"] {
                assert!(!said.contains(secret), "{secret}");
            }
        }
    }
}
