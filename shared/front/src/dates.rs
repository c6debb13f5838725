//! Dates as documents print them.

use crate::{
    forced::Pattern,
    letters::{plain, separates},
    text::{Glyph, Line},
};

/// A day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

// A date of birth does not belong in error output.
impl std::fmt::Debug for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Date")
    }
}

impl Date {
    /// The day, if the calendar has it, between 1900 and 2199.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            _ => return None,
        };
        let exists = (1900..2200).contains(&year) && (1..=days).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// The year, with its century.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }
}

/// The months in the spellings of Spanish, English, French, German, Portuguese and Italian documents, and of the
/// bilingual ones of their neighbours: each as a zone would spell it. A longer one comes before its beginning.
const MONTHS: [&[&str]; 12] = [
    &["JANUARY", "JANVIER", "JANUAR", "JANEIRO", "ENERO", "GENNAIO", "JAN", "JANV", "ENE", "GEN", "GENER"],
    &["FEBRUARY", "FEBRERO", "FEVRIER", "FEBRUAR", "FEVEREIRO", "FEBBRAIO", "FEB", "FEV", "FEVR"],
    &["MARCH", "MARZO", "MARCO", "MAERZ", "MARS", "MARC", "MAR", "MRZ", "MAER", "MRT"],
    &["APRIL", "ABRIL", "AVRIL", "APRILE", "APR", "ABR", "AVR"],
    &["MAGGIO", "MAYO", "MAIO", "MAIG", "MAY", "MAI", "MAG", "MEI"],
    &["JUNE", "JUNIO", "JUNHO", "GIUGNO", "JUIN", "JUNI", "JUNY", "JUN", "GIU"],
    &["JULY", "JULIO", "JULHO", "LUGLIO", "JUILLET", "JUIL", "JULI", "JULIOL", "JUL", "LUG"],
    &["AUGUST", "AGOSTO", "AOUT", "AGOST", "AUG", "AGO"],
    &["SEPTEMBER", "SEPTIEMBRE", "SEPTEMBRE", "SETEMBRO", "SETTEMBRE", "SETEMBRE", "SEPT", "SEP", "SET"],
    &["OCTOBER", "OCTUBRE", "OCTOBRE", "OKTOBER", "OUTUBRO", "OTTOBRE", "OCT", "OKT", "OUT", "OTT"],
    &["NOVEMBER", "NOVIEMBRE", "NOVEMBRE", "NOVEMBRO", "NOV"],
    &["DECEMBER", "DICIEMBRE", "DECEMBRE", "DEZEMBER", "DEZEMBRO", "DICEMBRE", "DESEMBRE", "DEC", "DIC", "DEZ", "DES"],
];
/// Bilingual dates abbreviate: of these two are printed, one after the other.
const LONGEST_ABBREVIATION: usize = 4;

/// Every form in which a date may be printed.
pub(crate) fn patterns(date: Date) -> Vec<Pattern> {
    let Date { year, month, day } = date;
    let names = MONTHS[usize::from(month) - 1];
    let short = names.iter().filter(|name| name.len() <= LONGEST_ABBREVIATION);
    let pairs = short
        .clone()
        .flat_map(|one| short.clone().filter(move |other| *other != one).map(move |o| format!("{one}{o}")));
    let named: Vec<String> = names.iter().map(|&name| name.to_owned()).chain(pairs).collect();
    let mut forms = vec![format!("{day:02}{month:02}{year}"), format!("{year}{month:02}{day:02}")];
    for name in &named {
        forms.push(format!("{day:02}{name}{year}"));
        // Two digits of the year are enough where the month has a name: nothing else looks like it.
        forms.push(format!("{day:02}{name}{:02}", year % 100));
        if day < 10 {
            forms.push(format!("{day}{name}{year}"));
        }
    }
    forms.iter().map(|form| Pattern::of(form)).collect()
}

/// A date that was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) date: Date,
    /// The first and the last step of it on its line.
    pub(crate) steps: (usize, usize),
    /// The likelihood of its least likely character, in hundredths.
    pub(crate) sure: u32,
}

/// The dates with a year of four digits on a line.
pub(crate) fn read(line: &Line) -> Vec<Found> {
    let runs = runs(&line.glyphs);
    let mut found = Vec::new();
    let mut rest = runs.as_slice();
    while !rest.is_empty() {
        // Day, month and year may be apart, and a month may be named twice.
        let dated = (1..=rest.len().min(4)).find_map(|count| Some((date(&rest[..count])?, count)));
        let (part, behind) = rest.split_at(dated.map_or(1, |(_, count)| count));
        rest = behind;
        let Some((date, _)) = dated else { continue };
        let glyphs: Vec<&Glyph> = part.iter().flat_map(|run| run.glyphs).collect();
        let sure = glyphs.iter().map(|glyph| glyph.likelihood).fold(1.0, f32::min);
        let steps = (glyphs[0].step, glyphs[glyphs.len() - 1].step);
        found.push(Found { date, steps, sure: (100.0 * sure).round() as u32 });
    }
    found
}

/// Digits or letters without anything between them.
struct Run<'a> {
    glyphs: &'a [Glyph],
    text: String,
    /// Whether something other than a separator is right next to it.
    glued: bool,
}

fn runs(glyphs: &[Glyph]) -> Vec<Run<'_>> {
    let kind = |glyph: &Glyph| plain(glyph.letter).map(|letter| letter.is_ascii_digit());
    let mut runs = Vec::new();
    let mut from = 0_usize;
    for part in glyphs.chunk_by(|a, b| kind(a) == kind(b)) {
        let before = from.checked_sub(1).map(|index| &glyphs[index]);
        let behind = glyphs.get(from + part.len());
        from += part.len();
        if kind(&part[0]).is_some() {
            let glued = [before, behind].into_iter().flatten().any(|glyph| !separates(glyph.letter));
            runs.push(Run { glyphs: part, text: part.iter().filter_map(|glyph| plain(glyph.letter)).collect(), glued });
        }
    }
    runs
}

/// The date that these runs print, all of them together.
fn date(runs: &[Run<'_>]) -> Option<Date> {
    let texts: Vec<&str> = runs.iter().map(|run| run.text.as_str()).collect();
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let small = |text: &str| number(text).filter(|_| text.len() <= 2).and_then(|number| u8::try_from(number).ok());
    let year = |text: &str| number(text).filter(|_| text.len() == 4);
    match texts[..] {
        // 01021980, not next to a letter: that would be another number.
        [all] if all.len() == 8 && !runs[0].glued => digits(all),
        // A space was lost: 0102 1980, 01 021980, 1980 0102.
        [a, b] if a.len() + b.len() == 8 => digits(&format!("{a}{b}")),
        [a, b, c] if a.len() == 4 => Date::new(year(a)?, small(b)?, small(c)?),
        [a, b, c] => Date::new(year(c)?, small(b).filter(|_| b.len() == 2).or_else(|| month(b))?, small(a)?),
        [a, b, c, d] if month(b) == month(c) => Date::new(year(d)?, month(b)?, small(a)?),
        _ => None,
    }
}

fn digits(text: &str) -> Option<Date> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u16>().ok();
    let small = |from: usize, to: usize| u8::try_from(number(from, to)?).ok();
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let day_first = Date::new(number(4, 8)?, small(2, 4)?, small(0, 2)?);
    day_first.or_else(|| Date::new(number(0, 4)?, small(4, 6)?, small(6, 8)?))
}

fn month(name: &str) -> Option<u8> {
    // MAERZ is printed MÄRZ.
    let spellings = |names: &&[&str]| names.iter().any(|known| *known == name || known.replace("AE", "A") == name);
    MONTHS.iter().position(spellings).and_then(|index| u8::try_from(index + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{forced::Border, testing::line};
    use proptest::prelude::*;

    fn dates(text: &str) -> Vec<(u16, u8, u8)> {
        read(&line(text)).iter().map(|found| (found.date.year, found.date.month, found.date.day)).collect()
    }

    #[test]
    fn the_forms_of_cards_and_passports_are_read() {
        for text in [
            "01 02 1980",
            "01.02.1980",
            "01-02-1980",
            "01/02/1980",
            "1980-02-01",
            "01021980",
            "0102 1980",
            "01 021980",
            "01 FEB 1980",
            "01 FEB/FEV 1980",
            "01 FEV / FEB 1980",
            "1 Februar 1980",
            "01 FEBRERO 1980",
            "01FEB1980",
            "VALIDEZ 01 02 1980",
            "01 Fév/Feb 1980",
        ] {
            assert_eq!(dates(text), [(1980, 2, 1)], "{text}");
        }
        assert_eq!(dates("01 02 2020 01 02 2030"), [(2020, 2, 1), (2030, 2, 1)]);
        assert_eq!(dates("05 MÄR 1999"), [(1999, 3, 5)]);
    }

    #[test]
    fn other_numbers_are_no_dates() {
        for text in
            ["31 02 1980", "01011980Z", "E01011980", "BTD102210", "390437", "12 34 5678", "01 FOO 1980", "", "1"]
        {
            assert_eq!(dates(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_date_is_found_in_every_form(year in 1900_u16..2100, month in 1_u8..13, day in 1_u8..32) {
            prop_assume!(Date::new(year, month, day).is_some());
            let date = Date::new(year, month, day).expect("a date");
            let name = MONTHS[usize::from(month) - 1][0];
            for text in [
                format!("{day:02} {month:02} {year}"),
                format!("{year}-{month:02}-{day:02}"),
                format!("{day:02} {name} {year}"),
            ] {
                prop_assert_eq!(dates(&text), [(year, month, day)], "{}", text);
                let line = line(&text);
                prop_assert!(patterns(date).iter().any(|form| form.find(&line, Border::Kind, 0).is_some()));
                let other = Date::new(year, month, day % 28 + 1).filter(|other| *other != date);
                let others = other.map(patterns).into_iter().flatten();
                prop_assert!(others.into_iter().all(|form| form.find(&line, Border::Kind, 100).is_none()), "{}", text);
            }
        }

        #[test]
        fn no_text_is_too_much(text in "[0-9A-Z ./-]{0,30}") {
            read(&line(&text));
        }
    }
}
