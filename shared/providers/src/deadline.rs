//! How long each step may take. The gateway gives a request 29 seconds: for decoding and storing pictures before a
//! provider is asked, and for our own reading of them after it. A provider gets the rest.

use std::time::Duration;
use tokio::time::Instant;

/// From sending a request to the headers of its answer.
pub const READ: Duration = Duration::from_secs(15);
/// The limit for a complete job: waiting for a turn, all calls to a provider for one answer of ours, and a repeat. It
/// is what our own work on two pictures leaves of the gateway's 29 seconds: some two seconds to read the zones of each,
/// if the provider read no number, and three to decode and store both. These are the figures of the smallest function,
/// with its slow core; more memory needs less.
pub const TOTAL: Duration = Duration::from_secs(22);

/// A job under way: when it has to be over, and whether its one repeat was spent.
#[derive(Debug)]
pub struct Job {
    ends_at: Instant,
    repeated: bool,
}

/// A repeat needs at least this much of the remaining time.
const WORTH_A_REPEAT: Duration = Duration::from_secs(5);

impl Job {
    pub fn begin() -> Self {
        Self { ends_at: Instant::now() + TOTAL, repeated: false }
    }

    pub fn left(&self) -> Duration {
        self.ends_at.saturating_duration_since(Instant::now())
    }

    pub fn ends_at(&self) -> Instant {
        self.ends_at
    }

    /// Takes the one repeat of the job, if it was not taken and there is time for it after `wait`.
    pub fn repeat_after(&mut self, wait: Duration) -> bool {
        let first = !std::mem::replace(&mut self.repeated, true);
        first && wait.saturating_add(WORTH_A_REPEAT) <= self.left()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATEWAY: Duration = Duration::from_secs(29);
    /// For one picture, if the provider read no number.
    const READING: Duration = Duration::from_secs(2);
    /// For two pictures.
    const DECODING_AND_KEEPING: Duration = Duration::from_secs(3);

    #[test]
    fn a_job_ends_before_the_gateway_gives_up() {
        assert!(TOTAL + 2 * READING + DECODING_AND_KEEPING <= GATEWAY);
        assert!(acredita_outbound::CONNECT + READ < TOTAL);
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_has_one_repeat_and_only_with_time_for_it() {
        let mut job = Job::begin();
        assert!(job.repeat_after(Duration::from_secs(2)));
        assert!(!job.repeat_after(Duration::ZERO), "once");

        let mut job = Job::begin();
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(job.left(), Duration::from_secs(2));
        assert!(!job.repeat_after(Duration::ZERO), "too late");

        assert!(!Job::begin().repeat_after(Duration::MAX));
    }
}
