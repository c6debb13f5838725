//! Errands: messages that somebody asks for, outside the order of events.

use super::{
    Dispatched, message_of,
    sending::{Sending, Sent},
};
use crate::{
    App, Error, Time,
    events::StoredEvent,
    ids::{EndpointId, EventId, LeaseId, MessageId, OrgId},
    ports::{
        EventPosition, EventQuery, Order, StreamDeliveries, Wake,
        limits::{DELIVERY_LEASE, LONGEST_DELAY},
        unless_lost,
    },
    webhooks::{Cursor, CursorId, Endpoint, Errand, Stream, WebhookMessage, schedule},
};
use chrono::{DateTime, TimeDelta};
use std::collections::{HashMap, hash_map::Entry};

/// Events looked through at once on a recovery.
const PAGE: usize = 100;

pub(super) async fn run(app: &App, org: &OrgId, endpoint: EndpointId, errand: MessageId) -> Result<Dispatched, Error> {
    let id = CursorId::Errand { org: org.clone(), endpoint, errand };
    let Some(cursor) = app.stores.deliveries.errand(&id).await? else { return Ok(Dispatched::default()) };
    let now = app.now();
    if cursor.is_leased(now) || cursor.due_at.is_some_and(|at| now < at) {
        return Ok(Dispatched::default());
    }
    let lease = LeaseId::generate(&*app.entropy);
    let claim = app.stores.deliveries.claim(&cursor, lease, now, now + DELIVERY_LEASE).await;
    if unless_lost(claim)?.is_none() {
        return Ok(Dispatched::default());
    }
    let found = app.stores.endpoints.find(org, endpoint).await?;
    let Some(endpoint) = found.filter(Endpoint::is_enabled) else {
        // Nobody is there to get it.
        return done(app, &cursor, lease, Dispatched::default()).await;
    };
    let keys = app.keys.current().await?;
    let sending = Sending::new(app, &endpoint, &keys);
    match &cursor.errand {
        Some(Errand::Ping { event_id, at }) => {
            send(sending, &cursor, lease, &WebhookMessage::ping(*event_id, endpoint.id, *at)).await
        }
        Some(Errand::Resend { event_id }) => match app.stores.events.find(org, *event_id).await? {
            Some(event) => send(sending, &cursor, lease, &message_of(app, &event).await?).await,
            None => done(app, &cursor, lease, Dispatched::default()).await,
        },
        Some(Errand::Recover { .. }) => recover(sending, cursor, lease).await,
        None => Err(Error::Corrupt("an errand without its kind")),
    }
}

/// Sends one message.
async fn send(
    mut sending: Sending<'_>,
    cursor: &Cursor,
    lease: LeaseId,
    message: &WebhookMessage,
) -> Result<Dispatched, Error> {
    let (app, tries) = (sending.app, cursor.tries + 1);
    match sending.send(message, tries, None).await? {
        Sent::Taken => done(app, cursor, lease, Dispatched { taken: 1, failed: 0 }).await,
        Sent::Gone => done(app, cursor, lease, Dispatched { taken: 0, failed: 1 }).await,
        Sent::Left(until) => {
            let (later, wait) = (cursor.parked(cursor.next_sequence, until), until - app.now());
            leave(app, &later, lease, wait, Dispatched::default()).await
        }
        Sent::Failed(failure) => {
            let failed = Dispatched { taken: 0, failed: 1 };
            match schedule::wait(tries, failure, &*app.entropy) {
                Some(wait) => {
                    leave(app, &cursor.again(cursor.next_sequence, app.now() + wait), lease, wait, failed).await
                }
                None => done(app, cursor, lease, failed).await,
            }
        }
    }
}

/// Sends what failed between two times, the oldest first. It goes on where it has come to: after a failure, after its
/// time is up, or when another worker takes it over.
async fn recover(mut sending: Sending<'_>, mut cursor: Cursor, lease: LeaseId) -> Result<Dispatched, Error> {
    let (app, endpoint, mut sent) = (sending.app, sending.endpoint, Dispatched::default());
    let began = app.now();
    let Some(Errand::Recover { since, until, mut after }) = cursor.errand.clone() else {
        return Err(Error::Corrupt("an errand of another kind"));
    };
    // Nothing is sent before it happened.
    let reached = after.and_then(|(millis, _)| DateTime::from_timestamp_millis(i64::try_from(millis).ok()?));
    let from = since.max(reached.unwrap_or(since));
    let taken = app.stores.deliveries.taken_since(&endpoint.org, endpoint.id, from).await?;
    loop {
        let query = EventQuery {
            kind: None,
            from: Some(since),
            to: Some(until),
            order: Order::Ascending,
            after: after.map(|(millis, id)| EventPosition { millis, id }),
            limit: PAGE,
        };
        let page = app.stores.events.list(&endpoint.org, query).await?;
        let mut on_their_way = HashMap::new();
        for event in page.events.iter().filter(|event| endpoint.wants(event) && !taken.contains(&event.id())) {
            if !is_on_its_way(app, endpoint, event, &mut on_their_way).await? {
                let tries = cursor.tries + 1;
                match sending.send(&message_of(app, event).await?, tries, None).await? {
                    Sent::Taken => sent.taken += 1,
                    Sent::Gone => {
                        return done(app, &cursor, lease, Dispatched { failed: sent.failed + 1, ..sent }).await;
                    }
                    Sent::Left(until) => {
                        let later = cursor.parked(cursor.next_sequence, until);
                        return leave(app, &later, lease, until - app.now(), sent).await;
                    }
                    Sent::Failed(failure) => {
                        sent.failed += 1;
                        if let Some(wait) = schedule::wait(tries, failure, &*app.entropy) {
                            let again = cursor.again(cursor.next_sequence, app.now() + wait);
                            return leave(app, &again, lease, wait, sent).await;
                        }
                    }
                }
            }
            let place = (event.id().millis(), event.id());
            match come_to(app, &cursor, (since, until, place), lease, began).await? {
                Some(further) => cursor = further,
                None => return Ok(sent),
            }
        }
        let Some(EventPosition { millis, id }) = page.next else { return done(app, &cursor, lease, sent).await };
        after = Some((millis, id));
        match come_to(app, &cursor, (since, until, (millis, id)), lease, began).await? {
            Some(further) => cursor = further,
            None => return Ok(sent),
        }
    }
}

/// Records how far a recovery has come; `None` if another worker goes on from there.
async fn come_to(
    app: &App,
    cursor: &Cursor,
    (since, until, after): (Time, Time, (u64, EventId)),
    lease: LeaseId,
    began: Time,
) -> Result<Option<Cursor>, Error> {
    let now = app.now();
    let errand = Some(Errand::Recover { since, until, after: Some(after) });
    if now - began >= super::run::RUN {
        let rest = Cursor { errand, ..cursor.past(cursor.next_sequence, None).parked(cursor.next_sequence + 1, now) };
        leave(app, &rest, lease, TimeDelta::zero(), Dispatched::default()).await?;
        return Ok(None);
    }
    let further = Cursor { errand, ..cursor.past(cursor.next_sequence, Some((lease, now + DELIVERY_LEASE))) };
    Ok(unless_lost(app.stores.deliveries.settle(&further, lease).await)?.map(|()| further))
}

/// Whether an event will be sent in its order anyway, because a worker has not come to it yet.
async fn is_on_its_way(
    app: &App,
    endpoint: &Endpoint,
    event: &StoredEvent,
    known: &mut HashMap<Stream, StreamDeliveries>,
) -> Result<bool, Error> {
    if event.created_at() < endpoint.enabled_at {
        return Ok(false);
    }
    let stream = event.subject().into();
    if let Entry::Vacant(unknown) = known.entry(stream) {
        unknown.insert(app.stores.deliveries.of_stream(&endpoint.org, stream).await?);
    }
    let StreamDeliveries { due, cursors, .. } = &known[&stream];
    let waits = |cursor: &Cursor| cursor.due_at.is_some() && cursor.next_sequence <= event.sequence();
    let cursor = cursors.iter().find(|cursor| cursor.id.endpoint() == endpoint.id);
    Ok(due.contains(&event.sequence()) || cursor.is_some_and(waits))
}

async fn leave(
    app: &App,
    cursor: &Cursor,
    lease: LeaseId,
    wait: TimeDelta,
    sent: Dispatched,
) -> Result<Dispatched, Error> {
    unless_lost(app.stores.deliveries.settle(cursor, lease).await)?;
    if wait <= LONGEST_DELAY {
        // Without it the sweep wakes a worker.
        let _ = app.wakes.wake(&Wake::of(&cursor.id), wait).await;
    }
    Ok(sent)
}

async fn done(app: &App, cursor: &Cursor, lease: LeaseId, sent: Dispatched) -> Result<Dispatched, Error> {
    unless_lost(app.stores.deliveries.done(&cursor.id, lease).await)?;
    Ok(sent)
}
