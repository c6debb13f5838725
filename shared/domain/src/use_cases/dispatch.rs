//! Delivers events to the endpoints of their organisation.
//!
//! A worker is woken for a subject. At each endpoint the subject has a cursor: whoever holds its lease sends the events
//! that the endpoint wants, one after the other, and moves it past each that was taken. A try that fails leaves the
//! cursor due for the next one, and what comes after it waits; other subjects and other endpoints do not. A worker that
//! dies loses nothing: the events, or the cursor, are still due, and may be sent twice.

mod errands;
mod run;
mod sending;

use crate::{
    App, Error,
    events::StoredEvent,
    ids::{ChainId, OrgId},
    ports::{Wake, limits::LOOK_AGAIN_AFTER},
    reference::{ClientReferenceId, Reference},
    webhooks::{Cursor, Endpoint, Stream, WebhookMessage},
};
use futures_util::future::join_all;
use run::{Left, Run, put_to_rest};
use sending::Sending;

/// How many messages were sent, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dispatched {
    pub taken: usize,
    pub failed: usize,
}

/// On an error the wake goes back, and a later attempt takes it up.
pub async fn dispatch(app: &App, wake: &Wake) -> Result<Dispatched, Error> {
    match wake {
        Wake::Events { org, stream: Stream::ChainId(id) } => dispatch_chain(app, org, *id).await,
        Wake::Events { org, stream } => dispatch_events(app, org, *stream).await,
        Wake::Errand { org, endpoint_id, errand_id } => errands::run(app, org, *endpoint_id, *errand_id).await,
    }
}

/// The events of a chain, and of its steps as long as it is there.
async fn dispatch_chain(app: &App, org: &OrgId, id: ChainId) -> Result<Dispatched, Error> {
    let chain = app.stores.by_id.chain(org, id).await?;
    let steps = chain.iter().flat_map(|chain| chain.sequence.steps());
    let streams = steps.map(|step| Stream::IdentificationId(step.identification_id)).chain([Stream::ChainId(id)]);
    let mut done = Dispatched::default();
    // Each of them to its end: one that fails must not stop what another one has begun.
    for outcome in join_all(streams.map(|stream| dispatch_events(app, org, stream))).await {
        let Dispatched { taken, failed } = outcome?;
        done.taken += taken;
        done.failed += failed;
    }
    Ok(done)
}

async fn dispatch_events(app: &App, org: &OrgId, stream: Stream) -> Result<Dispatched, Error> {
    // Before the endpoints: an event that is taken up must not be older than the list of those who want it.
    let found = app.stores.deliveries.of_stream(org, stream).await?;
    let endpoints = app.stores.endpoints.all(org).await?;
    let mut done = Dispatched::default();
    let mut with_another = false;
    let enabled: Vec<&Endpoint> = endpoints.iter().filter(|endpoint| endpoint.is_enabled()).collect();
    let is_of = |cursor: &Cursor, endpoint: &Endpoint| cursor.id.endpoint() == endpoint.id;
    for cursor in found.cursors.iter().filter(|cursor| !enabled.iter().any(|endpoint| is_of(cursor, endpoint))) {
        with_another |= put_to_rest(app, cursor).await? == Left::WithAnother;
    }
    if !enabled.is_empty() {
        let keys = app.keys.current().await?;
        for resealed in enabled.iter().filter_map(|endpoint| endpoint.resealed(&keys, &*app.entropy)) {
            // What is not sealed again now will be with the next event.
            let _ = app.stores.endpoints.reseal(&resealed).await;
        }
        let reference = match found.events.last() {
            Some(event) => reference_of(app, org, event.subject().into()).await?,
            None => None,
        };
        let reference = reference.as_ref().map(|id| id.expose());
        let at_each = enabled.iter().map(|endpoint| {
            let cursor = found.cursors.iter().find(|cursor| is_of(cursor, endpoint));
            Run::new(Sending::new(app, endpoint, &keys), &found, reference).deliver(cursor)
        });
        // Each of them to its end: one that fails must not stop what another one has begun.
        for outcome in join_all(at_each).await.into_iter().collect::<Result<Vec<_>, Error>>()? {
            let (Dispatched { taken, failed }, left) = outcome;
            done.taken += taken;
            done.failed += failed;
            with_another |= left == Left::WithAnother;
        }
    }
    if with_another {
        // That worker may not have seen the latest events.
        app.wakes.wake(&Wake::Events { org: org.clone(), stream }, LOOK_AGAIN_AFTER).await?;
    } else {
        app.stores.deliveries.taken_up(stream, &found.due).await?;
    }
    Ok(done)
}

/// The message of an event, with what its subject is called by the business. One read.
async fn message_of(app: &App, event: &StoredEvent) -> Result<WebhookMessage, Error> {
    let reference = reference_of(app, &event.org, event.subject().into()).await?;
    Ok(WebhookMessage::of(event, reference.as_ref().map(|id| id.expose())))
}

/// What a subject is called by the business, as long as it is there. One read.
async fn reference_of(app: &App, org: &OrgId, stream: Stream) -> Result<Option<ClientReferenceId>, Error> {
    let reference = match stream {
        Stream::IdentificationId(id) => {
            app.stores.by_id.identification(org, id).await?.map(|identification| identification.reference)
        }
        Stream::ScoringId(id) => app.stores.scorings.find(org, id).await?.map(|scoring| scoring.reference),
        Stream::ChainId(id) => app.stores.by_id.chain(org, id).await?.map(|chain| chain.reference),
        Stream::ReviewId(id) => app.stores.by_id.review(org, id).await?.map(|review| review.reference),
        Stream::EndpointId(_) | Stream::SettingsId(_) | Stream::SearchId(_) | Stream::ExportId(_) => None,
    };
    Ok(reference.as_ref().and_then(Reference::client_reference_id).cloned())
}
