use super::*;
use NumberKind::{Other, Spanish as ANif, Unknown};
use proptest::prelude::*;

fn same(one: &str, other: &str, kind: NumberKind) -> bool {
    same_number(one, other, kind).into()
}

#[test]
fn a_number_is_compared_as_people_mean_it() {
    for (number, forms) in [
        (
            "12345678Z",
            &[
                "12345678z",
                "12.345.678-Z",
                " 12345678 Z ",
                "１２３４５６７８Ｚ",
                "١٢٣٤٥٦٧٨Z",
                "12345678",
                "ES12345678Z",
            ][..],
        ),
        ("01234567L", &["1234567L", "001234567l", "01.234.567-L", "1234567"]),
        ("00000001R", &["1R", "1", "01"]),
        ("00000000T", &["0T", "0"]),
        ("X0123456S", &["X123456S", "X00123456S", "x-0123456-s", "X0123456", "X123456"]),
        ("12345678A", &["12345678a", "12.345.678-A", "ES12345678A"]),
        ("K0123456S", &["k123456s", "K123456", "ESK0123456S"]),
    ] {
        for form in forms {
            assert!(same(number, form, ANif) && same(form, number, ANif), "{number} {form}");
        }
    }
    for (one, other) in [
        ("12345678Z", "12345678A"),
        ("12345678Z", "12345687Z"),
        ("12345678A", "12345678"),
        ("12345678Z", "1234567Z"),
        ("12345678Z", "123456780"),
        ("01234567L", "10234567L"),
        ("01234567L", "12345670L"),
        ("X1234567L", "Y1234567L"),
        ("X1234567L", "1234567L"),
        ("X0123456S", "0123456S"),
        ("12345678Z", "PT12345678Z"),
        ("K1234567L", "X1234567L"),
        ("12345678ZZ", "12345678Z"),
        ("ES", "S"),
        ("12345678Z", "①②③④⑤⑥⑦⑧Z"),
        ("12345678Z", "12345678Ζ"),
    ] {
        for kind in [ANif, Other, Unknown] {
            assert!(!same(one, other, kind) && !same(other, one, kind), "{one} {other} {kind:?}");
        }
    }
}

#[test]
fn nothing_equals_nothing() {
    for nothing in ["", ".", "---", "\u{200B}", "- -"] {
        for kind in [ANif, Other, Unknown] {
            assert!(!same(nothing, nothing, kind) && !same(nothing, "12345678Z", kind), "{nothing:?}");
        }
    }
}

#[test]
fn the_zeros_and_letters_of_other_numbers_count() {
    for (one, other) in [("01234567L", "1234567L"), ("12345678", "12345678Z"), ("X0123456S", "X123456S")] {
        assert!(!same(one, other, Other), "{one} {other}");
        assert!(same(one, other, Unknown), "a letter that fits tells what it is: {one} {other}");
    }
    for (one, other) in [("01234567", "1234567"), ("01234567A", "1234567A"), ("X0123456", "X123456")] {
        assert!(same(one, other, ANif) && !same(one, other, Unknown), "{one} {other}");
    }
    assert!(same("C01X 00T47", "c01x-00t47", Other) && !same("C01X00T47", "C1X00T47", Other));
}

fn person() -> impl Strategy<Value = String> {
    let letter = |head: u64, value: u64| char::from(LETTERS[((head * 10_000_000 + value) % 23) as usize]);
    prop_oneof![
        (0_u64..100_000_000).prop_map(move |value| format!("{value:08}{}", letter(0, value))),
        (0_u64..3, 0_u64..10_000_000).prop_map(move |(head, value)| {
            format!("{}{value:07}{}", ['X', 'Y', 'Z'][head as usize], letter(head, value))
        }),
    ]
}

/// The same number as somebody else may write it.
fn written(number: &str, (lower, dots, no_zeros, no_letter): (bool, bool, bool, bool)) -> String {
    let body = if no_letter { &number[..number.len() - 1] } else { number };
    let (first, rest) = body.split_at(usize::from(body.starts_with(['X', 'Y', 'Z'])));
    let zeros = if no_zeros { rest.len() - rest.trim_start_matches('0').len() } else { 0 };
    let rest = if rest.bytes().skip(zeros).any(|byte| byte.is_ascii_digit()) { &rest[zeros..] } else { rest };
    let text = format!("{first}{rest}");
    let text = if lower { text.to_lowercase() } else { text };
    if dots { text.chars().flat_map(|c| [c, '.', ' ']).collect() } else { text }
}

proptest! {
    #[test]
    fn every_way_to_write_a_number_is_the_same_number(
        number in person(), one: (bool, bool, bool, bool), other: (bool, bool, bool, bool)
    ) {
        prop_assert!(same(&written(&number, one), &written(&number, other), ANif));
        prop_assert!(same(&number, &written(&number, one), Unknown));
    }

    #[test]
    fn two_persons_never_have_the_same_number(
        one in person(), other in person(), way: (bool, bool, bool, bool), kind in prop_oneof![Just(ANif), Just(Other), Just(Unknown)]
    ) {
        prop_assume!(one != other);
        prop_assert!(!same(&one, &written(&other, way), kind));
    }

    #[test]
    fn one_character_that_is_wrong_makes_another_number(
        number in person(), at in 0_usize..9, wrong in "[0-9A-Z]", way: (bool, bool, bool, bool), kind in prop_oneof![Just(ANif), Just(Other), Just(Unknown)]
    ) {
        let changed = format!("{}{wrong}{}", &number[..at], &number[at + 1..]);
        // X, Y, Z and a digit in the first place tell different kinds of numbers apart.
        prop_assume!(changed != number);
        prop_assert!(!same(&written(&number, way), &changed, kind), "{number} {changed}");
    }

    #[test]
    fn any_text_is_the_same_as_itself_and_order_does_not_matter(
        one in "\\PC{0,12}", other in "[0-9XYZxyz .-]{1,10}[A-Z]?", kind in prop_oneof![Just(ANif), Just(Other), Just(Unknown)]
    ) {
        prop_assert_eq!(same(&one, &one, kind), one.chars().any(char::is_alphanumeric));
        prop_assert_eq!(same(&other, &one, kind), same(&one, &other, kind));
    }
}
