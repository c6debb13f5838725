//! The backfill: what was stored before there were a list of records and a search is listed and found after some sweeps.

use acceptance::{
    Answer, Call, ORG, World, bodies,
    chains::{ChainSubject, body as chain_body, steps},
    look::{Item, TABLE, text},
    subject::{Method, Subject, forcing_token},
};
use acredita_domain::{
    App, Time,
    backfill::{Backfill, WalkPlace},
    ids::{AdminIdentificationId, IdentificationId},
    named::Named,
    ports::{Backfills, FindError, LackingEntries, PassedRecord, StepError, WalkPart},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use chrono::TimeDelta;
use futures_util::future::{join_all, pending};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio::sync::Notify;

/// When all that is kept is found, however old it is.
const EVERYTHING: &str = "1970-01-01T00:00:00Z";

/// One record of each kind, with a reference, and two of them scored: the path of each, and its id.
async fn one_of_each(world: &World) -> Vec<(String, String)> {
    let mut made = Vec::new();
    for (kind, method, body) in [
        ("agent", Method::Agent, bodies::agent(false)),
        ("otp", Method::Otp, bodies::otp()),
        ("identity_document", Method::IdentityDocument, bodies::identity_document("LOW")),
    ] {
        world.clock.advance(TimeDelta::seconds(1));
        let subject = Subject::of(world, method, bodies::referenced(body)).await;
        if method == Method::IdentityDocument {
            let path = subject.scoring_path("");
            acceptance::subject::put_pictures(world, &path, &[("front", &bodies::png(1))]).await.expect(204);
        }
        made.push((format!("/identifications/{kind}/{}", subject.admin_id), subject.admin_id));
    }
    let body = bodies::referenced(chain_body(vec![steps::otp(), steps::internal_document()]));
    let chain = ChainSubject::by(world, body).await.admin_id;
    made.push((format!("/identifications/chain/{chain}"), chain));
    let body = bodies::referenced(bodies::scoring());
    let scoring = world.call("POST", "/scorings/identity_document", Some(body)).await.expect(200).text("scoring_id");
    let path = format!("/scorings/identity_document/{scoring}");
    acceptance::subject::put_pictures(world, &path, &[("front", &bodies::png(2))]).await.expect(204);
    made.push((path, scoring));
    made
}

async fn list(world: &World) -> Value {
    world.call("GET", "/records?limit=100", None).await.expect(200).json()["records"].clone()
}

async fn search(world: &World, by: Value) -> Answer {
    world.call("POST", "/record_searches?limit=100", Some(by)).await.expect(200)
}

async fn found(world: &World, by: Value) -> Value {
    search(world, by).await.json()["records"].clone()
}

fn by_reference() -> Value {
    json!({ "client_reference_id": bodies::REFERENCE })
}

fn by_email() -> Value {
    json!({ "email": "example@email.com" })
}

async fn complete_since(world: &World) -> String {
    search(world, by_email()).await.text("complete_since")
}

fn ids(records: &Value) -> BTreeSet<String> {
    let id = |record: &Value| record["record_id"].as_str().expect("an id").to_owned();
    records.as_array().expect("records").iter().map(id).collect()
}

/// What records are, and what finds them, by their keys.
async fn stored(world: &World) -> BTreeMap<(String, String), Item> {
    let mut items = world.items().await;
    items.retain(|item| ["IDN#", "CHN#", "SCO#", "LKP#"].contains(&&text(item, "pk")[..4]));
    items.into_iter().map(|item| ((text(&item, "pk").to_owned(), text(&item, "sk").to_owned()), item)).collect()
}

/// The names of what is not as it was.
fn differences(before: &BTreeMap<(String, String), Item>, after: &BTreeMap<(String, String), Item>) -> Vec<String> {
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let mut different = Vec::new();
    for key in keys {
        let nothing = Item::new();
        let (before, after) = (before.get(key).unwrap_or(&nothing), after.get(key).unwrap_or(&nothing));
        let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        let names = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
        different.extend(names.map(|name| format!("{} {name}", key.0)));
    }
    different
}

async fn sweep(world: &World) -> usize {
    let report = world.sweep().await;
    assert_eq!(report.failed, 0, "{report:?}");
    report.backfilled
}

/// Sweeps until the backfill is complete, which it can be an hour after the deployment.
async fn finish(world: &World) {
    while sweep(world).await > 0 {}
    world.clock.advance(TimeDelta::hours(1));
    sweep(world).await;
    assert_eq!(complete_since(world).await, EVERYTHING);
}

#[tokio::test]
async fn what_was_stored_before_is_listed_and_found_after_a_sweep_as_if_it_had_always_been() {
    let world = World::start().await;
    one_of_each(&world).await;
    let (before, listed) = (stored(&world).await, list(&world).await);
    let (by_reference_before, by_email_before) = (found(&world, by_reference()).await, found(&world, by_email()).await);
    assert_eq!((ids(&by_reference_before).len(), ids(&by_email_before).len()), (5, 4));
    world.go_back_before_records().await;
    assert_eq!(list(&world).await, json!([]));
    assert_eq!(found(&world, by_email()).await, json!([]));

    assert_eq!(sweep(&world).await, 5);
    assert_eq!(list(&world).await, listed);
    assert_eq!(found(&world, by_reference()).await, by_reference_before);
    assert_eq!(found(&world, by_email()).await, by_email_before);
    assert_eq!(differences(&before, &stored(&world).await), Vec::<String>::new());
    assert_eq!(sweep(&world).await, 0, "once");
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_search_says_that_everything_is_found_when_a_walk_after_the_deployment_found_nothing_to_add() {
    let world = World::start().await;
    let since = complete_since(&world).await;
    one_of_each(&world).await;
    world.go_back_before_records().await;
    for minutes in [0, 1, 58] {
        world.clock.advance(TimeDelta::minutes(minutes));
        assert!(world.sweep().await.is_backfilling);
        assert_eq!(complete_since(&world).await, since);
    }
    // By a function of the version before, which nobody has replaced yet.
    let late = Subject::create(&world, Method::Agent).await.admin_id;
    world.go_back_before_records().await;
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(sweep(&world).await, 6);
    assert!(ids(&found(&world, by_email()).await).contains(&late));
    let report = world.sweep().await;
    assert!(!report.is_backfilling, "{report:?}");
    assert_eq!(complete_since(&world).await, EVERYTHING);
    world.wire.take();
    sweep(&world).await;
    let calls = world.wire.take();
    assert_eq!(calls.iter().filter(|call| *call == "Query").count(), 25, "it is over: {calls:?}");
}

#[tokio::test]
async fn an_erasure_takes_the_digests_of_what_was_stored_before_with_it() {
    let world = World::start().await;
    let made = one_of_each(&world).await;
    world.go_back_before_records().await;
    sweep(&world).await;
    assert!(!world.items_of("LKP#").await.is_empty());
    for (path, id) in made {
        let delete = Call::org("DELETE", ORG, &format!("{path}?force=true"));
        world.send(delete.token(&forcing_token(&world))).await.expect(204);
        assert!(!ids(&found(&world, by_reference()).await).contains(&id), "{path}");
    }
    assert_eq!(world.items_of("LKP#").await, Vec::<Item>::new());
    assert_eq!(list(&world).await, json!([]));
}

#[tokio::test]
async fn without_search_it_lists_only_and_a_search_that_is_switched_on_begins_another_one() {
    let mut world = World::start().await;
    let with_search = world.app.clone();
    let mut without = with_search.clone();
    without.policy.search_since = None;
    world.serve(without);
    let made = one_of_each(&world).await;
    world.go_back_before_records().await;
    assert_eq!(sweep(&world).await, 5);
    assert_eq!(ids(&list(&world).await).len(), 5);
    assert_eq!(world.items_of("LKP#").await, Vec::<Item>::new());
    world.clock.advance(TimeDelta::hours(1));
    assert!(!world.sweep().await.is_backfilling);

    world.serve(with_search);
    assert_ne!(complete_since(&world).await, EVERYTHING);
    sweep(&world).await;
    assert_eq!(ids(&found(&world, by_reference()).await), made.into_iter().map(|(_, id)| id).collect());
    finish(&world).await;
}

/// Stores so many agents as a version before did, all like one that the service made and in its partition.
async fn many(world: &World, number: usize) {
    world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    world.go_back_before_records().await;
    let like = world.identifications().await.remove(0);
    let text = |value: String| AttributeValue::S(value);
    let copies: Vec<Item> = (1..number)
        .map(|_| {
            let mut item = like.clone();
            let entropy = &*world.app.entropy;
            item.insert("pk".to_owned(), text(format!("IDN#{}", IdentificationId::generate(entropy))));
            item.insert("admin_id".to_owned(), text(AdminIdentificationId::generate(entropy).to_string()));
            item
        })
        .collect();
    for batch in copies.chunks(25) {
        let put = |item: &Item| PutRequest::builder().set_item(Some(item.clone())).build().expect("an item");
        let puts = batch.iter().map(|item| WriteRequest::builder().put_request(put(item)).build()).collect();
        let write = world.aws.clients.dynamodb.batch_write_item().request_items(TABLE, puts);
        write.send().await.expect("the table answers");
    }
}

#[tokio::test]
async fn a_run_goes_through_so_much_and_the_next_one_goes_on() {
    const MANY: usize = 1_050;
    let mut world = World::start().await;
    let mut without_search = world.app.clone();
    without_search.policy.search_since = None;
    world.serve(without_search);
    many(&world, MANY).await;
    world.wire.take();
    // Empty partitions may come before that of all these.
    let first = sweep(&world).await;
    let calls = world.wire.take();
    let count = |name: &str| calls.iter().filter(|call| *call == name).count();
    assert!((300..=1_000).contains(&first) && first.is_multiple_of(100), "{first}");
    assert_eq!((count("TransactWriteItems"), count("Scan")), (first, 0), "one transaction for each");
    assert_eq!((count("Query"), count("BatchGetItem")), (25 + 10, first / 100), "ten parts of a hundred");
    assert_eq!(sweep(&world).await, (MANY - first).min(1_000));
    let (mut listed, mut next) = (0, String::new());
    loop {
        let page = world.call("GET", &format!("/records?limit=100{next}"), None).await.expect(200).json();
        listed += page["records"].as_array().map_or(0, Vec::len);
        match page.get("next_cursor") {
            Some(cursor) => next = format!("&cursor={}", cursor.as_str().expect("a cursor")),
            None => break,
        }
    }
    assert_eq!(listed, MANY);
}

#[tokio::test]
async fn what_cannot_be_understood_is_reported_and_passed() {
    let world = World::start().await;
    many(&world, 3).await;
    let broken = world.identifications().await.remove(0);
    let key = ["pk", "sk"].map(|name| (name.to_owned(), broken[name].clone()));
    let update = world.aws.clients.dynamodb.update_item().table_name(TABLE).set_key(Some(key.into()));
    update.update_expression("REMOVE actor").send().await.expect("the table answers");
    let report = world.sweep().await;
    assert_eq!((report.backfilled, report.failed), (2, 1));
    world.clock.advance(TimeDelta::minutes(59));
    world.sweep().await;
    world.clock.advance(TimeDelta::minutes(1));
    world.sweep().await;
    assert_eq!(complete_since(&world).await, EVERYTHING, "it will not be understood later");
}

/// Passes everything on until the call that the process dies at.
struct Dying {
    port: Named<dyn Backfills>,
    at: &'static str,
    died: Arc<Notify>,
}

impl Dying {
    async fn call<T>(&self, name: &str, answer: T) -> T {
        if name == self.at {
            self.died.notify_one();
            pending::<()>().await;
        }
        answer
    }
}

#[async_trait]
impl Backfills for Dying {
    async fn find(&self) -> Result<Option<Backfill>, FindError> {
        self.call("find", self.port.find().await).await
    }

    async fn save(&self, before: Option<&Backfill>, after: &Backfill) -> Result<(), StepError> {
        if self.at == "before save" {
            self.call("before save", ()).await;
        }
        self.call("save", self.port.save(before, after).await).await
    }

    async fn walk(&self, from: Option<&WalkPlace>) -> Result<WalkPart, FindError> {
        self.call("walk", self.port.walk(from).await).await
    }

    async fn complete(&self, record: &PassedRecord, entries: LackingEntries, now: Time) -> Result<(), StepError> {
        self.call("complete", self.port.complete(record, entries, now).await).await
    }
}

#[tokio::test]
async fn a_run_that_is_killed_leaves_the_rest_to_the_next_one() {
    for at in ["find", "walk", "complete", "before save", "save"] {
        let world = World::start().await;
        one_of_each(&world).await;
        let before = stored(&world).await;
        world.go_back_before_records().await;
        let died = Arc::new(Notify::new());
        let mut app = world.app.clone();
        let port = app.stores.backfills.clone();
        app.stores.backfills = Named::new(Arc::new(Dying { port, at, died: died.clone() }));
        tokio::select! {
            () = died.notified() => {}
            report = acredita_sweep::sweep(&app) => panic!("{at}: {report:?}"),
        }
        sweep(&world).await;
        assert_eq!(differences(&before, &stored(&world).await), Vec::<String>::new(), "{at}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_happens_to_records_meanwhile_they_are_found_if_and_only_if_they_are_there() {
    for _ in 0..6 {
        let world = World::start().await;
        let mut subjects = Vec::new();
        for method in [Method::Agent, Method::Agent, Method::IdentityDocument].into_iter().cycle().take(12) {
            subjects.push(Subject::create(&world, method).await);
        }
        world.go_back_before_records().await;
        let calls = subjects.iter().enumerate().map(|(at, subject)| match at % 4 {
            0 | 1 => subject.deletion(&world),
            2 => subject.cancellation(&world),
            _ => world.request("GET", &format!("/records/{}", subject.admin_id), None),
        });
        let apps: Vec<App> = (0..4).map(|_| world.app.clone()).collect();
        let sweeps = apps.into_iter().map(|app| tokio::spawn(async move { acredita_sweep::sweep(&app).await }));
        let (sweeps, calls) = (sweeps.collect::<Vec<_>>(), calls.collect());
        let (answers, reports) = tokio::join!(world.at_once(calls), join_all(sweeps));
        for answer in answers {
            assert!(answer.status.is_success(), "{}", answer.status);
        }
        for report in reports {
            assert_eq!(report.expect("no sweep panics").failed, 0);
        }
        sweep(&world).await;
        let there: BTreeSet<String> = subjects
            .iter()
            .enumerate()
            .filter(|(at, _)| at % 4 > 1)
            .map(|(_, subject)| subject.admin_id.clone())
            .collect();
        assert_eq!(ids(&list(&world).await), there);
        assert_eq!(ids(&found(&world, by_email()).await), there);
        let keys: BTreeSet<String> =
            world.identifications().await.iter().map(|item| text(item, "pk").to_owned()).collect();
        for row in world.items_of("LKP#").await {
            assert!(keys.contains(text(&row, "record")), "a digest of nobody: {row:?}");
        }
        world.settle().await;
        world.assert_whole().await;
    }
}
