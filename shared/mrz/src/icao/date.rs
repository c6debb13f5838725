//! Dates: days of the Gregorian calendar, and the six digits that stand for one in a machine-readable zone (Doc 9303
//! part 3 §4.8).
//!
//! The zone has two digits for the year and the standard has no rule for the century. The rules here take the date of
//! the reading as an input: a birth is never in the future, and an expiry never far in it.

use super::alphabet::FILLER;
use std::fmt;

/// Hardly any state issues documents that are valid for longer than this, in years. An expiry further ahead belongs to
/// the previous century: an expired document must not become valid for decades.
pub(crate) const LONGEST_VALIDITY: u16 = 50;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day, if the calendar has it.
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if month >= 1 && month <= 12 && day >= 1 && day <= days(year, month) {
            Some(Self { year, month, day })
        } else {
            None
        }
    }

    /// The year.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1–12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1–31.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Complete years from this day to another; 0 if it is earlier.
    pub fn years_until(self, other: Self) -> u16 {
        let had_birthday = (other.month, other.day) >= (self.month, self.day);
        other.year.saturating_sub(self.year).saturating_sub(u16::from(!had_birthday))
    }

    /// The same day this many years later; 28 February if 29 February does not exist then.
    pub fn plus_years(self, years: u16) -> Self {
        let year = self.year.saturating_add(years);
        Self { year, day: self.day.min(days(year, self.month)), ..self }
    }
}

const fn days(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Six characters YYMMDD. Unknown parts are fillers, as on documents of people who do not know their birthday.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShortDate {
    year: Option<u8>,
    month: Option<u8>,
    day: Option<u8>,
}

impl ShortDate {
    /// Parses the characters. `None` if a part is neither two digits nor two fillers, or if month or day is impossible.
    pub fn read(characters: &[u8]) -> Option<Self> {
        let (pairs, rest) = characters.as_chunks::<2>();
        let &[year, month, day] = pairs else { return None };
        let short = Self { year: part(year)?, month: part(month)?, day: part(day)? };
        let month_is_real = short.month.is_none_or(|month| (1..=12).contains(&month));
        let longest = short.month.map_or(31, |month| days(2000, month));
        let day_is_real = short.day.is_none_or(|day| (1..=longest).contains(&day));
        // The two digits decide whether 29 February exists, in every century that a holder was born in: 1900 is the
        // only exception.
        let leaps =
            (short.month, short.day) != (Some(2), Some(29)) || short.year.is_none_or(|year| year.is_multiple_of(4));
        (rest.is_empty() && month_is_real && day_is_real && leaps).then_some(short)
    }

    /// Whether no part is known.
    pub fn is_unknown(self) -> bool {
        (self.year, self.month, self.day) == (None, None, None)
    }

    /// The two digits of the year.
    pub fn year(self) -> Option<u8> {
        self.year
    }

    /// The six digits, if every part is known.
    pub(crate) fn digits(self) -> Option<String> {
        Some(format!("{:02}{:02}{:02}", self.year?, self.month?, self.day?))
    }

    /// Whether it may stand for a day: every known part is the day's. It decides between centuries if the day is known
    /// otherwise.
    pub fn may_be(self, date: Date) -> bool {
        let year = self.year.is_none_or(|year| u16::from(year) == date.year % 100);
        year && self.month.is_none_or(|month| month == date.month) && self.day.is_none_or(|day| day == date.day)
    }

    /// The day as a birth: in 20YY if that is not after `today`, else in 19YY. People over a hundred come out a hundred
    /// years too young unless their document says more: see [`countries::birth_date`](super::countries::birth_date), and
    /// [`Self::may_be`] if their date is known. `None` if a part is unknown.
    pub fn as_birth(self, today: Date) -> Option<Date> {
        self.as_birth_of_age(0, today)
    }

    /// The day as a birth of somebody of at least this age.
    pub(crate) fn as_birth_of_age(self, age: u16, today: Date) -> Option<Date> {
        let old_enough = |date: &Date| *date <= today && date.years_until(today) >= age;
        self.in_century(2000).filter(old_enough).or_else(|| self.in_century(1900))
    }

    /// The day as an expiry: in 20YY, or in 19YY if that would be more than 50 years after `today`. `None` if a part is
    /// unknown. Documents of some states are valid for longer: see [`Fields::expiry_date`](super::Fields::expiry_date).
    pub fn as_expiry(self, today: Date) -> Option<Date> {
        self.as_expiry_within(LONGEST_VALIDITY, today)
    }

    /// The same with another longest validity, in years.
    pub(crate) fn as_expiry_within(self, longest_validity: u16, today: Date) -> Option<Date> {
        let latest = today.plus_years(longest_validity);
        self.in_century(2000).filter(|&date| date <= latest).or_else(|| self.in_century(1900))
    }

    fn in_century(self, century: u16) -> Option<Date> {
        Date::new(century + u16::from(self.year?), self.month?, self.day?)
    }
}

// A birthday is personal data.
impl fmt::Debug for ShortDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_unknown() { "ShortDate(unknown)" } else { "ShortDate(…)" })
    }
}

/// Two digits, or two fillers if the part is unknown.
fn part(pair: [u8; 2]) -> Option<Option<u8>> {
    match pair {
        [FILLER, FILLER] => Some(None),
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(Some((tens - b'0') * 10 + ones - b'0')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::new(2026, 11, 20).unwrap();

    fn date(year: u16, month: u8, day: u8) -> Option<Date> {
        Some(Date::new(year, month, day).unwrap())
    }

    fn short(text: &str) -> ShortDate {
        ShortDate::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn only_days_of_the_calendar_are_dates_and_they_are_ordered() {
        for (year, month, day) in
            [(2026, 0, 1), (2026, 13, 1), (2026, 4, 31), (2025, 2, 29), (1900, 2, 29), (2026, 1, 0), (2026, 1, 32)]
        {
            assert_eq!(Date::new(year, month, day), None);
        }
        assert!(Date::new(2000, 2, 29).is_some() && Date::new(2024, 2, 29).is_some());
        assert!(date(2025, 12, 31) < date(2026, 1, 1) && date(2026, 1, 31) < date(2026, 2, 1));
    }

    #[test]
    fn births_are_never_in_the_future() {
        for (text, expected) in [
            ("261120", date(2026, 11, 20)),
            ("261121", date(1926, 11, 21)),
            ("800101", date(1980, 1, 1)),
            ("000229", date(2000, 2, 29)),
            ("80<<<<", None),
            ("<<<<<<", None),
        ] {
            assert_eq!(short(text).as_birth(TODAY), expected, "{text}");
        }
    }

    #[test]
    fn expiries_are_in_this_century_unless_that_is_decades_away() {
        for (text, expected) in [
            ("250101", date(2025, 1, 1)),
            ("360101", date(2036, 1, 1)),
            ("761120", date(2076, 11, 20)),
            ("761121", date(1976, 11, 21)),
            ("961210", date(1996, 12, 10)),
        ] {
            assert_eq!(short(text).as_expiry(TODAY), expected, "{text}");
        }
    }

    #[test]
    fn impossible_days_and_half_known_parts_are_no_dates() {
        for text in ["110229", "261301", "260431", "260100", "260001", "2<0101", "26O101", "26010", "2601011", "26 101"]
        {
            assert_eq!(ShortDate::read(text.as_bytes()), None, "{text}");
        }
        for text in ["<<0229", "26<<31", "2601<<", "<<<<<<"] {
            assert!(ShortDate::read(text.as_bytes()).is_some(), "{text}");
        }
    }

    #[test]
    fn a_known_day_decides_the_century_and_unknown_parts_fit_every_day() {
        let declared = Date::new(1921, 5, 3).unwrap();
        assert!(
            short("210503").may_be(declared) && short("21<<<<").may_be(declared) && short("<<<<<<").may_be(declared)
        );
        assert!(!short("210504").may_be(declared) && !short("22<<<<").may_be(declared));
    }

    #[test]
    fn ages_count_whole_years_and_leap_days_have_a_successor() {
        let birth = Date::new(2008, 11, 21).unwrap();
        assert_eq!((birth.years_until(TODAY), TODAY.years_until(birth)), (17, 0));
        assert_eq!(Date::new(2024, 2, 29).unwrap().plus_years(1), Date::new(2025, 2, 28).unwrap());
    }
}
