//! Looks behind the API: the contents of the table, the bucket and the queues, and whether they are consistent.

use crate::{
    request::{Answer, Call},
    world::World,
};
use acredita_domain::use_cases::{Kept, SweepReport, verify_subject};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;
use http_body_util::BodyExt;
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

pub const TABLE: &str = "acredita";
pub const BUCKET: &str = "acredita-pictures";

/// The sort key of the first event of a subject.
const FIRST_EVENT: &str = "0000000001";

pub type Item = HashMap<String, AttributeValue>;

/// A text attribute; empty if missing.
pub fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// A JSON attribute; null if missing.
pub fn json(item: &Item, name: &str) -> Value {
    serde_json::from_str(text(item, name)).unwrap_or_default()
}

impl World {
    /// Sends all of these at once, each from a task of its own, and returns the answers in order. Needs a runtime with
    /// several threads.
    pub async fn at_once(&self, calls: Vec<Call>) -> Vec<Answer> {
        let start = Arc::new(tokio::sync::Barrier::new(calls.len()));
        let send = |call: Call| {
            let (gateway, start) = (self.gateway().clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                let (parts, body) = gateway.serve(call.into_request()).await.into_parts();
                let body = body.collect().await.expect("a whole body").to_bytes().to_vec();
                Answer { status: parts.status, headers: parts.headers, body }
            })
        };
        let sent: Vec<_> = calls.into_iter().map(send).collect();
        let mut answers = Vec::with_capacity(sent.len());
        for answer in sent {
            answers.push(answer.await.expect("no request panics"));
        }
        answers
    }

    /// The metadata of an identification; `kind` as in the path.
    pub async fn metadata(&self, kind: &str, id: &str) -> Value {
        self.call("GET", &format!("/identifications/{kind}/{id}"), None).await.expect(200).json()
    }

    /// The status of an identification; `kind` as in the path.
    pub async fn status(&self, kind: &str, id: &str) -> String {
        self.metadata(kind, id).await["status"].as_str().expect("a status").to_owned()
    }

    pub async fn sweep(&self) -> SweepReport {
        acredita_sweep::sweep(&self.app.with(acredita_sweep::stores)).await
    }

    /// Advances the clock until every lease and every hidden message has expired, and finishes all pending work.
    pub async fn settle(&self) {
        self.clock.advance(TimeDelta::seconds(91));
        assert_eq!(self.sweep().await.failed, 0, "the sweep leaves nothing undone");
        assert_eq!(self.deliver().await, 0, "the worker leaves nothing undelivered");
    }

    /// Everything in the table.
    pub async fn items(&self) -> Vec<Item> {
        let pages =
            self.aws.clients.dynamodb.scan().table_name(TABLE).consistent_read(true).into_paginator().items().send();
        let items = pages.collect::<Result<Vec<_>, _>>().await.expect("the table answers");
        self.wire.take();
        items
    }

    /// The items besides events and the handles by which they are found, which outlive what they are about, and how far the
    /// backfill has come.
    pub async fn mortal_items(&self) -> Vec<Item> {
        let mut items = self.items().await;
        items.retain(|item| !["EVT#", "ADM#", "BKF#"].contains(&&text(item, "pk")[..4]));
        items
    }

    /// The items whose key has this prefix, such as `IDN#` or `SCO#`.
    pub async fn items_of(&self, prefix: &str) -> Vec<Item> {
        let mut items = self.items().await;
        items.retain(|item| text(item, "pk").starts_with(prefix));
        items
    }

    pub async fn identifications(&self) -> Vec<Item> {
        let mut items = self.items_of("IDN#").await;
        items.retain(|item| text(item, "sk") == "A");
        items
    }

    /// The names of all pictures.
    pub async fn pictures(&self) -> BTreeSet<String> {
        let page = self.aws.clients.s3.list_objects_v2().bucket(BUCKET).send().await.expect("the bucket answers");
        assert_ne!(page.is_truncated(), Some(true), "a test has few pictures");
        self.wire.take();
        page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect()
    }

    /// The bodies of the queued messages, without receiving them.
    pub async fn queued(&self) -> Vec<String> {
        self.peek(&self.aws.queues.queue).await
    }

    /// The bodies of the dead letters.
    pub async fn dead_letters(&self) -> Vec<String> {
        self.peek(&self.aws.queues.dead_letter_queue).await
    }

    async fn peek(&self, queue: &str) -> Vec<String> {
        let receive =
            self.aws.clients.sqs.receive_message().queue_url(queue).max_number_of_messages(10).visibility_timeout(0);
        let received = receive.send().await.expect("the queue answers");
        self.wire.take();
        received.messages.unwrap_or_default().into_iter().filter_map(|message| message.body).collect()
    }

    /// Requires that the table and the bucket are consistent: handles and identifications refer to each other, every
    /// reference leads somewhere, reviews are of what is open, no picture lacks an owner, every subject is what its events say, and nothing due waits to
    /// be sent or erased. Call it after [`World::settle`].
    pub async fn assert_whole(&self) {
        let (items, pictures) = (self.items().await, self.pictures().await);
        let keys: BTreeSet<(&str, &str)> = items.iter().map(|item| (text(item, "pk"), text(item, "sk"))).collect();
        let (mut owned, mut linked) = (BTreeSet::new(), BTreeSet::new());
        for item in &items {
            let (pk, sk, org) = (text(item, "pk"), text(item, "sk"), text(item, "org"));
            let there =
                |key: String| assert!(keys.contains(&(key.as_str(), "A")), "{pk} leads to {key}, which is not there");
            match (&pk[..4], sk) {
                ("CHN#", "A") => {
                    there(format!("ADM#{}", text(item, "admin_id")));
                    self.assert_agrees(item).await;
                }
                ("IDN#", "A") => {
                    there(format!("ADM#{}", text(item, "admin_id")));
                    if let Some(chain) = json(item, "chain")["chain_id"].as_str() {
                        there(format!("CHN#{chain}"));
                    }
                    let folder = format!("{org}/i/{}/", &pk[4..]);
                    if let Some(digest) = json(item, "validation")["agent"]["picture"].as_str() {
                        assert!(pictures.contains(&format!("{folder}{digest}")), "the evidence of {pk} is not there");
                    }
                    for capture in json(item, "validation")["captures"].as_array().into_iter().flatten() {
                        let name = format!("{folder}{}", capture["sha256"].as_str().expect("a digest"));
                        assert!(pictures.contains(&name), "the second factor of {pk} is not there");
                    }
                    owned.insert(folder);
                    if let Some(scoring) = json(item, "method")["IDENTITY_DOCUMENT"]["scoring_id"].as_str() {
                        there(format!("SCO#{scoring}"));
                        linked.insert(format!("SCO#{scoring}"));
                        for capture in json(item, "validation")["scoring"]["captures"].as_array().into_iter().flatten()
                        {
                            let digest = capture["sha256"].as_str().expect("a digest");
                            let name = format!("{org}/s/{scoring}/{digest}");
                            assert!(pictures.contains(&name), "what {pk} was validated on is not there");
                        }
                    }
                }
                ("IDN#", _) => assert_ne!(text(item, "state"), "PENDING", "a message of {pk} was never sent"),
                // It outlives its identification, for the events of it.
                ("ADM#", _) => {
                    let events = match text(item, "chain_id") {
                        "" => format!("EVT#IDN#{}", text(item, "identification_id")),
                        chain => format!("EVT#CHN#{chain}"),
                    };
                    assert!(keys.contains(&(events.as_str(), FIRST_EVENT)), "{pk} leads to nothing");
                }
                ("EVT#", FIRST_EVENT) => self.assert_told(item).await,
                ("SCO#", _) => {
                    let folder = format!("{org}/s/{}/", &pk[4..]);
                    for capture in json(item, "captures").as_array().expect("captures") {
                        let name = format!("{folder}{}", capture["sha256"].as_str().expect("a digest"));
                        assert!(pictures.contains(&name), "a capture of {pk} is not there");
                    }
                    owned.insert(folder);
                }
                ("REV#", _) => {
                    let identification = format!("IDN#{}", text(item, "identification_id"));
                    there(identification.clone());
                    let of_it = |item: &&Item| text(item, "pk") == identification && text(item, "sk") == "A";
                    let of_it = items.iter().find(of_it).expect("it is there");
                    let is_latest = text(of_it, "review_id") == &pk[4..];
                    assert!(!is_latest || text(of_it, "review") == text(item, "status"), "{pk} and its mark differ");
                    let is_live = ["OPEN", "CLAIMED"].contains(&text(item, "status"));
                    assert!(!is_live || (is_latest && text(of_it, "status") == "CREATED"), "{pk} is of what is over");
                }
                ("EXP#", _) => {
                    let file = format!("!exports/{org}/{}", &pk[4..]);
                    assert_eq!(pictures.contains(&file), text(item, "status") == "DONE", "the file of {pk}");
                    owned.insert(file);
                }
                ("ERA#", _) => {
                    let due_at: i64 = item["due_at"].as_n().expect("a number").parse().expect("milliseconds");
                    assert!(due_at > self.app.now().timestamp_millis(), "{pk} was never carried out");
                }
                _ => {}
            }
        }
        // Only a linked scoring knows a person.
        let of_somebody = items.iter().filter(|item| !json(item, "terms")["declared"].is_null());
        for scoring in of_somebody.map(|item| text(item, "pk")) {
            assert!(linked.contains(scoring), "{scoring} has lost its identification");
        }
        let left: Vec<&String> =
            pictures.iter().filter(|name| !owned.iter().any(|folder| name.starts_with(folder))).collect();
        assert!(left.is_empty(), "pictures without an owner: {left:?}");
        assert_eq!(self.queued().await.len() + self.dead_letters().await.len(), 0, "the queues are empty");
    }

    /// Requires that a chain and its steps agree.
    async fn assert_agrees(&self, item: &Item) {
        let (org, id) = (text(item, "org").parse().expect("an organisation"), text(item, "pk")[4..].parse());
        let stores = &self.app.stores;
        let chain = stores.by_id.chain(&org, id.expect("an id")).await.expect("an answer").expect("it is there");
        let steps = stores.chains.steps(&chain).await.expect("an answer").expect("they are there");
        let steps: Vec<_> = steps.into_iter().map(|step| step.identification).collect();
        assert!(chain.agrees_with(&steps), "{chain:#?} does not agree with {steps:#?}");
        self.wire.take();
    }

    /// How long the world keeps what is verified.
    pub fn kept(&self) -> Kept {
        Kept { events: self.app.policy.events_kept, subjects: self.app.policy.retention }
    }

    /// Requires that the subject of an event is what its events say.
    async fn assert_told(&self, event: &Item) {
        let subject = serde_json::from_value(json(event, "event")["subject"].clone()).expect("a subject");
        let org = text(event, "org").parse().expect("an organisation");
        let verified = verify_subject(&self.app.stores, &org, subject, self.kept(), self.app.now()).await;
        self.wire.take();
        assert_eq!(verified.expect("the table answers").fault, None, "the log of {}", text(event, "pk"));
    }
}
