//! The three ways in which a seal writes dates.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// The number MMDDYYYY in three bytes, as in a header.
pub(crate) fn unpack(bytes: [u8; 3]) -> Option<NaiveDate> {
    let [one, two, three] = bytes;
    let number = u32::from_be_bytes([0, one, two, three]);
    NaiveDate::from_ymd_opt((number % 10_000).try_into().ok()?, number / 1_000_000, number / 10_000 % 100)
}

/// Three bytes for a date. `None` beyond the year 9999.
pub(crate) fn pack(date: NaiveDate) -> Option<[u8; 3]> {
    let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9999)?;
    let [_, bytes @ ..] = (date.month() * 1_000_000 + date.day() * 10_000 + year).to_be_bytes();
    Some(bytes)
}

/// `DD-MM-YYYY`.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let [day, month, year] = numbers(text, '-', [2, 2, 4])?;
    NaiveDate::from_ymd_opt(year.try_into().ok()?, month, day)
}

/// `DD-MM-YYYY HH:MM:SS`, in UTC.
pub(crate) fn time(text: &str) -> Option<DateTime<Utc>> {
    let (date, clock) = text.split_once(' ')?;
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    Some(day(date)?.and_hms_opt(hour, minute, second)?.and_utc())
}

/// Three numbers of exactly so many digits.
fn numbers(text: &str, separator: char, digits: [usize; 3]) -> Option<[u32; 3]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; 3];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a date of the calendar")
    }

    #[test]
    fn the_date_of_a_header_is_one_decimal_number() {
        assert_eq!(unpack([0x3F, 0xA8, 0xF8]), Some(date(2024, 4, 17)));
        assert_eq!(pack(date(2024, 4, 17)), Some([0x3F, 0xA8, 0xF8]));
        assert_eq!(pack(date(9999, 12, 31)).and_then(unpack), Some(date(9999, 12, 31)));
        assert_eq!(unpack([0, 0, 0]), None);
        assert_eq!(unpack([0xFF, 0xFF, 0xFF]), None);
    }

    #[test]
    fn dates_and_times_have_all_of_their_digits() {
        assert_eq!(day("29-02-2024"), Some(date(2024, 2, 29)));
        assert_eq!(time("17-04-2024 11:28:20").map(|time| time.timestamp()), Some(1_713_353_300));
        for text in
            ["29-02-2023", "1-01-1980", "01/01/1980", "01-01-198O", "+1-01-1980", "01-01-1980-", "", "٠١-01-1980"]
        {
            assert_eq!(day(text), None, "{text}");
        }
        for text in
            ["17-04-2024", "17-04-2024 24:00:00", "17-04-2024 11:28", "17-04-2024 11:28:20Z", "17-04-2024T11:28:20"]
        {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
