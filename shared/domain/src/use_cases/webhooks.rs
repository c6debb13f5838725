//! The endpoints of an organisation: where it gets its events.

use super::{cursor, effects, telling};
use crate::{
    App, Conflict, Error, Request, Time,
    events::{EventData, EventType, Log, Story, Subject},
    ids::{EndpointId, EventId, MessageId, OrgId},
    ports::{DeliveryPage, NewEndpointError, Wake, limits::DELIVERIES_KEPT},
    webhooks::{
        Cursor, Description, Endpoint, EndpointChange, EndpointSecret, EndpointStatus, EndpointUrl, Errand, EventTypes,
        Health, Overlap, SealedSecret, Stream,
    },
};
use chrono::TimeDelta;

/// A new endpoint, as its owner asks for it.
#[derive(Clone, Debug)]
pub struct CreateEndpoint {
    pub url: EndpointUrl,
    pub event_types: EventTypes,
    pub description: Option<Description>,
}

/// The secret is shown once, here.
pub async fn create_webhook_endpoint(
    app: &App,
    request: &Request,
    command: CreateEndpoint,
) -> Result<(Endpoint, EndpointSecret), Error> {
    check(app, &command.url).await?;
    let (id, now) = (EndpointId::generate(&*app.entropy), app.now());
    let secret = EndpointSecret::generate(&*app.entropy);
    let keys = app.keys.current().await?;
    let endpoint = Endpoint {
        id,
        org: request.org.clone(),
        url: command.url,
        event_types: command.event_types,
        description: command.description,
        status: EndpointStatus::Enabled,
        created_at: now,
        enabled_at: now,
        secret: SealedSecret::of(&secret, &keys, &*app.entropy, &request.org, id),
        previous: None,
        health: Health::default(),
        revision: 0,
    };
    let story = story(app, request, &endpoint, EventType::WebhookEndpointCreated, EventData::default(), now);
    match app.stores.endpoints.create(&endpoint, story).await {
        Ok(()) => {
            effects::wake(app, &request.org, Stream::EndpointId(id)).await;
            Ok((endpoint, secret))
        }
        Err(NewEndpointError::Full) => Err(Conflict::TooManyEndpoints.into()),
        Err(NewEndpointError::Unavailable(unavailable)) => Err(unavailable.into()),
    }
}

pub async fn list_webhook_endpoints(app: &App, org: &OrgId) -> Result<Vec<Endpoint>, Error> {
    Ok(app.stores.endpoints.all(org).await?)
}

pub async fn read_webhook_endpoint(app: &App, org: &OrgId, id: EndpointId) -> Result<Endpoint, Error> {
    app.stores.endpoints.find(org, id).await?.ok_or(Error::NotFound("endpoint"))
}

pub async fn update_webhook_endpoint(
    app: &App,
    request: &Request,
    id: EndpointId,
    change: EndpointChange,
) -> Result<Endpoint, Error> {
    if let Some(url) = &change.url {
        check(app, url).await?;
    }
    let endpoint = read_webhook_endpoint(app, &request.org, id).await?;
    let now = app.now();
    let changed = endpoint.changed(change, now);
    if changed == endpoint {
        return Ok(endpoint);
    }
    let kind = match (endpoint.status, changed.status) {
        (EndpointStatus::Enabled, EndpointStatus::Disabled) => EventType::WebhookEndpointDisabled,
        _ => EventType::WebhookEndpointUpdated,
    };
    let story = story(app, request, &changed, kind, EventData::default(), now);
    app.stores.endpoints.change(&endpoint, &changed, story).await?;
    effects::wake(app, &request.org, Stream::EndpointId(id)).await;
    Ok(changed)
}

pub async fn delete_webhook_endpoint(app: &App, request: &Request, id: EndpointId) -> Result<(), Error> {
    let endpoint = read_webhook_endpoint(app, &request.org, id).await?;
    let now = app.now();
    let story = story(app, request, &endpoint, EventType::WebhookEndpointDeleted, EventData::default(), now);
    app.stores.endpoints.delete(&endpoint, story).await?;
    effects::wake(app, &request.org, Stream::EndpointId(id)).await;
    Ok(())
}

/// Shows the new secret once, here.
pub async fn rotate_webhook_secret(
    app: &App,
    request: &Request,
    id: EndpointId,
    overlap: Overlap,
) -> Result<EndpointSecret, Error> {
    let endpoint = read_webhook_endpoint(app, &request.org, id).await?;
    let now = app.now();
    let secret = EndpointSecret::generate(&*app.entropy);
    let keys = app.keys.current().await?;
    let sealed = SealedSecret::of(&secret, &keys, &*app.entropy, &request.org, id);
    let rotated = endpoint.rotated(sealed, overlap, now);
    let data =
        rotated.previous.iter().fold(EventData::default(), |data, (_, until)| data.time("overlap_until", *until));
    let story = story(app, request, &rotated, EventType::WebhookEndpointSecretRotated, data, now);
    app.stores.endpoints.change(&endpoint, &rotated, story).await?;
    effects::wake(app, &request.org, Stream::EndpointId(id)).await;
    Ok(secret)
}

/// Has a message sent that only shows that the endpoint works.
pub async fn ping_webhook_endpoint(app: &App, org: &OrgId, id: EndpointId) -> Result<(), Error> {
    let endpoint = enabled(app, org, id).await?;
    let at = app.now();
    run(app, &endpoint, Errand::Ping { event_id: EventId::at(at, &*app.entropy), at }).await
}

/// Has an event sent again, whatever became of it and whether or not the endpoint asks for its type.
pub async fn resend_event(app: &App, org: &OrgId, event: EventId, endpoint: EndpointId) -> Result<(), Error> {
    let event = app.stores.events.find(org, event).await?.ok_or(Error::NotFound("event"))?;
    let endpoint = enabled(app, org, endpoint).await?;
    run(app, &endpoint, Errand::Resend { event_id: event.id() }).await
}

/// Has everything sent again that failed in between: since the endpoint was created, and as long as tries are remembered.
pub async fn recover_webhook_endpoint(
    app: &App,
    org: &OrgId,
    id: EndpointId,
    since: Time,
    until: Time,
) -> Result<(), Error> {
    let endpoint = enabled(app, org, id).await?;
    let since = since.max(endpoint.created_at).max(app.now() - DELIVERIES_KEPT);
    run(app, &endpoint, Errand::Recover { since, until, after: None }).await
}

/// The tries of an endpoint, the newest first.
pub async fn list_webhook_deliveries(
    app: &App,
    org: &OrgId,
    id: EndpointId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<DeliveryPage, Error> {
    let list = cursor::list_of("deliveries", org, id);
    let after: Option<String> = match cursor {
        Some(cursor) => Some(cursor::open(app, &list, cursor).await?),
        None => None,
    };
    read_webhook_endpoint(app, org, id).await?;
    let DeliveryPage { deliveries, next } = app.stores.deliveries.list(org, id, after.as_deref(), limit).await?;
    let next = match next {
        Some(place) => Some(cursor::seal(app, &list, place).await?),
        None => None,
    };
    Ok(DeliveryPage { deliveries, next })
}

/// A message to an endpoint that gets none is asked for by mistake.
async fn enabled(app: &App, org: &OrgId, id: EndpointId) -> Result<Endpoint, Error> {
    let endpoint = read_webhook_endpoint(app, org, id).await?;
    if endpoint.is_enabled() { Ok(endpoint) } else { Err(Conflict::EndpointDisabled.into()) }
}

async fn run(app: &App, endpoint: &Endpoint, errand: Errand) -> Result<(), Error> {
    let now = app.now();
    let cursor = Cursor::of_errand(endpoint, MessageId::generate(&*app.entropy), errand, now);
    app.stores.deliveries.add_errand(&cursor, now).await?;
    // Without it the sweep wakes a worker.
    let _ = app.wakes.wake(&Wake::of(&cursor.id), TimeDelta::zero()).await;
    Ok(())
}

async fn check(app: &App, url: &EndpointUrl) -> Result<(), Error> {
    app.receivers.check(url).await.map_err(|invalid| Error::BadField { pointer: "/url", problem: invalid.0 })
}

/// The event of a change. Whoever has to know of it has a log to look it up in, and gets no URL from it.
pub(super) fn story(
    app: &App,
    request: &Request,
    endpoint: &Endpoint,
    kind: EventType,
    data: EventData,
    now: Time,
) -> Story {
    let data = data.named("status", endpoint.status).state(endpoint.vouched());
    let subject = Subject::WebhookEndpoint { endpoint_id: endpoint.id };
    telling::story(app, request, (subject, Log::begin(&*app.entropy)), kind, data, now)
}
