//! Identifications without requests: what is to be measured begins with them.

use crate::{Failure, ORG};
use acredita_aws::{SystemEntropy, provision::RECORD_KEYS};
use acredita_domain::{
    App, Time,
    actor::Actor,
    events::{EventData, EventType, Happened, Log, Now, Story, Subject},
    identification::{Identification, Method, Midni, State},
    ids::{AdminIdentificationId, EventId, IdentificationId, OrgId},
    ports::NewIdentification,
    reference::Reference,
    request::By,
};
use acredita_local::serve::{LocalAws, TABLE};
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use chrono::TimeDelta;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;

/// Items in one write, which is DynamoDB's limit.
const BATCH: usize = 25;
/// Writes under way. The store writes one after the other, and none of them may wait for long.
const AT_ONCE: usize = 2;

type Item = HashMap<String, AttributeValue>;

/// By an agent, of nobody.
pub fn agent(created_at: Time, life: TimeDelta) -> Identification {
    Identification {
        id: IdentificationId::generate(&SystemEntropy),
        admin_id: AdminIdentificationId::generate(&SystemEntropy),
        org: ORG.parse().expect("the name of an organisation"),
        actor: Actor::default(),
        reference: Reference::default(),
        method: Method::Agent { personal_document_image: false, midni: Midni::default() },
        state: State::Created,
        created_at,
        expires_at: created_at + life,
        membership: None,
        log: None,
        once: Vec::new(),
        review: None,
        lookups: Vec::new(),
    }
}

/// Stores it with the event of its creation.
pub async fn create(app: &App, identification: Identification) -> Result<(), Failure> {
    let now = app.now();
    let story = story(app, &identification.org, identification.subject(), EventType::IdentificationCreated);
    let keep_until = app.policy.keep_until(identification.expires_at);
    let new =
        NewIdentification { identification, scoring: None, keep_until, outbox: Vec::new(), idempotency: None, story };
    app.stores.identifications.create(new, now).await.map_err(|_| "an identification was not created")?;
    Ok(())
}

/// So many identifications, each created a millisecond after the one before: the first as the service writes it, and
/// copies of its items, but for its event, under other ids. They take no transactions: the embedded store looks through
/// those of the last ten minutes at each one. `names` are the texts by which one is told from the others.
pub async fn create_many(
    app: &App,
    aws: &LocalAws,
    (first, records): (Identification, u32),
    names: impl Fn(u32) -> Vec<String>,
) -> Result<(), Failure> {
    let began = first.created_at.timestamp_millis();
    let names = |number: u32, id: IdentificationId, admin: AdminIdentificationId| {
        let own = [id.to_string(), admin.to_string(), format!("{:013}", began + i64::from(number))];
        own.into_iter().chain(names(number)).collect::<Vec<_>>()
    };
    let firsts = names(0, first.id, first.admin_id);
    create(app, first).await?;
    let dynamodb = &aws.clients.dynamodb;
    let mut written = dynamodb.scan().table_name(TABLE).send().await?.items.unwrap_or_default();
    written.retain(|item| !item["pk"].as_s().is_ok_and(|key| key.starts_with("EVT#")));
    let copies = |number: u32| {
        let own =
            names(number, IdentificationId::generate(&*app.entropy), AdminIdentificationId::generate(&*app.entropy));
        let renamed =
            |text: &str| firsts.iter().zip(&own).fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        written.iter().map(|item| put(copy(item, number, renamed))).collect::<Vec<_>>()
    };
    let per_write = u32::try_from(BATCH / written.len())?;
    let write = async |from: u32| {
        let batch = (from..records.min(from + per_write)).flat_map(copies).collect();
        let written = dynamodb.batch_write_item().request_items(TABLE, batch).send().await?;
        match written.unprocessed_items.unwrap_or_default().is_empty() {
            true => Ok::<_, Failure>(()),
            false => Err("some items were not written".into()),
        }
    };
    stream::iter((1..records).step_by(per_write as usize)).map(write).buffer_unordered(AT_ONCE).try_collect().await
}

/// On one of the four shards of the records, and not on the index of what is due: no sweep looks at it.
fn copy(item: &Item, number: u32, renamed: impl Fn(&str) -> String) -> Item {
    let value = |name: &str, value: &AttributeValue| match value {
        AttributeValue::S(_) if name == RECORD_KEYS[0] => AttributeValue::S(format!("{ORG}#{}", number % 4)),
        AttributeValue::S(text) => AttributeValue::S(renamed(text)),
        AttributeValue::N(text) => AttributeValue::N(renamed(text)),
        other => other.clone(),
    };
    let kept = item.iter().filter(|(name, _)| !name.starts_with("due_"));
    kept.map(|(name, of)| (name.clone(), value(name, of))).collect()
}

fn put(item: Item) -> WriteRequest {
    WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(item)).build().expect("an item")).build()
}

/// The story of something that begins.
pub fn story(app: &App, org: &OrgId, subject: Subject, kind: EventType) -> Story {
    let now = app.now();
    let begun = Happened {
        id: EventId::at(now, &*app.entropy),
        kind,
        at: now,
        data: EventData::default(),
        by: By::System,
        request_id: None,
    };
    Story {
        org: org.clone(),
        subject,
        log: Log::begin(&*app.entropy),
        adopted: None,
        events: vec![begun],
        keep_until: now + app.policy.events_kept,
        once: None,
        reviews: None,
        now: Now::standing_still(now),
    }
}
