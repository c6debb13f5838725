//! What one organisation may ask for, alone and with many processes, whatever the store and the clock do.

use super::*;
use crate::unavailable::Unavailable;
use async_trait::async_trait;
use chrono::DateTime;
use futures_util::FutureExt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// One store for any number of processes.
#[derive(Default)]
struct Counts {
    windows: Mutex<HashMap<(OrgId, Time), u64>>,
    calls: AtomicU32,
    silent: AtomicBool,
}

#[async_trait]
impl RequestCounts for Counts {
    async fn add(&self, org: &OrgId, window: Time, requests: u32) -> Result<u64, Unavailable> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if self.silent.load(Ordering::Relaxed) {
            return Err(Unavailable("the store"));
        }
        let mut windows = self.windows.lock().expect("no panic");
        let all = windows.entry((org.clone(), window)).or_default();
        *all += u64::from(requests);
        Ok(*all)
    }
}

fn org(name: &str) -> OrgId {
    name.parse().expect("an organisation")
}

/// The beginning of a window.
fn beginning() -> Time {
    DateTime::from_timestamp(1_795_163_580, 0).expect("a time")
}

fn rate(rate: u32) -> RequestRate {
    rate.to_string().parse().expect("a rate")
}

impl RequestThrottle {
    fn ask(&self, org: &OrgId, a_second: u32, counts: &Counts, now: Time) -> Result<(), Error> {
        self.admit(org, rate(a_second), counts, now).now_or_never().expect("the store answers at once")
    }

    /// How many of so many requests at one moment are admitted.
    fn admitted(&self, asked: u32, a_second: u32, counts: &Counts, now: Time) -> usize {
        (0..asked).filter(|_| self.ask(&org("yoigo"), a_second, counts, now).is_ok()).count()
    }
}

#[test]
fn an_organisation_may_make_its_requests_of_a_second_at_once_and_then_at_an_even_pace() {
    let (throttle, counts) = (RequestThrottle::default(), Counts::default());
    assert_eq!(throttle.admitted(300, 100, &counts, beginning()), 100);
    let refused = throttle.ask(&org("yoigo"), 100, &counts, beginning());
    assert_eq!(refused, Err(Error::TooManyRequests { again_at: beginning() + TimeDelta::milliseconds(10) }));
    assert_eq!(throttle.admitted(10, 100, &counts, beginning() + TimeDelta::milliseconds(9)), 0);
    assert_eq!(throttle.admitted(10, 100, &counts, beginning() + TimeDelta::milliseconds(30)), 3);
    assert_eq!(throttle.admitted(300, 100, &counts, beginning() + TimeDelta::seconds(9)), 100, "nothing is saved up");
}

#[test]
fn one_organisation_does_not_take_from_another() {
    let (throttle, counts) = (RequestThrottle::default(), Counts::default());
    assert_eq!(throttle.admitted(300, 100, &counts, beginning()), 100);
    assert_eq!(throttle.ask(&org("masmovil"), 100, &counts, beginning()), Ok(()));
}

#[test]
fn many_processes_together_admit_what_one_window_allows_and_a_little_more() {
    let counts = Counts::default();
    let processes: Vec<_> = (0..20).map(|_| RequestThrottle::default()).collect();
    let mut admitted = 0;
    // 1,000 a second, evenly over all processes, for two windows.
    for millisecond in 0..20_000 {
        let now = beginning() + TimeDelta::milliseconds(millisecond);
        let process = &processes[usize::try_from(millisecond).expect("small") % processes.len()];
        admitted += usize::from(process.ask(&org("yoigo"), 100, &counts, now).is_ok());
    }
    // A process holds back at most nine, and hears of the end of a window with its next report.
    assert!((2_000..=2 * (1_000 + 20 * 19)).contains(&admitted), "{admitted}");
}

#[test]
fn a_caller_who_asks_rarely_costs_no_write_and_a_busy_one_costs_a_tenth() {
    let (throttle, counts) = (RequestThrottle::default(), Counts::default());
    for second in 0..100 {
        throttle.ask(&org("yoigo"), 100, &counts, beginning() + TimeDelta::seconds(second * 2)).expect("admitted");
    }
    assert_eq!(counts.calls.load(Ordering::Relaxed), 0);
    for tenth in 0..100 {
        let now = beginning() + TimeDelta::hours(1) + TimeDelta::milliseconds(tenth * 20);
        throttle.ask(&org("yoigo"), 100, &counts, now).expect("admitted");
    }
    assert_eq!(counts.calls.load(Ordering::Relaxed), 10);
}

#[test]
fn a_small_rate_is_counted_request_by_request() {
    let counts = Counts::default();
    let processes = [(); 4].map(|()| RequestThrottle::default());
    let each = processes.map(|process| {
        let seconds = (0..10).map(|second| beginning() + TimeDelta::seconds(second));
        seconds.map(|now| process.admitted(2, 2, &counts, now)).sum::<usize>()
    });
    assert_eq!(each, [20, 0, 0, 0], "two a second is twenty in ten seconds, whoever serves them");
}

#[test]
fn a_window_that_is_used_up_is_over_at_its_end() {
    let (busy, counts) = (RequestThrottle::default(), Counts::default());
    counts.windows.lock().expect("no panic").insert((org("yoigo"), beginning()), 20);
    let again_at = beginning() + WINDOW;
    for millisecond in [0, 1, 9_999] {
        let now = beginning() + TimeDelta::milliseconds(millisecond);
        assert_eq!(busy.ask(&org("yoigo"), 2, &counts, now), Err(Error::TooManyRequests { again_at }));
    }
    assert_eq!(counts.calls.load(Ordering::Relaxed), 1, "who knows does not ask again");
    assert_eq!(busy.ask(&org("yoigo"), 2, &counts, again_at), Ok(()));
}

#[test]
fn a_store_that_does_not_answer_refuses_nobody() {
    let (throttle, counts) = (RequestThrottle::default(), Counts::default());
    counts.silent.store(true, Ordering::Relaxed);
    for second in 0..30 {
        assert_eq!(throttle.admitted(5, 2, &counts, beginning() + TimeDelta::seconds(second)), 2, "only its own pace");
    }
}

#[test]
fn a_clock_that_is_set_back_shuts_nobody_out() {
    let (throttle, counts) = (RequestThrottle::default(), Counts::default());
    counts.windows.lock().expect("no panic").insert((org("yoigo"), beginning()), 20);
    assert_eq!(throttle.admitted(2, 2, &counts, beginning()), 0);
    let earlier = beginning() - TimeDelta::hours(1);
    assert!(throttle.admitted(3, 2, &counts, earlier) > 0);
    assert!(throttle.admitted(3, 2, &counts, earlier + TimeDelta::seconds(1)) > 0);
}

#[test]
fn quiet_organisations_are_forgotten() {
    let (throttle, counts) = (RequestThrottle::default(), Counts::default());
    for number in 0..3_000 {
        let now = beginning() + TimeDelta::seconds(number);
        throttle.ask(&org(&format!("org-{number}")), 100, &counts, now).expect("admitted");
    }
    assert!(throttle.0.lock().expect("no panic").len() <= REMEMBERED);
}

#[test]
fn a_rate_has_its_bounds() {
    for text in ["0", "-1", "1.5", "1000001", "", "many"] {
        assert!(text.parse::<RequestRate>().is_err(), "{text}");
    }
    assert_eq!("100".parse(), Ok(RequestRate::default()));
    assert!("1000000".parse::<RequestRate>().is_ok());
}
