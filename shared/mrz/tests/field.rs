//! Documents as they are issued: zones from the field that deviate from the standard, with invented holders.

use acredita_mrz::icao::{
    Agreement::{self, Doubtful, Match, Mismatch},
    Control, Date, Expiry, Fields, Format, Parsed, check_digit, countries,
    format::{Checked, Outcome},
    names, parse, states,
};
use proptest::prelude::*;

const TODAY: Date = Date::new(2026, 11, 28).unwrap();

/// A card whose composite is not looked at.
fn card(first: &str, second: &str) -> Parsed {
    parse(&[format!("{first:<<30}"), format!("{second:<<29}0"), format!("{:<<30}", "A<<B")]).expect("a card")
}

fn spanish(optional: &str, birth: &str, expiry: &str) -> Fields {
    let digit = |text: &str| check_digit::of(text.bytes()).expect("digits");
    let second = format!("{birth}{}F{expiry}{}ESP", digit(birth), digit(expiry));
    card(&format!("IDESPAAA1000014{optional}"), &second).fields
}

fn number_digit(parsed: &Parsed) -> Outcome {
    parsed.digits.iter().find(|(checked, _)| *checked == Checked::DocumentNumber).expect("every format has one").1
}

fn compared(fields: &Fields, declared: &str) -> Agreement {
    countries::compare_number(fields, declared)
}

#[test]
fn portugal_and_belgium_may_count_the_filler_in_a_long_number_and_nobody_else_may() {
    let portuguese =
        ["I<PRT000024759<ZZ72<<<<<<<<<<<", "8010100F2006017PRT<<<<<<<<<<<8", "SILVA<<MARIA<<<<<<<<<<<<<<<<<<"];
    assert!(parse(&portuguese).unwrap().digits_hold());
    let digit_of =
        |state: &str, digit: u8| number_digit(&card(&format!("I<{state}592211692<174{digit}"), "9003107F2809300BEL"));
    let standard = check_digit::of(*b"592211692174").unwrap();
    let counted = check_digit::of(*b"592211692<174").unwrap();
    assert_eq!(counted, 1);
    for (state, expected) in [("BEL", Outcome::Holds), ("PRT", Outcome::Holds), ("FRA", Outcome::Broken)] {
        assert_eq!((digit_of(state, counted), digit_of(state, standard)), (expected, Outcome::Holds), "{state}");
    }
    for other in (0..10).filter(|digit| ![standard, counted].contains(digit)) {
        assert_eq!(digit_of("BEL", other), Outcome::Broken);
    }
}

#[test]
fn hungarian_cards_are_valid_for_sixty_years() {
    let expiry = |state: &str, expiry: &str| {
        let fields = card(&format!("I<{state}000188KE<1"), &format!("5003109F{expiry}1{state}")).fields;
        (fields.expiry_date(TODAY).map(Date::year), fields.expired(TODAY))
    };
    assert_eq!(expiry("HUN", "780101"), (Some(2078), Some(false)));
    assert_eq!(expiry("HUN", "880101"), (Some(1988), Some(true)));
    assert_eq!(expiry("POL", "780101"), (Some(1978), Some(true)));
    let born = card("I<HUN000188KE<1", "2003109F7801011HUN").fields;
    assert_eq!(countries::birth_date(&born, TODAY).map(Date::year), Some(1920), "only from 65 on");
}

#[test]
fn an_empty_expiry_may_have_a_filler_for_its_digit() {
    let lines = |expiry: &str| {
        [format!("{:<<44}", "PNRUSIVANOV<<IVAN"), format!("3919353498RUS7207233M{expiry}4151218910003<50")]
    };
    let parsed = parse(&lines("<<<<<<<")).unwrap();
    assert!(parsed.digits_hold() && parsed.problems.is_empty(), "{:?}", parsed.problems);
    assert_eq!((parsed.fields.expiry, parsed.fields.expired(TODAY)), (Expiry::Never, Some(false)));
    assert!(!parse(&lines("280101<")).unwrap().digits_hold(), "a date has a digit");
    assert_eq!(["3914935349", "3914 935349"].map(|number| compared(&parsed.fields, number)), [Match; 2]);
}

#[test]
fn holders_give_the_number_that_they_know() {
    let card = |first: &str, optional: &str| card(first, &format!("8703145F3501011{}{optional}", &first[2..5])).fields;
    let dutch = card("I<NLDSPECI20142999999990<<<<<8", "");
    assert_eq!(["999999990", "SPECI2014", "111222333"].map(|n| compared(&dutch, n)), [Match, Match, Mismatch]);
    let swedish = |number: &str| card(&format!("I<SWEAA12345672{number}"), "");
    assert_eq!(["870314-2391", "19870314-2391"].map(|n| compared(&swedish("198703142391"), n)), [Match; 2]);
    assert_eq!(["870314-2391", "19870314-2391"].map(|n| compared(&swedish("8703142391"), n)), [Match; 2]);
    assert_eq!(compared(&swedish("198703142391"), "20870314-2391"), Mismatch);
    assert_eq!(compared(&swedish("8703142391"), "20870314-2391"), Mismatch, "after the card expires");
    let portuguese = card("I<PRT000000000<ZZ42", "");
    assert_eq!(["00000000", "000000000", "00000000 0 ZZ4"].map(|n| compared(&portuguese, n)), [Match; 3]);
    let croatian = card("IOHRV11550183028", "01234567896");
    assert_eq!(compared(&croatian, "01234567896"), Match);
    assert_eq!(["01234567896", "01234567897"].map(|n| countries::control("HRV", n)), [Control::Holds, Control::Broken]);
    let romanian = [format!("{:<<36}", "IDROUA<<B"), "SP1234567<ROU6306155M350101711234570".to_owned()];
    let romanian = parse(&romanian).unwrap().fields;
    assert_eq!(romanian.format, Format::Td2);
    assert_eq!(["1630615123457", "1630615123458"].map(|n| compared(&romanian, n)), [Match, Mismatch]);
}

#[test]
fn the_numbers_of_a_holder_are_the_documents_own_and_those_whose_control_holds() {
    let numbers = |fields: &Fields| -> Vec<String> {
        countries::holder_numbers(fields).iter().map(|number| number.as_str().to_owned()).collect()
    };
    let card = |first: &str, optional: &str| {
        numbers(&card(first, &format!("8703145F3501011{}{optional}", &first[2..5])).fields)
    };
    assert_eq!(card("I<NLDSPECI20142999999990<<<<<8", ""), ["SPECI2014", "999999990"]);
    assert_eq!(
        card("I<NLDSPECI20142999999991<<<<<8", ""),
        ["SPECI2014"],
        "a number whose control is wrong is nobody's"
    );
    assert_eq!(card("I<SWEAA12345672198703142391", ""), ["AA1234567", "198703142391", "8703142391"]);
    assert_eq!(card("I<SWEAA123456728703142391", ""), ["AA1234567", "8703142391", "198703142391"]);
    assert_eq!(card("I<PRT000000000<ZZ42", ""), ["000000000ZZ4", "00000000", "000000000"]);
    assert_eq!(card("IDBEL592211692<1741", "85073003328"), ["592211692174", "85073003328"]);
    assert_eq!(card("IOHRV11550183028", "01234567896"), ["115501830", "01234567896"]);
    assert_eq!(card("I<FRAK682T8YLO0", "12345678901"), ["K682T8YLO"], "no rule says what that is");
    let romanian = [format!("{:<<36}", "IDROUA<<B"), "SP1234567<ROU6306155M350101711234570".to_owned()];
    assert_eq!(numbers(&parse(&romanian).unwrap().fields), ["SP1234567", "1630615123457"]);
    let spanish = ["P<ESPESPANOLA<ESPANOLA<<CARMEN<<<<<<<<<<<<<<", "ZAB0002549ESP8001014F2501017A9999999900<<<44"];
    assert_eq!(numbers(&parse(&spanish).unwrap().fields), ["ZAB000254", "99999999R"]);
    let visa = ["V<NLDA<<B<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "SPECI20142NLD8001014F2501017999999990<<<<<<<"];
    assert!(numbers(&parse(&visa).unwrap().fields).is_empty());
}

#[test]
fn a_swedish_number_without_its_century_is_doubtful_where_a_child_and_a_centenarian_may_share_it() {
    let fields = |number: &str, birth: &str| {
        let digit = check_digit::of(birth.bytes()).expect("digits");
        let second = format!("{birth}{digit}F3501011SWE");
        card(&format!("I<SWEAA12345672{number}"), &second).fields
    };
    let child = fields("202003142391", "200314");
    assert_eq!(compared(&child, "200314-2391"), Match, "an older holder writes +");
    let centenarian = fields("192003142391", "200314");
    assert_eq!(
        ["19200314-2391", "200314-2391", "20200314-2391"].map(|n| compared(&centenarian, n)),
        [Match, Doubtful, Mismatch]
    );
    let either = fields("2003142391", "200314");
    assert_eq!(
        ["200314-2391", "19200314-2391", "20200314-2391"].map(|n| compared(&either, n)),
        [Match, Doubtful, Doubtful]
    );
    assert_eq!(countries::holder_numbers(&either).len(), 2, "the century is not known");
}

#[test]
fn a_nif_may_have_a_filler_before_it_and_a_digit_after_it_and_its_letter_counts() {
    for (optional, control) in [
        ("44282767Q", Control::Holds),
        ("<44282767Q", Control::Holds),
        ("<44282767Q0", Control::Holds),
        ("<44282767A", Control::Broken),
        ("<44282767A0", Control::Broken),
    ] {
        let fields = spanish(optional, "800201", "310605");
        assert_eq!(countries::controlled_number(&fields).map(|it| it.control), Some(control), "{optional}");
        let number = countries::holder_number(&fields).unwrap();
        assert_eq!(number.as_str(), &optional.trim_start_matches('<')[..9]);
    }
    let fields = spanish("<44282767Q0", "800201", "310605");
    assert_eq!(
        ["44282767Q", "ES44282767Q", "44282767", "44282767A"].map(|n| compared(&fields, n)),
        [Match, Match, Match, Mismatch]
    );
}

#[test]
fn zeros_of_a_nie_do_not_matter() {
    let forms = ["X0123456S", "X123456S", "X00123456S", "X0123456"];
    for read in &forms[..3] {
        let fields = card(&format!("IXESPE000000000{read}"), "8503105M2901019MAR").fields;
        assert_eq!(forms.map(|declared| compared(&fields, declared)), [Match; 4], "{read}");
        assert_eq!(compared(&fields, "Y0123456S"), Mismatch);
    }
}

#[test]
fn the_holder_of_a_document_that_lasts_is_not_a_child() {
    let year = |birth, expiry| countries::birth_date(&spanish("44282767Q", birth, expiry), TODAY).map(Date::year);
    assert_eq!(year("210503", "990101"), Some(1921));
    assert_eq!(year("210503", "340101"), Some(1921), "ten years are for those from 30 on");
    assert_eq!(year("210503", "310101"), Some(2021));
    assert_eq!(year("800503", "990101"), Some(1980));
}

#[test]
fn codes_of_britain_and_china_stand_for_their_territories() {
    for code in ["GBR", "GBD", "GBN", "GBO", "GBP", "GBS"] {
        assert!(["GB", "BM", "gi", "JE"].iter().all(|country| states::may_be(code, country)), "{code}");
        assert!(!["ES", "IE", "HK"].iter().any(|country| states::may_be(code, country)), "{code}");
    }
    assert!(states::may_be("CHN", "HK") && states::may_be("D", "DE") && !states::may_be("UTO", "GB"));
    assert!(!states::may_be("ESP", "PT") && !states::may_be("GIB", "BM"));
    for (territory, code) in [("GIB", "GI"), ("JEY", "JE"), ("IMN", "IM"), ("GGY", "GG"), ("HKG", "HK"), ("MAC", "MO")]
    {
        let state = if matches!(code, "HK" | "MO") { "CN" } else { "GB" };
        assert_eq!(states::countries(territory), [code, state], "its people may name either");
    }
    assert_eq!(states::countries("CHN"), ["CN", "HK", "MO"]);
    assert!(states::countries("XXA").is_empty());
}

#[test]
fn abbreviated_names_and_one_name_twice_are_doubtful() {
    let field = |surname: &str, given: &str| {
        let line = format!("P<UTO{:<<39}", format!("{surname}<<{given}").replace(' ', "<"));
        parse(&[line.as_str(), "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]).unwrap().fields.name
    };
    for (surname, given, printed, printed_given, expected) in [
        ("Gil", "Ma. Carmen", "GIL", "MARIA CARMEN", Doubtful),
        ("Gil", "Ma.Carmen", "GIL", "MARIA CARMEN", Doubtful),
        ("Gil", "Ma. del Carmen", "GIL", "MARIA DEL CARMEN", Doubtful),
        ("Gil", "Mª Carmen", "GIL", "MARIA CARMEN", Doubtful),
        ("Gil", "Juan Fco.", "GIL", "JUAN FRANCISCO", Doubtful),
        ("Gil", "Fca.", "GIL", "FRANCISCA", Doubtful),
        ("Gil", "Ant.º", "GIL", "ANTONIO", Doubtful),
        ("Smith", "Jno.", "SMITH", "JOHN", Doubtful),
        ("Santos", "Maria Christina", "SANTOS", "MA CHRISTINA", Doubtful),
        ("Sukarno", "Sukarno", "SUKARNO", "", Doubtful),
        ("Sukarno", "Sukarno", "", "SUKARNO", Doubtful),
        ("Gil", "Fco.", "GIL", "MARIA", Mismatch),
        ("Gil", "Ma.", "GIL", "FRANCISCA", Mismatch),
        ("Ana", "Ana", "ANA", "EVA", Mismatch),
    ] {
        let agreement = names::compare(Some(surname), Some(given), &field(printed, printed_given));
        assert_eq!(agreement, expected, "{surname}, {given}: {printed}, {printed_given}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_spanish_number_matches_itself_and_no_other(one in 0..100_000_000_u32, other in 0..100_000_000_u32) {
        let letter = |number: u32| char::from(b"TRWAGMYFPDXBNJZSQVHLCKE"[number as usize % 23]);
        let nif = |number| format!("{number:08}{}", letter(number));
        let fields = spanish(&nif(one), "800201", "310605");
        prop_assert_eq!(compared(&fields, &nif(one)), Match);
        prop_assert_eq!(compared(&fields, &format!("{one:08}")), Match);
        prop_assert_eq!(compared(&fields, &nif(other)) == Match, one == other);
        prop_assert_eq!(compared(&spanish(&nif(other), "800201", "310605"), &nif(one)) == Match, one == other);
    }

    #[test]
    fn no_number_of_one_holder_is_one_of_another(state in 0..5_usize, one in 0..1_000_000_000_u64, other in 0..1_000_000_000_u64) {
        prop_assume!(one != other);
        // Any two numbers of a state that have a right control.
        let (state, length) = [("NLD", 9), ("SWE", 12), ("HRV", 11), ("BEL", 11), ("EST", 11)][state];
        let valid = |seed: u64| {
            let century = if state == "SWE" { "19" } else { "" };
            let body = seed * 100 % 10_u64.pow(if state == "SWE" { 10 } else { length });
            let numbers = (0..100).map(|last| format!("{century}{:0>width$}", body + last, width = length as usize - century.len()));
            numbers.into_iter().find(|number| countries::control(state, number) == Control::Holds)
        };
        let (Some(one), Some(other)) = (valid(one), valid(other)) else { return Ok(()) };
        prop_assume!(one != other);
        let holder = |number: &str| card(&format!("I<{state}AA12345672{number}"), &format!("8703145F3501011{state}")).fields;
        let (fields, numbers) = (holder(&one), countries::holder_numbers(&holder(&other)));
        prop_assert_eq!(compared(&fields, &one), Match);
        // The documents' own numbers are the same here.
        for number in numbers.iter().skip(1) {
            prop_assert_ne!(compared(&fields, number.as_str()), Match);
        }
    }
}

#[test]
fn a_rule_about_ages_makes_nobody_older_than_people_get() {
    let fields = card("IDESPBAA123456212345678Z", "0203199M3205161ESP").fields;
    let year = countries::birth_date(&fields, TODAY).map(Date::year);
    assert_eq!(year, Some(2002), "at 24 a DNI should not last that long, but nobody is 124");
}
