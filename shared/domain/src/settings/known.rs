//! The settings that a process has read lately.

use super::OrgSettings;
use crate::{Time, ids::OrgId};
use chrono::TimeDelta;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// How long settings are used without reading them again.
const FRESH: TimeDelta = TimeDelta::seconds(60);
/// With more organisations than this, those that were not read lately are forgotten.
const REMEMBERED: usize = 1_000;

#[derive(Debug, Default)]
pub struct KnownSettings(Mutex<HashMap<OrgId, (Time, Arc<OrgSettings>)>>);

impl KnownSettings {
    /// Settings that are fresh enough at `now`.
    pub fn get(&self, org: &OrgId, now: Time) -> Option<Arc<OrgSettings>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, settings) = known.get(org)?;
        is_fresh(*read_at, now).then(|| settings.clone())
    }

    /// Settings as they were read, or written, at `now`.
    pub fn set(&self, org: &OrgId, settings: Arc<OrgSettings>, now: Time) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, (read_at, _)| is_fresh(*read_at, now));
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(org.clone(), (now, settings));
    }
}

/// A clock that was set back makes nothing last longer.
fn is_fresh(read_at: Time, now: Time) -> bool {
    (TimeDelta::zero()..FRESH).contains(&(now - read_at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        otp::Channel,
        settings::{Bounds, Choices, Countries},
    };

    fn settings(org: &OrgId) -> Arc<OrgSettings> {
        let everywhere = Bounds { countries: &Countries::All, channels: Channel::ALL };
        Arc::new(OrgSettings::of(org, &Choices::default(), everywhere))
    }

    #[test]
    fn settings_are_known_for_a_minute() {
        let (known, now) = (KnownSettings::default(), Time::UNIX_EPOCH);
        let (org, other): (OrgId, OrgId) = ("yoigo".parse().expect("a name"), "masmovil".parse().expect("a name"));
        known.set(&org, settings(&org), now);
        for (after, is_known) in [(0, true), (59, true), (60, false), (-1, false)] {
            assert_eq!(known.get(&org, now + TimeDelta::seconds(after)).is_some(), is_known, "{after}");
        }
        assert!(known.get(&other, now).is_none());
    }

    #[test]
    fn organisations_beyond_the_most_are_forgotten() {
        let (known, now) = (KnownSettings::default(), Time::UNIX_EPOCH);
        for at in 0..=REMEMBERED {
            let org = format!("org-{at}").parse().expect("a name");
            known.set(&org, settings(&org), now);
        }
        assert!(known.0.lock().unwrap_or_else(PoisonError::into_inner).len() <= REMEMBERED);
    }
}
