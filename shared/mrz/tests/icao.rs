//! The rules of ICAO under unforeseen zones: made-up valid ones, damaged ones, and any text at all. An independent
//! parser gives a second opinion.

use acredita_mrz::icao::{
    Agreement, Date, Format, Problem,
    alphabet::{self, CharSet},
    check_digit, confusable, countries,
    date::ShortDate,
    format::{Checked, FillerDigit, Outcome},
    names, parse, parse_as, transliteration,
};
use proptest::{collection::vec, prelude::*, sample::Index};

/// Any valid zone of a format: characters that each mask allows, real dates, and then the check digits.
fn zone(format: Format) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let masks =
        format.masks().iter().map(|line| line.iter().map(|mask| choice(*mask)).collect::<Vec<_>>()).collect::<Vec<_>>();
    (masks, date(), date()).prop_map(move |(mut lines, birth, expiry)| {
        let layout = format.layout();
        let dates = [(Some(layout.birth), birth), (layout.expiry, expiry)];
        for (span, date) in dates.into_iter().filter_map(|(span, date)| Some((span?, date))) {
            lines[span.line][span.from..span.to].copy_from_slice(date.as_bytes());
        }
        if format == Format::FrenchId {
            lines[1][2..4].copy_from_slice(b"06");
        }
        seal(format, &mut lines);
        lines
    })
}

/// One character of a set.
fn choice(mask: CharSet) -> impl Strategy<Value = u8> {
    proptest::sample::select(mask.characters().collect::<Vec<_>>())
}

fn date() -> impl Strategy<Value = String> {
    (0..100_u32, 1..=12_u32, 1..=28_u32).prop_map(|(year, month, day)| format!("{year:02}{month:02}{day:02}"))
}

/// Sets every check digit; the composite is the last.
fn seal(format: Format, lines: &mut [Vec<u8>]) {
    for rule in format.rules() {
        let characters = rule
            .spans
            .iter()
            .flat_map(|span| span.of(lines).expect("the lines are whole").to_vec())
            .collect::<Vec<_>>();
        lines[rule.line][rule.column] = b'0' + check_digit::of(characters).expect("masks admit the alphabet only");
    }
}

fn text(lines: &[Vec<u8>]) -> Vec<String> {
    lines.iter().map(|line| String::from_utf8(line.clone()).expect("the alphabet is ASCII")).collect()
}

fn any_zone() -> impl Strategy<Value = (Format, Vec<Vec<u8>>)> {
    proptest::sample::select(Format::ALL.to_vec())
        .prop_flat_map(|format| zone(format).prop_map(move |lines| (format, lines)))
}

fn oracle(format: Format, lines: &[String]) -> Option<mrz::MrzData> {
    match format {
        Format::Td1 => mrz::parse_td1(&lines[0], &lines[1], &lines[2]),
        Format::Td2 => mrz::parse_td2(&lines[0], &lines[1]),
        Format::Td3 => mrz::parse_td3(&lines[0], &lines[1]),
        Format::MrvA => mrz::parse_mrv_a(&lines[0], &lines[1]),
        Format::MrvB => mrz::parse_mrv_b(&lines[0], &lines[1]),
        Format::FrenchId => return None,
    }
    .ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_sound_zone_is_read_in_its_format_and_all_its_digits_hold((format, lines) in any_zone()) {
        let lines = text(&lines);
        let parsed = parse(&lines).unwrap();
        // A TD2 document may begin like the French card by chance.
        prop_assume!(format == Format::FrenchId || !lines[0].starts_with("IDFRA"));
        prop_assert_eq!(parsed.fields.format, format);
        prop_assert!(parsed.digits_hold());
        let stray = parsed.problems.iter().any(|problem| matches!(problem, Problem::NotPermitted { .. } | Problem::ImpossibleBirth));
        prop_assert!(!stray);
    }

    #[test]
    fn one_character_of_another_value_in_a_checked_field_breaks_its_digit((format, lines) in any_zone(), which in any::<Index>(), at in any::<Index>(), other in choice(CharSet::ANY)) {
        let rule = &format.rules()[which.index(format.rules().len())];
        let places: Vec<_> = rule.spans.iter().flat_map(|span| (span.from..span.to).map(|column| (span.line, column))).collect();
        let (line, column) = places[at.index(places.len())];
        let value = |character| alphabet::value(character).unwrap() % 10;
        prop_assume!(value(other) != value(lines[line][column]));
        let mut damaged = lines.clone();
        damaged[line][column] = other;
        prop_assert_eq!(rule.outcome(&lines), Outcome::Holds);
        prop_assert_eq!(rule.outcome(&damaged), Outcome::Broken);
        prop_assert!(rule.covers(line, column));
    }

    #[test]
    fn a_wrong_digit_does_not_hold_and_a_filler_holds_only_for_an_empty_field((format, lines) in any_zone(), which in any::<Index>(), add in 1..10_u8) {
        let rule = &format.rules()[which.index(format.rules().len())];
        let digit = lines[rule.line][rule.column] - b'0';
        let mut damaged = lines.clone();
        damaged[rule.line][rule.column] = b'0' + (digit + add) % 10;
        prop_assert_eq!(rule.outcome(&damaged), Outcome::Broken);
        damaged[rule.line][rule.column] = b'<';
        if rule.filler == FillerDigit::Missing {
            prop_assert_eq!(rule.outcome(&damaged), Outcome::Missing);
        }
    }

    #[test]
    fn an_independent_parser_reads_the_same((format, lines) in any_zone(), damage in proptest::option::of((any::<Index>(), choice(CharSet::DIGITS)))) {
        let mut lines = lines;
        if let Some((at, digit)) = damage {
            let span = format.layout().number;
            let column = span.from + at.index(span.to - span.from);
            lines[span.line][column] = digit;
        }
        let lines = text(&lines);
        let Some(other) = oracle(format, &lines) else { return Ok(()) };
        let ours = parse_as(format, &lines).unwrap();
        let outcome = |checked| ours.digits.iter().find(|(of, _)| *of == checked).map(|(_, outcome)| *outcome == Outcome::Holds);
        prop_assert_eq!(outcome(Checked::DocumentNumber), other.checks.document_number);
        prop_assert_eq!(outcome(Checked::BirthDate), other.checks.date_of_birth);
        prop_assert_eq!(outcome(Checked::ExpiryDate), other.checks.date_of_expiry);
        prop_assert_eq!(outcome(Checked::Composite), other.checks.composite);
        prop_assert_eq!(ours.fields.nationality.as_str(), other.nationality.as_str());
        // The meaning of more than one pair of fillers is not defined anywhere.
        let names = format.layout().names;
        if lines[names.line][names.from..names.to].trim_end_matches('<').matches("<<").count() == 1 {
            prop_assert_eq!(ours.fields.name.surname.text.as_str(), other.surname.as_str());
            prop_assert_eq!(ours.fields.name.given.text.as_str(), other.given_names.as_str());
        }
    }

    #[test]
    fn any_text_is_survived(lines in vec("\\PC{0,50}", 0..5), characters in vec(vec(choice(CharSet::ANY), 44), 2..4)) {
        let _ = parse(&lines);
        let zone = text(&characters);
        for format in Format::ALL {
            let fitting: Vec<String> = zone.iter().take(format.lines()).map(|line| line[..format.columns()].to_owned()).collect();
            let _ = parse_as(format, &lines);
            if let Ok(parsed) = parse_as(format, &fitting) {
                let today = Date::new(2026, 11, 20).unwrap();
                let _ = (countries::controlled_number(&parsed.fields), countries::holder_number(&parsed.fields), parsed.fields.expired(today));
                let _ = countries::compare_number(&parsed.fields, lines.first().map_or("", String::as_str));
                let _ = names::compare(lines.first().map(String::as_str), None, &parsed.fields.name);
            }
        }
    }

    #[test]
    fn any_declaration_is_survived(one in "\\PC{0,40}", other in "\\PC{0,40}", state in "[A-Z]{3}") {
        let _ = confusable::compare_numbers(&one, &other);
        for state in ["ESP", "BEL", "EST", "ITA", "LVA", "NLD", "POL", "PRT", "ROU", "SVN", "SWE", &state] {
            let _ = countries::control(state, &one);
        }
        prop_assert!(transliteration::variants(&one, 8).len() <= 8);
        let _ = ShortDate::read(one.as_bytes());
    }

    #[test]
    fn every_way_to_print_a_name_matches_it(surname in "[A-Za-zÀ-ÖØ-öø-ž]{1,8}([ -][A-Za-zÀ-ÖØ-öø-ž]{1,8})?", given in "[A-Za-zÑñÜüÄäÖö]{1,8}( [A-Za-zñü]{1,8})?") {
        for printed in transliteration::variants(&surname, 4) {
            for printed_given in transliteration::variants(&given, 4) {
                let field = format!("{printed}<<{printed_given}");
                prop_assume!(field.len() < 39);
                let first = format!("P<UTO{field:<<39}");
                let parsed = parse(&[first.as_str(), "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]).unwrap();
                prop_assert_eq!(names::compare(Some(&surname), Some(&given), &parsed.fields.name), Agreement::Match);
            }
        }
    }
}
