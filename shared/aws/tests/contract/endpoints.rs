//! An organisation's endpoints: counted, changed by one at a time, and each change with its event.

use crate::{
    samples::{TICK, now, org, other_org, story},
    stage::{Ports, sixteen_at_once, successes},
};
use acredita_aws::SystemEntropy;
use acredita_domain::{
    events::{Log, Story, Subject},
    ids::{EndpointId, OrgId},
    keys::Keyring,
    ports::{NewEndpointError, Order, StepError},
    webhooks::{
        Endpoint, EndpointChange, EndpointSecret, EndpointStatus, EventTypes, Failure, Health, MAX_ENDPOINTS, Overlap,
        SealedSecret,
    },
};

on_aws! {
    an_endpoint_comes_back_as_it_went,
    another_organisations_endpoint_does_not_exist,
    the_seventeenth_endpoint_is_one_too_many_and_deleting_one_makes_room,
    of_sixteen_creates_that_meet_at_the_limit_one_is_taken,
    of_sixteen_changes_of_what_was_read_one_is_taken,
    every_change_is_an_event_of_the_endpoint,
    what_workers_record_of_its_health_does_not_disturb_its_owners_changes,
    of_sixteen_records_of_the_same_health_one_is_taken,
    secrets_get_another_seal_unless_something_has_changed,
}

pub fn endpoint_of(org: OrgId) -> Endpoint {
    let id = EndpointId::generate(&SystemEntropy);
    let keys = Keyring::new(vec![[7; 32]]).expect("a key");
    Endpoint {
        secret: SealedSecret::of(&EndpointSecret::generate(&SystemEntropy), &keys, &SystemEntropy, &org, id),
        id,
        org,
        url: "https://example.com/hooks?a=%2F".parse().expect("a URL"),
        event_types: EventTypes::all(),
        description: Some("the shop's".parse().expect("a description")),
        status: EndpointStatus::Enabled,
        created_at: now(),
        enabled_at: now(),
        previous: None,
        health: Health::default(),
        revision: 0,
    }
}

pub fn endpoint() -> Endpoint {
    endpoint_of(org())
}

pub fn told_of_endpoint(endpoint: &Endpoint) -> Story {
    story(&endpoint.org, Subject::WebhookEndpoint { endpoint_id: endpoint.id }, Log::begin(&SystemEntropy))
}

pub async fn create(ports: &Ports, endpoint: &Endpoint) {
    assert_eq!(ports.endpoints.create(endpoint, told_of_endpoint(endpoint)).await, Ok(()));
}

async fn found(ports: &Ports, endpoint: &Endpoint) -> Endpoint {
    ports.endpoints.find(&endpoint.org, endpoint.id).await.expect("an answer").expect("an endpoint")
}

async fn an_endpoint_comes_back_as_it_went(ports: &Ports) {
    let first = endpoint();
    let second = Endpoint { description: None, created_at: now() + TICK, ..endpoint() };
    for endpoint in [&second, &first] {
        create(ports, endpoint).await;
        assert_eq!(found(ports, endpoint).await, *endpoint);
    }
    assert_eq!(ports.endpoints.all(&org()).await, Ok(vec![first.clone(), second.clone()]), "the oldest first");
    let rotated = first.rotated(second.secret.clone(), Overlap::default(), now());
    let rotated = Endpoint { revision: 1, ..rotated };
    assert_eq!(ports.endpoints.change(&first, &rotated, told_of_endpoint(&first)).await, Ok(()));
    assert_eq!(found(ports, &first).await, rotated);
    let at_once = rotated.rotated(first.secret.clone(), "PT0S".parse().expect("none"), now());
    assert_eq!(ports.endpoints.change(&rotated, &at_once, told_of_endpoint(&first)).await, Ok(()));
    assert_eq!(found(ports, &first).await, Endpoint { revision: 2, ..at_once });
}

async fn another_organisations_endpoint_does_not_exist(ports: &Ports) {
    let theirs = endpoint_of(other_org());
    create(ports, &theirs).await;
    assert_eq!(ports.endpoints.find(&org(), theirs.id).await, Ok(None));
    assert_eq!(ports.endpoints.all(&org()).await, Ok(Vec::new()));
    let as_mine = Endpoint { org: org(), ..theirs.clone() };
    assert_eq!(ports.endpoints.change(&as_mine, &as_mine, told_of_endpoint(&as_mine)).await, Err(StepError::Lost));
    assert_eq!(ports.endpoints.delete(&as_mine, told_of_endpoint(&as_mine)).await, Err(StepError::Lost));
    assert_eq!(found(ports, &theirs).await, theirs);
}

async fn the_seventeenth_endpoint_is_one_too_many_and_deleting_one_makes_room(ports: &Ports) {
    let all: Vec<Endpoint> = (0..MAX_ENDPOINTS).map(|_| endpoint()).collect();
    for endpoint in &all {
        create(ports, endpoint).await;
    }
    let more = endpoint();
    assert_eq!(ports.endpoints.create(&more, told_of_endpoint(&more)).await, Err(NewEndpointError::Full));
    create(ports, &endpoint_of(other_org())).await;
    assert_eq!(ports.endpoints.delete(&all[3], told_of_endpoint(&all[3])).await, Ok(()));
    assert_eq!(ports.endpoints.delete(&all[3], told_of_endpoint(&all[3])).await, Err(StepError::Lost), "it is gone");
    create(ports, &more).await;
    let more = endpoint();
    assert_eq!(ports.endpoints.create(&more, told_of_endpoint(&more)).await, Err(NewEndpointError::Full));
}

async fn of_sixteen_creates_that_meet_at_the_limit_one_is_taken(ports: &Ports) {
    for _ in 1..MAX_ENDPOINTS {
        create(ports, &endpoint()).await;
    }
    let results = sixteen_at_once(|_| {
        let ports = ports.clone();
        async move {
            let endpoint = endpoint();
            ports.endpoints.create(&endpoint, told_of_endpoint(&endpoint)).await
        }
    })
    .await;
    assert_eq!(successes(&results), 1, "{results:?}");
    assert_eq!(ports.endpoints.all(&org()).await.expect("endpoints").len(), MAX_ENDPOINTS);
}

async fn of_sixteen_changes_of_what_was_read_one_is_taken(ports: &Ports) {
    let endpoint = endpoint();
    create(ports, &endpoint).await;
    let results = sixteen_at_once(|_| {
        let (ports, endpoint) = (ports.clone(), endpoint.clone());
        async move { ports.endpoints.change(&endpoint, &endpoint.disabled(), told_of_endpoint(&endpoint)).await }
    })
    .await;
    assert_eq!(successes(&results), 1, "{results:?}");
    assert_eq!(found(ports, &endpoint).await, Endpoint { revision: 1, ..endpoint.disabled() });
}

async fn every_change_is_an_event_of_the_endpoint(ports: &Ports) {
    let created = endpoint();
    create(ports, &created).await;
    let change = EndpointChange { event_types: Some(EventTypes::all()), ..EndpointChange::default() };
    let changed = created.changed(change, now());
    assert_eq!(ports.endpoints.change(&created, &changed, told_of_endpoint(&created)).await, Ok(()));
    let log = ports.endpoints.log_of(&org(), created.id).await.expect("an answer").expect("a log");
    assert_eq!(log.sequence(), 2);
    assert_eq!(ports.endpoints.log_of(&other_org(), created.id).await, Ok(None));
    assert_eq!(ports.endpoints.delete(&changed, told_of_endpoint(&changed)).await, Ok(()));
    assert_eq!(ports.endpoints.log_of(&org(), created.id).await, Ok(None));
    let subject = Subject::WebhookEndpoint { endpoint_id: created.id };
    let events = ports.events.of_subject(&org(), subject, None, Order::Ascending, 10).await.expect("events");
    assert_eq!(events.iter().map(|event| event.sequence()).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(acredita_domain::events::unbroken(&events, now()).is_ok());
}

async fn what_workers_record_of_its_health_does_not_disturb_its_owners_changes(ports: &Ports) {
    let endpoint = endpoint();
    create(ports, &endpoint).await;
    let down = Failure::Status { status: 500, retry_after: None };
    let failing = endpoint.health.failed("1", down, now(), &SystemEntropy);
    assert_eq!(ports.endpoints.record_health(&endpoint, &failing).await, Ok(()));
    assert_eq!(ports.endpoints.change(&endpoint, &endpoint.disabled(), told_of_endpoint(&endpoint)).await, Ok(()));
    let disabled = found(ports, &endpoint).await;
    assert_eq!((disabled.is_enabled(), &disabled.health), (false, &failing));
    let enable = EndpointChange { status: Some(EndpointStatus::Enabled), ..EndpointChange::default() };
    let enabled = disabled.changed(enable, now());
    assert_eq!(ports.endpoints.change(&disabled, &enabled, told_of_endpoint(&endpoint)).await, Ok(()));
    assert_eq!(found(ports, &endpoint).await.health, Health::default(), "it is forgiven");
}

async fn of_sixteen_records_of_the_same_health_one_is_taken(ports: &Ports) {
    let endpoint = endpoint();
    create(ports, &endpoint).await;
    let results = sixteen_at_once(|number| {
        let (ports, endpoint) = (ports.clone(), endpoint.clone());
        let down = Failure::Status { status: 500, retry_after: None };
        let failing = endpoint.health.failed(&number.to_string(), down, now(), &SystemEntropy);
        async move { ports.endpoints.record_health(&endpoint, &failing).await }
    })
    .await;
    assert_eq!(successes(&results), 1, "{results:?}");
}

async fn secrets_get_another_seal_unless_something_has_changed(ports: &Ports) {
    let created = endpoint();
    create(ports, &created).await;
    let resealed = Endpoint { secret: endpoint().secret, previous: Some((created.secret.clone(), now())), ..created };
    assert_eq!(ports.endpoints.reseal(&resealed).await, Ok(()));
    assert_eq!(found(ports, &resealed).await, resealed);
    assert_eq!(ports.endpoints.change(&resealed, &resealed, told_of_endpoint(&resealed)).await, Ok(()));
    let late = Endpoint { previous: None, ..resealed.clone() };
    assert_eq!(ports.endpoints.reseal(&late).await, Err(StepError::Lost));
    let changed = Endpoint { revision: 1, ..late };
    assert_eq!(ports.endpoints.reseal(&changed).await, Ok(()));
    assert_eq!(found(ports, &changed).await, changed);
}
