//! How long an identification or a scoring lives.

use crate::invalid::Invalid;
use chrono::TimeDelta;
use std::str::FromStr;

const SHORTEST: i64 = 60;
const LONGEST: i64 = 30 * 24 * 60 * 60;

/// A lifetime from 1 minute to 30 days inclusive, written as an ISO 8601 duration of weeks, days, hours, minutes and
/// seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpiresIn(i64);

impl ExpiresIn {
    /// The default for an identity document: `P30D`.
    pub const LONGEST: Self = Self(LONGEST);

    pub fn delta(self) -> TimeDelta {
        TimeDelta::seconds(self.0)
    }
}

impl FromStr for ExpiresIn {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let seconds = duration(text)?.num_seconds();
        if !(SHORTEST..=LONGEST).contains(&seconds) {
            return Err(Invalid("is not between 1 minute and 30 days"));
        }
        Ok(Self(seconds))
    }
}

/// An ISO 8601 duration of weeks, days, hours, minutes and seconds.
pub(crate) fn duration(text: &str) -> Result<TimeDelta, Invalid> {
    const PROBLEM: Invalid = Invalid("is not an ISO 8601 duration of weeks, days, hours, minutes and seconds");
    seconds(text).map(|seconds| TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX)).ok_or(PROBLEM)
}

/// The seconds of a duration: each unit at most once and in order (ISO 8601-1 §5.5.2.4). Saturates, as the upper limit
/// rejects such values anyway.
fn seconds(text: &str) -> Option<i64> {
    let (date, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (text.strip_prefix('P')?, ""),
    };
    if date.is_empty() && time.is_empty() {
        return None;
    }
    let date = sum(date, &[('W', 604_800), ('D', 86_400)])?;
    let time = sum(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    Some(date.saturating_add(time))
}

fn sum(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total: i64 = 0;
    for &(unit, seconds) in units {
        let Some((number, rest)) = text.split_once(unit) else {
            continue;
        };
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number = number.parse::<i64>().unwrap_or(i64::MAX);
        total = total.saturating_add(number.saturating_mul(seconds));
        text = rest;
    }
    text.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_included() {
        for (text, seconds) in [
            ("PT1M", 60),
            ("PT60S", 60),
            ("P30D", 2_592_000),
            ("P1DT2H30M", 95_400),
            ("P1W2D", 777_600),
            ("PT720H", 2_592_000),
        ] {
            assert_eq!(text.parse::<ExpiresIn>().map(|e| e.delta().num_seconds()), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P1DT",
            "P1Y",
            "P1M",
            "PT1.5H",
            "PT0S",
            "-PT5M",
            "PT-5M",
            "PT59S",
            "P30DT1S",
            "P31D",
            "pt5m",
            "5M",
            "PT5",
            "PT5MM",
            "PT1M1H",
            "P99999999999999999999D",
            "PT5M ",
            "P1D2H",
            "P+1D",
        ] {
            assert!(text.parse::<ExpiresIn>().is_err(), "{text}");
        }
    }
}
