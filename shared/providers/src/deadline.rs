//! How long anything may take. The gateway gives a request 29 seconds: for decoding and storing pictures before a
//! provider is asked, and for our own reading of them after it. A provider gets what is left.

use std::time::Duration;
use tokio::time::Instant;

/// Until a request that was sent is answered, headers at least.
pub const READ: Duration = Duration::from_secs(15);
/// For a complete job, which is all that is asked of a provider for one answer of ours: waiting for a turn, all calls,
/// and a repeat. What of the gateway's 29 seconds is left by our own work on two pictures: some two seconds to read the
/// zones of each, where the provider read no number, and three for decoding both and keeping them. The smallest function
/// has a slow core: with more memory it is less.
pub const TOTAL: Duration = Duration::from_secs(22);

/// A job under way: when it has to be over, and whether its one repeat was spent.
#[derive(Debug)]
pub struct Job {
    ends_at: Instant,
    repeated: bool,
}

/// What a repeat needs of the time that is left, at least.
const WORTH_A_REPEAT: Duration = Duration::from_secs(5);

impl Job {
    /// Begins now.
    pub fn begin() -> Self {
        Self { ends_at: Instant::now() + TOTAL, repeated: false }
    }

    /// What is left.
    pub fn left(&self) -> Duration {
        self.ends_at.saturating_duration_since(Instant::now())
    }

    /// When it has to be over.
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
    /// Of a picture, where the provider read no number.
    const READING: Duration = Duration::from_secs(2);
    /// Of two pictures.
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
