//! A provider that accepts requests and does not answer. Time is paused as soon as it holds them, so that nobody really
//! waits.

use crate::rig::{Rig, front, kind, request};
use acredita_domain::{
    actor::DocumentType::Nif,
    error::Unavailable,
    ports::{ScoreError, Scorer},
};
use acredita_emulators::Scenario;
use acredita_providers::{deadline::TOTAL, gate::JOBS};
use std::{sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::Instant};

async fn hundred_at_once(google: bool) {
    let rig = Arc::new(Rig::start().await);
    rig.emulators.play(Scenario::Slow);
    let mut jobs = JoinSet::new();
    for _ in 0..100 {
        let rig = rig.clone();
        jobs.spawn(async move {
            let picture = front();
            if google {
                rig.google.score(request(None, Some(&picture), None)).await
            } else {
                rig.veridas.score(request(kind(Nif, "ES"), Some(&picture), None)).await
            }
        });
    }
    // For Google, the one request for a token came and went.
    rig.emulators.until_running(JOBS).await;
    tokio::time::pause();
    let held = Instant::now();
    while let Some(outcome) = jobs.join_next().await {
        assert!(matches!(outcome.expect("no panic"), Err(ScoreError::Unavailable(Unavailable("GOOGLE" | "VERIDAS")))));
    }
    assert!(held.elapsed() <= TOTAL, "{:?}", held.elapsed());
    tokio::time::resume();
    assert_eq!(rig.emulators.most_running(), JOBS, "as many at once as there are turns, and no more");
    assert!(rig.emulators.connections() <= JOBS);

    // The breaker is open: nobody waits any more.
    rig.emulators.take_requests();
    let picture = front();
    let refused = if google {
        rig.google.score(request(None, Some(&picture), None)).await
    } else {
        rig.veridas.score(request(kind(Nif, "ES"), Some(&picture), None)).await
    };
    assert!(refused.is_err());
    assert!(rig.emulators.take_requests().is_empty());

    // It comes back: the first job probes, and everything works as before.
    rig.emulators.play(Scenario::Pass);
    rig.clock.advance(acredita_providers::gate::PAUSE);
    if google {
        rig.google.score(request(None, Some(&picture), None)).await.expect("scored");
    } else {
        rig.veridas.score(request(kind(Nif, "ES"), Some(&picture), None)).await.expect("scored");
    }

    let Rig { emulators, google, veridas, .. } = Arc::into_inner(rig).expect("nobody else has it");
    drop((google, veridas));
    let left_alone = tokio::time::timeout(Duration::from_secs(10), emulators.until_left_alone()).await;
    assert!(left_alone.is_ok(), "{} connections leaked", emulators.connections());
}

#[tokio::test]
async fn a_hundred_at_once_meet_a_slow_google_within_their_deadlines() {
    hundred_at_once(true).await;
}

#[tokio::test]
async fn a_hundred_at_once_meet_a_slow_veridas_within_their_deadlines() {
    hundred_at_once(false).await;
}
