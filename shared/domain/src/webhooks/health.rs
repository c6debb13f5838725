//! How an endpoint is doing: whether to try it, and when to give it up.

use super::schedule::{Failure, probe_wait};
use crate::{Time, ports::limits::LONGEST_POST, system::Entropy};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Failures in a row from which on an endpoint counts as dead, if they are of several subjects.
const FAILURES: u32 = 20;
/// Of how many: one subject that fails holds up no other.
const SUBJECTS: usize = 3;
/// How many messages are on their way at once to an endpoint that keeps its senders waiting: each holds up a worker, which
/// others need.
const SLOW_AT_ONCE: usize = 4;
/// After so long of nothing but failure an endpoint is disabled.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::days(5);

/// Since the last success; nothing if all is well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    failing_since: Option<Time>,
    failures: u32,
    /// Some of the subjects that failed, as many as matter.
    subjects: Vec<String>,
    /// Of a dead endpoint: when one probe may be sent, and how many were.
    probe_at: Option<Time>,
    probes: u32,
    /// Whether the latest failure was to answer in time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_slow: bool,
    /// Of a slow endpoint: until when each of its senders must be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    senders: Vec<Time>,
}

/// Whether a message may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    Open,
    /// By one only: whoever takes the probe ([`Health::probing`]).
    Probe,
    /// By a few: whoever takes a place ([`Health::sending`]).
    Place,
    Closed(Time),
}

impl Health {
    pub fn gate(&self, now: Time) -> Gate {
        match self.probe_at {
            None if !self.is_slow => Gate::Open,
            None if self.senders.iter().filter(|until| now < **until).count() < SLOW_AT_ONCE => Gate::Place,
            None => Gate::Closed(now + LONGEST_POST),
            Some(at) if at <= now => Gate::Probe,
            Some(at) => Gate::Closed(at),
        }
    }

    /// With the probe taken, until its sender must be done.
    #[must_use]
    pub fn probing(&self, until: Time) -> Self {
        Self { probe_at: Some(until), ..self.clone() }
    }

    /// As one that keeps its senders waiting, with a place taken; `None` if there is none.
    pub fn keeping_waiting(&self, now: Time, until: Time) -> Option<Self> {
        let slow = Self { is_slow: true, probe_at: None, ..self.clone() };
        matches!(slow.gate(now), Gate::Place).then(|| Self { probe_at: self.probe_at, ..slow.sending(now, until) })
    }

    /// With a place taken, until its sender must be done.
    #[must_use]
    pub fn sending(&self, now: Time, until: Time) -> Self {
        let senders = self.senders.iter().copied().filter(|until| now < *until).chain([until]).collect();
        Self { senders, ..self.clone() }
    }

    /// With the place free again that was taken until then.
    #[must_use]
    pub fn sent(mut self, until: Time) -> Self {
        if let Some(at) = self.senders.iter().position(|taken| *taken == until) {
            self.senders.swap_remove(at);
        }
        self
    }

    /// After another failure, of this subject. What was under way when the gate closed does not move the probe.
    #[must_use]
    pub fn failed(&self, subject: &str, failure: Failure, now: Time, entropy: &dyn Entropy) -> Self {
        let mut next = self.clone();
        next.failing_since.get_or_insert(now);
        next.failures = next.failures.saturating_add(1);
        next.is_slow = failure.is_slow();
        if next.subjects.len() < SUBJECTS && !next.subjects.iter().any(|known| known == subject) {
            next.subjects.push(subject.to_owned());
        }
        let is_dead = next.failures >= FAILURES && next.subjects.len() >= SUBJECTS;
        if is_dead && next.probe_at.is_none() { next.probe_later(failure, now, entropy) } else { next }
    }

    /// After the failure of a probe.
    #[must_use]
    pub fn probe_failed(&self, failure: Failure, now: Time, entropy: &dyn Entropy) -> Self {
        Self { failures: self.failures.saturating_add(1), ..self.clone() }.probe_later(failure, now, entropy)
    }

    fn probe_later(self, failure: Failure, now: Time, entropy: &dyn Entropy) -> Self {
        let probe_at = Some(now + probe_wait(self.probes, failure, entropy));
        Self { probe_at, probes: self.probes.saturating_add(1), ..self }
    }

    /// Whether there was no failure since the last success.
    pub fn is_good(&self) -> bool {
        self.failures == 0
    }

    /// Whether it has done nothing but fail for so long that it is disabled.
    pub fn is_given_up(&self, now: Time) -> bool {
        self.failing_since.is_some_and(|since| now - since >= GIVEN_UP_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::FailureWord;
    use chrono::DateTime;

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    const DOWN: Failure = Failure::Status { status: 500, retry_after: None };

    fn at(minutes: i64) -> Time {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn after(failures: u32, subjects: u32) -> Health {
        (0..failures).fold(Health::default(), |health, number| {
            health.failed(&(number % subjects).to_string(), DOWN, at(0), &Zeros)
        })
    }

    #[test]
    fn twenty_failures_of_three_subjects_close_the_gate_and_neither_fewer_failures_nor_fewer_subjects() {
        for (failures, subjects) in [(19, 19), (20, 2), (1_000, 1)] {
            assert_eq!(after(failures, subjects).gate(at(0)), Gate::Open, "{failures} of {subjects}");
        }
        assert_eq!(after(20, 3).gate(at(0)), Gate::Closed(at(4)));
    }

    #[test]
    fn a_closed_gate_lets_one_probe_through_when_its_time_has_come() {
        let dead = after(20, 3);
        assert_eq!(dead.gate(at(4)), Gate::Probe);
        let probing = dead.probing(at(5));
        assert_eq!(probing.gate(at(4)), Gate::Closed(at(5)));
        let failed = probing.probe_failed(DOWN, at(4), &Zeros);
        assert_eq!(failed.gate(at(5)), Gate::Closed(at(28)), "the next one waits longer");
    }

    #[test]
    fn what_was_under_way_when_the_gate_closed_does_not_move_the_probe() {
        assert_eq!(after(39, 3).gate(at(0)), Gate::Closed(at(4)));
        let probing = after(20, 3).probing(at(5));
        assert_eq!(probing.failed("late", DOWN, at(4), &Zeros).gate(at(4)), Gate::Closed(at(5)));
    }

    /// A health is recorded on the condition that it is still stored as it was read.
    #[test]
    fn a_health_from_before_there_were_slow_ones_is_stored_as_it_was() {
        let older = r#"{"failing_since":null,"failures":0,"subjects":[],"probe_at":null,"probes":0}"#;
        let read: Health = serde_json::from_str(older).expect("a health");
        assert_eq!((serde_json::to_string(&read).expect("JSON"), read), (older.to_owned(), Health::default()));
    }

    #[test]
    fn a_slow_endpoint_is_sent_a_few_messages_at_once_until_it_answers() {
        const SLOW: Failure = Failure::Nothing(FailureWord::Timeout);
        assert_eq!(after(1, 1).gate(at(0)), Gate::Open, "it failed at once");
        let mut slow = Health::default().failed("1", SLOW, at(0), &Zeros);
        for place in 1..=4 {
            assert_eq!(slow.gate(at(0)), Gate::Place);
            slow = slow.sending(at(0), at(place));
        }
        assert_eq!(slow.gate(at(0)), Gate::Closed(at(0) + LONGEST_POST));
        assert_eq!(slow.keeping_waiting(at(0), at(9)), None);
        assert_eq!(slow.gate(at(1)), Gate::Place, "one of them must be done");
        let waited = Health::default().keeping_waiting(at(0), at(1)).expect("a place");
        assert_eq!((waited.gate(at(0)), waited.is_good()), (Gate::Place, true), "nothing has failed yet");
        assert_eq!(slow.clone().sent(at(3)).gate(at(0)), Gate::Place, "one of them is");
        assert_eq!(slow.sent(at(3)).failed("2", DOWN, at(0), &Zeros).gate(at(0)), Gate::Open, "it fails at once now");
    }

    #[test]
    fn five_days_of_nothing_but_failure_are_enough() {
        let health = after(1, 1).failed("2", DOWN, at(5 * 24 * 60), &Zeros);
        assert!(!health.is_given_up(at(5 * 24 * 60 - 1)) && health.is_given_up(at(5 * 24 * 60)));
        assert!(!Health::default().is_given_up(at(i64::from(u32::MAX))));
    }
}
