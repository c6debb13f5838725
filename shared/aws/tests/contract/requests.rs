//! Requests of an organisation are added up over all processes, each window by itself.

use crate::stage::Ports;
use acredita_testing::beginning;
use chrono::TimeDelta;
use std::collections::BTreeSet;
use tokio::task::JoinSet;

on_aws! {
    requests_of_one_window_are_added_up,
    windows_and_organisations_are_counted_apart,
    nothing_is_lost_when_all_processes_report_at_once,
}

async fn requests_of_one_window_are_added_up(ports: &Ports) {
    let org = "yoigo".parse().expect("an organisation");
    let mut sums = Vec::new();
    for requests in [10, 1, 100_000] {
        sums.push(ports.requests.add(&org, beginning(), requests).await.expect("a sum"));
    }
    assert_eq!(sums, [10, 11, 100_011]);
}

async fn windows_and_organisations_are_counted_apart(ports: &Ports) {
    for org in ["yoigo", "masmovil"] {
        let org = org.parse().expect("an organisation");
        for window in [beginning(), beginning() + TimeDelta::seconds(10)] {
            assert_eq!(ports.requests.add(&org, window, 7).await, Ok(7));
        }
    }
}

async fn nothing_is_lost_when_all_processes_report_at_once(ports: &Ports) {
    let mut reports = JoinSet::new();
    for _ in 0..16 {
        let requests = ports.requests.clone();
        reports.spawn(async move {
            let org = "yoigo".parse().expect("an organisation");
            requests.add(&org, beginning(), 10).await.expect("a sum")
        });
    }
    let sums: BTreeSet<u64> = reports.join_all().await.into_iter().collect();
    assert_eq!(sums, (1..=16).map(|report| report * 10).collect(), "every report sees a sum of its own");
}
