//! The tables against specimens: every rule holds on real layouts, and every mask admits what is printed.

use super::*;
use crate::icao::samples;

fn outcomes(format: Format, lines: &[&str]) -> Vec<(Checked, Outcome)> {
    format.rules().iter().map(|rule| (rule.checked, rule.outcome(lines))).collect()
}

#[test]
fn every_digit_of_every_specimen_holds_and_every_mask_admits_it() {
    for sample in samples::SOUND {
        for (checked, outcome) in outcomes(sample.format, sample.lines) {
            assert_eq!(outcome, Outcome::Holds, "{checked:?} of {}", sample.name);
        }
        assert_eq!(sample.lines.len(), sample.format.lines());
        for (line, text) in sample.lines.iter().enumerate() {
            assert_eq!(text.len(), sample.format.columns(), "line {line} of {}", sample.name);
            for (column, character) in text.bytes().enumerate() {
                assert!(
                    sample.format.mask(line, column).has(character),
                    "line {line} column {column} of {}",
                    sample.name
                );
            }
        }
    }
}

#[test]
fn every_position_of_every_mask_admits_something_and_all_lines_are_of_one_length() {
    for format in Format::ALL {
        assert!(
            format
                .masks()
                .iter()
                .all(|line| line.len() == format.columns() && line.iter().all(|mask| mask.bits() != 0))
        );
    }
}

#[test]
fn sizes_tell_the_formats_and_passports_come_before_visas() {
    let sizes = |lines, columns| Format::of_size(lines, columns).collect::<Vec<_>>();
    assert_eq!(sizes(3, 30), [Format::Td1]);
    assert_eq!(sizes(2, 44), [Format::Td3, Format::MrvA]);
    assert_eq!(sizes(2, 36), [Format::Td2, Format::FrenchId, Format::MrvB]);
    assert_eq!(sizes(2, 30), []);
}

#[test]
fn a_wrong_digit_is_broken_and_a_filler_in_its_place_is_missing() {
    let lines = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C37UTO7408122F120415<ZE184226B<<<<<<<"];
    assert_eq!(
        outcomes(Format::Td3, &lines)[..3].iter().map(|(_, outcome)| *outcome).collect::<Vec<_>>(),
        [Outcome::Broken, Outcome::Holds, Outcome::Missing]
    );
}

#[test]
fn the_digit_of_an_empty_optional_field_is_zero_or_a_filler_but_not_of_a_full_one() {
    let rule = &Format::Td3.rules()[3];
    let with = |optional: &str| [String::new(), format!("L898902C36UTO7408122F1204159{optional}0")];
    assert_eq!(rule.outcome(&with("<<<<<<<<<<<<<<<")), Outcome::Holds);
    assert_eq!(rule.outcome(&with("<<<<<<<<<<<<<<0")), Outcome::Holds);
    assert_eq!(rule.outcome(&with("ZE184226B<<<<<1")), Outcome::Holds);
    assert_eq!(rule.outcome(&with("ZE184226B<<<<<<")), Outcome::Broken);
}

#[test]
fn a_long_number_goes_on_in_the_optional_data_and_must_end_there() {
    let rule = &Format::Td1.rules()[0];
    assert_eq!(rule.outcome(&["IDBEL000590696<1015<<<<<<<<<<<"]), Outcome::Holds);
    assert_eq!(rule.outcome(&["IDBEL000590696<1016<<<<<<<<<<<"]), Outcome::Broken);
    for nowhere in [
        "IDBEL000590696<<<<<<<<<<<<<<<<",
        "IDBEL000590696<5<<<<<<<<<<<<<<",
        "IDBEL000590696<101A<<<<<<<<<<<",
        "IDBEL000590696<101510151015101",
    ] {
        assert_eq!(rule.outcome(&[nowhere]), Outcome::Missing, "{nowhere}");
    }
}

#[test]
fn lines_that_are_short_or_of_other_characters_are_broken_and_not_a_panic() {
    for format in Format::ALL {
        for lines in
            [&[][..], &[""], &["P<UTO"], &["ÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑ", "ÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑ", "ÑÑÑÑÑÑÑÑÑÑÑÑ"]]
        {
            assert!(outcomes(format, lines).iter().all(|(_, outcome)| *outcome == Outcome::Broken));
        }
    }
}
