//! `acredita events`: lists the events of a service, and has one sent again.

use crate::client::{Call, Client, ClientError, ServiceArgs, visible, with_query};
use acredita_domain::{
    events::EventType,
    ids::{EndpointId, EventId, SubjectId},
};
use chrono::{DateTime, FixedOffset, SecondsFormat};
use clap::{Args, Subcommand, ValueEnum};
use http::Method;
use serde_json::{Value, json};
use std::io::{self, Write};

#[derive(Subcommand)]
pub enum EventsCommand {
    /// List events, the newest first
    List(ListArgs),
    /// Have an event sent to an endpoint again
    Resend(ResendArgs),
}

#[derive(Args)]
pub struct ListArgs {
    #[command(flatten)]
    service: ServiceArgs,
    /// Only events of this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<EventType>,
    /// Only events of this subject: any of its ids
    #[arg(long)]
    subject_id: Option<SubjectId>,
    /// Only events from this time on
    #[arg(long, value_name = "TIME")]
    created_from: Option<DateTime<FixedOffset>>,
    /// Only events before this time
    #[arg(long, value_name = "TIME")]
    created_to: Option<DateTime<FixedOffset>>,
    /// The newest first, or the oldest. Without --subject-id, `asc` lists only what is older than 5 seconds
    #[arg(long, value_enum, default_value_t)]
    order: Sorted,
    /// At most this many
    #[arg(long, default_value = "50", value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: u32,
    /// Go on with the list that ended with this cursor, with the same filter
    #[arg(long)]
    cursor: Option<String>,
    /// Print the answer of the API
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Sorted {
    Asc,
    #[default]
    Desc,
}

#[derive(Args)]
pub struct ResendArgs {
    #[command(flatten)]
    service: ServiceArgs,
    /// The event
    event_id: EventId,
    /// The endpoint
    #[arg(long, value_name = "ENDPOINT_ID")]
    endpoint: EndpointId,
}

#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

pub async fn events(command: EventsCommand) -> Result<(), EventsError> {
    match command {
        EventsCommand::List(args) => list(args).await,
        EventsCommand::Resend(args) => resend(args).await,
    }
}

async fn list(args: ListArgs) -> Result<(), EventsError> {
    let ListArgs { service, kind, subject_id, created_from, created_to, order, limit, cursor, json } = args;
    let moment = |time: Option<DateTime<FixedOffset>>| {
        time.map(|time| time.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    };
    let order = match order {
        Sorted::Asc => "asc",
        Sorted::Desc => "desc",
    };
    let path = with_query(
        "/events",
        &[
            ("type", kind.map(|kind| kind.to_string())),
            ("subject_id", subject_id.map(|id| id.to_string())),
            ("created_from", moment(created_from)),
            ("created_to", moment(created_to)),
            ("order", Some(order.to_owned())),
            ("limit", Some(limit.to_string())),
            ("cursor", cursor),
        ],
    );
    let answer = Client::of(service)?.get(path).await?;
    if json {
        return Ok(writeln!(io::stdout(), "{answer:#}")?);
    }
    writeln!(io::stdout(), "{}", table(&answer))?;
    match answer["next_cursor"].as_str() {
        Some(cursor) => Ok(writeln!(io::stderr(), "What comes next: --cursor {}", visible(cursor))?),
        None => Ok(()),
    }
}

/// One event a line.
fn table(answer: &Value) -> String {
    let events = answer["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let head = ["CREATED AT", "TYPE", "SUBJECT", "NUMBER", "BY", "EVENT"].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(head).chain(events.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; 6] = std::array::from_fn(width);
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn row(event: &Value) -> [String; 6] {
    let text = |value: &Value| visible(value.as_str().unwrap_or("?"));
    let created_at = event["created_at"].as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    [
        created_at.map_or("?".to_owned(), |at| at.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true)),
        text(&event["type"]),
        known_by(&event["subject"]),
        event["sequence"].to_string(),
        text(&event["by"]["kind"]),
        text(&event["event_id"]),
    ]
}

/// The id that a subject is known by on both sides.
pub fn known_by(subject: &Value) -> String {
    let mut ids = subject.as_object().into_iter().flatten();
    let id = ids.find(|(name, _)| name.ends_with("_id") && !name.starts_with("admin_")).and_then(|(_, id)| id.as_str());
    visible(id.unwrap_or("?"))
}

async fn resend(args: ResendArgs) -> Result<(), EventsError> {
    let ResendArgs { service, event_id, endpoint } = args;
    let call = Call::new(Method::POST, format!("/events/{event_id}/resend"));
    Client::of(service)?.send(call.json(&json!({ "endpoint_id": endpoint }))).await?;
    Ok(writeln!(io::stdout(), "{event_id} goes to {endpoint} again")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_its_columns_below_each_other() {
        let event = |kind: &str, sequence: u64| {
            json!({
                "event_id": "0197b2a4-93c0-7c3e-8a54-2f6f0b1f6c11", "type": kind, "created_at": "2026-11-20T08:33:00.120Z",
                "sequence": sequence, "by": { "kind": "SYSTEM" },
                "subject": { "kind": "IDENTIFICATION", "admin_identification_id": "3f", "identification_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7" },
            })
        };
        let answer = json!({ "events": [event("identification.sent", 12), event("scoring.scored", 3)] });
        assert_eq!(
            table(&answer),
            "\
CREATED AT            TYPE                 SUBJECT                               NUMBER  BY      EVENT
2026-11-20T08:33:00Z  identification.sent  7c9e6679-7425-40de-944b-e07fc1f90ae7  12      SYSTEM  0197b2a4-93c0-7c3e-8a54-2f6f0b1f6c11
2026-11-20T08:33:00Z  scoring.scored       7c9e6679-7425-40de-944b-e07fc1f90ae7  3       SYSTEM  0197b2a4-93c0-7c3e-8a54-2f6f0b1f6c11"
        );
    }
}
