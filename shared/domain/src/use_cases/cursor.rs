//! Cursors: the place in a list from which a caller goes on. They are sealed, so that nobody makes one, and bound to the
//! organisation and the filter of their list.

use crate::{App, Error, Time, ids::OrgId, keys::Sealed};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;

/// How long a list can be gone on with.
const CURSOR_LIFE: TimeDelta = TimeDelta::hours(24);

#[derive(Serialize, Deserialize)]
struct Content<T> {
    issued_at: Time,
    place: T,
}

/// The list that a cursor belongs to: its name, its organisation and its filter.
pub(super) fn list_of(name: &'static str, org: &OrgId, filter: impl fmt::Debug) -> String {
    format!("cursor {name} {org} {filter:?}")
}

pub(super) async fn seal(app: &App, list: &str, place: impl Serialize) -> Result<String, Error> {
    let content = Content { issued_at: app.now(), place };
    let text = serde_json::to_string(&content).expect("times, numbers and ids always serialize");
    Ok(app.keys.current().await?.seal(&*app.entropy, list, &text).token())
}

pub(super) async fn open<T: DeserializeOwned>(app: &App, list: &str, cursor: &str) -> Result<T, Error> {
    let refused =
        Error::BadParameter { name: "cursor", problem: "is not a cursor of this list, or is older than 24 hours" };
    let Some(sealed) = Sealed::of_token(cursor) else { return Err(refused) };
    let Ok(text) = app.keys.current().await?.open(list, &sealed) else { return Err(refused) };
    let content: Content<T> = serde_json::from_str(&text).map_err(|_| refused.clone())?;
    if content.issued_at + CURSOR_LIFE <= app.now() { Err(refused) } else { Ok(content.place) }
}
