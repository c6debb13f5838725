//! Parses lines of text into fields, with all their faults.
//!
//! A zone is taken as it stands: nothing is corrected, and a field that makes no sense does not hide the others.

use super::{
    alphabet::{self, FILLER},
    countries,
    date::ShortDate,
    fields::{Expiry, Fields, Name, NamePart, Sex, YearMonth},
    format::{Checked, FillerDigit, Format, Outcome, Span, continuation},
    personal::Personal,
    states,
};

/// Why lines are not a machine-readable zone at all. The positions count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAZone {
    /// No format has this many lines of this length, or the lines differ in length.
    #[error("is of no known size")]
    Size,
    /// A character outside the alphabet of 37.
    #[error("has a foreign character in line {line}, column {column}")]
    Character {
        /// The line.
        line: usize,
        /// The column, in bytes.
        column: usize,
    },
}

/// A fault of a zone. It reveals nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Problem {
    /// A check digit does not match its characters.
    WrongDigit(Checked),
    /// A filler stands in the place of a check digit.
    MissingDigit(Checked),
    /// A character that is not allowed at its position: a digit in a name, a letter in a date.
    NotPermitted {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// The date of birth does not exist.
    ImpossibleBirth,
    /// The date of expiry does not exist.
    ImpossibleExpiry,
    /// There is no document number.
    NoNumber,
    /// Doc 9303 part 3 §5 does not have the issuing state.
    UnknownState,
    /// Doc 9303 part 3 §5 does not have the nationality.
    UnknownNationality,
    /// There is no name.
    NoName,
    /// Surname and given names are not divided: there is only one name, or the two fillers were misread.
    UndividedName,
}

/// A zone's fields and faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The fields.
    pub fields: Fields,
    /// Every check digit of the format, and its outcome.
    pub digits: Vec<(Checked, Outcome)>,
    /// All faults; empty for a valid zone.
    pub problems: Vec<Problem>,
}

impl Parsed {
    /// Whether every check digit holds.
    pub fn digits_hold(&self) -> bool {
        self.digits.iter().all(|&(_, outcome)| outcome == Outcome::Holds)
    }
}

/// Parses lines, whose format follows from their size and first characters.
///
/// # Errors
///
/// [`NotAZone`] if no format fits.
pub fn parse<L: AsRef<str>>(lines: &[L]) -> Result<Parsed, NotAZone> {
    let columns = lines.first().map_or(0, |line| line.as_ref().len());
    let begins = |text| lines.first().is_some_and(|line| line.as_ref().starts_with(text));
    let format = Format::of_size(lines.len(), columns)
        .find(|format| match format {
            Format::MrvA | Format::MrvB => begins("V"),
            Format::FrenchId => begins("IDFRA"),
            Format::Td2 => !begins("IDFRA") && !begins("V"),
            Format::Td1 | Format::Td3 => !begins("V"),
        })
        .ok_or(NotAZone::Size)?;
    parse_as(format, lines)
}

/// Parses lines in a known format.
///
/// # Errors
///
/// [`NotAZone`] if the lines do not have the size of the format, or contain characters outside the alphabet of
/// machine-readable zones.
pub fn parse_as<L: AsRef<str>>(format: Format, lines: &[L]) -> Result<Parsed, NotAZone> {
    let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_ref().as_bytes()).collect();
    for (line, text) in lines.iter().enumerate() {
        if let Some(column) = text.iter().position(|&byte| alphabet::index(byte).is_none()) {
            return Err(NotAZone::Character { line, column });
        }
    }
    if lines.len() != format.lines() || lines.iter().any(|line| line.len() != format.columns()) {
        return Err(NotAZone::Size);
    }
    let zone = Lines { format, lines: &lines };
    let fields = zone.fields();
    let digits: Vec<_> = format.rules().iter().map(|rule| (rule.checked, rule.outcome(&lines))).collect();
    let problems = problems(&zone, &fields, &digits);
    Ok(Parsed { fields, digits, problems })
}

/// Lines of the size of the format, with only characters of the alphabet.
struct Lines<'a> {
    format: Format,
    lines: &'a [&'a [u8]],
}

impl<'a> Lines<'a> {
    fn bytes(&self, span: Span) -> &'a [u8] {
        &self.lines[span.line][span.from..span.to]
    }

    /// Without trailing fillers.
    fn text(&self, span: Span) -> String {
        trimmed(self.bytes(span))
    }

    fn fields(&self) -> Fields {
        let layout = self.format.layout();
        let state = self.text(Span { line: 0, from: 2, to: 5 });
        let (number, rest) = self.number();
        let optional = layout.optional.iter().enumerate().map(|(at, &span)| {
            let data = self.bytes(span);
            Personal::new(trimmed(if at == 0 { &data[rest..] } else { data }))
        });
        let french = self.format == Format::FrenchId;
        Fields {
            format: self.format,
            code: self.text(Span { line: 0, from: 0, to: 2 }),
            number: Personal::new(number),
            number_is_long: rest > 0,
            optional: optional.collect(),
            birth: ShortDate::read(self.bytes(layout.birth)),
            sex: sex(self.bytes(layout.sex)[0]),
            expiry: layout.expiry.map_or(Expiry::NotPrinted, |span| expiry(self.bytes(span), &state)),
            // That card is for nationals only.
            nationality: layout.nationality.map_or_else(|| "FRA".to_owned(), |span| self.text(span)),
            issued: if french { year_month(&self.lines[1][..4]) } else { None },
            name: self.name(),
            longest_validity: countries::longest_validity(&state),
            state,
        }
    }

    /// The document number, and the length of its rest with digit and filler in the optional data.
    fn number(&self) -> (String, usize) {
        let layout = self.format.layout();
        let rule = self.format.rules().iter().find(|rule| rule.checked == Checked::DocumentNumber);
        let head = self.bytes(layout.number);
        let continued = rule.and_then(|rule| match rule.filler {
            FillerDigit::Continues(span) if self.lines[rule.line][rule.column] == FILLER => {
                continuation(self.lines, span)
            }
            _ => None,
        });
        match continued {
            Some((rest, _)) => (trimmed(&[head, rest].concat()), rest.len() + 2),
            None => (trimmed(head), 0),
        }
    }

    fn name(&self) -> Name {
        let layout = self.format.layout();
        let names = self.bytes(layout.names);
        if let Some(given) = layout.given {
            return Name { surname: part(names), given: part(self.bytes(given)) };
        }
        let divided = names.windows(2).position(|pair| pair == [FILLER, FILLER]).unwrap_or(names.len());
        let (surname, given) = names.split_at(divided);
        let full = !names.ends_with(&[FILLER]);
        Name { surname: NamePart { cut: given.is_empty() && full, ..part(surname) }, given: part(given) }
    }
}

/// The faults, in the order of the variants.
fn problems(zone: &Lines<'_>, fields: &Fields, digits: &[(Checked, Outcome)]) -> Vec<Problem> {
    let wrong = digits.iter().filter_map(|&(checked, outcome)| match outcome {
        Outcome::Holds => None,
        Outcome::Broken => Some(Problem::WrongDigit(checked)),
        Outcome::Missing => Some(Problem::MissingDigit(checked)),
    });
    let places = zone
        .lines
        .iter()
        .enumerate()
        .flat_map(|(line, text)| text.iter().enumerate().map(move |(column, &byte)| (line, column, byte)));
    let stray = places
        .filter(|&(line, column, byte)| !zone.format.mask(line, column).has(byte))
        .map(|(line, column, _)| Problem::NotPermitted { line, column });
    let no_name = fields.name.surname.text.is_empty();
    let rest = [
        (fields.birth.is_none(), Problem::ImpossibleBirth),
        (fields.expiry == Expiry::Impossible, Problem::ImpossibleExpiry),
        (fields.number.is_empty(), Problem::NoNumber),
        (!states::is_known(&fields.state), Problem::UnknownState),
        (!states::is_known(&fields.nationality), Problem::UnknownNationality),
        (no_name, Problem::NoName),
        (!no_name && fields.name.given.text.is_empty(), Problem::UndividedName),
    ];
    wrong.chain(stray).chain(rest.into_iter().filter_map(|(is, problem)| is.then_some(problem))).collect()
}

fn trimmed(bytes: &[u8]) -> String {
    let end = bytes.iter().rposition(|&byte| byte != FILLER).map_or(0, |last| last + 1);
    bytes[..end].iter().map(|&byte| char::from(byte)).collect()
}

/// Components separated by one space, however many fillers there were.
fn part(field: &[u8]) -> NamePart {
    let components: Vec<String> =
        field.split(|&byte| byte == FILLER).filter(|component| !component.is_empty()).map(trimmed).collect();
    NamePart { text: Personal::new(components.join(" ")), cut: field.last().is_some_and(|&last| last != FILLER) }
}

fn sex(character: u8) -> Option<Sex> {
    match character {
        b'F' => Some(Sex::Female),
        b'M' => Some(Sex::Male),
        b'X' | FILLER => Some(Sex::Unspecified),
        _ => None,
    }
}

fn expiry(characters: &[u8], state: &str) -> Expiry {
    match ShortDate::read(characters) {
        None => Expiry::Impossible,
        Some(date) if date.is_unknown() => Expiry::Never,
        Some(date) if date.year() == Some(99) && countries::year_99_is_never(state) => Expiry::Never,
        Some(date) => Expiry::On(date),
    }
}

fn year_month(digits: &[u8]) -> Option<YearMonth> {
    let number =
        |pair: &[u8]| pair.iter().try_fold(0, |sum, &digit| digit.is_ascii_digit().then(|| sum * 10 + digit - b'0'));
    let (year, month) = (number(digits.get(..2)?)?, number(digits.get(2..4)?)?);
    (1..=12).contains(&month).then_some(YearMonth { year, month })
}

#[cfg(test)]
mod tests;
