//! What the use cases work with, assembled once at process start by `shared/service`.

use crate::{
    Error, Invalid, Time,
    chain::Chain,
    identification::{Identification, MethodKind},
    ids::{AdminChainId, AdminIdentificationId, ChainId, IdentificationId, OrgId},
    named::Named,
    otp::{Channel, Delivery},
    ports::{
        CardVerifier, Clock, CodeKeys, Comparison, DocumentNumberReader, Entropy, ExportQueue, PictureValidator, Queue,
        Receivers, Scorer, Wakes,
    },
    scoring::{Provider, ProviderAccess},
    settings::{Bounds, Choices, Countries, KnownSettings, OrgSettings},
    stores::Stores,
    test_destinations::TestDestinations,
    throttle::{RequestRate, RequestThrottle},
};
use chrono::TimeDelta;
use std::sync::Arc;

#[derive(Clone)]
pub struct App {
    pub stores: Stores,
    pub queue: Arc<dyn Queue>,
    /// Wakes a worker for events to deliver.
    pub wakes: Arc<dyn Wakes>,
    /// Wakes a worker for an export.
    pub export_queue: Arc<dyn ExportQueue>,
    /// Where events are delivered to. Only in functions that have endpoints.
    pub receivers: Named<dyn Receivers>,
    /// Only in functions that process pictures: see [`App::engine`].
    pub engine: Option<Engine>,
    pub policy: Policy,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub keys: Arc<dyn CodeKeys>,
    pub throttle: Arc<RequestThrottle>,
    pub known_settings: Arc<KnownSettings>,
}

/// What looks at pictures of documents.
#[derive(Clone)]
pub struct Engine {
    pub picture_validator: Arc<dyn PictureValidator>,
    /// Only in functions that read documents.
    pub document_number_reader: Option<Arc<dyn DocumentNumberReader>>,
    /// The providers configured in this deployment.
    pub scorers: Vec<Arc<dyn Scorer>>,
    /// Only in functions that verify codes of MiDNI.
    pub cards: Option<Cards>,
}

/// What verifies codes of MiDNI, and compares them with the declared person.
#[derive(Clone)]
pub struct Cards {
    pub verifier: Arc<dyn CardVerifier>,
    pub comparison: Arc<dyn Comparison>,
}

/// The most scorings of one declared number in an organisation and a day, unless a deployment chooses another.
pub const SCORINGS_A_DAY: u32 = 100;

/// How long events are kept, unless a deployment chooses another number of years.
pub const EVENT_RETENTION: TimeDelta = TimeDelta::days(5 * 366);

/// The choices of a deployment.
#[derive(Clone, Debug)]
pub struct Policy {
    pub channels: Vec<Channel>,
    /// Those whose providers report what became of messages.
    pub receipts: Vec<Channel>,
    /// How long an identification or a scoring is kept after it expires.
    pub retention: TimeDelta,
    /// Which organisations may use which external providers.
    pub providers: ProviderAccess,
    /// How many requests a second an organisation may make.
    pub requests_a_second: RequestRate,
    /// Whether an upload has to be stated before it gets a link.
    pub stated_uploads: bool,
    /// The most scorings of one declared number in an organisation and a day (UTC).
    pub scorings_a_day: u32,
    /// How long events are kept.
    pub events_kept: TimeDelta,
    /// Where organisations may send text messages at most.
    pub sms_countries: Countries,
    /// Where nothing is sent, and the code is known.
    pub test_destinations: TestDestinations,
    /// Since when records can be searched; `None` if they cannot.
    pub search_since: Option<Time>,
}

impl Policy {
    /// Requires that this deployment sends on the channel, if we are to send.
    pub fn require_channel(&self, delivery: &Delivery) -> Result<(), Invalid> {
        match delivery {
            Delivery::Sent(destination) if !self.channels.contains(&destination.channel()) => {
                Err(Invalid("this deployment does not send on this channel"))
            }
            Delivery::Sent(_) | Delivery::External(_) => Ok(()),
        }
    }

    pub fn keep_until(&self, expires_at: Time) -> Time {
        expires_at + self.retention
    }

    /// What organisations may choose.
    pub fn bounds(&self) -> Bounds<'_> {
        Bounds { countries: &self.sms_countries, channels: &self.channels }
    }
}

impl App {
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The same with the stores that a function names.
    pub fn with(&self, stores: impl FnOnce(&Stores) -> Stores) -> Self {
        Self { stores: stores(&self.stores), ..self.clone() }
    }

    /// Counts a request of an organisation's caller, or refuses it.
    pub async fn admit(&self, org: &OrgId) -> Result<(), Error> {
        self.throttle.admit(org, self.policy.requests_a_second, &*self.stores.requests, self.now()).await
    }

    /// The settings of an organisation, as they were at most a minute ago. A read, if this process does not know them.
    pub async fn settings(&self, org: &OrgId) -> Result<Arc<OrgSettings>, Error> {
        let now = self.now();
        if let Some(known) = self.known_settings.get(org, now) {
            return Ok(known);
        }
        let choices = self.stores.by_id.settings(org).await?.map_or_else(Choices::default, |stored| stored.choices);
        let settings = Arc::new(OrgSettings::of(org, &choices, self.policy.bounds()));
        self.known_settings.set(org, settings.clone(), now);
        Ok(settings)
    }

    /// A missing engine is a wiring error: any answer would be about a picture that nobody saw.
    pub(crate) fn engine(&self) -> Result<&Engine, Error> {
        self.engine.as_ref().ok_or(Error::NotBuiltIn("engine"))
    }

    pub(crate) fn document_number_reader(&self) -> Result<&dyn DocumentNumberReader, Error> {
        let reader = self.engine()?.document_number_reader.as_deref();
        reader.ok_or(Error::NotBuiltIn("reader of document numbers"))
    }

    pub(crate) fn cards(&self) -> Result<&Cards, Error> {
        self.engine()?.cards.as_ref().ok_or(Error::NotBuiltIn("verifier of codes"))
    }

    /// The scorer of a provider, if this deployment has it and the organisation may use it. Withdrawing a provider from
    /// an organisation takes effect at once, for existing scorings too.
    pub(crate) fn scorer(&self, org: &OrgId, provider: Provider) -> Result<&dyn Scorer, Error> {
        if !self.policy.providers.allows(org, provider) {
            return Err(Error::NotFound("provider for this organisation"));
        }
        let scorer = self.engine()?.scorers.iter().find(|scorer| scorer.provider() == provider);
        scorer.map(|scorer| &**scorer).ok_or(Error::NotFound("provider in this deployment"))
    }

    pub(crate) async fn find(
        &self,
        org: &OrgId,
        id: IdentificationId,
        kind: MethodKind,
    ) -> Result<Identification, Error> {
        let found = self.stores.by_id.identification(org, id).await?;
        found.filter(|found| found.method.kind() == kind).ok_or(Error::NotFound("identification"))
    }

    pub(crate) async fn find_by_admin_id(
        &self,
        org: &OrgId,
        id: AdminIdentificationId,
        kind: MethodKind,
    ) -> Result<Identification, Error> {
        let found = self.stores.identifications.find_by_admin_id(org, id).await?;
        found.filter(|found| found.method.kind() == kind).ok_or(Error::NotFound("identification"))
    }

    pub(crate) async fn find_chain(&self, org: &OrgId, id: ChainId) -> Result<Chain, Error> {
        self.stores.by_id.chain(org, id).await?.ok_or(Error::NotFound("chain"))
    }

    pub(crate) async fn find_chain_by_admin_id(&self, org: &OrgId, id: AdminChainId) -> Result<Chain, Error> {
        self.stores.chains.find_by_admin_id(org, id).await?.ok_or(Error::NotFound("chain"))
    }
}
