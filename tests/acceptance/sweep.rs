//! The sweep under a backlog: work that a person waits for comes first, failing work blocks nothing else, and a run
//! ends in time.

use acceptance::{
    World, bodies,
    faults::{Faults, Moment},
    look::{Item, TABLE},
};
use acredita_domain::{
    App, Time,
    error::Unavailable,
    ids::IdentificationId,
    ports::{Clock, MessageRef, Queue, limits::REKICK_AFTER},
    use_cases::SweepReport,
};
use acredita_testing::ManualClock;
use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use chrono::TimeDelta;
use futures_util::{StreamExt, stream};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::watch;

const LIFE: TimeDelta = TimeDelta::hours(1);

/// The report of a run within an hour of the first one, when something may be stored that lacks entries.
fn nothing() -> SweepReport {
    SweepReport { is_backfilling: true, ..SweepReport::default() }
}

/// A clock that advances a little at every look, so that work takes time.
struct Ticking {
    clock: ManualClock,
    by: TimeDelta,
}

impl Clock for Ticking {
    fn now(&self) -> Time {
        self.clock.advance(self.by);
        self.clock.now()
    }
}

/// The use cases, with a clock that advances by this much at every look.
fn ticking(world: &World, by: TimeDelta) -> App {
    App { clock: Arc::new(Ticking { clock: world.clock.clone(), by }), ..world.app.clone() }
}

fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// Stores items directly and quickly, bypassing the service.
async fn put_all(world: &World, items: impl Iterator<Item = Item>) {
    let requests = items.map(|item| {
        let put = PutRequest::builder().set_item(Some(item)).build().expect("an item");
        WriteRequest::builder().put_request(put).build()
    });
    let batches = stream::iter(requests).chunks(25).map(async |batch| {
        let write = world.aws.clients.dynamodb.batch_write_item().request_items(TABLE, batch);
        let left = write.send().await.expect("the table answers").unprocessed_items.unwrap_or_default();
        assert!(left.is_empty(), "all of them are put");
    });
    batches.buffer_unordered(8).collect::<Vec<()>>().await;
    world.wire.take();
}

/// Makes this many identifications, all like one that the service made, and spread evenly over the partitions.
async fn backlog(world: &World, size: usize) {
    world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    let like = world.identifications().await.remove(0);
    let copies = (1..size).map(|number| {
        let mut item = like.clone();
        item.insert("pk".to_owned(), text(format!("IDN#{}", IdentificationId::generate(&*world.app.entropy))));
        item.insert("due_shard".to_owned(), text(number % 8));
        item
    });
    put_all(world, copies).await;
}

/// Creates an OTP by SMS whose kick is lost.
async fn otp_with_a_lost_kick(world: &mut World) {
    let whole = world.app.clone();
    world.serve(Faults::on("Queue::kick", 0, Moment::Before).around(&whole));
    world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    world.serve(whole);
    assert!(world.queued().await.is_empty());
}

#[tokio::test]
async fn a_lost_kick_behind_twenty_thousand_due_things_is_made_good_within_the_first_run() {
    let mut world = World::start().await;
    backlog(&world, 20_000).await;
    world.clock.advance(LIFE);
    otp_with_a_lost_kick(&mut world).await;
    world.clock.advance(REKICK_AFTER);

    let report = acredita_sweep::sweep(&ticking(&world, TimeDelta::milliseconds(50))).await;
    assert_eq!((report.kicked, report.failed), (1, 0));
    assert!((100..2_000).contains(&report.expired), "{report:?}: then it goes on until its time is up");
    assert_eq!(world.deliver().await, 0);
    assert_eq!(world.sender.sent().len(), 1, "and the person has the code");
}

#[tokio::test]
async fn a_run_goes_on_until_nothing_is_due() {
    let world = World::start().await;
    backlog(&world, 1_000).await;
    world.dispatch().await;
    world.clock.advance(LIFE);
    assert_eq!(world.sweep().await, SweepReport { expired: 1_000, ..nothing() });
    assert_eq!(world.sweep().await, nothing());
}

#[tokio::test]
async fn a_run_takes_up_nothing_after_forty_five_seconds_and_the_next_one_goes_on() {
    let world = World::start().await;
    backlog(&world, 200).await;
    world.clock.advance(LIFE);
    let slowly = ticking(&world, TimeDelta::seconds(1));
    let began = world.clock.now();
    let first = acredita_sweep::sweep(&slowly).await;
    let took = world.clock.now() - began;
    assert!((1..45).contains(&first.expired), "{first:?}");
    // A second for each look at the clock, and each of those in hand looks when it is taken up and when it is written.
    assert!((45..=120).contains(&took.num_seconds()), "{took}: what is in hand is finished, and nothing is begun");
    assert_eq!(first.failed, 0);
    assert_eq!(world.sweep().await.expired, 200 - first.expired);
}

#[tokio::test]
async fn rows_that_cannot_be_understood_are_reported_and_stop_nothing() {
    let world = World::start().await;
    world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    let created = world.identifications().await.remove(0);
    // Each of them has been due for longer than the identification, in its partition.
    let bad = (0..250).map(|number| {
        Item::from([
            ("pk".to_owned(), text(format!("XYZ#{number}"))),
            ("sk".to_owned(), text("A")),
            ("due_shard".to_owned(), created["due_shard"].clone()),
            ("due_at".to_owned(), AttributeValue::N(number.to_string())),
        ])
    });
    put_all(&world, bad).await;
    world.dispatch().await;
    world.clock.advance(LIFE);
    assert_eq!(world.sweep().await, SweepReport { expired: 1, failed: 250, ..nothing() });
    assert_eq!(world.sweep().await, SweepReport { failed: 250, ..nothing() }, "once in each run");
}

const AT_ONCE: usize = 32;

/// A queue that counts concurrent kicks, and fails every one. The first ones wait for each other, so that the count does
/// not depend on how fast rows are read.
struct Crowd {
    queue: Arc<dyn Queue>,
    now: AtomicUsize,
    most: AtomicUsize,
    gathered: watch::Sender<bool>,
}

#[async_trait]
impl Queue for Crowd {
    async fn kick(&self, message: MessageRef) -> Result<(), Unavailable> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        if now == AT_ONCE {
            self.gathered.send_replace(true);
        }
        let _ = self.gathered.subscribe().wait_for(|gathered| *gathered).await;
        let _ = self.queue.kick(message).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        Err(Unavailable("the queue"))
    }
}

#[tokio::test]
async fn many_things_are_in_hand_at_once_but_not_all_and_a_failed_one_waits_for_the_next_run() {
    let mut world = World::start().await;
    otp_with_a_lost_kick(&mut world).await;
    let message = world.items_of("IDN#").await.into_iter().find(|item| item.contains_key("attempts"));
    let message = message.expect("a message");
    let copies = (1..100).map(|_| {
        let mut item = message.clone();
        item.insert("pk".to_owned(), text(format!("IDN#{}", IdentificationId::generate(&*world.app.entropy))));
        item
    });
    put_all(&world, copies).await;
    world.clock.advance(REKICK_AFTER);

    let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let crowd = Arc::new(Crowd { queue: world.app.queue.clone(), now, most, gathered: watch::Sender::new(false) });
    let down = App { queue: crowd.clone(), ..world.app.clone() };
    assert_eq!(acredita_sweep::sweep(&down).await, SweepReport { woken: 1, failed: 100, ..nothing() });
    assert_eq!(crowd.most.load(Ordering::SeqCst), AT_ONCE);
    assert_eq!(world.sweep().await, SweepReport { kicked: 100, ..nothing() });
}
