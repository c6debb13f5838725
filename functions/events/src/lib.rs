//! Events: list, read.

pub mod body;

use acredita_domain::{
    stores::{AllStores, Stores},
    use_cases,
};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    event::EventAnswer,
    params::{EventPath, OrgPath},
    principal::ReadEvents,
};
use axum::{Json, extract::State};
use body::{EventRequest, EventsAnswer, EventsQuery, ListEventsRequest};

acredita_http::operations!(list_events, read_event);

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores { requests: all.requests(), events: all.events(), ..Stores::default() }
}

/// Lists what happened in the organisation, or to one subject: the newest first, or from the oldest on.
///
/// With `order=asc` there is always a `next_cursor`, which asks for what comes next. Without `subject_id` that list ends
/// with events that are 5 seconds old, so that none falls behind the cursor.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/events",
    tag = "Events",
    params(OrgPath, EventsQuery),
    responses(
        (status = 200, description = "The events.", body = EventsAnswer, example = json!({"events": [{
            "event_id": "0197b2a4-93c0-7c3e-8a54-2f6f0b1f6c11", "type": "identification.cancelled", "created_at": "2026-11-20T08:33:00.120Z", "sequence": 2,
            "subject": {"kind": "IDENTIFICATION", "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "admin_identification_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6"},
            "data": {"status": "CANCELLED", "method": "OTP"}, "by": {"kind": "CLIENT", "subject": "back-office", "client_id": "shop"},
            "request_id": "JKJaXmPLvHcESHA=", "previous_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "hash": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}], "next_cursor": "eyJrIjoi"})),
    ),
)]
async fn list_events(
    State(api): State<Api>,
    principal: Principal<ReadEvents>,
    Checked(request): Checked<ListEventsRequest>,
) -> Result<Json<EventsAnswer>, ApiError> {
    let listed = use_cases::list_events(api.app(), &principal.request.org, request.command).await;
    listed.map(|listed| Json(listed.into())).map_err(|error| api.refused(error))
}

/// Reads an event. It may take a second after it was written to be found.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/events/{event_id}",
    tag = "Events",
    params(OrgPath, EventPath),
    responses(
        (status = 200, description = "The event.", body = EventAnswer, example = json!({
            "event_id": "0197b2a4-93c0-7c3e-8a54-2f6f0b1f6c11", "type": "identification.created", "created_at": "2026-11-20T08:33:00.120Z", "sequence": 1,
            "subject": {"kind": "IDENTIFICATION", "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "admin_identification_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6"},
            "data": {"status": "CREATED", "method": "OTP"}, "by": {"kind": "CLIENT", "subject": "back-office", "client_id": "shop"},
            "request_id": "JKJaXmPLvHcESHA=", "previous_hash": null, "hash": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"})),
        (status = 404, description = "No such event."),
    ),
)]
async fn read_event(
    State(api): State<Api>,
    principal: Principal<ReadEvents>,
    Checked(EventRequest { id }): Checked<EventRequest>,
) -> Result<Json<EventAnswer>, ApiError> {
    let event = use_cases::read_event(api.app(), &principal.request.org, id).await;
    event.map(|event| Json(event.into())).map_err(|error| api.refused(error))
}
