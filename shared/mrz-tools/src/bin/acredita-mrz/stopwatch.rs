//! Measures time: the library itself never reads a clock.

use std::time::Instant;

/// Wall and CPU time since a start.
pub struct Stopwatch {
    started: Instant,
    cpu: Option<f64>,
}

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "a program that reports how long it took needs a clock; nothing else depends on it"
    )]
    pub fn start() -> Self {
        Self { started: Instant::now(), cpu: cpu_milliseconds() }
    }

    pub fn milliseconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1e3
    }

    /// Milliseconds of CPU time of this process, if the system reports them.
    pub fn cpu_milliseconds(&self) -> Option<f64> {
        Some(cpu_milliseconds()? - self.cpu?)
    }
}

#[cfg(unix)]
fn cpu_milliseconds() -> Option<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 * 1e-6)
}

#[cfg(not(unix))]
fn cpu_milliseconds() -> Option<f64> {
    None
}
