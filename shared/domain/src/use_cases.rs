//! The use cases: one function for each operation of the contract, plus delivering a message and the sweep.
//!
//! Each one reads the same way: load, decide, commit once. A handler calls exactly one of them; none knows HTTP.

mod cancel;
mod close;
mod compare_declared;
mod create;
mod deliver;
mod metadata;
mod remove;
mod resend;
mod score;
mod scorings;
mod second_factor;
mod sweep;
mod validate;

pub use cancel::cancel_identification;
pub use close::close_identification;
pub use create::{
    CreateAgent, CreateIdentityDocument, CreateOtp, Created, create_agent_identification,
    create_identity_document_identification, create_otp_identification,
};
pub use deliver::{Delivered, LEASE, MAX_DELIVERY_ATTEMPTS, RETRY_WITHIN, deliver_message};
pub use metadata::{Metadata, read_metadata};
pub use remove::{ERASE_AGAIN_AFTER, Force, delete_identification};
pub use resend::resend_otp;
pub use score::{UploadedPicture, score_document};
pub use scorings::{
    Captures, CreateScoring, DelegatedTo, Delegation, HostedPages, LinkedCapture, ScoringCreated, UploadLink,
    close_scoring, create_scoring, delegate_scoring, read_captures, read_scoring,
};
pub use second_factor::GivenFactor;
pub use sweep::{DUE_SHARDS, REKICK_AFTER, SweepReport, sweep};
pub use validate::{
    AgentConfirmation, OtpAttempt, validate_agent_identification, validate_identity_document_identification,
    validate_otp_identification,
};

use crate::{
    Error, Time,
    identification::{Identification, MethodKind},
    ids::{AdminIdentificationId, IdentificationId, OrgId},
    keys::Keys,
    otp::Channel,
    ports::{
        Clock, DocumentNumbers, Entropy, Housekeeping, Identifications, Outbox, PictureReader, Pictures, Queue, Scorer,
        Scorings,
    },
    scoring::{Provider, ProviderAccess},
};
use chrono::{SubsecRound, TimeDelta};
use std::sync::Arc;

/// How long a signed link works.
pub const LINK_LIFE: TimeDelta = TimeDelta::minutes(5);

/// Everything that the use cases need, put together once at start.
#[derive(Clone)]
pub struct App {
    /// Identifications.
    pub identifications: Arc<dyn Identifications>,
    /// Scorings.
    pub scorings: Arc<dyn Scorings>,
    /// Messages to send.
    pub outbox: Arc<dyn Outbox>,
    /// What is due.
    pub housekeeping: Arc<dyn Housekeeping>,
    /// Wakes a worker.
    pub queue: Arc<dyn Queue>,
    /// Where pictures are kept.
    pub pictures: Arc<dyn Pictures>,
    /// Decodes pictures.
    pub picture_reader: Arc<dyn PictureReader>,
    /// Reads the numbers of identity documents.
    pub document_numbers: Arc<dyn DocumentNumbers>,
    /// The providers that this deployment has configured.
    pub scorers: Vec<Arc<dyn Scorer>>,
    /// Which organisations may use which of them.
    pub providers: ProviderAccess,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Secrets.
    pub keys: Arc<dyn Keys>,
    /// The channels that this deployment can send on.
    pub channels: Vec<Channel>,
    /// How long an identification or a scoring is kept after its time is over.
    pub retention: TimeDelta,
}

impl App {
    /// Now.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Now, to the second: what callers are told is exactly what holds.
    fn creation_time(&self) -> Time {
        self.now().trunc_subsecs(0)
    }

    /// The scorer of a provider, if this deployment has it and the organisation may use it. What an organisation may no
    /// longer use is gone at once, for scorings that were created before, too.
    fn scorer(&self, org: &OrgId, provider: Provider) -> Result<&dyn Scorer, Error> {
        if !self.providers.allows(org, provider) {
            return Err(Error::NotFound("provider for this organisation"));
        }
        let scorer = self.scorers.iter().find(|scorer| scorer.provider() == provider);
        scorer.map(|scorer| &**scorer).ok_or(Error::NotFound("provider in this deployment"))
    }

    /// The identification of the actor's side, if it is of this kind.
    async fn find(&self, org: &OrgId, id: IdentificationId, kind: MethodKind) -> Result<Identification, Error> {
        let found = self.identifications.find(org, id).await?;
        found.filter(|found| found.method.kind() == kind).ok_or(Error::NotFound("identification"))
    }

    /// The identification behind a handle, if it is of this kind.
    async fn find_by_admin_id(
        &self,
        org: &OrgId,
        id: AdminIdentificationId,
        kind: MethodKind,
    ) -> Result<Identification, Error> {
        let found = self.identifications.find_by_admin_id(org, id).await?;
        found.filter(|found| found.method.kind() == kind).ok_or(Error::NotFound("identification"))
    }
}
