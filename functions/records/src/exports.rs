//! The body and the answer of exports.

use acredita_domain::{
    Time,
    exports::{Export, ExportColumns, ExportStatus},
    ids::ExportId,
    use_cases::{CreateRecordExport, ReadExport},
};
use acredita_http::{
    Faults, Fields, ParseRequest, RequestReader,
    answers::Rfc3339,
    listing::Moment,
    request::{BodyKind, MAX_JSON},
};
use serde::Serialize;
use utoipa::ToSchema;

acredita_http::schema_of_names! {
    /// What the file says of each record: what a list shows, or the declared person, too.
    ExportColumnsBody as "ExportColumns": ExportColumns
}

acredita_http::schema_of_names! {
    /// How far an export is.
    ExportStatusBody as "ExportStatus": ExportStatus
}

/// Which records to export, and what of them.
#[derive(ToSchema)]
pub struct CreateExportBody {
    /// What was created from this time on.
    #[schema(format = DateTime, example = "2026-11-01T00:00:00Z")]
    pub created_from: String,
    /// What was created before this time, which is later than `created_from`.
    #[schema(format = DateTime, example = "2026-12-01T00:00:00Z")]
    pub created_to: String,
    /// `PERSONAL` needs the permission `records:read_personal`.
    pub columns: ExportColumnsBody,
}

pub struct CreateExportRequest(pub CreateRecordExport);

impl ParseRequest for CreateExportRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let body = request.body(faults)?;
        let (from, to) = (moment(&body, "created_from", faults), moment(&body, "created_to", faults));
        let columns = body.required_name("columns", faults);
        let (from, to) = (from?, to?);
        if to <= from {
            faults.add(body.place("created_to"), "is not later than created_from");
            return None;
        }
        Some(Self(CreateRecordExport { columns: columns?, from, to }))
    }
}

fn moment(body: &Fields<'_>, name: &'static str, faults: &mut Faults) -> Option<Time> {
    body.required_text::<Moment>(name, faults).map(|Moment(at)| at)
}

pub struct ReadExportRequest {
    pub id: ExportId,
}

impl ParseRequest for ReadExportRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        Some(Self { id: request.path("export_id", faults)? })
    }
}

/// A file of records.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordExport)]
pub struct ExportAnswer {
    /// What it is read by.
    #[schema(value_type = uuid::Uuid)]
    pub export_id: ExportId,
    /// How far it is.
    #[schema(value_type = ExportStatusBody)]
    pub status: ExportStatus,
    /// What the file says of each record.
    #[schema(value_type = ExportColumnsBody)]
    pub columns: ExportColumns,
    /// It has what was created from this time on.
    #[schema(value_type = String, format = DateTime)]
    pub created_from: Rfc3339,
    /// It has what was created before this time.
    #[schema(value_type = String, format = DateTime)]
    pub created_to: Rfc3339,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Rfc3339,
    /// From this time on there is neither the file nor the export.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Rfc3339,
    /// When it was done, or had failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Rfc3339>,
    /// How many records are in the file so far.
    #[schema(minimum = 0)]
    pub records: u64,
    /// How many bytes the file has so far.
    #[schema(minimum = 0)]
    pub size_bytes: u64,
    /// A signed link to download the file, as an attachment. Only when it is `DONE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri")]
    pub url: Option<String>,
    /// When the link expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub url_expires_at: Option<Rfc3339>,
}

impl From<Export> for ExportAnswer {
    fn from(export: Export) -> Self {
        ReadExport { export, link: None }.into()
    }
}

impl From<ReadExport> for ExportAnswer {
    fn from(ReadExport { export, link }: ReadExport) -> Self {
        let (url, url_expires_at) = link.map(|link| (link.url, Rfc3339(link.expires_at))).unzip();
        Self {
            export_id: export.id,
            status: export.status,
            columns: export.columns,
            created_from: Rfc3339(export.from),
            created_to: Rfc3339(export.to),
            requested_at: Rfc3339(export.requested_at),
            expires_at: Rfc3339(export.expires_at),
            ended_at: export.ended_at.map(Rfc3339),
            records: export.progress.records,
            size_bytes: export.progress.bytes,
            url,
            url_expires_at,
        }
    }
}
