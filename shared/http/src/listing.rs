//! What all lists have in common.

use crate::{
    fault::{Faults, Place},
    request::RequestReader,
};
use acredita_domain::{Invalid, Time};
use chrono::{DateTime, Utc};
use std::str::FromStr;

/// The most entries in one answer, and how many if nothing else is asked for.
const MOST: usize = 100;
const USUAL: usize = 50;

/// How many entries a request asks for, by its query.
pub fn limit(request: &RequestReader<'_>, faults: &mut Faults) -> usize {
    let Some(text) = request.query("limit", faults) else { return USUAL };
    let limit = text.trim().parse().ok().filter(|limit| (1..=MOST).contains(limit));
    faults.value(Place::Query("limit"), limit.ok_or(Invalid("is not an integer from 1 to 100"))).unwrap_or(USUAL)
}

/// A parameter of the query that may be absent.
pub fn read<T: FromStr<Err = Invalid>>(
    request: &RequestReader<'_>,
    name: &'static str,
    faults: &mut Faults,
) -> Option<T> {
    let text = request.query(name, faults)?;
    faults.value(Place::Query(name), text.trim().parse())
}

/// A time of RFC 3339.
pub struct Moment(pub Time);

impl FromStr for Moment {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let at = DateTime::parse_from_rfc3339(text).map_err(|_| Invalid("is not a time of RFC 3339"))?;
        Ok(Self(at.with_timezone(&Utc)))
    }
}
