//! Decoding: turns a window of looks into the text of a format.

use crate::{
    icao::{
        alphabet,
        format::{Checked, Format, Outcome, Span},
    },
    read::{
        ambiguity, codes,
        positions::{self, Position},
        repair,
        sheet::Look,
        twins,
    },
};

/// The weight of a format's check digits in its score when all hold; fewer digits are more likely to hold by chance.
const DIGITS_WORTH: f32 = 1.0;
const FEW_DIGITS_WORTH: f32 = 0.9;
const FEW_DIGITS: usize = 3;
/// The bonus for dates that exist, or the penalty if they do not.
const DATES_WORTH: f32 = 0.2;
/// The weight of the text relative to the digits.
const TEXT_WORTH: f32 = 2.0;
/// The penalty of a visa that does not begin like one: visas have the fewest digits and would win against a passport
/// with a doubtful one.
const VISA_COST: f32 = 0.25;
const VISA: u8 = b'V';
/// Lower likelihoods count as this: one character that is not allowed must not outweigh a line.
const LEAST: f32 = 1e-4;

/// The text of a format.
pub(crate) struct Decoded {
    pub(crate) format: Format,
    pub(crate) raw: Vec<Vec<u8>>,
    pub(crate) masked: Vec<Vec<u8>>,
    pub(crate) text: Vec<Vec<u8>>,
    pub(crate) confidence: Vec<Vec<f32>>,
    /// The likelihood that each character is another one that no check digit would distinguish.
    pub(crate) unprotected_doubt: Vec<Vec<f32>>,
    /// Positions that may differ without contradicting the check digits.
    pub(crate) ambiguous: Vec<(usize, usize)>,
    pub(crate) checks: Vec<(Checked, Outcome)>,
    pub(crate) dates_real: bool,
    pub(crate) repaired: usize,
    pub(crate) score: f32,
}

/// Decodes a window as a format of its size.
pub(crate) fn decode(format: Format, rows: &[&[Look]]) -> Decoded {
    let positions = codes::weighed(format, positions::of(format, rows));
    let text_of = |pick: fn(&Position) -> u8| -> Vec<Vec<u8>> {
        positions.iter().map(|row| row.iter().map(pick).collect()).collect()
    };
    let repaired = repair::repair(format, &positions, text_of(|position| position.alternatives[0].character));
    let each = |value: fn(Format, (usize, usize), &Position, u8) -> f32| -> Vec<Vec<f32>> {
        let lines = positions.iter().zip(&repaired.lines).enumerate();
        lines
            .map(|(line, (row, text))| {
                let row = row.iter().zip(text).enumerate();
                row.map(|(column, (position, &character))| value(format, (line, column), position, character)).collect()
            })
            .collect()
    };
    let confidence = each(|_, _, position, character| confidence(position, character));
    let unprotected_doubt = each(unprotected_doubt);
    let checks: Vec<(Checked, Outcome)> =
        format.rules().iter().map(|rule| (rule.checked, rule.outcome(&repaired.lines))).collect();
    let dates_real = dates_are_real(format, &repaired.lines);
    let count = (format.lines() * format.columns()) as f32;
    let likelihood: f32 = positions.iter().flatten().map(|position| position.likelihood.max(LEAST).ln()).sum();
    let holding = checks.iter().filter(|&&(_, outcome)| outcome == Outcome::Holds).count();
    let worth = if checks.len() > FEW_DIGITS { DIGITS_WORTH } else { FEW_DIGITS_WORTH };
    // If a digit does not hold, the text is not accepted anyway; but it must not be reported as printed if a twin
    // explains it.
    let ambiguous = if holding == checks.len() {
        ambiguity::find(format, &positions, &repaired.lines)
    } else {
        twins::suspects(format, &repaired.lines)
    };
    let obscure_visa = matches!(format, Format::MrvA | Format::MrvB) && positions[0][0].raw != VISA;
    let score = TEXT_WORTH * (likelihood - repaired.cost) / count
        + worth * holding as f32 / checks.len() as f32
        + if dates_real { DATES_WORTH } else { -DATES_WORTH }
        - if obscure_visa { VISA_COST } else { 0.0 };
    Decoded {
        format,
        raw: text_of(|position| position.raw),
        masked: text_of(|position| position.masked),
        confidence,
        unprotected_doubt,
        ambiguous,
        checks,
        dates_real,
        repaired: repaired.changed.len(),
        score,
        text: repaired.lines,
    }
}

fn confidence(position: &Position, character: u8) -> f32 {
    position.alternatives.iter().find(|other| other.character == character).map_or(0.0, |other| other.confidence)
}

/// The likelihood of an error that no check digit would reveal: any other character if none protects the position, and
/// those of the same value modulo 10 if one does. All weights are coprime to 10, so only they leave the sum unchanged.
fn unprotected_doubt(format: Format, (line, column): (usize, usize), position: &Position, character: u8) -> f32 {
    let protected = format.rules().iter().any(|rule| rule.covers(line, column));
    let rest = |character: u8| alphabet::value(character).map(|value| value % 10);
    let alike = position
        .alternatives
        .iter()
        .filter(|other| other.character != character && (!protected || rest(other.character) == rest(character)));
    let doubt: f32 = alike.map(|other| other.confidence).sum();
    // Exchanged twins are equally likely: more than the remainder of one.
    if protected { doubt } else { doubt.max(1.0 - confidence(position, character)) }
}

/// Whether birth and expiry are in the calendar, as far as they are known. The century is not known, so 29 February is
/// always possible.
fn dates_are_real(format: Format, lines: &[Vec<u8>]) -> bool {
    let layout = format.layout();
    let spans = [Some(layout.birth), layout.expiry];
    spans.into_iter().flatten().all(|span| is_date(span, lines))
}

fn is_date(span: Span, lines: &[Vec<u8>]) -> bool {
    let Some(&[year_1, year_2, month_1, month_2, day_1, day_2]) = span.of(lines) else {
        return false;
    };
    let number = |tens: u8, ones: u8| match (tens, ones) {
        (b'<', b'<') => Some(None),
        (b'0'..=b'9', b'0'..=b'9') => Some(Some(usize::from(tens - b'0') * 10 + usize::from(ones - b'0'))),
        _ => None,
    };
    let (Some(_), Some(month), Some(day)) = (number(year_1, year_2), number(month_1, month_2), number(day_1, day_2))
    else {
        return false;
    };
    let days = match month {
        None => 31,
        Some(2) => 29,
        Some(4 | 6 | 9 | 11) => 30,
        Some(1..=12) => 31,
        Some(_) => 0,
    };
    day.is_none_or(|day| (1..=days).contains(&day)) && days > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::testing::{PASSPORT, look, looks};

    fn decoded(format: Format, lines: &[&str], change: Option<((usize, usize), Look)>) -> Decoded {
        let mut rows: Vec<Vec<Look>> = lines.iter().map(|line| looks(line)).collect();
        if let Some(((line, column), look)) = change {
            rows[line][column] = look;
        }
        let rows: Vec<&[Look]> = rows.iter().map(Vec::as_slice).collect();
        decode(format, &rows)
    }

    fn holds(decoded: &Decoded) -> bool {
        decoded.checks.iter().all(|&(_, outcome)| outcome == Outcome::Holds)
    }

    #[test]
    fn a_sound_passport_is_one_and_no_visa() {
        let passport = decoded(Format::Td3, &PASSPORT, None);
        assert!(holds(&passport) && passport.dates_real && passport.repaired == 0);
        assert!(passport.score > decoded(Format::MrvA, &PASSPORT, None).score);
    }

    #[test]
    fn a_mask_settles_a_hesitation_but_does_not_hide_a_clear_letter() {
        let at = (1, 13);
        let hesitation = decoded(Format::Td3, &PASSPORT, Some((at, look(&[(b'Z', 0.6), (b'7', 0.38)]))));
        assert_eq!((hesitation.raw[1][13], hesitation.masked[1][13]), (b'Z', b'7'));
        assert!(hesitation.confidence[1][13] > 0.9);
        let clear = decoded(Format::Td3, &PASSPORT, Some((at, look(&[(b'Z', 0.985), (b'7', 0.01)]))));
        assert!(clear.confidence[1][13] < 0.5);
    }

    #[test]
    fn what_is_printed_against_the_format_stays_and_is_told_apart() {
        let printed = decoded(Format::Td3, &PASSPORT, Some(((1, 11), look(&[(b'7', 0.98)]))));
        assert_eq!((printed.text[1][11], printed.raw[1][11]), (b'7', b'7'));
        assert_ne!(printed.masked[1][11], b'7');
        assert!(holds(&printed) && printed.confidence[1][11] > 0.9);
    }

    #[test]
    fn a_visa_is_told_by_its_first_letter_even_if_its_last_field_looks_like_a_digit_that_holds() {
        let visa = [PASSPORT[0].replacen('P', "V", 1), PASSPORT[1].to_owned()];
        let lines: Vec<&str> = visa.iter().map(String::as_str).collect();
        assert!(decoded(Format::MrvA, &lines, None).score > decoded(Format::Td3, &lines, None).score);
    }

    #[test]
    fn a_zero_in_a_name_is_an_o_however_it_was_drawn_and_a_clear_digit_of_another_shape_is_not() {
        let name = |character: u8| decoded(Format::Td3, &PASSPORT, Some(((0, 10), look(&[(character, 0.98)]))));
        let drawn = name(b'0');
        assert_eq!((drawn.raw[0][10], drawn.text[0][10]), (b'0', b'O'));
        assert!(drawn.confidence[0][10] > 0.9);
        assert_eq!(name(b'4').text[0][10], b'4');
    }

    #[test]
    fn a_zero_of_a_number_that_was_drawn_as_the_letter_is_no_broken_digit_without_a_doubt() {
        // Nothing else in the zone shows how twins are drawn.
        let misread = decoded(Format::Td3, &[PASSPORT[0], &PASSPORT[1].replacen("L898902C3", "L8989O2C3", 1)], None);
        assert!(!holds(&misread) && misread.confidence[1][5] > 0.9);
        assert_eq!(misread.ambiguous, [(1, 5)]);
        // No twin explains this one.
        let wrong = decoded(Format::Td3, &[PASSPORT[0], &PASSPORT[1].replacen("L898902C3", "L898903C3", 1)], None);
        assert!(!holds(&wrong) && wrong.ambiguous.is_empty());
    }

    #[test]
    fn where_a_date_shows_that_twins_are_exchanged_the_digits_decide_between_them() {
        let lines = [PASSPORT[0], &PASSPORT[1].replacen("L898902C3", "L8989O2C3", 1).replacen("740812", "74O812", 1)];
        let put_right = decoded(Format::Td3, &lines, None);
        assert_eq!(put_right.text[1], PASSPORT[1].as_bytes());
        assert!(holds(&put_right) && put_right.repaired == 1, "and it is reported");
    }

    #[test]
    fn exchanged_twins_are_doubtful_where_no_digit_would_tell_them() {
        // The end of a visa is not protected.
        let visa = [PASSPORT[0].replacen('P', "V", 1), PASSPORT[1].replacen("<<<<<10", "<<<<<<0", 1)];
        let doubt = |drawn: &str| {
            let second = visa[1].replacen("740812", drawn, 1);
            decoded(Format::MrvA, &[&visa[0], &second], None).unprotected_doubt[1][43]
        };
        assert!(doubt("740812") < 0.05 && doubt("74O812") > 0.75);
    }

    #[test]
    fn doubt_counts_where_no_digit_would_tell() {
        let doubt = |at: (usize, usize), look: Look| {
            decoded(Format::Td3, &PASSPORT, Some((at, look))).unprotected_doubt[at.0][at.1]
        };
        assert!(doubt((0, 5), look(&[(b'E', 0.6), (b'F', 0.38)])) > 0.3, "names are not protected");
        assert!(doubt((1, 1), look(&[(b'8', 0.6), (b'6', 0.38)])) < 0.05, "the number is");
        assert!(doubt((1, 1), look(&[(b'8', 0.6), (b'S', 0.38)])) > 0.3, "8 and S count the same");
    }

    #[test]
    fn days_that_no_month_has_are_not_real() {
        for (date, real) in [
            ("740812", true),
            ("740229", true),
            ("740431", false),
            ("741301", false),
            ("74<<<<", true),
            ("7408<2", false),
            ("740800", false),
        ] {
            let mut line = PASSPORT[1].to_owned();
            line.replace_range(13..19, date);
            let lines = [PASSPORT[0].as_bytes().to_vec(), line.into_bytes()];
            assert_eq!(dates_are_real(Format::Td3, &lines), real, "{date}");
        }
    }
}
