//! Records: list, search, read, pictures, exports.

pub mod answer;
pub mod body;
pub mod exports;
pub mod pictures;
pub mod search;

use acredita_domain::{
    stores::{AllStores, Stores},
    use_cases,
};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    params::{ExportPath, OrgPath, RecordPath},
    principal::{ExportRecords, ListRecords, ReadPersons, ReadRecords, SearchRecords},
};
use answer::RecordAnswer;
use axum::{Json, extract::State, http::StatusCode};
use body::{ListRecordsRequest, RecordRequest, RecordsAnswer, RecordsQuery};
use exports::{CreateExportBody, CreateExportRequest, ExportAnswer, ReadExportRequest};
use pictures::RecordPicturesAnswer;
use search::{FoundRecordsAnswer, SearchQuery, SearchRecordsBody, SearchRecordsRequest};

acredita_http::operations!(
    list_records,
    search_records,
    read_record,
    read_record_pictures,
    create_record_export,
    read_record_export,
);

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores {
        pictures: all.pictures(),
        requests: all.requests(),
        log: all.log(),
        events: all.events(),
        records: all.records(),
        backfills: all.backfills(),
        exports: all.exports(),
        export_files: all.export_files(),
        ..Stores::default()
    }
}

/// Lists identifications, chains, and scorings that stand alone, the newest first.
///
/// Filters but those of time look at up to 1,000 records for one answer, which may then have fewer than were asked for,
/// or none, and a `next_cursor`. A record may take a second after a change to be listed as it is.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/records",
    tag = "Records",
    params(OrgPath, RecordsQuery),
    responses(
        (status = 200, description = "The records.", body = RecordsAnswer, example = json!({"records": [{
            "record_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "kind": "IDENTITY_DOCUMENT", "status": "CREATED", "created_at": "2026-11-20T08:33:00Z",
            "expires_at": "2026-12-20T08:33:00Z", "client_reference_id": "order-4711", "score": 0.85}], "next_cursor": "eyJrIjoi"})),
    ),
)]
async fn list_records(
    State(api): State<Api>,
    principal: Principal<ListRecords>,
    Checked(request): Checked<ListRecordsRequest>,
) -> Result<Json<RecordsAnswer>, ApiError> {
    let listed = use_cases::list_records(api.app(), &principal.request.org, request.command).await;
    listed.map(|listed| Json(listed.into())).map_err(|error| api.refused(error))
}

/// Finds what was created with exactly this document number, phone, e-mail address or id of your own, however it is
/// written, the newest first. There is no search by a name, or by a part of anything. Each search is an event.
///
/// The answer says since when everything that was created is found.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/record_searches",
    tag = "Records",
    params(OrgPath, SearchQuery),
    request_body(content = SearchRecordsBody, example = json!({"document_number": "12345678Z"})),
    responses(
        (status = 200, description = "The records.", body = FoundRecordsAnswer, example = json!({"records": [{
            "record_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "kind": "IDENTITY_DOCUMENT", "status": "CREATED", "created_at": "2026-11-20T08:33:00Z",
            "expires_at": "2026-12-20T08:33:00Z", "client_reference_id": "order-4711", "score": 0.85}], "complete_since": "2026-11-01T00:00:00Z"})),
        (status = 409, description = "This deployment has no search."),
    ),
)]
async fn search_records(
    State(api): State<Api>,
    principal: Principal<SearchRecords>,
    Checked(request): Checked<SearchRecordsRequest>,
) -> Result<Json<FoundRecordsAnswer>, ApiError> {
    let found = use_cases::search_records(api.app(), &principal.request, request.command).await;
    found.map(|found| Json(found.into())).map_err(|error| api.refused(error))
}

/// Reads a record: everything about an identification, a chain with its steps, or a scoring that stands alone. The look
/// is an event of it.
///
/// What is about the person is shown with the permission `records:read_personal`, and is `***` without. Of what was erased
/// the record says so, and has the events.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/records/{record_id}",
    tag = "Records",
    params(OrgPath, RecordPath),
    responses(
        (status = 200, description = "The record.", body = RecordAnswer, example = json!({
            "record_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "kind": "OTP", "status": "VALIDATED", "created_at": "2026-11-20T08:33:00Z",
            "expires_at": "2026-11-20T09:33:00Z", "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
            "method": {"type": "OTP", "channel": {"type": "SMS", "external": false}, "sends": 1}, "personal": false,
            "actor": {"name": "***", "last_name": "***", "msisdn": "***", "language": "ES"},
            "validation": {"validated_at": "2026-11-20T08:34:00Z", "device": {"installation_id": "***", "fingerprint": "***", "user_agent": "***"}},
            "deliveries": [{"generation": 1, "channel": "SMS", "status": "SENT", "updated_at": "2026-11-20T08:33:02Z"}], "wrong_tries": 0,
            "client_reference_id": "order-4711", "metadata": {"shop": "042"}, "links": [], "timeline": [{
                "event_id": "0197b2a4-93c0-7c3e-8a54-2f6f0b1f6c11", "type": "record.viewed", "created_at": "2026-11-20T09:00:00.120Z", "sequence": 4,
                "subject": {"kind": "IDENTIFICATION", "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "admin_identification_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6"},
                "data": {"method": "OTP", "personal": false, "status": "VALIDATED"}, "by": {"kind": "CLIENT", "subject": "ana", "client_id": "office"},
                "previous_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "hash": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}]})),
        (status = 404, description = "No such record."),
    ),
)]
async fn read_record(
    State(api): State<Api>,
    principal: Principal<ReadRecords>,
    Checked(RecordRequest { id }): Checked<RecordRequest>,
) -> Result<Json<RecordAnswer>, ApiError> {
    let personal = principal.may_read_personal();
    let read = use_cases::read_record(api.app(), &principal.request, id, personal).await;
    read.map(|read| Json(RecordAnswer::new(read, personal))).map_err(|error| api.refused(error))
}

/// Lists all pictures that are kept of a record, each with a signed link that is valid for 5 minutes. The look is an event
/// of the record.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/record_pictures/{record_id}",
    tag = "Records",
    params(OrgPath, RecordPath),
    responses(
        (status = 200, description = "The pictures.", body = RecordPicturesAnswer, example = json!({"pictures": [{
            "of": "SCORING", "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "scoring_id": "16fd2706-8baf-433b-82eb-8c7fada847da",
            "side": "FRONT", "content_type": "image/jpeg", "size_bytes": 482113,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "captured_at": "2026-11-20T08:34:00Z",
            "url": "https://pictures.example.com/4f6c", "url_expires_at": "2026-11-20T08:39:00Z"}]})),
        (status = 404, description = "No such record, or it was erased."),
    ),
)]
async fn read_record_pictures(
    State(api): State<Api>,
    principal: Principal<ReadPersons>,
    Checked(RecordRequest { id }): Checked<RecordRequest>,
) -> Result<Json<RecordPicturesAnswer>, ApiError> {
    let pictures = use_cases::read_record_pictures(api.app(), &principal.request, id).await;
    pictures.map(|pictures| Json(pictures.into())).map_err(|error| api.refused(error))
}

/// Has a file made of all records that were created in a time, the newest first: CSV for spreadsheets, with nothing in it
/// that they would evaluate. It takes seconds; read the export until it is `DONE`. The request is an event of the export.
///
/// `PERSONAL` has the declared persons, too, and needs the permission `records:read_personal` both here and to read the
/// export. What is erased before a file is made is not in it.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/record_exports",
    tag = "Records",
    params(OrgPath),
    request_body(content = CreateExportBody, example = json!({
        "created_from": "2026-11-01T00:00:00Z", "created_to": "2026-12-01T00:00:00Z", "columns": "PLAIN"})),
    responses(
        (status = 202, description = "It will be made.", body = ExportAnswer, example = json!({
            "export_id": "b3c6a9b2-2a0e-4b59-8f0c-6a5b6f3f7c21", "status": "RUNNING", "columns": "PLAIN",
            "created_from": "2026-11-01T00:00:00Z", "created_to": "2026-12-01T00:00:00Z",
            "requested_at": "2026-11-30T08:33:00Z", "expires_at": "2026-12-01T08:33:00Z", "records": 0, "size_bytes": 0})),
    ),
)]
async fn create_record_export(
    State(api): State<Api>,
    principal: Principal<ExportRecords>,
    Checked(CreateExportRequest(command)): Checked<CreateExportRequest>,
) -> Result<(StatusCode, Json<ExportAnswer>), ApiError> {
    let personal = principal.may_read_personal();
    let created = use_cases::create_record_export(api.app(), &principal.request, command, personal).await;
    created.map(|export| (StatusCode::ACCEPTED, Json(export.into()))).map_err(|error| api.refused(error))
}

/// Reads how far an export is, and when it is `DONE`, gives a signed link to its file that is valid for 5 minutes. Each
/// link is an event of the export. A day after it was asked for there is neither the file nor the export.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/record_exports/{export_id}",
    tag = "Records",
    params(OrgPath, ExportPath),
    responses(
        (status = 200, description = "The export.", body = ExportAnswer, example = json!({
            "export_id": "b3c6a9b2-2a0e-4b59-8f0c-6a5b6f3f7c21", "status": "DONE", "columns": "PLAIN",
            "created_from": "2026-11-01T00:00:00Z", "created_to": "2026-12-01T00:00:00Z",
            "requested_at": "2026-11-30T08:33:00Z", "expires_at": "2026-12-01T08:33:00Z", "ended_at": "2026-11-30T08:33:09Z",
            "records": 48211, "size_bytes": 8678230,
            "url": "https://pictures.example.com/9a31", "url_expires_at": "2026-11-30T08:39:00Z"})),
        (status = 404, description = "No such export, or not any more."),
    ),
)]
async fn read_record_export(
    State(api): State<Api>,
    principal: Principal<ExportRecords>,
    Checked(ReadExportRequest { id }): Checked<ReadExportRequest>,
) -> Result<Json<ExportAnswer>, ApiError> {
    let personal = principal.may_read_personal();
    let read = use_cases::read_record_export(api.app(), &principal.request, id, personal).await;
    read.map(|read| Json(read.into())).map_err(|error| api.refused(error))
}
