//! Documents of Spain: specimens, and made-up ones of the same layout.

use super::*;
use crate::icao::parse;

fn card(first: &str, expiry: &str) -> Document {
    let lines =
        [format!("{first:<<30}"), format!("8001014F{expiry}7ESP<<<<<<<<<<<7"), format!("{:<<30}", "ESPANOLA<<CARMEN")];
    read(&parse(&lines).unwrap().fields).unwrap()
}

fn passport(optional: &str) -> Document {
    let lines = [
        format!("{:<<44}", "P<ESPESPANOLA<ESPANOLA<<CARMEN"),
        format!("ZAB0002549ESP8001014F2501017{optional:<<14}44"),
    ];
    read(&parse(&lines).unwrap().fields).unwrap()
}

fn text(number: &Option<Personal>) -> &str {
    number.as_ref().map_or("", |number| number.as_str())
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
        assert_eq!(control(number.as_bytes()), Control::Holds, "{number}");
    }
    for number in ["12345678A", "X1234567T", "12345678I", "K1234567A"] {
        assert_eq!(control(number.as_bytes()), Control::Broken, "{number}");
    }
    for number in ["", "12345678", "A1234567L", "123456789", "1234567890Z", "BAA000589", "XX234567L", "É2345678Z"] {
        assert_eq!(control(number.as_bytes()), Control::Unknown, "{number}");
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
        assert_eq!(compare_nif(declared, read), Comparison::Match, "{declared} {read}");
    }
    assert_eq!(compare_nif("12345678A", "12345678Z"), Comparison::Mismatch);
    assert_eq!(compare_nif("1234S678Z", "12345678Z"), Comparison::Doubtful);
}

#[test]
fn the_number_of_a_dni_is_in_the_optional_data_and_the_document_number_is_the_support() {
    let dni = card("IDESPBAA000589599999999R", "250101");
    assert_eq!((dni.kind, text(&dni.personal_number), text(&dni.support)), (Kind::Dni, "99999999R", "BAA000589"));
    assert_eq!((dni.control, dni.permanent), (Control::Holds, false));
    assert_eq!(dni.compare_personal_number("99.999.999-R"), Comparison::Match);
    assert_eq!(dni.compare_personal_number("BAA000589"), Comparison::Doubtful);
    assert_eq!(dni.compare_personal_number("12345678Z"), Comparison::Mismatch);
    assert_eq!(card("IDESPBAA000589599999999T", "250101").control, Control::Broken);
}

#[test]
fn a_permanent_dni_never_expires() {
    assert!(card("IDESPBAA000589599999999R", "990101").permanent);
}

#[test]
fn before_2006_the_document_number_was_the_number() {
    let old = card("IDESP99999999R6", "250101");
    assert_eq!(
        (old.kind, text(&old.personal_number), text(&old.support), old.control),
        (Kind::OldDni, "99999999R", "", Control::Holds)
    );
}

#[test]
fn the_card_of_a_foreigner_has_the_nie_in_the_optional_data() {
    let card = card("IXESPE000000000X1234567L", "300101");
    assert_eq!(
        (card.kind, text(&card.personal_number), text(&card.support)),
        (Kind::ForeignerCard, "X1234567L", "E00000000")
    );
    assert_eq!(card.control, Control::Holds);
}

#[test]
fn a_passport_has_the_digits_and_the_letter_follows() {
    let printed = passport("A9999999900");
    assert_eq!(
        (printed.kind, text(&printed.personal_number), text(&printed.support)),
        (Kind::Passport, "99999999R", "ZAB000254")
    );
    assert_eq!(printed.control, Control::Unknown, "a letter that is computed proves nothing");
    assert_eq!(printed.compare_personal_number("99999999R"), Comparison::Match);
    assert_eq!((passport("A99999999R").control, passport("A99999999T").control), (Control::Holds, Control::Broken));
    for other in ["", "B9999999900", "A99", "AÑ"] {
        let optional = other.replace('Ñ', "<");
        assert_eq!(passport(&optional).personal_number, None, "{other}");
    }
    assert_eq!(passport("").compare_personal_number("99999999R"), Comparison::Doubtful);
}

#[test]
fn documents_of_others_are_not_spanish() {
    let fields =
        parse(&["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"])
            .unwrap()
            .fields;
    assert_eq!(read(&fields), None);
}
