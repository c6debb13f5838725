//! Errands: messages that somebody asks for, outside the order of events.

use super::{
    Dispatched, message_of,
    sending::{Sending, Sent},
};
use crate::{
    App, Error,
    events::StoredEvent,
    ids::{EndpointId, LeaseId, MessageId, OrgId},
    ports::{
        EventPosition, EventQuery, Order, Wake,
        limits::{DELIVERY_LEASE, LONGEST_DELAY},
        unless_lost,
    },
    webhooks::{Cursor, CursorId, Endpoint, Errand, WebhookMessage, schedule},
};

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
    let (app, mut sent) = (sending.app, Dispatched::default());
    let began = app.now();
    let Some(Errand::Recover { since, until, mut after }) = cursor.errand.clone() else {
        return Err(Error::Corrupt("an errand of another kind"));
    };
    let taken = app.stores.deliveries.taken_since(&sending.endpoint.org, sending.endpoint.id, since).await?;
    loop {
        let query = EventQuery {
            kind: None,
            from: Some(since),
            to: Some(until),
            order: Order::Ascending,
            after: after.map(|(millis, id)| EventPosition { millis, id }),
            limit: PAGE,
        };
        let page = app.stores.events.list(&sending.endpoint.org, query).await?;
        let wanted = |event: &&StoredEvent| sending.endpoint.wants(event) && !taken.contains(&event.id());
        let failed: Vec<StoredEvent> = page.events.iter().filter(wanted).cloned().collect();
        for event in failed {
            let tries = cursor.tries + 1;
            match sending.send(&message_of(app, &event).await?, tries, None).await? {
                Sent::Taken => sent.taken += 1,
                Sent::Gone => return done(app, &cursor, lease, Dispatched { failed: sent.failed + 1, ..sent }).await,
                Sent::Failed(failure) => {
                    sent.failed += 1;
                    if let Some(wait) = schedule::wait(tries, failure, &*app.entropy) {
                        return leave(app, &cursor.again(cursor.next_sequence, app.now() + wait), lease, wait, sent)
                            .await;
                    }
                }
            }
            after = Some((event.id().millis(), event.id()));
            let now = app.now();
            let errand = Some(Errand::Recover { since, until, after });
            cursor = Cursor { errand, ..cursor.past(cursor.next_sequence, Some((lease, now + DELIVERY_LEASE))) };
            if now - began >= super::run::RUN {
                let rest = Cursor { errand: cursor.errand.clone(), ..cursor.parked(cursor.next_sequence, now) };
                return leave(app, &rest, lease, now - now, sent).await;
            }
            if unless_lost(app.stores.deliveries.settle(&cursor, lease).await)?.is_none() {
                return Ok(sent);
            }
        }
        match page.next {
            Some(EventPosition { millis, id }) => after = Some((millis, id)),
            None => return done(app, &cursor, lease, sent).await,
        }
    }
}

async fn leave(
    app: &App,
    cursor: &Cursor,
    lease: LeaseId,
    wait: chrono::TimeDelta,
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
