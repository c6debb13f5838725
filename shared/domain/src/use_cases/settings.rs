//! The settings of an organisation.

use super::{effects, telling};
use crate::{
    App, Error, Request,
    error::FieldFault,
    events::{EventData, EventType, Log},
    ids::OrgId,
    ports::StepError,
    settings::{Choices, OrgSettings, StoredSettings},
    webhooks::Stream,
};
use std::sync::Arc;

/// The settings that hold, and which version of them they are: 0 before the first change.
pub struct ReadSettings {
    pub settings: Arc<OrgSettings>,
    pub revision: u64,
}

pub async fn read_settings(app: &App, org: &OrgId) -> Result<ReadSettings, Error> {
    let stored = app.stores.by_id.settings(org).await?;
    let revision = stored.as_ref().map_or(0, |stored| stored.revision);
    let choices = stored.map(|stored| stored.choices).unwrap_or_default();
    Ok(ReadSettings { settings: Arc::new(OrgSettings::of(org, &choices, app.policy.bounds())), revision })
}

/// Replaces all settings, if their revision `is_current`. What is not chosen is the default.
pub async fn replace_settings(
    app: &App,
    request: &Request,
    is_current: impl Fn(u64) -> bool + Send,
    choices: Choices,
) -> Result<ReadSettings, Error> {
    let faults = choices.out_of_bounds(app.policy.bounds());
    if !faults.is_empty() {
        let fault = |(pointer, problem)| FieldFault { pointer, problem };
        return Err(Error::BadFields(faults.into_iter().map(fault).collect()));
    }
    let (org, now) = (&request.org, app.now());
    let before = app.stores.by_id.settings(org).await?;
    let revision = before.as_ref().map_or(0, |before| before.revision);
    if !is_current(revision) {
        return Err(Error::Stale);
    }
    let changed = choices.changed(&before.as_ref().map(|before| before.choices.clone()).unwrap_or_default());
    let log = before.map_or_else(|| Log::begin(&*app.entropy), |before| before.log);
    let after = StoredSettings { org: org.clone(), choices, revision: revision + 1, log };
    let data = EventData::default().with("revision", after.revision).with("changed", changed).state(after.vouched());
    let log = (after.subject(), after.log.clone());
    let story = telling::story(app, request, log, EventType::SettingsUpdated, data, now);
    match app.stores.settings.replace(&after, story).await {
        Err(StepError::Lost) => return Err(Error::Stale),
        replaced => replaced?,
    }
    let settings = Arc::new(OrgSettings::of(org, &after.choices, app.policy.bounds()));
    app.known_settings.set(org, settings.clone(), now);
    effects::wake(app, org, Stream::SettingsId(after.id())).await;
    Ok(ReadSettings { settings, revision: after.revision })
}
