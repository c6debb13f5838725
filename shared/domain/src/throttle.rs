//! The throttle of an organisation: how many requests a second its callers may make.
//!
//! Every process paces the requests that it serves itself, exactly and without a call. What all processes of a
//! deployment serve together is counted in the store, in windows of ten seconds: a process adds its requests there by
//! the tenth of a second's worth, so that a caller who asks rarely costs nothing. Each process may hold back less than
//! that, so the count errs on the caller's side. See infra/adr/0024-a-throttle-for-each-organisation.md.

use crate::{Time, error::Error, ids::OrgId, invalid::Invalid, ports::RequestCounts};
use chrono::{DurationRound, TimeDelta};
use std::{
    collections::HashMap,
    str::FromStr,
    sync::{Mutex, PoisonError},
};

const SECOND: TimeDelta = TimeDelta::seconds(1);
const WINDOW: TimeDelta = TimeDelta::seconds(10);
/// With more organisations than this, those that are quiet are forgotten.
const REMEMBERED: usize = 1_000;

/// Requests a second, 1 to 1,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestRate(u32);

impl RequestRate {
    /// No two requests are closer than this at an even pace.
    fn interval(self) -> TimeDelta {
        SECOND / i32::try_from(self.0).unwrap_or(i32::MAX)
    }

    /// So many requests are reported at once.
    fn report(self) -> u32 {
        (self.0 / 10).max(1)
    }

    fn in_a_window(self) -> u64 {
        u64::from(self.0) * WINDOW.num_seconds().unsigned_abs()
    }
}

impl Default for RequestRate {
    fn default() -> Self {
        Self(100)
    }
}

impl FromStr for RequestRate {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rate = text.parse().ok().filter(|rate| (1..=1_000_000).contains(rate));
        rate.map(Self).ok_or(Invalid("is not a number of requests a second from 1 to 1,000,000"))
    }
}

/// What this process knows of each organisation's requests.
#[derive(Debug, Default)]
pub struct RequestThrottle(Mutex<HashMap<OrgId, Pace>>);

#[derive(Debug)]
struct Pace {
    /// When the latest request would have come at an even pace. At most a second ahead of the clock.
    even: Time,
    window: Time,
    /// Requests of the window that the store does not know yet.
    unreported: u32,
    /// The end of a window that is used up.
    closed_until: Time,
}

impl RequestThrottle {
    /// Counts a request at `now`, or refuses it. A store that does not answer refuses nobody.
    pub async fn admit(
        &self,
        org: &OrgId,
        rate: RequestRate,
        counts: &dyn RequestCounts,
        now: Time,
    ) -> Result<(), Error> {
        let again = |again_at| Error::TooManyRequests { again_at };
        let Some(window) = self.pace(org, rate, now).map_err(again)? else { return Ok(()) };
        match counts.add(org, window, rate.report()).await {
            Ok(all) if all > rate.in_a_window() => Err(again(self.close(org, window + WINDOW))),
            _ => Ok(()),
        }
    }

    /// Counts a request in this process, or returns when one is admitted again. The window, if it is time to report.
    fn pace(&self, org: &OrgId, rate: RequestRate, now: Time) -> Result<Option<Time>, Time> {
        let mut paces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if paces.len() >= REMEMBERED {
            paces.retain(|_, pace| pace.even > now || pace.closed_until > now || pace.window + WINDOW > now);
        }
        let fresh = || Pace { even: now, window: now, unreported: 0, closed_until: now };
        let pace = paces.entry(org.clone()).or_insert_with(fresh);
        // Further ahead than that, the clock was set back.
        if pace.closed_until > now && pace.closed_until <= now + WINDOW {
            return Err(pace.closed_until);
        }
        let before = if pace.even > now + SECOND { now } else { pace.even.max(now) };
        let even = before + rate.interval();
        if even > now + SECOND {
            return Err(even - SECOND);
        }
        pace.even = even;
        let window = now.duration_trunc(WINDOW).unwrap_or(now);
        if pace.window != window {
            (pace.window, pace.unreported) = (window, 0);
        }
        pace.unreported += 1;
        if pace.unreported < rate.report() {
            return Ok(None);
        }
        pace.unreported = 0;
        Ok(Some(window))
    }

    fn close(&self, org: &OrgId, until: Time) -> Time {
        let mut paces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pace) = paces.get_mut(org) {
            pace.closed_until = pace.closed_until.max(until);
        }
        until
    }
}

#[cfg(test)]
mod tests;
