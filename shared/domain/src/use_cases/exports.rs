//! Exports: ask for a file of records, see how far it is, and get a link to it. How it is made is in `make`.

mod make;

pub use make::{Made, make_record_export};

use super::{effects, telling};
use crate::{
    App, Error, Request, Time,
    events::{EventData, EventType, Log, Story},
    exports::{EXPORT_LIFE, Export, ExportColumns, ExportStatus, Progress},
    ids::ExportId,
    pictures::SignedLink,
    ports::{ExportWake, unless_lost},
    webhooks::Stream,
};
use chrono::SubsecRound;

/// Which records to export, and what of them.
#[derive(Clone, Debug)]
pub struct CreateRecordExport {
    pub columns: ExportColumns,
    pub from: Time,
    /// Exclusive.
    pub to: Time,
}

/// `personal` says whether the caller may see what is about persons.
pub async fn create_record_export(
    app: &App,
    request: &Request,
    command: CreateRecordExport,
    personal: bool,
) -> Result<Export, Error> {
    let CreateRecordExport { columns, from, to } = command;
    require(columns, personal)?;
    let now = app.now();
    let requested_at = now.trunc_subsecs(0);
    let export = Export {
        id: ExportId::generate(&*app.entropy),
        org: request.org.clone(),
        columns,
        from: from.trunc_subsecs(3),
        to: to.trunc_subsecs(3),
        requested_at,
        expires_at: requested_at + EXPORT_LIFE,
        status: ExportStatus::Running,
        ended_at: None,
        progress: Progress::default(),
        tries: 0,
        log: Log::begin(&*app.entropy),
    };
    app.stores.exports.create(&export, story(app, request, &export, data_of(&export), now)).await?;
    // Whoever makes it wakes a worker for its events.
    wake(app, &export).await;
    Ok(export)
}

/// An export, and a link to its file if that is made.
pub struct ReadExport {
    pub export: Export,
    pub link: Option<SignedLink>,
}

/// A link is an event, with whom it was given to, before it is shown.
pub async fn read_record_export(
    app: &App,
    request: &Request,
    id: ExportId,
    personal: bool,
) -> Result<ReadExport, Error> {
    let now = app.now();
    let found = app.stores.exports.find(&request.org, id).await?;
    let export = found.filter(|export| now < export.expires_at).ok_or(Error::NotFound("export"))?;
    require(export.columns, personal)?;
    if export.status != ExportStatus::Done {
        return Ok(ReadExport { export, link: None });
    }
    let linked = data_of(&export).with("linked", true);
    let told = app.stores.log.tell(story(app, request, &export, linked, now)).await;
    unless_lost(told)?.ok_or(Error::NotFound("export"))?;
    effects::wake(app, &request.org, Stream::ExportId(id)).await;
    let link = app.stores.export_files.link(&export.file(), now).await?;
    Ok(ReadExport { export, link: Some(link) })
}

fn require(columns: ExportColumns, personal: bool) -> Result<(), Error> {
    if columns == ExportColumns::Personal && !personal { Err(Error::PersonsNotPermitted) } else { Ok(()) }
}

fn story(app: &App, request: &Request, export: &Export, data: EventData, now: Time) -> Story {
    telling::story(app, request, (export.subject(), export.log.clone()), EventType::RecordExported, data, now)
}

fn data_of(export: &Export) -> EventData {
    let data = EventData::default().named("status", export.status).named("columns", export.columns);
    let data = data.time("created_from", export.from).time("created_to", export.to);
    let data = data.state(export.vouched());
    if export.status == ExportStatus::Done { data.with("records", export.progress.records) } else { data }
}

pub(super) fn wake_of(export: &Export) -> ExportWake {
    ExportWake { org: export.org.clone(), export_id: export.id }
}

/// Without it the sweep wakes a worker.
async fn wake(app: &App, export: &Export) {
    let _ = app.export_queue.wake(&wake_of(export)).await;
}
