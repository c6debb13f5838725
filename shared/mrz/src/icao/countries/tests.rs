//! Numbers that their states publish as examples, and the same with one digit off.

use super::*;
use crate::icao::parse;
use Control::{Broken, Holds, Unknown};

#[test]
fn published_examples_hold_and_break_with_the_last_character() {
    for (state, number) in [
        ("ESP", "12345678Z"),
        ("BEL", "85.07.30-033.28"),
        ("BEL", "17073003384"),
        ("EST", "36805280109"),
        ("LTU", "33309240064"),
        ("ITA", "RCCMNL83S18D969H"),
        ("LVA", "161175-19997"),
        ("NLD", "111222333"),
        ("POL", "44051401359"),
        ("POL", "ABA300000"),
        ("POL", "ZS0000177"),
        ("PRT", "00000000 0 ZZ4"),
        ("ROU", "1630615123457"),
        ("SVN", "0101006500006"),
        ("SRB", "0101006500006"),
        ("SWE", "880320-0016"),
        ("SWE", "19880320-0016"),
    ] {
        assert_eq!(control(state, number), Holds, "{state} {number}");
        let (body, last) = number.split_at(number.len() - 1);
        let other = match last.as_bytes()[0] {
            b'9' => '0',
            b'Z' => 'A',
            other => char::from(other + 1),
        };
        assert_eq!(control(state, &format!("{body}{other}")), Broken, "{state} {number}");
    }
}

#[test]
fn other_states_and_other_shapes_are_unknown_and_not_broken() {
    for (state, number) in [
        ("FRA", "880692310285"),
        ("D", "L01X00T47"),
        ("PRT", "123456789"),
        ("NLD", "000000000"),
        ("NLD", "SPECI2014"),
        ("LVA", "32000000000"),
        ("ITA", "CA00000AA"),
        ("ITA", "1234567890123456"),
        ("POL", "ABCD00000"),
        ("ROU", ""),
        ("ESP", "C12345678"),
    ] {
        assert_eq!(control(state, number), Unknown, "{state} {number}");
    }
}

fn finding(lines: &[&str]) -> Option<(String, Control)> {
    controlled_number(&parse(lines).unwrap().fields).map(|it| (it.number.as_str().to_owned(), it.control))
}

#[test]
fn the_number_is_found_where_its_state_puts_it() {
    let card = |first: &str, optional: &str| {
        let state = &first[2..5];
        finding(&[
            &format!("{first:<<30}"),
            &format!("8507301F3501011{state}{optional:<<11}0"),
            &format!("{:<<30}", "A<<B"),
        ])
    };
    assert_eq!(card("IDBEL000590696<1015", "85073003328"), Some(("85073003328".to_owned(), Holds)));
    assert_eq!(card("I<NLDSPECI20142111222333<<<<<8", ""), Some(("111222333".to_owned(), Holds)));
    assert_eq!(card("I<PRT000000000<ZZ47", ""), Some(("000000000ZZ4".to_owned(), Holds)));
    assert_eq!(card("IDLVAPA09999928161175<19997", ""), Some(("161175<19997".to_owned(), Holds)));
    assert_eq!(card("I<POLABA3000000", ""), Some(("ABA300000".to_owned(), Holds)));
    assert_eq!(card("IDESPBAA000589599999999R", ""), Some(("99999999R".to_owned(), Holds)));
    assert_eq!(card("IDESPBAA000589599999999S", ""), Some(("99999999S".to_owned(), Broken)));
    assert_eq!(card("I<FRAK682T8YLO0", ""), None);
    assert_eq!(card("IRPOLABA4000000", ""), None, "a permit of residence has another kind of number");
}

#[test]
fn the_romanian_card_leaves_out_the_birthday_of_the_personal_number() {
    let card = |optional: &str| {
        finding(&[&format!("{:<<36}", "IDROUA<<B"), &format!("SP1234567<ROU6306155M3501017{optional}0")])
    };
    assert_eq!(card("1123457"), Some(("1630615123457".to_owned(), Holds)));
    assert_eq!(card("1123458"), Some(("1630615123458".to_owned(), Broken)));
    assert_eq!(card("<<<<<<<"), None);
}
