//! When a message that was not taken is tried again.

use crate::{Time, system::Entropy, vocabulary::names};
use chrono::{DateTime, TimeDelta};

/// How often a message is tried.
pub const TRIES: u32 = 10;
/// The waits between the tries: 75 hours in all.
const WAITS: [TimeDelta; 9] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
    TimeDelta::hours(20),
    TimeDelta::hours(24),
];
/// The least wait for a receiver that is busy or slow.
const FOR_THE_BUSY: TimeDelta = TimeDelta::seconds(60);
/// Waits differ by this much in both directions, in percent, so that what failed together does not come back together.
const JITTER: i64 = 20;

names! {
    /// Why there is no status.
    FailureWord("is not a failure of a delivery") {
        Timeout = "TIMEOUT",
        Connection = "CONNECTION",
        /// The name does not lead to a public address.
        Address = "ADDRESS",
    }
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Any but 2xx.
    Status {
        status: u16,
        /// When the receiver wants it again.
        retry_after: Option<TimeDelta>,
    },
    Nothing(FailureWord),
}

impl Failure {
    /// Whether the receiver is gone for good.
    pub fn is_gone(self) -> bool {
        matches!(self, Self::Status { status: 410, .. })
    }

    /// Whether it kept its sender waiting for as long as that waits.
    pub fn is_slow(self) -> bool {
        matches!(self, Self::Nothing(FailureWord::Timeout))
    }

    fn is_busy(self) -> bool {
        matches!(self, Self::Status { status: 429 | 502 | 504, .. } | Self::Nothing(FailureWord::Timeout))
    }
}

/// How long to wait after the `tries`-th try failed; `None` after the last one.
pub fn wait(tries: u32, failure: Failure, entropy: &dyn Entropy) -> Option<TimeDelta> {
    let step = *WAITS.get(usize::try_from(tries).ok()?.checked_sub(1)?)?;
    Some(from(step, failure, entropy))
}

/// The wait before the next probe of an endpoint, after `probes` of them failed. It goes on with the longest step.
pub fn probe_wait(probes: u32, failure: Failure, entropy: &dyn Entropy) -> TimeDelta {
    let at = usize::try_from(probes).unwrap_or(usize::MAX).saturating_add(1).min(WAITS.len() - 1);
    from(WAITS[at], failure, entropy)
}

/// The step, jittered. What the receiver asks for counts from one to two of it.
fn from(step: TimeDelta, failure: Failure, entropy: &dyn Entropy) -> TimeDelta {
    let mut random = [0; 2];
    entropy.fill(&mut random);
    let percent = i32::try_from(100 - JITTER + i64::from(u16::from_be_bytes(random)) * 2 * JITTER / 65_535);
    let mut wait = step * percent.unwrap_or(100) / 100;
    if failure.is_busy() {
        wait = wait.max(FOR_THE_BUSY);
    }
    match failure {
        Failure::Status { retry_after: Some(asked), .. } => asked.clamp(wait, wait * 2),
        _ => wait,
    }
}

/// `Retry-After`, in seconds or as a date (RFC 9110 §10.2.3).
pub fn retry_after(text: &str, now: Time) -> Option<TimeDelta> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return TimeDelta::try_seconds(text.parse().ok()?);
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?.to_utc();
    Some((at - now).max(TimeDelta::zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Always(u8);

    impl Entropy for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    const DOWN: Failure = Failure::Status { status: 500, retry_after: None };

    #[test]
    fn ten_tries_take_75_hours_within_a_fifth() {
        let total = |entropy: &Always| (1..TRIES).filter_map(|tries| wait(tries, DOWN, entropy)).sum::<TimeDelta>();
        let hours = |delta: TimeDelta| delta.num_minutes() as f64 / 60.0;
        assert!((hours(total(&Always(0))) - 75.6 * 0.8).abs() < 0.1);
        assert!((hours(total(&Always(255))) - 75.6 * 1.2).abs() < 0.1);
        assert_eq!(wait(TRIES, DOWN, &Always(0)), None);
        assert_eq!(wait(1, DOWN, &Always(0)), Some(TimeDelta::seconds(4)));
    }

    #[test]
    fn a_busy_receiver_gets_a_minute() {
        for failure in [
            Failure::Status { status: 429, retry_after: None },
            Failure::Status { status: 502, retry_after: None },
            Failure::Status { status: 504, retry_after: None },
            Failure::Nothing(FailureWord::Timeout),
        ] {
            assert_eq!(wait(1, failure, &Always(255)), Some(TimeDelta::seconds(60)), "{failure:?}");
        }
        assert_eq!(wait(1, Failure::Nothing(FailureWord::Connection), &Always(255)), Some(TimeDelta::seconds(6)));
    }

    #[test]
    fn what_the_receiver_asks_for_counts_between_one_and_two_steps() {
        let asked = |seconds| Failure::Status { status: 503, retry_after: Some(TimeDelta::seconds(seconds)) };
        for (tries, seconds, waited) in [(1, 1, 4), (1, 7, 7), (1, 100, 8), (2, 400, 400), (2, 10_000, 480)] {
            assert_eq!(wait(tries, asked(seconds), &Always(0)), Some(TimeDelta::seconds(waited)), "{seconds}");
        }
        let busy = Failure::Status { status: 429, retry_after: Some(TimeDelta::seconds(90)) };
        assert_eq!(wait(1, busy, &Always(0)), Some(TimeDelta::seconds(90)));
    }

    #[test]
    fn a_probe_waits_ever_longer_and_then_a_day() {
        let waits: Vec<i64> = (0..12).map(|probes| probe_wait(probes, DOWN, &Always(0)).num_minutes()).collect();
        assert!(waits.is_sorted() && waits[0] == 4 && waits[11] == 24 * 60 * 8 / 10, "{waits:?}");
    }

    #[test]
    fn a_date_and_a_number_of_seconds_say_when() {
        let now = DateTime::parse_from_rfc3339("2026-11-29T12:00:00Z").expect("a time").to_utc();
        for (text, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 29 Nov 2026 12:01:00 GMT", Some(60)),
            ("Sun, 29 Nov 2026 11:00:00 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("soon", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(retry_after(text, now), seconds.map(TimeDelta::seconds), "{text}");
        }
    }
}
