//! One table per format, position by position.

use super::layout::{
    Checked::{BirthDate, Composite, DocumentNumber, ExpiryDate, OptionalData},
    DigitRule,
    FillerDigit::{Continues, Missing, Zero, ZeroOrMissing},
    Layout, Span, rule, span,
};
use crate::icao::alphabet::CharSet;

const LETTERS_OR_FILLER: CharSet = CharSet::LETTERS.with(CharSet::FILLER);
const DIGITS_OR_FILLER: CharSet = CharSet::DIGITS.with(CharSet::FILLER);
const LETTERS_OR_DIGITS: CharSet = CharSet::LETTERS.with(CharSet::DIGITS);

/// Reads a line of signs as masks:
///
/// | sign | may stand there |
/// |---|---|
/// | `I` | A, C, I: the first letter of a card |
/// | `J` | A, C, I, P: that of a TD2 document |
/// | `F` `R` `P` `V` `D` | exactly this letter |
/// | `E` `L` | exactly I, exactly A: the French card starts with IDFRA |
/// | `a` | a letter |
/// | `A` | a letter or a filler |
/// | `n` | a digit |
/// | `N` | a digit or a filler: dates with unknown parts, digits that may be missing |
/// | `x` | a letter or a digit |
/// | `s` | M, F, X, filler. Doc 9303 writes a filler for X, some states write X |
/// | `*` | anything |
const fn line<const N: usize>(signs: &[u8; N]) -> [CharSet; N] {
    let mut masks = [CharSet::ANY; N];
    let mut at = 0;
    while at < N {
        masks[at] = match signs[at] {
            b'I' => CharSet::of(b"ACI"),
            b'J' => CharSet::of(b"ACIP"),
            b'F' => CharSet::of(b"F"),
            b'R' => CharSet::of(b"R"),
            b'P' => CharSet::of(b"P"),
            b'V' => CharSet::of(b"V"),
            b'D' => CharSet::of(b"D"),
            b'E' => CharSet::of(b"I"),
            b'L' => CharSet::of(b"A"),
            b'a' => CharSet::LETTERS,
            b'A' => LETTERS_OR_FILLER,
            b'n' => CharSet::DIGITS,
            b'N' => DIGITS_OR_FILLER,
            b'x' => LETTERS_OR_DIGITS,
            b's' => CharSet::of(b"MFX<"),
            b'*' => CharSet::ANY,
            _ => panic!("a sign without a meaning"),
        };
        at += 1;
    }
    masks
}

// The second character of a code is a letter or a filler. Residence permits of the United States print C1USA and C2USA:
// a digit that is as clear as that is read as printed.
pub(super) const TD1_MASKS: [&[CharSet]; 3] = [
    &line(b"IAaAA*********N***************"),
    &line(b"NNNNNNnsNNNNNNNaAA***********N"),
    &line(b"aAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
];
pub(super) const TD2_MASKS: [&[CharSet]; 2] =
    [&line(b"JAaAAaAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &line(b"*********NaAANNNNNNnsNNNNNNN*******N")];
pub(super) const TD3_MASKS: [&[CharSet]; 2] =
    [&line(b"PAaAAaAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &line(b"*********naAANNNNNNnsNNNNNNN**************Nn")];
pub(super) const MRVA_MASKS: [&[CharSet]; 2] =
    [&line(b"VAaAAaAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &line(b"*********naAANNNNNNnsNNNNNNn****************")];
pub(super) const MRVB_MASKS: [&[CharSet]; 2] =
    [&line(b"VAaAAaAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &line(b"*********naAANNNNNNnsNNNNNNn********")];
// Line 1: IDFRA, surname, department and office of issue. Line 2: year, month and department of issue, number, digit,
// given names, date of birth, digit, sex, composite. Departments have letters in Corsica.
pub(super) const FRENCH_MASKS: [&[CharSet]; 2] =
    [&line(b"EDFRLaAAAAAAAAAAAAAAAAAAAAAAAA******"), &line(b"nnnnxxxnnnnnnaAAAAAAAAAAAAANNNNNNnsn")];

pub(super) const TD1_RULES: [DigitRule; 4] = [
    rule(DocumentNumber, &[span(0, 5, 14)], (0, 14), Continues(span(0, 15, 30))),
    rule(BirthDate, &[span(1, 0, 6)], (1, 6), Missing),
    rule(ExpiryDate, &[span(1, 8, 14)], (1, 14), ZeroOrMissing),
    rule(Composite, &[span(0, 5, 30), span(1, 0, 7), span(1, 8, 15), span(1, 18, 29)], (1, 29), Missing),
];
pub(super) const TD2_RULES: [DigitRule; 4] = [
    rule(DocumentNumber, &[span(1, 0, 9)], (1, 9), Continues(span(1, 28, 35))),
    rule(BirthDate, &[span(1, 13, 19)], (1, 19), Missing),
    rule(ExpiryDate, &[span(1, 21, 27)], (1, 27), ZeroOrMissing),
    rule(Composite, &[span(1, 0, 10), span(1, 13, 20), span(1, 21, 35)], (1, 35), Missing),
];
pub(super) const TD3_RULES: [DigitRule; 5] = [
    rule(DocumentNumber, &[span(1, 0, 9)], (1, 9), Missing),
    rule(BirthDate, &[span(1, 13, 19)], (1, 19), Missing),
    rule(ExpiryDate, &[span(1, 21, 27)], (1, 27), ZeroOrMissing),
    rule(OptionalData, &[span(1, 28, 42)], (1, 42), Zero),
    rule(Composite, &[span(1, 0, 10), span(1, 13, 20), span(1, 21, 43)], (1, 43), Missing),
];
pub(super) const VISA_RULES: [DigitRule; 3] = [
    rule(DocumentNumber, &[span(1, 0, 9)], (1, 9), Missing),
    rule(BirthDate, &[span(1, 13, 19)], (1, 19), Missing),
    rule(ExpiryDate, &[span(1, 21, 27)], (1, 27), Missing),
];
pub(super) const FRENCH_RULES: [DigitRule; 3] = [
    rule(DocumentNumber, &[span(1, 0, 12)], (1, 12), Missing),
    rule(BirthDate, &[span(1, 27, 33)], (1, 33), Missing),
    rule(Composite, &[span(0, 0, 36), span(1, 0, 35)], (1, 35), Missing),
];

pub(super) const TD1_LAYOUT: Layout = Layout {
    number: span(0, 5, 14),
    optional: &[span(0, 15, 30), span(1, 18, 29)],
    birth: span(1, 0, 6),
    sex: span(1, 7, 8),
    expiry: Some(span(1, 8, 14)),
    nationality: Some(span(1, 15, 18)),
    names: span(2, 0, 30),
    given: None,
};
pub(super) const TD2_LAYOUT: Layout = two_lines(&[span(1, 28, 35)], span(0, 5, 36));
pub(super) const TD3_LAYOUT: Layout = two_lines(&[span(1, 28, 42)], span(0, 5, 44));
pub(super) const MRVA_LAYOUT: Layout = two_lines(&[span(1, 28, 44)], span(0, 5, 44));
pub(super) const MRVB_LAYOUT: Layout = two_lines(&[span(1, 28, 36)], span(0, 5, 36));
pub(super) const FRENCH_LAYOUT: Layout = Layout {
    number: span(1, 0, 12),
    optional: &[span(0, 30, 36)],
    birth: span(1, 27, 33),
    sex: span(1, 34, 35),
    expiry: None,
    nationality: None,
    names: span(0, 5, 30),
    given: Some(span(1, 13, 27)),
};

/// TD2, TD3 and visas have everything except names and optional data in the same columns.
const fn two_lines(optional: &'static [Span], names: Span) -> Layout {
    Layout {
        number: span(1, 0, 9),
        optional,
        birth: span(1, 13, 19),
        sex: span(1, 20, 21),
        expiry: Some(span(1, 21, 27)),
        nationality: Some(span(1, 10, 13)),
        names,
        given: None,
    }
}
