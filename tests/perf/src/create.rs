//! Identifications without requests: what is to be measured begins with them.

use crate::{Failure, ORG};
use acredita_aws::SystemEntropy;
use acredita_domain::{
    App, Time,
    actor::Actor,
    events::{EventData, EventType, Happened, Log, Now, Story, Subject},
    identification::{Identification, Method, Midni, State},
    ids::{AdminIdentificationId, EventId, IdentificationId, OrgId},
    ports::NewIdentification,
    reference::Reference,
    request::By,
};
use chrono::TimeDelta;

/// By an agent, of nobody.
pub fn agent(created_at: Time, life: TimeDelta) -> Identification {
    Identification {
        id: IdentificationId::generate(&SystemEntropy),
        admin_id: AdminIdentificationId::generate(&SystemEntropy),
        org: ORG.parse().expect("the name of an organisation"),
        actor: Actor::default(),
        reference: Reference::default(),
        method: Method::Agent { personal_document_image: false, midni: Midni::default() },
        state: State::Created,
        created_at,
        expires_at: created_at + life,
        membership: None,
        log: None,
        once: Vec::new(),
        review: None,
        lookups: Vec::new(),
    }
}

/// Stores it with the event of its creation.
pub async fn create(app: &App, identification: Identification) -> Result<(), Failure> {
    let now = app.now();
    let story = story(app, &identification.org, identification.subject(), EventType::IdentificationCreated);
    let keep_until = app.policy.keep_until(identification.expires_at);
    let new =
        NewIdentification { identification, scoring: None, keep_until, outbox: Vec::new(), idempotency: None, story };
    app.stores.identifications.create(new, now).await.map_err(|_| "an identification was not created")?;
    Ok(())
}

/// The story of something that begins.
pub fn story(app: &App, org: &OrgId, subject: Subject, kind: EventType) -> Story {
    let now = app.now();
    let begun = Happened {
        id: EventId::at(now, &*app.entropy),
        kind,
        at: now,
        data: EventData::default(),
        by: By::System,
        request_id: None,
    };
    Story {
        org: org.clone(),
        subject,
        log: Log::begin(&*app.entropy),
        adopted: None,
        events: vec![begun],
        keep_until: now + app.policy.events_kept,
        once: None,
        reviews: None,
        now: Now::standing_still(now),
    }
}
