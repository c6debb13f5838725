//! Time, randomness, ids, logs and the answers of AWS under a test's control. For tests only: the adapters', the local
//! server's and the acceptance tests'.

mod log;
pub mod scripted;

pub use log::Log;

use acredita_domain::{
    Time,
    ports::{Clock, Entropy},
};
use chrono::{DateTime, TimeDelta};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU8, Ordering},
};

/// An id that no entity has.
pub const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// The time at which tests begin: 2026-11-20T08:33:00Z.
pub fn beginning() -> Time {
    DateTime::from_timestamp(1_795_163_580, 0).unwrap_or_default()
}

/// A clock that stands still until it is moved. Its clones move with it.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<Time>>);

impl Default for ManualClock {
    fn default() -> Self {
        Self::at(beginning())
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ManualClock {
    pub fn at(time: Time) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    pub fn set(&self, time: Time) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

/// Bytes that count up from zero.
#[derive(Default)]
pub struct CountingEntropy(AtomicU8);

impl Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}
