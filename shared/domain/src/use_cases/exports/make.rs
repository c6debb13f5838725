//! Makes the file of an export.
//!
//! Whoever holds its lease adds parts to the file, and keeps after each of them how far it has come. So a worker that
//! dies loses one part at most, which the next one puts again under the same number; one whose lease is over can keep
//! nothing any more. What the file is made of is kept before it is made: whoever makes it, makes the same. After half a
//! minute a worker hands the export on through the queue.

use super::{data_of, story, wake};
use crate::{
    App, Error, Request, Time,
    exports::{Export, ExportColumns, ExportStatus, MAX_RESTARTS, MAX_TRIES, Progress, Sheet, UploadId},
    ids::{LeaseId, OrgId},
    ports::{ExportWake, FileError, FindError, RecordRange, WalkedRecord, limits::EXPORT_LEASE, unless_lost},
    records::{RecordPerson, RecordPosition, RecordRow},
    use_cases::effects,
    webhooks::Stream as EventStream,
};
use chrono::{SubsecRound, TimeDelta};
use futures_util::{Stream, TryStreamExt};
use std::pin::{Pin, pin};

/// How long a worker adds parts, of which it always adds one.
const RUN: TimeDelta = TimeDelta::seconds(30);
/// From this size on a part is put to the file. The store asks for 5 MiB at least, and takes 10,000 parts.
const PART: usize = 8 * 1024 * 1024;
/// Records whose persons are read together.
const TOGETHER: usize = 100;
/// Reads of persons under way, of which each keeps so many records in memory.
const AT_ONCE: usize = 8;

/// What a worker has made of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// Another worker has it, or it is over.
    Nothing,
    /// Some of it. A worker is woken for the rest.
    Parts,
    File,
    /// It has failed.
    Failure,
}

/// On an error the lease runs out, and a later worker goes on.
pub async fn make_record_export(app: &App, wake: &ExportWake) -> Result<Made, Error> {
    let (lease, now) = (LeaseId::generate(&*app.entropy), app.now());
    let claim = app.stores.exports.claim(&wake.org, wake.export_id, lease, now, now + EXPORT_LEASE).await;
    let Some(export) = unless_lost(claim)? else { return Ok(Made::Nothing) };
    let run = Run { app, export, lease, began: now };
    if run.export.tries > MAX_TRIES { run.finish(ExportStatus::Failed).await } else { run.make().await }
}

struct Run<'a> {
    app: &'a App,
    export: Export,
    lease: LeaseId,
    began: Time,
}

/// Why a run stops.
enum Stop {
    /// Another worker has the export.
    Lost,
    /// Its time is up.
    Time,
    Broken,
    Error(Error),
}

impl Run<'_> {
    async fn make(mut self) -> Result<Made, Error> {
        let made = match self.add_parts().await {
            Ok(upload) => self.complete(&upload).await,
            Err(stop) => Err(stop),
        };
        match made {
            Ok(()) => self.finish(ExportStatus::Done).await,
            Err(Stop::Lost) => Ok(Made::Nothing),
            Err(Stop::Time) => Ok(self.hand_on().await),
            Err(Stop::Broken) => self.begin_anew().await,
            Err(Stop::Error(error)) => Err(error),
        }
    }

    /// Adds what is left to the file, part by part. Returns its upload.
    async fn add_parts(&mut self) -> Result<UploadId, Stop> {
        let upload = self.upload().await?;
        let (app, columns, org) = (self.app, self.export.columns, self.export.org.clone());
        let Export { from, to, .. } = self.export;
        let mut records =
            pin!(records(app, &org, RecordRange { from, to, after: self.export.progress.after }, columns));
        while !self.export.progress.is_whole {
            let part = self.next_part(records.as_mut()).await?;
            let (count, number) = (part.sheet.records(), self.export.progress.parts.len() + 1);
            let bytes = part.sheet.into_bytes();
            let size = bytes.len();
            let tag = app.stores.export_files.put_part(&self.export.file(), &upload, number, bytes).await?;
            self.export.progress.add(tag, size, count, part.last);
            self.export.progress.is_whole = part.is_last;
            let is_late = !part.is_last && app.now() - self.began >= RUN;
            self.save(!is_late).await?;
            if is_late {
                return Err(Stop::Time);
            }
        }
        Ok(upload)
    }

    /// The upload of the file, which is known before anything is put to it: so it can be dropped.
    async fn upload(&mut self) -> Result<UploadId, Stop> {
        if let Some(upload) = &self.export.progress.upload {
            return Ok(upload.clone());
        }
        let upload = self.app.stores.export_files.begin(&self.export.file()).await.map_err(Error::from)?;
        self.export.progress.upload = Some(upload.clone());
        self.save(true).await?;
        Ok(upload)
    }

    async fn next_part(
        &self,
        mut records: Pin<&mut impl Stream<Item = Result<Group, FindError>>>,
    ) -> Result<Part, Stop> {
        let columns = self.export.columns;
        let is_first = self.export.progress.parts.is_empty();
        let sheet = if is_first { Sheet::first(columns) } else { Sheet::next(columns) };
        let mut part = Part { sheet, last: None, is_last: false };
        while part.sheet.size() < PART {
            let Some(Group { records, last }) = records.try_next().await? else {
                part.is_last = true;
                break;
            };
            let now = self.app.now();
            for (row, person) in &records {
                part.sheet.add(row, person.as_ref(), now);
            }
            part.last = last.or(part.last);
        }
        Ok(part)
    }

    /// Keeps the progress, and the export if it is not to be handed on.
    async fn save(&self, keeps: bool) -> Result<(), Stop> {
        let now = self.app.now();
        let until = keeps.then(|| now + EXPORT_LEASE);
        let saved = self.app.stores.exports.save(&self.export, self.lease, until, now).await;
        unless_lost(saved).map_err(Error::from)?.ok_or(Stop::Lost)
    }

    async fn complete(&self, upload: &UploadId) -> Result<(), Stop> {
        let Progress { parts, .. } = &self.export.progress;
        Ok(self.app.stores.export_files.complete(&self.export.file(), upload, parts).await?)
    }

    async fn begin_anew(mut self) -> Result<Made, Error> {
        if self.export.progress.restarts >= MAX_RESTARTS {
            return self.finish(ExportStatus::Failed).await;
        }
        self.drop_upload().await;
        self.export.progress = self.export.progress.anew();
        match self.save(false).await {
            Ok(()) => Ok(self.hand_on().await),
            Err(Stop::Error(error)) => Err(error),
            Err(_) => Ok(Made::Nothing),
        }
    }

    async fn finish(mut self, status: ExportStatus) -> Result<Made, Error> {
        let (app, now) = (self.app, self.app.now());
        self.export.status = status;
        self.export.ended_at = Some(now.trunc_subsecs(3));
        if status == ExportStatus::Failed {
            self.drop_upload().await;
        }
        let story = story(app, &Request::system(&self.export.org), &self.export, data_of(&self.export), now);
        if unless_lost(app.stores.exports.finish(&self.export, self.lease, story).await)?.is_none() {
            return Ok(Made::Nothing);
        }
        effects::wake(app, &self.export.org, EventStream::ExportId(self.export.id)).await;
        Ok(if status == ExportStatus::Done { Made::File } else { Made::Failure })
    }

    async fn hand_on(&self) -> Made {
        wake(self.app, &self.export).await;
        Made::Parts
    }

    /// What is not dropped now is dropped by the store's own rule.
    async fn drop_upload(&self) {
        if let Some(upload) = &self.export.progress.upload {
            let _ = self.app.stores.export_files.abort(&self.export.file(), upload).await;
        }
    }
}

struct Part {
    sheet: Sheet,
    last: Option<RecordPosition>,
    is_last: bool,
}

/// Some records with their persons, if those are asked for, and the place up to which they go.
struct Group {
    records: Vec<(RecordRow, Option<RecordPerson>)>,
    last: Option<RecordPosition>,
}

fn records<'a>(
    app: &'a App,
    org: &'a OrgId,
    range: RecordRange,
    columns: ExportColumns,
) -> impl Stream<Item = Result<Group, FindError>> + 'a {
    let groups = app.stores.records.walk(org, range).try_chunks(TOGETHER).map_err(|error| error.1);
    groups.map_ok(move |walked| group(app, org, columns, walked)).try_buffered(AT_ONCE)
}

/// What was erased since it was listed has no person, and is left out where persons are asked for.
async fn group(app: &App, org: &OrgId, columns: ExportColumns, walked: Vec<WalkedRecord>) -> Result<Group, FindError> {
    let last = walked.last().map(|record| record.row.position());
    let records = match columns {
        ExportColumns::Plain => walked.into_iter().map(|WalkedRecord { row, .. }| (row, None)).collect(),
        ExportColumns::Personal => {
            let subjects: Vec<_> = walked.iter().map(|record| record.subject).collect();
            let mut persons = app.stores.records.persons(org, &subjects).await?;
            let known = walked.into_iter().filter_map(|WalkedRecord { subject, row }| {
                let person = persons.remove(&subject)?;
                Some((row, Some(person)))
            });
            known.collect()
        }
    };
    Ok(Group { records, last })
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<FindError> for Stop {
    fn from(error: FindError) -> Self {
        Self::Error(error.into())
    }
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Broken => Self::Broken,
            FileError::Unavailable(unavailable) => Self::Error(unavailable.into()),
        }
    }
}
