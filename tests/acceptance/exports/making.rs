//! A file is made in the end, once and right, whoever makes it and whatever happens to them.

use super::{ask, file, ids, lines, many::Many, read, told};
use acceptance::{
    World,
    faults::{Faults, Moment},
    subject::{Method, Subject},
};
use acredita_domain::{
    App, Time,
    error::Unavailable,
    exports::{Export, FileKey, MAX_RESTARTS, MAX_TRIES, PartTag, UploadId},
    named::Named,
    pictures::SignedLink,
    ports::{ExportFiles, ExportWake, FileError, limits::EXPORT_LEASE},
    use_cases::{Made, make_record_export},
};
use acredita_testing::ManualClock;
use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// More than two parts of them.
const MANY: usize = 60_000;

fn wake(id: &str) -> ExportWake {
    ExportWake { org: acceptance::ORG.parse().expect("a name"), export_id: id.parse().expect("an id") }
}

/// Some records, the newest first.
async fn some(world: &World, number: usize) -> Vec<String> {
    let mut made = Vec::new();
    for _ in 0..number {
        world.clock.advance(TimeDelta::seconds(1));
        made.insert(0, Subject::create(world, Method::Agent).await.admin_id);
    }
    made
}

/// What is left to do for workers, by the time that leases are over.
async fn come_right(world: &World) {
    for _ in 0..2 {
        world.clock.advance(EXPORT_LEASE + TimeDelta::minutes(1));
        world.sweep().await;
        assert_eq!(world.export().await, 0);
    }
}

async fn assert_right(world: &World, id: &str, expected: &[String]) {
    assert_eq!(read(world, id).await["status"], "DONE");
    assert_eq!(ids(&lines(world, id).await), expected);
    let ends = told(world, id).await.into_iter().filter(|event| event["by"]["kind"] == "SYSTEM").count();
    assert_eq!(ends, 1, "it was done once");
    world.assert_whole().await;
}

/// A worker that fails at any of its calls, or dies after it: the next one goes on.
#[tokio::test]
async fn a_worker_that_fails_anywhere_leaves_what_the_next_one_makes_right() {
    let counting = Faults::none();
    make(&counting).await;
    let calls = counting.calls();
    assert!(calls.contains(&"ExportFiles::put_part") && calls.len() > 6, "{calls:?}");
    for (at, call) in calls.iter().copied().enumerate() {
        for moment in [Moment::Before, Moment::After] {
            let faults = Faults::new(at, moment);
            let (world, id, expected) = make(&faults).await;
            assert!(faults.struck(), "{moment:?} {call}");
            come_right(&world).await;
            eprintln!("after a fault {moment:?} {call}, number {at}");
            assert_right(&world, &id, &expected).await;
        }
    }
}

async fn make(faults: &Arc<Faults>) -> (World, String, Vec<String>) {
    let world = World::start().await;
    let expected = some(&world, 3).await;
    let id = ask(&world, "PERSONAL").await;
    world.export_by(&faults.around(&world.app)).await;
    (world, id, expected)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_workers_on_one_export_make_one_file() {
    let world = World::start().await;
    let expected = some(&world, 12).await;
    let id = ask(&world, "PERSONAL").await;
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (app, wake) = (world.app.clone(), wake(&id));
            tokio::spawn(async move { make_record_export(&app, &wake).await.expect("an answer") })
        })
        .collect();
    let mut made = Vec::new();
    for task in tasks {
        made.push(task.await.expect("a worker that does not panic"));
    }
    assert_eq!(made.iter().filter(|made| **made == Made::File).count(), 1, "{made:?}");
    assert_eq!(made.iter().filter(|made| **made == Made::Nothing).count(), 15, "{made:?}");
    assert_right(&world, &id, &expected).await;
}

/// The other one takes the upload with it.
#[tokio::test]
async fn a_worker_whose_lease_is_over_changes_nothing_any_more() {
    let world = World::start().await;
    let expected = some(&world, 3).await;
    let id = ask(&world, "PLAIN").await;
    let overtaken = Overtaken::of(&world, &id);
    let mut app = world.app.clone();
    app.stores.export_files = Named::new(Arc::new(overtaken));
    assert_eq!(make_record_export(&app, &wake(&id)).await, Ok(Made::Nothing));
    assert_right(&world, &id, &expected).await;
}

#[tokio::test]
async fn an_export_that_nobody_was_woken_for_is_found_by_the_sweep() {
    let mut world = World::start().await;
    let expected = some(&world, 2).await;
    let whole = world.app.clone();
    world.serve(Faults::on("ExportQueue::wake", 0, Moment::Before).around(&whole));
    let id = ask(&world, "PLAIN").await;
    world.serve(whole);
    assert_eq!(world.export().await, 0);
    assert_eq!(read(&world, &id).await["status"], "RUNNING");
    world.clock.advance(TimeDelta::minutes(1));
    assert!(world.sweep().await.woken >= 1);
    assert_eq!(world.export().await, 0);
    assert_right(&world, &id, &expected).await;
}

#[tokio::test]
async fn an_export_that_gets_no_further_fails_in_the_end_and_says_so() {
    let world = World::start().await;
    some(&world, 1).await;
    let id = ask(&world, "PLAIN").await;
    for _ in 0..=MAX_TRIES {
        let faults = Faults::on("ExportFiles::put_part", 0, Moment::Before);
        world.export_by(&faults.around(&world.app)).await;
        assert_eq!(read(&world, &id).await["status"], "RUNNING");
        world.clock.advance(EXPORT_LEASE + TimeDelta::minutes(1));
        world.sweep().await;
    }
    // The first one kept its upload: that was a step.
    world.export_by(&Faults::on("ExportFiles::put_part", 0, Moment::Before).around(&world.app)).await;
    let failed = read(&world, &id).await;
    assert_eq!((&failed["status"], failed.get("url")), (&json!("FAILED"), None), "{failed}");
    assert_eq!(told(&world, &id).await.last().expect("an event")["data"]["status"], "FAILED");
    world.assert_whole().await;
}

/// A worker that has no time for more hands the rest on.
#[tokio::test]
async fn a_file_of_many_parts_is_made_by_workers_that_come_one_after_the_other() {
    let world = World::start().await;
    let (app, id) = many(&world).await;
    let slow = Faults::late("ExportFiles::put_part", 0, &world.clock, TimeDelta::seconds(31));
    assert_eq!(make_record_export(&slow.around(&app), &wake(&id)).await, Ok(Made::Parts));
    let begun = read(&world, &id).await;
    let records = begun["records"].as_u64().expect("a number");
    assert!(begun["status"] == "RUNNING" && records > 0 && records < MANY as u64, "{begun}");
    assert_eq!(world.export_by(&app).await, 0, "the queue has the rest");
    assert_all(&world, &id).await;
}

/// Whatever the part was that its worker had put and not kept.
#[tokio::test]
async fn a_worker_that_dies_between_a_part_and_its_progress_leaves_what_the_next_one_makes_right() {
    for nth in [1, 2] {
        let world = World::start().await;
        let (app, id) = many(&world).await;
        let faults = Faults::on("Exports::save", nth, Moment::Before);
        assert!(make_record_export(&faults.around(&app), &wake(&id)).await.is_err());
        assert_eq!(make_record_export(&app, &wake(&id)).await, Ok(Made::Nothing), "its lease is not over");
        world.clock.advance(EXPORT_LEASE);
        assert_eq!(make_record_export(&app, &wake(&id)).await, Ok(Made::File));
        assert_all(&world, &id).await;
    }
}

/// As after a day in which nobody went on, or where something else took it.
#[tokio::test]
async fn a_file_whose_upload_is_gone_is_begun_anew() {
    let world = World::start().await;
    let expected = some(&world, 2).await;
    let id = ask(&world, "PLAIN").await;
    world.export_by(&Faults::on("ExportFiles::complete", 0, Moment::Before).around(&world.app)).await;
    let export = find(&world, &id).await;
    let upload = export.progress.upload.clone().expect("an upload");
    world.app.stores.export_files.abort(&export.file(), &upload).await.expect("it is gone");
    come_right(&world).await;
    assert_eq!(find(&world, &id).await.progress.restarts, 1);
    assert_right(&world, &id, &expected).await;
}

#[tokio::test]
async fn a_file_that_breaks_again_and_again_fails() {
    let world = World::start().await;
    let id = ask(&world, "PLAIN").await;
    let mut app = world.app.clone();
    app.stores.export_files = Named::new(Arc::new(Broken(world.app.stores.export_files.clone())));
    let mut made = Vec::new();
    for _ in 0..=MAX_RESTARTS {
        made.push(make_record_export(&app, &wake(&id)).await.expect("an answer"));
    }
    assert_eq!(made.pop(), Some(Made::Failure));
    assert!(made.iter().all(|made| *made == Made::Parts), "{made:?}");
    assert_eq!(read(&world, &id).await["status"], "FAILED");
}

async fn find(world: &World, id: &str) -> Export {
    let ExportWake { org, export_id } = wake(id);
    world.app.stores.exports.find(&org, export_id).await.expect("an answer").expect("an export")
}

/// An export of more records than fit into a part, and the use cases with them.
async fn many(world: &World) -> (App, String) {
    let mut app = world.app.clone();
    app.stores.records = Named::new(Arc::new(Many::new(MANY)));
    (app, ask(world, "PLAIN").await)
}

/// Each record is there once, in their order.
async fn assert_all(world: &World, id: &str) {
    let lines = lines(world, id).await;
    let numbers: Vec<&str> = lines.iter().map(|line| line["client_reference_id"].trim_start_matches('x')).collect();
    let expected: Vec<String> = (0..MANY).map(|number| number.to_string()).collect();
    assert!(numbers == expected, "{} lines", lines.len());
    assert!(file(world, id).await.len() > 2 * 8 * 1024 * 1024, "more than two parts");
    let ends = told(world, id).await.into_iter().filter(|event| event["by"]["kind"] == "SYSTEM").count();
    assert_eq!(ends, 1, "it was done once");
}

/// Files, of which a part is put only after another worker has made the whole.
struct Overtaken {
    files: Named<dyn ExportFiles>,
    app: App,
    clock: ManualClock,
    wake: ExportWake,
    is_over: AtomicBool,
}

impl Overtaken {
    fn of(world: &World, id: &str) -> Self {
        let files = world.app.stores.export_files.clone();
        Self {
            files,
            app: world.app.clone(),
            clock: world.clock.clone(),
            wake: wake(id),
            is_over: AtomicBool::new(false),
        }
    }
}

#[async_trait]
impl ExportFiles for Overtaken {
    async fn begin(&self, file: &FileKey) -> Result<UploadId, Unavailable> {
        self.files.begin(file).await
    }

    async fn put_part(
        &self,
        file: &FileKey,
        upload: &UploadId,
        number: usize,
        bytes: Bytes,
    ) -> Result<PartTag, FileError> {
        if !self.is_over.swap(true, Ordering::SeqCst) {
            self.clock.advance(EXPORT_LEASE);
            assert_eq!(make_record_export(&self.app, &self.wake).await, Ok(Made::File));
        }
        self.files.put_part(file, upload, number, bytes).await
    }

    async fn complete(&self, file: &FileKey, upload: &UploadId, parts: &[PartTag]) -> Result<(), FileError> {
        self.files.complete(file, upload, parts).await
    }

    async fn abort(&self, file: &FileKey, upload: &UploadId) -> Result<(), Unavailable> {
        self.files.abort(file, upload).await
    }

    async fn remove(&self, file: &FileKey) -> Result<(), Unavailable> {
        self.files.remove(file).await
    }

    async fn link(&self, file: &FileKey, now: Time) -> Result<SignedLink, Unavailable> {
        self.files.link(file, now).await
    }
}

/// Files that are never put together.
struct Broken(Named<dyn ExportFiles>);

#[async_trait]
impl ExportFiles for Broken {
    async fn begin(&self, file: &FileKey) -> Result<UploadId, Unavailable> {
        self.0.begin(file).await
    }

    async fn put_part(
        &self,
        file: &FileKey,
        upload: &UploadId,
        number: usize,
        bytes: Bytes,
    ) -> Result<PartTag, FileError> {
        self.0.put_part(file, upload, number, bytes).await
    }

    async fn complete(&self, _: &FileKey, _: &UploadId, _: &[PartTag]) -> Result<(), FileError> {
        Err(FileError::Broken)
    }

    async fn abort(&self, file: &FileKey, upload: &UploadId) -> Result<(), Unavailable> {
        self.0.abort(file, upload).await
    }

    async fn remove(&self, file: &FileKey) -> Result<(), Unavailable> {
        self.0.remove(file).await
    }

    async fn link(&self, file: &FileKey, now: Time) -> Result<SignedLink, Unavailable> {
        self.0.link(file, now).await
    }
}
