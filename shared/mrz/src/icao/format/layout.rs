//! The elements of a layout: spans, and the digits that protect them.

use crate::icao::{alphabet::FILLER, check_digit};

/// Columns `from..to` of a line; both, and the lines, count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The line.
    pub line: usize,
    /// First column.
    pub from: usize,
    /// Column after the last.
    pub to: usize,
}

impl Span {
    /// The characters of the span; `None` if the lines are too short.
    pub fn of<L: AsRef<[u8]>>(self, lines: &[L]) -> Option<&[u8]> {
        lines.get(self.line)?.as_ref().get(self.from..self.to)
    }

    /// Whether a position is in the span.
    pub const fn covers(self, line: usize, column: usize) -> bool {
        self.line == line && self.from <= column && column < self.to
    }
}

/// The data that a check digit protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Checked {
    /// The document number.
    DocumentNumber,
    /// The date of birth.
    BirthDate,
    /// The date of expiry.
    ExpiryDate,
    /// The optional data.
    OptionalData,
    /// Several fields together.
    Composite,
}

/// The meaning of a filler in the place of a check digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillerDigit {
    /// The digit is missing, against the standard.
    Missing,
    /// It stands for the 0 of an empty field (Doc 9303 part 4 §4.2.2.2 note).
    Zero,
    /// After an empty field the same; after any other the digit is missing. The note is about optional data, but some
    /// states print it for documents that do not expire, too (the Russian internal passport).
    ZeroOrMissing,
    /// The number is longer than its field: the rest and the digit are at the start of this span, followed by a filler
    /// (part 5 §4.2.2 note j, part 6 §4.2.2 note j).
    Continues(Span),
}

/// A check digit and its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigitRule {
    /// The data that is protected.
    pub checked: Checked,
    /// Its characters, in the order of the weights.
    pub spans: &'static [Span],
    /// The line of the digit.
    pub line: usize,
    /// The column of the digit.
    pub column: usize,
    /// The meaning of a filler in its place.
    pub filler: FillerDigit,
}

/// The outcome of a check digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is the digit of its characters.
    Holds,
    /// It is another digit.
    Broken,
    /// A filler stands in its place, against the standard.
    Missing,
}

impl DigitRule {
    /// Checks the lines of a zone. Lines that are too short or contain anything outside the alphabet are broken.
    pub fn outcome<L: AsRef<[u8]>>(&self, lines: &[L]) -> Outcome {
        let digit = Span { line: self.line, from: self.column, to: self.column + 1 }.of(lines).map(|digit| digit[0]);
        let characters = || self.spans.iter().flat_map(|span| span.of(lines).unwrap_or(b"?").iter().copied());
        let holds = match (digit, self.filler) {
            (Some(FILLER), FillerDigit::Missing) => return Outcome::Missing,
            (Some(FILLER), FillerDigit::ZeroOrMissing) if !characters().all(|character| character == FILLER) => {
                return Outcome::Missing;
            }
            (Some(FILLER), FillerDigit::Zero | FillerDigit::ZeroOrMissing) => {
                characters().all(|character| character == FILLER)
            }
            (Some(FILLER), FillerDigit::Continues(span)) => match continuation(lines, span) {
                Some((rest, digit)) => {
                    let with = |between: &'static [u8]| {
                        let all = characters().chain(between.iter().copied()).chain(rest.iter().copied());
                        check_digit::holds(all, digit)
                    };
                    with(b"") || counts_filler(lines) && with(&[FILLER])
                }
                None => return Outcome::Missing,
            },
            (Some(digit), _) => check_digit::holds(characters(), digit),
            (None, _) => false,
        };
        if holds { Outcome::Holds } else { Outcome::Broken }
    }

    /// Whether the rule covers a position: one of its characters, its digit, or the continuation of a long number.
    pub fn covers(&self, line: usize, column: usize) -> bool {
        let continues = matches!(self.filler, FillerDigit::Continues(span) if span.covers(line, column));
        continues
            || (self.line, self.column) == (line, column)
            || self.spans.iter().any(|span| span.covers(line, column))
    }
}

/// The states some of whose cards count the filler in the place of the digit of a long number as one of its
/// characters: Portuguese cards before 2024 (PRADO PRT-BO-03001), Belgian ones of 2010–2020 (PRADO BEL-BO-08001). Their
/// later cards follow the standard, so that either digit holds.
const STATES_THAT_COUNT_THE_FILLER: [&[u8]; 2] = [b"BEL", b"PRT"];

fn counts_filler<L: AsRef<[u8]>>(lines: &[L]) -> bool {
    Span { line: 0, from: 2, to: 5 }.of(lines).is_some_and(|state| STATES_THAT_COUNT_THE_FILLER.contains(&state))
}

/// The rest of a long document number in the optional data, and the digit after it.
pub(crate) fn continuation<L: AsRef<[u8]>>(lines: &[L], span: Span) -> Option<(&[u8], u8)> {
    let optional = span.of(lines)?;
    let run = optional.split(|&character| character == FILLER).next()?;
    // At least one character of the number and its digit, followed by a filler: a full field cannot show where the
    // number ends.
    let (&digit, rest) = run.split_last()?;
    (!rest.is_empty() && run.len() < optional.len() && digit.is_ascii_digit()).then_some((rest, digit))
}

/// The positions of the fields.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Document number, up to the end of its field.
    pub number: Span,
    /// Optional data, first and second.
    pub optional: &'static [Span],
    /// Date of birth.
    pub birth: Span,
    /// Sex: one character.
    pub sex: Span,
    /// Date of expiry.
    pub expiry: Option<Span>,
    /// Nationality.
    pub nationality: Option<Span>,
    /// Surname and given names with two fillers between them, or only the surname.
    pub names: Span,
    /// Given names, if they have a field of their own.
    pub given: Option<Span>,
}

pub(super) const fn span(line: usize, from: usize, to: usize) -> Span {
    Span { line, from, to }
}

pub(super) const fn rule(
    checked: Checked,
    spans: &'static [Span],
    (line, column): (usize, usize),
    filler: FillerDigit,
) -> DigitRule {
    DigitRule { checked, spans, line, column, filler }
}
