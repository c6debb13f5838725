//! The operating system's figures on another process.

use crate::Failure;
use nix::{time::ClockId, unistd::Pid};
use std::{fs, time::Duration};

/// The CPU time of a process, to the nanosecond: user and system, of all its threads, ended ones included
/// (clock_getcpuclockid(3)).
pub struct CpuClock(ClockId);

impl CpuClock {
    /// The clock of a running process.
    pub fn of(pid: u32) -> Result<Self, Failure> {
        Ok(Self(ClockId::pid_cpu_clock_id(Pid::from_raw(i32::try_from(pid)?))?))
    }

    /// The CPU time so far.
    pub fn read(&self) -> Result<Duration, Failure> {
        Ok(self.0.now()?.into())
    }
}

/// Peak resident memory of a process, in KiB (proc(5), `VmHWM`).
pub fn peak_memory(pid: u32) -> Result<u64, Failure> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    Ok(peak.ok_or("no VmHWM")?.trim().parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_time_and_memory() {
        let clock = CpuClock::of(std::process::id()).expect("it runs");
        let before = clock.read().expect("a time");
        let sum: u64 = (0..1_000_000_u64).map(std::hint::black_box).sum();
        assert!(sum > 0 && clock.read().expect("a time") > before);
        assert!(peak_memory(std::process::id()).expect("a size") > 0);
    }
}
