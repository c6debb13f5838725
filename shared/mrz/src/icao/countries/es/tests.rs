//! Documents of Spain: specimens, and made-up ones of the same layout.

use super::*;
use crate::icao::{Control, Expiry, countries, parse};
use proptest::prelude::*;

fn card(first: &str, expiry: &str) -> Fields {
    let lines =
        [format!("{first:<<30}"), format!("8001014F{expiry}7ESP<<<<<<<<<<<7"), format!("{:<<30}", "ESPANOLA<<CARMEN")];
    parse(&lines).unwrap().fields
}

fn passport(optional: &str) -> Fields {
    let lines = [
        format!("{:<<44}", "P<ESPESPANOLA<ESPANOLA<<CARMEN"),
        format!("ZAB0002549ESP8001014F2501017{optional:<<14}44"),
    ];
    parse(&lines).unwrap().fields
}

/// Kind, the number that the holder knows, and the outcome of the controlled number.
fn known(fields: &Fields) -> (Option<Kind>, Option<String>, Option<Control>) {
    let number = countries::holder_number(fields).map(|number| number.as_str().to_owned());
    let control = countries::controlled_number(fields).map(|number| number.control);
    (countries::kind(fields), number, control)
}

fn goes_by(kind: Kind, number: &str, control: Option<Control>) -> (Option<Kind>, Option<String>, Option<Control>) {
    (Some(kind), Some(number.to_owned()), control)
}

#[test]
fn the_control_letter_is_the_number_modulo_23() {
    for number in [
        "12345678Z",
        "99999999R",
        "00000000T",
        "X1234567L",
        "Y1234567X",
        "Z1234567R",
        "K1234567L",
        "L1234567L",
        "M1234567L",
    ] {
        assert_eq!(control(number.as_bytes()), Some(true), "{number}");
    }
    for number in ["12345678A", "X1234567T", "12345678I", "K1234567A"] {
        assert_eq!(control(number.as_bytes()), Some(false), "{number}");
    }
    for number in ["", "12345678", "A1234567L", "123456789", "1234567890Z", "BAA000589", "XX234567L", "É2345678Z"] {
        assert_eq!(control(number.as_bytes()), None, "{number}");
    }
}

#[test]
fn numbers_may_lack_zeros_or_have_one_too_many() {
    for (declared, read) in [
        ("1234567L", "01234567L"),
        ("1.234.567-L", "01234567L"),
        ("X01234567L", "X1234567L"),
        ("12345678", "12345678Z"),
        ("x-1234567-l", "X1234567L"),
    ] {
        assert_eq!(compare_nif(declared, read), Agreement::Match, "{declared} {read}");
    }
    assert_eq!(compare_nif("12345678A", "12345678Z"), Agreement::Mismatch);
    assert_eq!(compare_nif("1234S678Z", "12345678Z"), Agreement::Doubtful);
}

#[test]
fn the_number_of_a_dni_is_in_the_optional_data_and_the_document_number_is_the_support() {
    let dni = card("IDESPBAA000589599999999R", "250101");
    assert_eq!(known(&dni), goes_by(Kind::Nif, "99999999R", Some(Control::Holds)));
    assert_ne!(dni.expiry, Expiry::Never);
    assert_eq!(compare_number(&dni, "99.999.999-R"), Agreement::Match);
    assert_eq!(compare_number(&dni, "BAA000589"), Agreement::Doubtful);
    assert_eq!(compare_number(&dni, "12345678Z"), Agreement::Mismatch);
    let wrong = card("IDESPBAA000589599999999T", "250101");
    assert_eq!(known(&wrong), goes_by(Kind::Nif, "99999999T", Some(Control::Broken)));
}

#[test]
fn a_permanent_dni_never_expires() {
    assert_eq!(card("IDESPBAA000589599999999R", "990101").expiry, Expiry::Never);
}

#[test]
fn before_2006_the_document_number_was_the_number() {
    let old = card("IDESP99999999R6", "250101");
    assert_eq!(known(&old), goes_by(Kind::Nif, "99999999R", Some(Control::Holds)));
}

#[test]
fn the_card_of_a_foreigner_has_the_nie_in_the_optional_data() {
    let card = card("IXESPE000000000X1234567L", "300101");
    assert_eq!(known(&card), goes_by(Kind::Nie, "X1234567L", Some(Control::Holds)));
    assert_eq!(compare_number(&card, "E00000000"), Agreement::Doubtful);
}

#[test]
fn a_card_without_its_number_goes_by_none_and_any_number_is_doubtful() {
    let card = card("IDESPBAA0005895", "250101");
    assert_eq!(known(&card), (Some(Kind::Nif), None, None));
    assert_eq!(compare_number(&card, "99999999R"), Agreement::Doubtful);
}

#[test]
fn a_passport_has_the_digits_and_the_letter_follows() {
    let printed = passport("A9999999900");
    assert_eq!(known(&printed), goes_by(Kind::Passport, "ZAB000254", None), "a letter that is computed proves nothing");
    assert_eq!(compare_number(&printed, "99999999R"), Agreement::Match);
    assert_eq!(compare_number(&printed, "ZAB000254"), Agreement::Match);
    assert_eq!(known(&passport("A99999999R")).2, Some(Control::Holds));
    assert_eq!(known(&passport("A99999999T")).2, Some(Control::Broken));
    for other in ["", "B9999999900", "A99", "A<"] {
        assert_eq!(compare_number(&passport(other), "99999999R"), Agreement::Mismatch, "{other}");
    }
}

#[test]
fn a_card_of_a_layout_that_is_not_known_goes_by_none() {
    assert_eq!(known(&card("ADESPBAA000589599999999R", "250101")), (None, None, None));
}

#[test]
fn documents_of_others_are_not_spanish() {
    let fields =
        parse(&["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"])
            .unwrap()
            .fields;
    assert_eq!(known(&fields), goes_by(Kind::IdentityCard, "D23145890", None));
}

proptest! {
    #[test]
    fn any_two_numbers_are_survived(one in "\\PC{0,40}", other in "\\PC{0,40}") {
        let _ = compare_nif(&one, &other);
    }
}
