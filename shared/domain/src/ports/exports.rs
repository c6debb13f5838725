//! Exports: what is known of them, their files, and the queue that wakes workers.

use super::{FindError, StepError};
use crate::{
    Time,
    events::Story,
    exports::{Export, FileKey, PartTag, UploadId},
    ids::{ExportId, LeaseId, OrgId},
    pictures::SignedLink,
    unavailable::Unavailable,
};
use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// What wakes a worker: ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportWake {
    pub org: OrgId,
    pub export_id: ExportId,
}

/// A lost wake loses nothing: the sweep finds what nobody works on.
#[async_trait]
pub trait ExportQueue: Send + Sync {
    /// An adapter logs its failures, because callers go on without it.
    async fn wake(&self, wake: &ExportWake) -> Result<(), Unavailable>;
}

/// Every method works within one organisation. What begins and ends an export is committed with its event.
#[async_trait]
pub trait Exports: Send + Sync {
    /// Due a minute later, if no worker takes it up. One transaction.
    async fn create(&self, export: &Export, story: Story) -> Result<(), StepError>;
    /// One read.
    async fn find(&self, org: &OrgId, id: ExportId) -> Result<Option<Export>, FindError>;
    /// Takes a RUNNING export until `until`, if nobody else has it at `now` and it lives as long, and counts the try: as it
    /// is then. One write.
    async fn claim(
        &self,
        org: &OrgId,
        id: ExportId,
        lease: LeaseId,
        now: Time,
        until: Time,
    ) -> Result<Export, StepError>;
    /// Keeps the progress, if the lease still holds the export, and the lease until `until`; with `None` the export is
    /// anybody's, and due a minute from `now`. One write.
    async fn save(&self, export: &Export, lease: LeaseId, until: Option<Time>, now: Time) -> Result<(), StepError>;
    /// DONE or FAILED, if the lease still holds the export. It is due at its end. One transaction.
    async fn finish(&self, export: &Export, lease: LeaseId, story: Story) -> Result<(), StepError>;
}

/// Why a file got no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// The upload is gone, or its parts are not the ones that are known of: the file has to be begun anew.
    Broken,
    /// The outcome is unknown.
    Unavailable(Unavailable),
}

/// Files that are put together from parts, and seen by nobody before they are whole.
#[async_trait]
pub trait ExportFiles: Send + Sync {
    async fn begin(&self, file: &FileKey) -> Result<UploadId, Unavailable>;
    /// Puts a part, numbered from 1, in place of another one of its number. Each but the last has at least 5 MiB.
    async fn put_part(
        &self,
        file: &FileKey,
        upload: &UploadId,
        number: usize,
        bytes: Bytes,
    ) -> Result<PartTag, FileError>;
    /// Makes the file of these parts. Succeeds if it was made before.
    async fn complete(&self, file: &FileKey, upload: &UploadId, parts: &[PartTag]) -> Result<(), FileError>;
    /// Drops an upload with its parts. Succeeds if it does not exist.
    async fn abort(&self, file: &FileKey, upload: &UploadId) -> Result<(), Unavailable>;
    /// Removes a file. Succeeds if it does not exist.
    async fn remove(&self, file: &FileKey) -> Result<(), Unavailable>;
    /// A link to download a file as an attachment, valid for [`super::limits::LINK_LIFE`] from `now`.
    async fn link(&self, file: &FileKey, now: Time) -> Result<SignedLink, Unavailable>;
}
