//! What the use cases work with, put together once at the start of a process: `shared/service` does it.

use crate::{
    Error, Time,
    identification::{Identification, MethodKind},
    ids::{AdminIdentificationId, IdentificationId, OrgId},
    otp::Channel,
    ports::{
        Clock, DocumentNumbers, Entropy, Housekeeping, Identifications, Keys, Outbox, PictureReader, Pictures, Queue,
        Scorer, Scorings,
    },
    scoring::{Provider, ProviderAccess},
};
use chrono::TimeDelta;
use std::sync::Arc;

/// Everything that a use case needs from outside.
#[derive(Clone)]
pub struct App {
    pub stores: Stores,
    pub queue: Arc<dyn Queue>,
    /// Only in functions that look into pictures: see [`App::engine`].
    pub engine: Option<Engine>,
    pub policy: Policy,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub keys: Arc<dyn Keys>,
}

/// Where everything is kept.
#[derive(Clone)]
pub struct Stores {
    pub identifications: Arc<dyn Identifications>,
    pub scorings: Arc<dyn Scorings>,
    pub outbox: Arc<dyn Outbox>,
    pub housekeeping: Arc<dyn Housekeeping>,
    pub pictures: Arc<dyn Pictures>,
}

/// What looks into pictures.
#[derive(Clone)]
pub struct Engine {
    pub picture_reader: Arc<dyn PictureReader>,
    pub document_numbers: Arc<dyn DocumentNumbers>,
    /// The providers that this deployment has configured.
    pub scorers: Vec<Arc<dyn Scorer>>,
}

/// What a deployment decides.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The channels that codes are sent on.
    pub channels: Vec<Channel>,
    /// How long an identification or a scoring is kept after its time is over.
    pub retention: TimeDelta,
    /// Which organisations may use which external providers.
    pub providers: ProviderAccess,
}

impl Policy {
    /// When the retention of an entity that expires at this time is over.
    pub fn keep_until(&self, expires_at: Time) -> Time {
        expires_at + self.retention
    }
}

impl App {
    /// Now.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// What looks into pictures. A function that is asked for it without having it was put together wrongly: any answer
    /// would be about a picture that nobody saw.
    pub(crate) fn engine(&self) -> Result<&Engine, Error> {
        self.engine.as_ref().ok_or(Error::NotBuiltIn("engine"))
    }

    /// The scorer of a provider, if this deployment has it and the organisation may use it. What an organisation may no
    /// longer use is gone at once, for scorings that were created before, too.
    pub(crate) fn scorer(&self, org: &OrgId, provider: Provider) -> Result<&dyn Scorer, Error> {
        if !self.policy.providers.allows(org, provider) {
            return Err(Error::NotFound("provider for this organisation"));
        }
        let scorer = self.engine()?.scorers.iter().find(|scorer| scorer.provider() == provider);
        scorer.map(|scorer| &**scorer).ok_or(Error::NotFound("provider in this deployment"))
    }

    /// The identification of the actor's side, if it is of this kind.
    pub(crate) async fn find(
        &self,
        org: &OrgId,
        id: IdentificationId,
        kind: MethodKind,
    ) -> Result<Identification, Error> {
        let found = self.stores.identifications.find(org, id).await?;
        found.filter(|found| found.method.kind() == kind).ok_or(Error::NotFound("identification"))
    }

    /// The identification behind a handle, if it is of this kind.
    pub(crate) async fn find_by_admin_id(
        &self,
        org: &OrgId,
        id: AdminIdentificationId,
        kind: MethodKind,
    ) -> Result<Identification, Error> {
        let found = self.stores.identifications.find_by_admin_id(org, id).await?;
        found.filter(|found| found.method.kind() == kind).ok_or(Error::NotFound("identification"))
    }
}
