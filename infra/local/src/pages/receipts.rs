//! What becomes of a message, at the developer's choice.

use super::NO_STORE;
use crate::{
    inbox::Inbox,
    reports::{self, Fate, Reports},
};
use acredita_domain::{ids::MessageId, ports::Clock};
use axum::{
    extract::{Path, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// The inbox, and who hears what its messages' providers would report.
#[derive(Clone)]
pub struct Carriers {
    pub inbox: Arc<Inbox>,
    pub reports: Arc<dyn Reports>,
    pub clock: Arc<dyn Clock>,
}

/// `POST /local/inbox/{message_id}/{fate}`.
pub async fn decide(
    State(Carriers { inbox, reports, clock }): State<Carriers>,
    Path((message_id, fate)): Path<(String, String)>,
) -> Response {
    let message = message_id.parse::<MessageId>().ok().and_then(|id| inbox.message(id));
    let (Some(message), Ok(fate)) = (message, fate.parse::<Fate>()) else {
        return answer(StatusCode::NOT_FOUND, "There is no such message, or nothing of this name becomes of one.\n");
    };
    let Some(batch) = reports::batch(&message, fate, clock.now()) else {
        return answer(StatusCode::CONFLICT, "Nobody reports on this message.\n");
    };
    if reports.report(batch).await {
        answer(StatusCode::NO_CONTENT, "")
    } else {
        answer(StatusCode::SERVICE_UNAVAILABLE, "The report was not taken. Try again.\n")
    }
}

fn answer(status: StatusCode, text: &'static str) -> Response {
    (status, [(CACHE_CONTROL, NO_STORE)], text).into_response()
}
