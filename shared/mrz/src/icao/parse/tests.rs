//! Specimens, and difficult zones.

use super::*;
use crate::icao::{Date, samples};

const TODAY: Date = Date::new(2026, 11, 20).unwrap();

fn passport(second: &str) -> Parsed {
    parse(&["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", second]).unwrap()
}

fn card(lines: [&str; 3]) -> Parsed {
    parse(&lines).unwrap()
}

fn name(field: &str) -> (String, String, bool) {
    let line = format!("P<UTO{field:<<39}");
    let Name { surname, given } = parse(&[&line, "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]).unwrap().fields.name;
    (surname.text.as_str().to_owned(), given.text.as_str().to_owned(), surname.cut || given.cut)
}

#[test]
fn specimens_have_no_problems_but_their_formats_are_told_apart() {
    for sample in samples::SOUND {
        let parsed = parse(sample.lines).unwrap();
        assert_eq!(parsed.fields.format, sample.format, "{}", sample.name);
        assert!(parsed.digits_hold(), "{}", sample.name);
        // The visas of the standard have a nationality that does not exist.
        assert_eq!(parsed.problems, [], "{}", sample.name);
    }
}

#[test]
fn the_passport_of_the_standard_says_what_is_printed_on_it() {
    let fields = passport("L898902C36UTO7408122F1204159ZE184226B<<<<<10").fields;
    assert_eq!((fields.code.as_str(), fields.state.as_str(), fields.nationality.as_str()), ("P", "UTO", "UTO"));
    assert_eq!((fields.number.as_str(), fields.number_is_long), ("L898902C3", false));
    assert_eq!(fields.optional[0].as_str(), "ZE184226B");
    assert_eq!(fields.birth.unwrap().as_birth(TODAY), Date::new(1974, 8, 12));
    assert_eq!(fields.sex, Some(Sex::Female));
    assert_eq!((fields.expired(TODAY), fields.expired(Date::new(2012, 4, 15).unwrap())), (Some(true), Some(false)));
    assert_eq!((fields.name.surname.text.as_str(), fields.name.given.text.as_str()), ("ERIKSSON", "ANNA MARIA"));
}

#[test]
fn a_long_number_is_put_together_and_leaves_the_optional_data() {
    let fields =
        card(["IDBEL000590696<1015<8501019999", "8501011F3001010BEL850101<<<<<0", "PEETERS<<MARIE<<<<<<<<<<<<<<<<"])
            .fields;
    assert_eq!((fields.number.as_str(), fields.number_is_long), ("000590696101", true));
    assert_eq!(fields.optional.iter().map(Personal::as_str).collect::<Vec<_>>(), ["8501019999", "850101"]);
}

#[test]
fn a_document_number_keeps_its_letters_and_its_fillers_inside() {
    let fields = |number: &str| {
        card([
            &format!("I<FRA{number}0<<<<<<<<<<<<<<<"),
            "8501011F3001010FRA<<<<<<<<<<<0",
            "MARTIN<<LEA<<<<<<<<<<<<<<<<<<<",
        ])
        .fields
    };
    assert_eq!(fields("K682T8YLO").number.as_str(), "K682T8YLO");
    assert_eq!(fields("12<345<<<").number.as_str(), "12<345");
    let parsed =
        card(["I<FRAK682T8YLO0<<<<<<<<<<<<<<<", "8501011F3001010FRA<<<<<<<<<<<0", "MARTIN<<LEA<<<<<<<<<<<<<<<<<<<"]);
    assert!(
        !parsed.problems.contains(&Problem::WrongDigit(Checked::DocumentNumber)),
        "the letter O counts 24, the digit would not hold"
    );
}

#[test]
fn lines_without_any_filler_are_lines() {
    let parsed =
        parse(&["POCHNABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLM", "E123456784CHN8001014F3501017MEMEMEMEMEMEMEA0"])
            .unwrap();
    assert_eq!(parsed.fields.code, "PO");
    assert_eq!(parsed.fields.optional[0].as_str(), "MEMEMEMEMEMEME");
    assert!(parsed.problems.contains(&Problem::UndividedName));
}

#[test]
fn names_are_divided_by_two_fillers_and_cut_at_the_last_column() {
    for (field, expected) in [
        ("ERIKSSON<<ANNA<MARIA", ("ERIKSSON", "ANNA MARIA", false)),
        ("VAN<DER<MUELLEN<<JAN", ("VAN DER MUELLEN", "JAN", false)),
        ("ARKFREITH", ("ARKFREITH", "", false)),
        ("<<ANNA", ("", "ANNA", false)),
        ("A<<B<<C", ("A", "B C", false)),
        ("NILAVADHANANANDA<<CHAYAPA<DEJTHANARAJ<KR", ("NILAVADHANANANDA", "CHAYAPA DEJTHANARAJ K", true)),
        ("BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNAMB", ("BENNELONG WOOLOOMOOLOO WARRANDYTE WARNA", "", true)),
        ("", ("", "", false)),
    ] {
        let field = &field[..field.len().min(39)];
        let (surname, given, cut) = name(field);
        assert_eq!((surname.as_str(), given.as_str(), cut), expected, "{field}");
    }
}

#[test]
fn what_is_missing_or_impossible_is_told_and_the_rest_is_read() {
    for (second, problem) in [
        ("L898902C37UTO7408122F1204159ZE184226B<<<<<10", Problem::WrongDigit(Checked::DocumentNumber)),
        ("L898902C36UTO7408122F1204159ZE184226B<<<<<<0", Problem::WrongDigit(Checked::OptionalData)),
        ("L898902C36UTO7408122F1204159ZE184226B<<<<<1<", Problem::MissingDigit(Checked::Composite)),
        ("L898902C36UTO7402302F1204159ZE184226B<<<<<10", Problem::ImpossibleBirth),
        ("L898902C36UTO7408122F1213159ZE184226B<<<<<10", Problem::ImpossibleExpiry),
        ("L898902C36UTO7408122F12O4159ZE184226B<<<<<10", Problem::NotPermitted { line: 1, column: 23 }),
        ("<<<<<<<<<0UTO7408122F1204159ZE184226B<<<<<10", Problem::NoNumber),
        ("L898902C36ESB7408122F1204159ZE184226B<<<<<10", Problem::UnknownNationality),
        ("L898902C36UTO74081220F204159ZE184226B<<<<<10", Problem::NotPermitted { line: 1, column: 20 }),
    ] {
        let parsed = passport(second);
        assert!(parsed.problems.contains(&problem), "{problem:?} in {:?}", parsed.problems);
        assert_eq!(parsed.fields.name.surname.text.as_str(), "ERIKSSON");
    }
    let second = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
    let with_name = |first: &str| parse(&[first, second]).unwrap().problems;
    assert_eq!(
        with_name("P<UTO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"),
        [Problem::NotPermitted { line: 0, column: 5 }, Problem::NoName]
    );
    assert_eq!(with_name("P<UTOERIKSSON<ANNA<MARIA<<<<<<<<<<<<<<<<<<<<"), [Problem::UndividedName]);
    assert_eq!(
        with_name("P<UTOER1KSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
        [Problem::NotPermitted { line: 0, column: 7 }]
    );
    assert_eq!(with_name("P<ESBERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"), [Problem::UnknownState]);
}

#[test]
fn documents_without_an_end_never_expire() {
    let expiry = |state: &str, six: &str| {
        let second = format!("5001016F{six}0{state}<<<<<<<<<<<0");
        card([&format!("ID{state}AAA0000000<<<<<<<<<<<<<<<"), &second, "A<<B<<<<<<<<<<<<<<<<<<<<<<<<<<"]).fields
    };
    for (state, six) in [("MDA", "<<<<<<"), ("ESP", "990101"), ("ITA", "991231")] {
        let fields = expiry(state, six);
        assert_eq!((fields.expiry, fields.expired(TODAY)), (Expiry::Never, Some(false)), "{state}");
    }
    assert_eq!(expiry("PRT", "990101").expired(TODAY), Some(true), "elsewhere it is a year like any other");
    assert_eq!(expiry("ESP", "261119").expired(TODAY), Some(true));
    assert_eq!(expiry("ESP", "261120").expired(TODAY), Some(false));
    assert_eq!((expiry("ESP", "26<<<<").expired(TODAY), expiry("ESP", "261301").expired(TODAY)), (None, None));
}

#[test]
fn unknown_birthdays_sexes_and_one_letter_states_are_legal() {
    let parsed =
        card(["IDD<<L01X00T471<<<<<<<<<<<<<<<", "64<<<<6<3108011D<<<<<<<<<<<<<2", "MUSTERMANN<<ERIKA<<<<<<<<<<<<<"]);
    let fields = parsed.fields;
    assert_eq!((fields.state.as_str(), fields.nationality.as_str(), fields.sex), ("D", "D", Some(Sex::Unspecified)));
    assert!(fields.birth.unwrap().may_be(Date::new(1964, 8, 12).unwrap()));
    let unreal: Vec<_> = parsed.problems.iter().filter(|problem| !matches!(problem, Problem::WrongDigit(_))).collect();
    assert!(unreal.is_empty(), "{unreal:?}");
}

#[test]
fn the_old_french_card_is_read_by_its_own_layout_and_expires_by_its_issue() {
    let french = |second: &str| parse(&["IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", second]).unwrap().fields;
    let fields = french("8806923102858CORINNE<<<<<<<6512068F6");
    assert_eq!((fields.number.as_str(), fields.nationality.as_str()), ("880692310285", "FRA"));
    assert_eq!((fields.name.surname.text.as_str(), fields.name.given.text.as_str()), ("BERTHIER", "CORINNE"));
    assert_eq!((fields.issued, fields.expiry), (Some(YearMonth { year: 88, month: 6 }), Expiry::NotPrinted));
    assert_eq!(fields.expired(TODAY), Some(true));
    // Issued in November 2011: to an adult for fifteen years, to a child for ten.
    assert_eq!(french("1111923102858CORINNE<<<<<<<6512068F6").expired(TODAY), Some(false));
    assert_eq!(french("1110923102858CORINNE<<<<<<<6512068F6").expired(TODAY), Some(true));
    assert_eq!(french("1711923102858CORINNE<<<<<<<0412068F6").expired(TODAY), Some(false));
    assert_eq!(french("1610923102858CORINNE<<<<<<<0412068F6").expired(TODAY), Some(true));
    assert_eq!(french("1613923102858CORINNE<<<<<<<0412068F6").expired(TODAY), None);
}

#[test]
fn what_is_no_zone_is_said_to_be_none() {
    for lines in [&[][..], &["P<UTO"], &["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"], &["A"; 2], &["IDUTO"; 3]] {
        assert_eq!(parse(lines), Err(NotAZone::Size));
    }
    let unequal = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<1"];
    assert_eq!(parse(&unequal), Err(NotAZone::Size));
    let foreign = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226b<<<<<10"];
    assert_eq!(parse(&foreign), Err(NotAZone::Character { line: 1, column: 36 }));
}

#[test]
fn nothing_of_a_person_is_printed_by_debug() {
    for sample in samples::SOUND {
        let parsed = parse(sample.lines).unwrap();
        let printed = format!("{parsed:?}");
        for secret in [
            parsed.fields.number.as_str(),
            parsed.fields.name.surname.text.as_str(),
            "ANNA",
            "CARMEN",
            "740812",
            "7408",
            "1974",
        ] {
            assert!(!printed.contains(secret), "{}", sample.name);
        }
    }
}
