//! Events in the table: next to their subjects, and in the list of their organisation.

use super::{
    commit::{Commit, Refusal, telling},
    expressions::bind,
    items::{
        Item, Key, LIST_SHARDS, PointsTo, decode_event, decode_pointer, decode_reference, list_at, list_from,
        list_partition, list_shard, position_of, text,
    },
    shards::{Part, merged},
    store::{DynamoStore, corrupt},
};
use crate::{
    errors::{STORE, unavailable},
    provision::LIST_INDEX,
};
use acredita_domain::{
    Time,
    error::Unavailable,
    events::{StoredEvent, Story, Subject},
    ids::{EventId, OrgId, SubjectId},
    ports::{EventLog, EventPage, EventPosition, EventQuery, Events, FindError, Order, StepError},
    reference::ClientReferenceId,
};
use async_trait::async_trait;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use futures_util::future::try_join_all;
use std::collections::HashMap;

/// Rows of a shard that are looked at in one query when a type is wanted.
const FILTERED_ROWS: i32 = 250;
/// Queries of a shard for one answer.
const QUERIES: usize = 4;
/// More than any sequence in its ten digits.
const NO_EVENT: u64 = 9_999_999_999;

#[async_trait]
impl EventLog for DynamoStore {
    async fn tell(&self, story: Story) -> Result<(), StepError> {
        telling("tell", &story, |chapter| Commit::new(self, "tell", Time::UNIX_EPOCH).only_tell(&story.org, chapter))
            .await
    }

    async fn tell_next(&self, story: Story) -> Result<(), StepError> {
        let chapter = story.after(&story.log);
        let commit = Commit::new(self, "tell next", Time::UNIX_EPOCH).only_tell(&story.org, &chapter);
        commit.take().await.map_err(|refusal| match refusal {
            Refusal::Overtaken(_) => StepError::Lost,
            Refusal::Step(error) => error,
        })
    }

    async fn tell_alone(&self, story: Story) -> Result<(), StepError> {
        let chapter = story.after(&story.log);
        let told = Commit::new(self, "tell alone", Time::UNIX_EPOCH).tell(&chapter).take().await;
        told.map_err(|refusal| match refusal {
            Refusal::Overtaken(_) => StepError::Lost,
            Refusal::Step(error) => error,
        })
    }
}

#[async_trait]
impl Events for DynamoStore {
    async fn of_subject(
        &self,
        org: &OrgId,
        subject: Subject,
        after: Option<u64>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, FindError> {
        let (low, high) = match (order, after) {
            (Order::Ascending, after) => (after.unwrap_or(0) + 1, NO_EVENT),
            (Order::Descending, after) => (0, after.map_or(NO_EVENT, |after| after.saturating_sub(1))),
        };
        let events = self.events_of(Key::subject(subject), low, high, order, limit).await?;
        Ok(events.into_iter().filter(|event| event.org == *org).collect())
    }

    async fn subject_of(&self, org: &OrgId, id: SubjectId) -> Result<Option<Subject>, FindError> {
        for key in self.keys_of(org, id).await? {
            let first = self.events_of(key, 0, NO_EVENT, Order::Ascending, 1).await?.pop();
            if let Some(event) = first.filter(|event| event.org == *org) {
                return Ok(Some(event.subject()));
            }
        }
        Ok(None)
    }

    async fn find(&self, org: &OrgId, id: EventId) -> Result<Option<StoredEvent>, FindError> {
        let place = list_at(EventPosition { millis: id.millis(), id });
        let condition = "#list_shard = :shard AND #list_at = :place";
        let bound = bind(&[condition], &[("shard", text(list_shard(org, id))), ("place", text(place))]);
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(LIST_INDEX)
            .key_condition_expression(condition)
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values);
        let found = request.send().await.map_err(|error| unavailable(STORE, "find event", &error)).map_err(outage)?;
        let keys = found.items().iter().map(key_of).collect::<Result<_, _>>()?;
        Ok(self.read_events(keys).await?.pop())
    }

    async fn references(
        &self,
        org: &OrgId,
        subjects: Vec<Subject>,
    ) -> Result<HashMap<Subject, ClientReferenceId>, FindError> {
        // Nothing else has one.
        let may_have = |subject: &Subject| {
            matches!(subject, Subject::Identification { .. } | Subject::Scoring { .. } | Subject::Chain { .. })
        };
        let of_key: HashMap<Key, Subject> =
            subjects.into_iter().filter(may_have).map(|subject| (Key::subject(subject), subject)).collect();
        if of_key.is_empty() {
            return Ok(HashMap::new());
        }
        let items = self.get_all("references", of_key.keys().cloned().collect()).await.map_err(outage)?;
        let mut references = HashMap::new();
        for item in &items {
            let reference = decode_reference(org, item).map_err(|fault| FindError::Corrupt(fault.0))?;
            let subject = of_key.get(&key_of(item)?).copied();
            references.extend(subject.zip(reference.client_reference_id().cloned()));
        }
        Ok(references)
    }

    async fn list(&self, org: &OrgId, query: EventQuery) -> Result<EventPage, FindError> {
        let shards = (0..LIST_SHARDS).map(|shard| self.rows(list_partition(org, shard), &query));
        let shards = try_join_all(shards).await?;
        let (rows, next) = merged(shards, query.order, query.limit);
        let keys = rows.into_iter().map(|(_, key)| key).collect();
        Ok(EventPage { events: self.read_events(keys).await?, next })
    }
}

impl DynamoStore {
    /// The partitions in which events of a subject of this id may be.
    async fn keys_of(&self, org: &OrgId, id: SubjectId) -> Result<Vec<Key>, FindError> {
        let parsed = id.to_string();
        let not_an_id = |_| FindError::Corrupt("subject id");
        let pointer = Key::pointer(parsed.parse().map_err(not_an_id)?);
        if let Some(pointer) = self.find("find subject", pointer, decode_pointer).await?
            && pointer.org == *org
        {
            return Ok(vec![match pointer.to {
                PointsTo::Identification(id) => Key::identification(id),
                PointsTo::Chain(id) => Key::chain(id),
            }]);
        }
        let endpoint_id = parsed.parse().map_err(not_an_id)?;
        Ok(vec![
            Key::identification(parsed.parse().map_err(not_an_id)?),
            Key::scoring(parsed.parse().map_err(not_an_id)?),
            Key::chain(parsed.parse().map_err(not_an_id)?),
            Key::subject(Subject::WebhookEndpoint { endpoint_id }),
            Key::settings(parsed.parse().map_err(not_an_id)?),
            Key::review(parsed.parse().map_err(not_an_id)?),
            Key::search(parsed.parse().map_err(not_an_id)?),
            Key::export(parsed.parse().map_err(not_an_id)?),
        ])
    }

    async fn events_of(
        &self,
        key: Key,
        low: u64,
        high: u64,
        order: Order,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, FindError> {
        if low > high {
            return Ok(Vec::new());
        }
        let condition = "#pk = :pk AND #sk BETWEEN :low AND :high";
        let [low, high] = [low, high].map(|sequence| key.event_of(sequence).attributes());
        let [pk, low, high] = [&low["pk"], &low["sk"], &high["sk"]].map(Clone::clone);
        let values = [("pk", pk), ("low", low), ("high", high)];
        let bound = bind(&[condition], &values);
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(order == Order::Ascending)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .key_condition_expression(condition)
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values);
        let found = request.send().await.map_err(|error| unavailable(STORE, "events of subject", &error));
        found.map_err(outage)?.items().iter().map(understood).collect()
    }

    /// A shard's rows that a query asks for: as many as it wants, if they are found in few queries.
    async fn rows(&self, shard: String, query: &EventQuery) -> Result<Part<EventPosition, Key>, FindError> {
        let after = query.after.map(list_at);
        let from = query.from.map_or_else(String::new, list_from);
        // What begins with a later millisecond is greater than that millisecond alone.
        let to = query.to.map_or_else(|| "~".to_owned(), list_from);
        let (low, high) = match (query.order, &after) {
            (Order::Ascending, Some(after)) => (from.max(after.clone()), to),
            (Order::Descending, Some(after)) => (from, to.min(after.clone())),
            (_, None) => (from, to),
        };
        let low = if low.is_empty() { "0".to_owned() } else { low };
        let mut part = Part::empty();
        if low > high {
            return Ok(part);
        }
        let condition = "#list_shard = :shard AND #list_at BETWEEN :low AND :high";
        let filter = "#event_type = :kind";
        let mut values = vec![("shard", text(shard)), ("low", text(low)), ("high", text(high))];
        values.extend(query.kind.map(|kind| ("kind", text(kind))));
        let wanted = if query.kind.is_some() { &[condition, filter][..] } else { &[condition] };
        let mut start = None;
        for _ in 0..QUERIES {
            let bound = bind(wanted, &values);
            let mut request = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(LIST_INDEX)
                .scan_index_forward(query.order == Order::Ascending)
                .key_condition_expression(condition)
                .set_expression_attribute_names(bound.names)
                .set_expression_attribute_values(bound.values)
                .set_exclusive_start_key(start.take());
            request = match query.kind {
                Some(_) => request.filter_expression(filter).limit(FILTERED_ROWS),
                // One of them may be the one to go on after.
                None => request.limit(i32::try_from(query.limit).unwrap_or(FILTERED_ROWS) + 1),
            };
            let found = request.send().await.map_err(|error| outage(unavailable(STORE, "list events", &error)))?;
            let QueryOutput { items, last_evaluated_key, .. } = found;
            for item in items.unwrap_or_default() {
                let position = place_of(&item)?;
                if query.after != Some(position) {
                    part.rows.push((position, key_of(&item)?));
                }
            }
            part.reached = last_evaluated_key.as_ref().map(place_of).transpose()?;
            if part.reached.is_none() || part.rows.len() >= query.limit {
                break;
            }
            start = last_evaluated_key;
        }
        Ok(part)
    }

    /// These events that there are, in this order.
    async fn read_events(&self, keys: Vec<Key>) -> Result<Vec<StoredEvent>, FindError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let order: HashMap<Key, usize> = keys.iter().cloned().enumerate().map(|(at, key)| (key, at)).collect();
        let items = self.get_all("read events", keys).await.map_err(outage)?;
        let mut found = Vec::with_capacity(items.len());
        for item in &items {
            found.push((order.get(&key_of(item)?).copied().unwrap_or_default(), understood(item)?));
        }
        found.sort_by_key(|(at, _)| *at);
        Ok(found.into_iter().map(|(_, event)| event).collect())
    }
}

fn outage(unavailable: Unavailable) -> FindError {
    FindError::Unavailable(unavailable)
}

fn understood(item: &Item) -> Result<StoredEvent, FindError> {
    decode_event(item).map_err(|fault| {
        corrupt("read event", fault);
        FindError::Corrupt(fault.0)
    })
}

fn key_of(item: &Item) -> Result<Key, FindError> {
    Key::of(item).map_err(|fault| FindError::Corrupt(fault.0))
}

fn place_of(item: &Item) -> Result<EventPosition, FindError> {
    let place = item.get("list_at").and_then(|place| place.as_s().ok()).ok_or(FindError::Corrupt("list_at"))?;
    position_of(place).map_err(|fault| FindError::Corrupt(fault.0))
}
