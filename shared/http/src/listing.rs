//! What all lists have in common.

use crate::{
    fault::{Faults, Place},
    request::RequestReader,
};
use acredita_domain::Invalid;

/// The most entries in one answer, and how many if nothing else is asked for.
const MOST: usize = 100;
const USUAL: usize = 50;

/// How many entries a request asks for, by its query.
pub fn limit(request: &RequestReader<'_>, faults: &mut Faults) -> usize {
    let Some(text) = request.query("limit", faults) else { return USUAL };
    let limit = text.trim().parse().ok().filter(|limit| (1..=MOST).contains(limit));
    faults.value(Place::Query("limit"), limit.ok_or(Invalid("is not an integer from 1 to 100"))).unwrap_or(USUAL)
}
