//! A receiver that does not answer holds up only a few workers.

use super::{created_and_cancelled, endpoint, pass, receiver::Receiver, sequences};
use acceptance::{ORG, World};
use acredita_domain::{
    App, Invalid,
    named::Named,
    ports::{Outcome, Post, Receivers, Wake},
    use_cases::dispatch,
    webhooks::{EndpointUrl, Failure, FailureWord, Stream},
};
use async_trait::async_trait;
use futures_util::future::join_all;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Stops answering, and counts those that wait for it.
struct Hanging {
    receivers: Named<dyn Receivers>,
    hangs: AtomicBool,
    waiting: AtomicUsize,
    most: AtomicUsize,
    /// Those that waited to the end.
    ended: AtomicUsize,
}

/// A worker that waits.
struct Waits<'a>(&'a Hanging);

impl<'a> Waits<'a> {
    fn begin(hanging: &'a Hanging) -> Self {
        let waiting = hanging.waiting.fetch_add(1, Ordering::SeqCst) + 1;
        hanging.most.fetch_max(waiting, Ordering::SeqCst);
        Self(hanging)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Receivers for Hanging {
    async fn check(&self, url: &EndpointUrl) -> Result<(), Invalid> {
        self.receivers.check(url).await
    }

    async fn post(&self, post: Post<'_>) -> Outcome {
        if !self.hangs.load(Ordering::SeqCst) {
            return self.receivers.post(post).await;
        }
        let _waits = Waits::begin(self);
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.ended.fetch_add(1, Ordering::SeqCst);
        Outcome::Failed(Failure::Nothing(FailureWord::Timeout))
    }

    async fn patience(&self) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Wakes a worker for each of these subjects, all at once.
async fn all_at_once(app: &App, ids: &[String]) {
    let wakes = ids.iter().map(|id| {
        let stream = Stream::IdentificationId(id.parse().expect("an id"));
        let wake = Wake::Events { org: ORG.parse().expect("an organisation"), stream };
        async move { dispatch(app, &wake).await.map(drop) }
    });
    join_all(wakes).await.into_iter().collect::<Result<(), _>>().expect("dispatched");
}

/// An endpoint whose receiver hangs.
async fn with_hanging_receiver() -> (World, Receiver, Arc<Hanging>) {
    let (mut world, receiver) = (World::start().await, Receiver::start().await);
    endpoint(&world, &receiver, &["identification.*"]).await;
    world.dispatch().await;
    let hanging = Arc::new(Hanging {
        receivers: world.app.receivers.clone(),
        hangs: AtomicBool::new(true),
        waiting: AtomicUsize::default(),
        most: AtomicUsize::default(),
        ended: AtomicUsize::default(),
    });
    world.app.receivers = Named::new(hanging.clone());
    world.serve(world.app.clone());
    (world, receiver, hanging)
}

/// Nobody knows yet that it hangs: whoever finds that enough others wait leaves it to them.
#[tokio::test]
async fn of_many_workers_that_find_a_receiver_silent_four_wait_to_the_end() {
    let (world, receiver, hanging) = with_hanging_receiver().await;
    let mut ids = Vec::new();
    for _ in 0..12 {
        ids.push(created_and_cancelled(&world).await);
    }
    all_at_once(&world.app, &ids).await;
    assert!((1..=4).contains(&hanging.ended.load(Ordering::SeqCst)), "{:?}", hanging.ended);
    hanging.hangs.store(false, Ordering::SeqCst);
    pass(&world, 3).await;
    assert_eq!(sequences(&receiver).len(), 12, "once it answers everything arrives");
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_is_waited_for_by_four_workers_at_most() {
    let (world, receiver, hanging) = with_hanging_receiver().await;
    let mut ids = vec![created_and_cancelled(&world).await];
    all_at_once(&world.app, &ids).await;
    for _ in 0..12 {
        ids.push(created_and_cancelled(&world).await);
    }
    all_at_once(&world.app, &ids).await;
    assert!((1..=4).contains(&hanging.most.load(Ordering::SeqCst)), "{:?}", hanging.most);

    hanging.hangs.store(false, Ordering::SeqCst);
    pass(&world, 3).await;
    assert_eq!(sequences(&receiver).len(), 13, "once it answers everything arrives");
    assert!(sequences(&receiver).values().all(|sequences| *sequences == [1, 2]), "in order");
}
