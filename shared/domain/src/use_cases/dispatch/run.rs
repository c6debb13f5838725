//! One worker's run through the events of a subject at one endpoint.

use super::{
    Dispatched,
    sending::{Sending, Sent},
};
use crate::{
    App, Error, Time,
    events::StoredEvent,
    ids::LeaseId,
    ports::{
        StepError, StreamDeliveries, Wake,
        limits::{DELIVERY_LEASE, LONGEST_DELAY},
        unless_lost,
    },
    webhooks::{Cursor, Gate, Next, WebhookMessage, next_for, schedule},
};
use chrono::TimeDelta;

/// How long a run takes up new messages. The rest of the worker's time is for finishing.
pub(super) const RUN: TimeDelta = TimeDelta::seconds(30);

/// How a cursor was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Past everything, or due for its next try.
    Settled,
    WithAnother,
}

pub(super) struct Run<'a> {
    sending: Sending<'a>,
    found: &'a StreamDeliveries,
    /// What the subject is called by the business.
    reference: Option<&'a str>,
    lease: LeaseId,
    began: Time,
    done: Dispatched,
}

impl<'a> Run<'a> {
    pub fn new(sending: Sending<'a>, found: &'a StreamDeliveries, reference: Option<&'a str>) -> Self {
        let (lease, began) = (LeaseId::generate(&*sending.app.entropy), sending.app.now());
        Self { sending, found, reference, lease, began, done: Dispatched::default() }
    }

    /// Sends what the endpoint wants, in order, for as long as it is taken.
    pub async fn deliver(mut self, cursor: Option<&Cursor>) -> Result<(Dispatched, Left), Error> {
        let left = match self.next(cursor) {
            (Some(cursor), Next::Send(event)) => self.deliver_from(cursor, event).await?,
            (_, Next::Leased) => Left::WithAnother,
            (Some(cursor), Next::Nothing) => put_to_rest(self.sending.app, &cursor).await?,
            _ => Left::Settled,
        };
        Ok((self.done, left))
    }

    fn next(&self, cursor: Option<&Cursor>) -> (Option<Cursor>, Next<'a>) {
        let StreamDeliveries { events, keep_until, .. } = self.found;
        next_for(self.sending.endpoint, events, *keep_until, cursor, self.sending.app.now())
    }

    async fn deliver_from(&mut self, mut cursor: Cursor, mut event: &'a StoredEvent) -> Result<Left, Error> {
        if let Some(until) = self.sending.closed().await? {
            return self.park(&cursor, event.sequence(), until).await;
        }
        let now = self.sending.app.now();
        let claim = self.sending.app.stores.deliveries.claim(&cursor, self.lease, now, now + DELIVERY_LEASE).await;
        if unless_lost(claim)?.is_none() {
            return Ok(Left::WithAnother);
        }
        loop {
            let sequence = event.sequence();
            let tries = cursor.tries_of(sequence) + 1;
            let message = WebhookMessage::of(event, self.reference);
            match self.sending.send(&message, tries, Some(event.subject().into())).await? {
                Sent::Taken => self.done.taken += 1,
                Sent::Failed(failure) => {
                    self.done.failed += 1;
                    let app = self.sending.app;
                    if let Some(wait) = schedule::wait(tries, failure, &*app.entropy) {
                        return self.leave(&cursor.again(sequence, app.now() + wait), Some(wait)).await;
                    }
                }
                Sent::Gone => {
                    self.done.failed += 1;
                    return self.leave(&cursor.past(sequence, None), None).await;
                }
                Sent::Left(until) => {
                    let wait = until - self.sending.app.now();
                    return self.leave(&cursor.parked(sequence, until), Some(wait)).await;
                }
            }
            let past = cursor.past(sequence, None);
            let (_, Next::Send(next)) = self.next(Some(&past)) else {
                return self.leave(&past, None).await;
            };
            if let Some(until) = self.must_wait() {
                let now = self.sending.app.now();
                let until = until.min(now + LONGEST_DELAY);
                return self.leave(&past.parked(next.sequence(), until), Some(until - now)).await;
            }
            cursor = cursor.past(sequence, Some((self.lease, self.sending.app.now() + DELIVERY_LEASE)));
            let settled = self.sending.app.stores.deliveries.settle(&cursor, self.lease).await;
            if unless_lost(settled)?.is_none() {
                return Ok(Left::WithAnother);
            }
            event = next;
        }
    }

    /// Until when the next message has to wait: for the endpoint, or for another worker because this one's time is up.
    fn must_wait(&self) -> Option<Time> {
        let now = self.sending.app.now();
        match self.sending.health.gate(now) {
            Gate::Closed(until) => Some(until),
            Gate::Probe => Some(now),
            Gate::Open | Gate::Place => (now - self.began >= RUN).then_some(now),
        }
    }

    /// Leaves a cursor that nobody has, until its endpoint may be well again: a success there tells nobody.
    async fn park(&self, cursor: &Cursor, sequence: u64, until: Time) -> Result<Left, Error> {
        let (deliveries, now) = (&self.sending.app.stores.deliveries, self.sending.app.now());
        let until = until.min(now + LONGEST_DELAY);
        left(deliveries.park(cursor, &cursor.parked(sequence, until), now).await)
    }

    /// Leaves the cursor that this run has. The queue wakes a worker for it if it can wait that long.
    async fn leave(&self, cursor: &Cursor, wait: Option<TimeDelta>) -> Result<Left, Error> {
        let app = self.sending.app;
        let left = left(app.stores.deliveries.settle(cursor, self.lease).await)?;
        if let Some(wait) = wait.filter(|wait| *wait <= LONGEST_DELAY) {
            // Without it the sweep wakes a worker.
            let _ = app.wakes.wake(&Wake::of(&cursor.id), wait).await;
        }
        Ok(left)
    }
}

/// Ends the wait of a cursor for something that will not be sent: else the sweep would wake a worker for it forever.
pub(super) async fn put_to_rest(app: &App, cursor: &Cursor) -> Result<Left, Error> {
    if cursor.due_at.is_none() {
        return Ok(Left::Settled);
    }
    left(app.stores.deliveries.park(cursor, &cursor.at_rest(), app.now()).await)
}

fn left(settled: Result<(), StepError>) -> Result<Left, Error> {
    Ok(unless_lost(settled)?.map_or(Left::WithAnother, |()| Left::Settled))
}
