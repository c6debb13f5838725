//! The events of an organisation, as they come.

use crate::client::{Client, ClientError, with_query};
use acredita_domain::Time;
use chrono::{DateTime, SecondsFormat, TimeDelta};
use serde_json::Value;

/// The most events in one answer.
pub const PAGE: usize = 100;

pub struct Feed {
    client: Client,
    /// Where the list begins that the cursor belongs to: `None` is before the first event.
    from: Option<Time>,
    cursor: Option<String>,
    /// The time of the latest event.
    latest: Option<Time>,
}

impl Feed {
    /// What comes after the newest event that there is.
    pub async fn from_now(client: Client) -> Result<Self, ClientError> {
        let newest = client.get("/events?limit=1".to_owned()).await?;
        let from = newest["events"][0].is_object().then(|| created_at(&newest["events"][0])).transpose()?;
        // Events have a time to the millisecond.
        let from = from.map(|at| at + TimeDelta::milliseconds(1));
        Ok(Self { client, from, cursor: None, latest: from })
    }

    /// The next events, the oldest first: none if there are none yet, [`PAGE`] if there may be more.
    pub async fn next(&mut self) -> Result<Vec<Value>, ClientError> {
        let from = self.from.map(|from| from.to_rfc3339_opts(SecondsFormat::Millis, true));
        let path = with_query(
            "/events",
            &[
                ("order", Some("asc".to_owned())),
                ("limit", Some(PAGE.to_string())),
                ("created_from", from),
                ("cursor", self.cursor.clone()),
            ],
        );
        let mut answer = match self.client.get(path).await {
            // The machine slept for longer than a cursor is good. The latest event comes twice then.
            Err(ClientError::Refused { status: 400, .. }) if self.cursor.take().is_some() => {
                self.from = self.latest;
                return Ok(Vec::new());
            }
            answer => answer?,
        };
        let Value::Array(events) = answer["events"].take() else {
            return Err(ClientError::Unintelligible("the list of events"));
        };
        self.cursor = answer["next_cursor"].as_str().map(str::to_owned);
        if let Some(last) = events.last() {
            self.latest = Some(created_at(last)?);
        }
        Ok(events)
    }
}

fn created_at(event: &Value) -> Result<Time, ClientError> {
    let at = event["created_at"].as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    at.map(|at| at.to_utc()).ok_or(ClientError::Unintelligible("the list of events"))
}
