//! The CPU time of this process, split by the names of its threads.

use std::{fs, io, ops::Sub, time::Duration};

/// The name of the threads that run the service.
pub const SERVICE: &str = "service";
/// How the names of the stand-ins' threads begin.
const EMBEDDED: &str = "embedded";
/// The tick of `/proc/<pid>/stat`: a hundredth of a second on every Linux machine (proc(5), `USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// CPU time, user and system.
#[derive(Clone, Copy, Default)]
pub struct CpuTime {
    /// Of the routers, the use cases, the adapters and the worker.
    pub service: Duration,
    /// Of the embedded DynamoDB, S3 and SQS.
    pub embedded: Duration,
}

impl CpuTime {
    /// The CPU time so far. Threads that have ended are not included: none of ours does.
    pub fn now() -> io::Result<Self> {
        let mut sum = Self::default();
        for task in fs::read_dir("/proc/self/task")? {
            // A thread may end between the two reads.
            let Ok(stat) = fs::read_to_string(task?.path().join("stat")) else {
                continue;
            };
            let Some((name, used)) = parse(&stat) else { continue };
            if name.starts_with(EMBEDDED) {
                sum.embedded += used;
            } else if name == SERVICE {
                sum.service += used;
            }
        }
        Ok(sum)
    }
}

impl Sub for CpuTime {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            service: self.service.saturating_sub(earlier.service),
            embedded: self.embedded.saturating_sub(earlier.embedded),
        }
    }
}

/// Name and CPU time of a thread: fields 2, 14 and 15 of its `stat` (proc(5)). The name is in brackets and may contain
/// anything.
fn parse(stat: &str) -> Option<(&str, Duration)> {
    let (head, tail) = stat.rsplit_once(')')?;
    let (_, name) = head.split_once('(')?;
    let mut ticks = tail.split_ascii_whitespace().skip(11).map(str::parse::<u32>);
    let (user, system) = (ticks.next()?.ok()?, ticks.next()?.ok()?);
    Some((name, TICK * (user + system)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_blanks_and_brackets() {
        let stat = "12 (embedded (S3)) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0 20 0 1 0";
        assert_eq!(parse(stat), Some(("embedded (S3)", Duration::from_millis(1_750))));
    }
}
