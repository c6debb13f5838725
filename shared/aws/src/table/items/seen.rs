//! What was seen before.

use super::{Corrupt, Item, SLACK, check_schema, read_number, read_text};
use acredita_domain::{
    Time,
    ids::ScoringId,
    sightings::{Seen, SeenFor},
};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};

/// How long after the retention of its scorings the table may drop what was seen.
pub(crate) const SEEN_SLACK: TimeDelta = TimeDelta::days(7);

/// A scoring that saw something, as an element of the set `seen`.
pub(crate) fn seen_entry(person: &str, scoring: ScoringId) -> String {
    format!("{person}#{scoring}")
}

pub(crate) fn decode_seen(item: &Item) -> Result<Seen, Corrupt> {
    check_schema(item)?;
    let digest = read_text(item, "pk")?.rsplit('#').next().ok_or(Corrupt("sighting"))?.to_owned();
    let entries = item.get("seen").map_or(Ok(&[][..]), |set| set.as_ss().map(Vec::as_slice));
    let entries = entries.map_err(|_| Corrupt("seen"))?;
    let seen_for = |entry: &String| {
        let (person, scoring) = entry.split_once('#')?;
        Some(SeenFor { person: person.to_owned(), scoring: scoring.parse().ok()? })
    };
    Ok(Seen {
        digest,
        by: entries.iter().map(seen_for).collect::<Option<_>>().ok_or(Corrupt("seen"))?,
        revision: read_number(item, "revision")?,
        keep_until: DateTime::from_timestamp(read_number(item, "ttl")?, 0).ok_or(Corrupt("ttl"))? - SEEN_SLACK,
    })
}

/// When the count of a day may be dropped.
pub(crate) fn scorings_of_a_day_end(day: NaiveDate) -> Time {
    day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(1) + SLACK
}
