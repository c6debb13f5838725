//! How far events have come at their endpoints, and what was sent.

use super::{
    expressions::{Values, bind},
    items::{
        CURSORS, Corrupt, Item, Key, SCHEMA, decode_cursor, decode_delivery, decode_event, deliveries_of,
        delivery_sort, due_partition, encode_delivery, encode_errand, json, millis, number, read_number, text, ttl,
    },
    store::{Change, DynamoStore, Refused, unreadable},
};
use crate::errors::{STORE, unavailable};
use acredita_domain::{
    Time,
    error::Unavailable,
    ids::{EndpointId, EventId, LeaseId, OrgId},
    ports::{Deliveries, Delivery, DeliveryPage, FindError, StepError, StreamDeliveries},
    webhooks::{Cursor, CursorId, Stream},
};
use async_trait::async_trait;
use chrono::DateTime;
use futures_util::future::join_all;
use std::collections::{HashMap, HashSet};

const AS_READ: &str =
    "#next_sequence = :before AND #tries = :tried AND (attribute_not_exists(#lease_until) OR #lease_until <= :now)";
const NEW: &str = "attribute_not_exists(#pk)";
const MINE: &str = "#org = :org AND #lease = :lease";

#[async_trait]
impl Deliveries for DynamoStore {
    async fn of_stream(&self, org: &OrgId, stream: Stream) -> Result<StreamDeliveries, FindError> {
        let operation = "find deliveries";
        // Events come first, in their order, then cursors.
        let condition = "#pk = :pk AND #sk BETWEEN :first AND :last";
        let values =
            [("pk", text(Key::events(stream))), ("first", text("0")), ("last", text(format_args!("{CURSORS}~")))];
        let mut found = StreamDeliveries {
            events: Vec::new(),
            due: Vec::new(),
            cursors: Vec::new(),
            keep_until: DateTime::UNIX_EPOCH,
        };
        for item in self.query_all(operation, condition, None, &values).await.map_err(FindError::Unavailable)? {
            add(&mut found, org, &item).map_err(unreadable(operation))?;
        }
        Ok(found)
    }

    async fn errand(&self, id: &CursorId) -> Result<Option<Cursor>, FindError> {
        let found = self.find("find errand", Key::cursor(id), decode_cursor).await?;
        Ok(found.filter(|found| found.id == *id))
    }

    async fn add_errand(&self, errand: &Cursor, now: Time) -> Result<(), Unavailable> {
        self.replace("add errand", encode_errand(errand, now)).await
    }

    async fn claim(&self, cursor: &Cursor, lease: LeaseId, now: Time, until: Time) -> Result<(), StepError> {
        let mut values = read_values(cursor, now);
        values.extend([("lease", text(lease)), ("until", millis(until))]);
        let update = "SET #schema = :schema, #org = :org, #next_sequence = :before, #tries = :tried, #ttl = :ttl, \
                      #lease = :lease, #lease_until = :until";
        // An earlier attempt of this very call may have succeeded, and only its answer was lost.
        let condition = format!("({}) OR #lease = :lease", if cursor.is_new { NEW } else { AS_READ });
        let change = Change { key: Key::cursor(&cursor.id), update, condition: &condition, values };
        self.update("claim cursor", change).await?;
        Ok(())
    }

    async fn settle(&self, after: &Cursor, lease: LeaseId) -> Result<(), StepError> {
        let mut values = after_values(after);
        values.push(("lease", text(lease)));
        let update = after_update(after);
        let change = Change { key: Key::cursor(&after.id), update: &update, condition: MINE, values };
        self.update("settle cursor", change).await?;
        Ok(())
    }

    async fn park(&self, before: &Cursor, after: &Cursor, now: Time) -> Result<(), StepError> {
        let mut values = read_values(before, now);
        values.extend(after_values(after));
        let update = after_update(after);
        let condition = if before.is_new { NEW } else { AS_READ };
        self.update("park cursor", Change { key: Key::cursor(&before.id), update: &update, condition, values }).await?;
        Ok(())
    }

    async fn done(&self, id: &CursorId, lease: LeaseId) -> Result<(), StepError> {
        let values = vec![("lease", text(lease))];
        let bound = bind(&["#lease = :lease"], &values);
        let request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(Key::cursor(id).attributes()))
            .condition_expression("#lease = :lease")
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(refused) if refused.is_conditional_check_failed_exception() => Err(StepError::Lost),
                _ => Err(StepError::Unavailable(unavailable(STORE, "end errand", &error))),
            },
        }
    }

    async fn taken_up(&self, stream: Stream, sequences: &[u64]) -> Result<(), Unavailable> {
        let all = sequences.iter().map(|sequence| async move {
            let (update, condition) = ("REMOVE #due_shard, #due_at", "attribute_exists(#due_at)");
            let change = Change { key: Key::stream(stream).event_of(*sequence), update, condition, values: Vec::new() };
            match self.update("take up event", change).await {
                Ok(_) | Err(Refused::Condition(_)) => Ok(()),
                Err(Refused::Unavailable(unavailable)) => Err(unavailable),
            }
        });
        join_all(all).await.into_iter().collect()
    }

    async fn record(&self, org: &OrgId, endpoint: EndpointId, delivery: &Delivery) -> Result<(), Unavailable> {
        self.replace("record delivery", encode_delivery(org, endpoint, delivery)).await
    }

    async fn taken_since(&self, org: &OrgId, endpoint: EndpointId, since: Time) -> Result<HashSet<EventId>, FindError> {
        let operation = "find what was taken";
        let condition = "#pk = :pk AND #sk >= :since";
        let filter = "#answer BETWEEN :first AND :last";
        let values = [
            ("pk", text(deliveries_of(org, endpoint))),
            ("since", text(delivery_sort(since))),
            ("first", number(200)),
            ("last", number(299)),
        ];
        let items =
            self.query_all(operation, condition, Some(filter), &values).await.map_err(FindError::Unavailable)?;
        let taken = items.iter().map(|item| decode_delivery(item).map(|delivery| delivery.event_id));
        taken.collect::<Result<_, Corrupt>>().map_err(|corrupt| FindError::Corrupt(corrupt.0))
    }

    async fn list(
        &self,
        org: &OrgId,
        endpoint: EndpointId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<DeliveryPage, FindError> {
        let operation = "list deliveries";
        let pk = text(deliveries_of(org, endpoint));
        let condition = "#pk = :pk";
        let bound = bind(&[condition], &[("pk", pk.clone())]);
        let start = after.map(|sk| HashMap::from([("pk".to_owned(), pk), ("sk".to_owned(), text(sk))]));
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(condition)
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values)
            .scan_index_forward(false)
            .set_exclusive_start_key(start)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let output =
            request.send().await.map_err(|error| FindError::Unavailable(unavailable(STORE, operation, &error)))?;
        let deliveries = output.items().iter().map(decode_delivery).collect::<Result<Vec<Delivery>, Corrupt>>();
        let next = output.last_evaluated_key.and_then(|key| key.get("sk")?.as_s().ok().cloned());
        Ok(DeliveryPage { deliveries: deliveries.map_err(|corrupt| FindError::Corrupt(corrupt.0))?, next })
    }
}

/// Adds an event or a cursor. One of another organisation is none.
fn add(found: &mut StreamDeliveries, org: &OrgId, item: &Item) -> Result<(), Corrupt> {
    if item.get("sk").and_then(|sk| sk.as_s().ok()).is_some_and(|sk| sk.starts_with(CURSORS)) {
        let cursor = decode_cursor(item)?;
        if matches!(&cursor.id, CursorId::Events { org: of, .. } if of == org) {
            found.cursors.push(cursor);
        }
        return Ok(());
    }
    let event = decode_event(item)?;
    if event.org != *org {
        return Ok(());
    }
    if item.contains_key("due_at") {
        found.due.push(event.sequence());
    }
    let keep_until = DateTime::from_timestamp(read_number(item, "ttl")?, 0).ok_or(Corrupt("ttl"))?;
    found.keep_until = found.keep_until.max(keep_until);
    found.events.push(event);
    Ok(())
}

/// What a cursor was when it was read.
fn read_values(cursor: &Cursor, now: Time) -> Values {
    let (CursorId::Events { org, .. } | CursorId::Errand { org, .. }) = &cursor.id;
    vec![
        ("schema", number(SCHEMA)),
        ("org", text(org)),
        ("before", number(cursor.next_sequence)),
        ("tried", number(cursor.tries)),
        ("ttl", ttl(cursor.keep_until)),
        ("now", millis(now)),
    ]
}

/// What a cursor becomes.
fn after_values(after: &Cursor) -> Values {
    let (CursorId::Events { org, .. } | CursorId::Errand { org, .. }) = &after.id;
    let mut values = vec![
        ("schema", number(SCHEMA)),
        ("org", text(org)),
        ("next_sequence", number(after.next_sequence)),
        ("tries", number(after.tries)),
        ("ttl", ttl(after.keep_until)),
        ("partition", due_partition(&after.id)),
    ];
    values.extend(after.due_at.map(|at| ("due_at", millis(at))));
    values.extend(after.lease.map(|(_, until)| ("until", millis(until))));
    values.extend(after.errand.as_ref().map(|errand| ("errand", json(errand))));
    values
}

fn after_update(after: &Cursor) -> String {
    let mut set =
        "SET #schema = :schema, #org = :org, #next_sequence = :next_sequence, #tries = :tries, #ttl = :ttl".to_owned();
    let mut remove = Vec::new();
    if after.errand.is_some() {
        set.push_str(", #errand = :errand");
    }
    match after.due_at {
        Some(_) => set.push_str(", #wait_until = :due_at, #due_at = :due_at, #due_shard = :partition"),
        None => remove.push("#wait_until, #due_at, #due_shard"),
    }
    match after.lease {
        Some(_) => set.push_str(", #lease_until = :until"),
        None => remove.push("#lease, #lease_until"),
    }
    if remove.is_empty() { set } else { format!("{set} REMOVE {}", remove.join(", ")) }
}
