//! Exports: files of an organisation's records, which workers make part by part.

mod sheet;

pub use sheet::Sheet;

use crate::{
    Time,
    events::{Log, Subject},
    ids::{ExportId, OrgId},
    records::RecordPosition,
    vocabulary::names,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

names! {
    /// What a file says of each record.
    ExportColumns("is not one of PLAIN, PERSONAL") {
        /// What a list shows: nothing about a person.
        Plain = "PLAIN",
        /// The declared person, too.
        Personal = "PERSONAL",
    }
}

names! {
    ExportStatus("is not one of RUNNING, DONE, FAILED") {
        Running = "RUNNING",
        Done = "DONE",
        Failed = "FAILED",
    }
}

/// How long there is an export, from its request on.
pub const EXPORT_LIFE: TimeDelta = TimeDelta::hours(24);
/// How often workers take up an export without getting further, before it has failed.
pub const MAX_TRIES: u32 = 10;
/// How often its file is begun anew, before it has failed.
pub const MAX_RESTARTS: u32 = 3;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub id: ExportId,
    pub org: OrgId,
    pub columns: ExportColumns,
    /// The records that were created from this time on.
    pub from: Time,
    /// Exclusive.
    pub to: Time,
    pub requested_at: Time,
    /// From then on there is neither the file nor the export.
    pub expires_at: Time,
    pub status: ExportStatus,
    pub ended_at: Option<Time>,
    pub progress: Progress,
    /// How often a worker took it up since it got further.
    pub tries: u32,
    pub log: Log,
}

/// How far a file has come. What is stored of it never goes back, but to its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What its parts are put to.
    pub upload: Option<UploadId>,
    /// Its parts, in their order.
    pub parts: Vec<PartTag>,
    /// The record that the last part ends with.
    pub after: Option<RecordPosition>,
    /// Whether nothing comes after the last part.
    pub is_whole: bool,
    pub records: u64,
    pub bytes: u64,
    /// How often the file was begun anew.
    pub restarts: u32,
}

/// A file that is put together from parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UploadId(pub String);

/// What the store calls the content of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartTag(pub String);

/// The object name of a file. Exports are apart from pictures, because the bucket drops them after a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileKey(String);

impl FileKey {
    /// No organisation has a `!` in its name.
    pub fn of(org: &OrgId, id: ExportId) -> Self {
        Self(format!("!exports/{org}/{id}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Export {
    pub fn file(&self) -> FileKey {
        FileKey::of(&self.org, self.id)
    }

    pub fn subject(&self) -> Subject {
        Subject::Export { export_id: self.id }
    }

    /// Everything about it that an event tells, as one text: see [`EventData::state`](crate::events::EventData). How far it
    /// has come is told when it ends.
    pub fn vouched(&self) -> String {
        let Self { columns, from, to, requested_at, expires_at, status, ended_at, progress, .. } = self;
        let progress = (*status != ExportStatus::Running).then_some(progress);
        serde_json::to_string(&(columns, from, to, requested_at, expires_at, status, ended_at, progress))
            .expect("values of the domain have text keys and always serialize")
    }
}

impl Progress {
    /// The same file from its beginning.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self { restarts: self.restarts + 1, ..Self::default() }
    }

    /// With one more part, which ends with this record if it has any.
    pub fn add(&mut self, part: PartTag, bytes: usize, records: u64, last: Option<RecordPosition>) {
        self.parts.push(part);
        self.bytes += bytes as u64;
        self.records += records;
        self.after = last.or(self.after);
    }
}
