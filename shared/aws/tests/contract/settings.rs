//! Settings are replaced by one of those who have read them, with the event of it.

use crate::{
    samples::{org, other_org, story},
    stage::{Ports, sixteen_at_once},
};
use acredita_aws::SystemEntropy;
use acredita_domain::{
    events::Log,
    ids::OrgId,
    ports::{Order, StepError},
    settings::{Choices, StoredSettings},
};

fn named(org: OrgId, name: &str, revision: u64, log: Log) -> StoredSettings {
    let choices = Choices { display_name: Some(name.parse().expect("a name")), ..Choices::default() };
    StoredSettings { org, choices, revision, log }
}

fn first(name: &str) -> StoredSettings {
    named(org(), name, 1, Log::begin(&SystemEntropy))
}

async fn replace(ports: &Ports, settings: &StoredSettings) -> Result<(), StepError> {
    let story = story(&settings.org, settings.subject(), settings.log.clone());
    ports.settings.replace(settings, story).await
}

async fn found(ports: &Ports) -> StoredSettings {
    ports.by_id.settings(&org()).await.expect("read").expect("settings")
}

async fn settings_are_found_as_they_were_chosen(ports: &Ports) {
    assert_eq!(ports.by_id.settings(&org()).await, Ok(None));
    let settings = first("Yoigo");
    assert_eq!(replace(ports, &settings).await, Ok(()));
    let stored = found(ports).await;
    assert_eq!((&stored.choices, stored.revision), (&settings.choices, 1));
    assert_eq!(ports.by_id.settings(&other_org()).await, Ok(None), "another organisation's");
}

async fn only_the_revision_before_is_replaced(ports: &Ports) {
    assert_eq!(replace(ports, &named(org(), "Early", 2, Log::begin(&SystemEntropy))).await, Err(StepError::Lost));
    assert_eq!(replace(ports, &first("First")).await, Ok(()));
    assert_eq!(replace(ports, &first("First again")).await, Err(StepError::Lost));
    let log = found(ports).await.log;
    assert_eq!(replace(ports, &named(org(), "Third", 3, log.clone())).await, Err(StepError::Lost));
    assert_eq!(replace(ports, &named(org(), "Second", 2, log)).await, Ok(()));
    assert_eq!(found(ports).await.choices.display_name, "Second".parse().ok());
}

async fn of_sixteen_one_replaces_and_tells(ports: &Ports) {
    assert_eq!(replace(ports, &first("First")).await, Ok(()));
    let log = found(ports).await.log;
    let outcomes = sixteen_at_once(|at| {
        let (ports, log) = (ports.clone(), log.clone());
        async move { replace(&ports, &named(org(), &format!("Number {at}"), 2, log)).await }
    })
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(StepError::Lost))), "{outcomes:?}");
    let stored = found(ports).await;
    let events = ports.events.of_subject(&org(), stored.subject(), None, Order::Ascending, 10).await.expect("read");
    assert_eq!(events.iter().map(|event| event.sequence()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(stored.log.head.map(|head| head.hash), events.last().map(|event| event.hash));
}

on_aws! {
    settings_are_found_as_they_were_chosen,
    only_the_revision_before_is_replaced,
    of_sixteen_one_replaces_and_tells,
}
