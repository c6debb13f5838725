//! Whether what is printed is what was expected.

use crate::{
    dates::{self, Date},
    forced::{Border, Cost, Match, Pattern},
    labels::Label,
    layout::Items,
    letters::{plain, separates, twin},
    numbers,
    text::Line,
};

/// In hundredths: the most that an expected text may cost. Another's number costs 2,900 and more.
const NUMBER: Cost = 300;
const OTHERS: Cost = 100;
/// In hundredths: as sure as this, a character was read.
const SURE: u32 = 60;
/// In hundredths: a value as sure as this was read, when it is not the expected one.
const READ: u32 = 90;

/// What a zone or the caller of an API says about the holder: letters A to Z without accents, digits, and anything
/// between them. What is `None` is not looked for.
#[derive(Clone, Copy, Default)]
pub struct Expected<'a> {
    /// The number of the person, as its holder knows it.
    pub number: Option<&'a str>,
    /// The number of the document: the support number of a card, the number of a passport.
    pub document: Option<&'a str>,
    /// All surnames, with a space between them.
    pub surnames: Option<&'a str>,
    /// All given names, with a space between them.
    pub given_names: Option<&'a str>,
    /// The zone had no room for all of the names: the last of each may go on.
    pub names_cut: bool,
    /// The date of birth.
    pub birth: Option<Date>,
    /// The last day of validity.
    pub expiry: Option<Date>,
}

// What is known of a person does not belong in error output.
impl std::fmt::Debug for Expected<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Expected")
    }
}

/// Whether an expected value is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Agreement {
    /// It is.
    Agrees,
    /// Another value is printed in its place, and was read surely. Only of the number is that safe alone: one in a
    /// thousand other values is misread.
    Differs,
    /// Neither was read, or it was not expected.
    #[default]
    NotRead,
}

/// What is printed, compared with what was expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// [`Expected::number`]. It differs if another valid national number is printed, and this one nowhere.
    pub number: Agreement,
    /// [`Expected::document`].
    pub document: Agreement,
    /// [`Expected::surnames`].
    pub surnames: Agreement,
    /// [`Expected::given_names`].
    pub given_names: Agreement,
    /// [`Expected::birth`]. It agrees if no earlier date is printed.
    pub birth: Agreement,
    /// [`Expected::expiry`]. It agrees if no later date is printed: a date of issue is often one digit off.
    pub expiry: Agreement,
}

pub(crate) fn judge(items: &Items, expected: Expected<'_>) -> Judgement {
    Judgement {
        number: expected.number.map(|number| judge_number(items, number)).unwrap_or_default(),
        document: expected.document.map(|document| judge_document(items, document)).unwrap_or_default(),
        surnames: expected
            .surnames
            .map(|name| judge_name(items, name, expected.names_cut, Label::Surnames))
            .unwrap_or_default(),
        given_names: expected
            .given_names
            .map(|name| judge_name(items, name, expected.names_cut, Label::GivenNames))
            .unwrap_or_default(),
        birth: expected.birth.map(|date| judge_date(items, date, |other| other < date)).unwrap_or_default(),
        expiry: expected.expiry.map(|date| judge_date(items, date, |other| other > date)).unwrap_or_default(),
    }
}

/// Shorter than this, a number may be part of anything.
const SHORTEST_NUMBER: usize = 5;

fn judge_number(items: &Items, number: &str) -> Agreement {
    let spelt: String = number.chars().filter_map(plain).collect();
    if spelt.len() < SHORTEST_NUMBER {
        return Agreement::NotRead;
    }
    let pattern = numbers::pattern(number);
    if items.lines().any(|line| pattern.find(line, Border::Kind, NUMBER).is_some()) {
        return Agreement::Agrees;
    }
    let another = || items.lines().flat_map(numbers::read).any(|found| found.sure >= SURE);
    if numbers::is_valid(&spelt) && another() { Agreement::Differs } else { Agreement::NotRead }
}

fn judge_document(items: &Items, number: &str) -> Agreement {
    let long_enough = number.chars().filter_map(plain).count() >= SHORTEST_NUMBER;
    let pattern = numbers::pattern(number);
    let agrees = long_enough && items.lines().any(|line| pattern.find(line, Border::Kind, OTHERS).is_some());
    if agrees { Agreement::Agrees } else { Agreement::NotRead }
}

fn judge_date(items: &Items, date: Date, beyond: impl Fn(Date) -> bool) -> Agreement {
    let patterns = dates::patterns(date);
    let expected: Vec<Option<Match>> = items
        .lines()
        .map(|line| {
            let digits = line.glyphs.iter().filter(|glyph| glyph.letter.is_ascii_digit()).count();
            let found = patterns.iter().filter_map(|pattern| pattern.find(line, Border::Kind, OTHERS));
            if digits < 2 { None } else { found.min_by_key(|found| found.cost) }
        })
        .collect();
    // A date that lies where the expected one was found is a misreading of it.
    let others = items.lines().zip(&expected).flat_map(|(line, expected)| {
        dates::read(line)
            .into_iter()
            .filter(move |found| expected.is_none_or(|expected| !overlap(found.steps, expected.steps)))
    });
    let mut beyond = others.filter(|found| beyond(found.date));
    match (expected.iter().any(Option::is_some), beyond.next()) {
        (true, None) => Agreement::Agrees,
        (_, Some(found)) if found.sure >= SURE => Agreement::Differs,
        _ => Agreement::NotRead,
    }
}

fn overlap(one: (usize, usize), other: (usize, usize)) -> bool {
    one.0 <= other.1 && other.0 <= one.1
}

/// A name is on one line, or on two of which one follows the other, and there is nothing else on these.
fn judge_name(items: &Items, name: &str, cut: bool, label: Label) -> Agreement {
    let words: Vec<&str> = name.split_whitespace().collect();
    let last = if cut { Border::Beginning } else { Border::Word };
    let agrees = (1..=words.len()).any(|split| {
        let (first, second) = (words[..split].concat(), words[split..].concat());
        if second.is_empty() {
            return items.lines().any(|line| fills(line, &first, last));
        }
        let continued = |line: &Line| items.next(line).is_some_and(|next| fills(next, &second, last));
        items.lines().any(|line| fills(line, &first, Border::Word) && continued(line))
    });
    if agrees {
        return Agreement::Agrees;
    }
    let differs = items.value(label).is_some_and(|line| {
        let letter = |plain: char| twin(plain).filter(char::is_ascii_alphabetic).unwrap_or(plain);
        let printed: String = line.text().chars().filter_map(plain).map(letter).collect();
        let expected: String = name.chars().filter_map(plain).collect();
        line.confidence() >= READ && printed.len() > 2 && !alike(&printed, &expected)
    });
    if differs { Agreement::Differs } else { Agreement::NotRead }
}

/// Whether a name, and nothing else, is on a line. A number in front of it is a label.
fn fills(line: &Line, name: &str, border: Border) -> bool {
    let found = Pattern::of_name(name).iter().filter_map(|way| way.find(line, border, OTHERS)).min_by_key(|f| f.cost);
    found.is_some_and(|found| {
        let outside = |step: usize| step < found.steps.0 || step > found.steps.1 && border != Border::Beginning;
        let letters = line.glyphs.iter().filter(|glyph| outside(glyph.step) && !separates(glyph.letter));
        !letters.into_iter().any(|glyph| glyph.letter.is_alphabetic())
    })
}

/// Whether a line may be a part of the expected names, misread, or say more than a zone that shortens them: of the shorter
/// of the two, three of four letters are in the other in their order.
fn alike(printed: &str, expected: &str) -> bool {
    let (printed, expected) = (printed.as_bytes(), expected.as_bytes());
    let mut row = vec![0; expected.len() + 1];
    for letter in printed {
        let mut diagonal = 0;
        for at in 1..=expected.len() {
            let longest = if *letter == expected[at - 1] { diagonal + 1 } else { row[at].max(row[at - 1]) };
            diagonal = std::mem::replace(&mut row[at], longest);
        }
    }
    4 * row[expected.len()] >= 3 * printed.len().min(expected.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::line_at;

    /// A card of 2021: surnames on two lines, and a date of issue.
    fn card() -> Items {
        Items::of(lines())
    }

    fn lines() -> Vec<Line> {
        [
            ("APELLIDOS / SURNAMES", 350.0, 100.0, 14.0),
            ("MUÑOZ", 350.0, 120.0, 22.0),
            ("GIL", 350.0, 146.0, 22.0),
            ("NOMBRE / NAME", 350.0, 180.0, 14.0),
            ("ANA MARÍA", 350.0, 200.0, 22.0),
            ("01 02 1980", 350.0, 300.0, 22.0),
            ("15 06 2024", 350.0, 400.0, 22.0),
            ("15 06 2029", 600.0, 400.0, 22.0),
            ("CAA000024", 350.0, 500.0, 22.0),
            ("12345678Z", 60.0, 500.0, 28.0),
        ]
        .into_iter()
        .map(|(text, x, y, height)| line_at(text, x, y, height))
        .collect()
    }

    fn expected() -> Expected<'static> {
        Expected {
            number: Some("12345678Z"),
            document: Some("CAA000024"),
            surnames: Some("MUNOZ GIL"),
            given_names: Some("ANA MARIA"),
            names_cut: false,
            birth: Date::new(1980, 2, 1),
            expiry: Date::new(2029, 6, 15),
        }
    }

    #[test]
    fn what_is_printed_agrees() {
        let agrees = Agreement::Agrees;
        let all = Judgement {
            number: agrees,
            document: agrees,
            surnames: agrees,
            given_names: agrees,
            birth: agrees,
            expiry: agrees,
        };
        assert_eq!(judge(&card(), expected()), all);
        assert_eq!(judge(&card(), Expected::default()), Judgement::default());
        assert_eq!(judge(&Items::of(Vec::new()), expected()), Judgement::default());
    }

    #[test]
    fn another_valid_number_differs_unless_the_expected_one_is_printed_too() {
        let other = Expected { number: Some("87654321X"), ..expected() };
        assert_eq!(judge(&card(), other).number, Agreement::Differs);
        let mut both = lines();
        both.push(line_at("87654321X", 0.0, 0.0, 20.0));
        assert_eq!(judge(&Items::of(both), other).number, Agreement::Agrees);
        // A number of another state says nothing about a Spanish one.
        assert_eq!(judge(&card(), Expected { number: Some("L01X00T47"), ..expected() }).number, Agreement::NotRead);
    }

    #[test]
    fn the_date_of_issue_is_not_the_last_day() {
        let expiry = Date::new(2024, 6, 15);
        assert_eq!(judge(&card(), Expected { expiry, ..expected() }).expiry, Agreement::Differs);
        assert_eq!(judge(&card(), Expected { birth: expiry, ..expected() }).birth, Agreement::Differs);
    }

    #[test]
    fn a_name_is_all_of_its_lines() {
        for (surnames, agreement) in [
            ("MUNOZ GIL", Agreement::Agrees),
            ("MUNOZ", Agreement::Agrees),
            ("MUNOS GIL", Agreement::NotRead),
            ("GIL MUNOZ", Agreement::NotRead),
            ("ETXEBERRIA", Agreement::Differs),
            ("DE LA UZ MONTERO", Agreement::Differs),
            ("CAMUNAS OZORES", Agreement::NotRead),
        ] {
            let judged = judge(&card(), Expected { surnames: Some(surnames), ..expected() });
            assert_eq!(judged.surnames, agreement, "{surnames}");
        }
        let short = Expected { given_names: Some("ANA MA"), ..expected() };
        assert_eq!(judge(&card(), short).given_names, Agreement::NotRead);
        assert_eq!(judge(&card(), Expected { names_cut: true, ..short }).given_names, Agreement::Agrees);
    }
}
