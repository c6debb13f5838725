//! Scorings.

use super::{
    Corrupt, DuePartitions, GRACE, Item, Key, check_schema, decode_log,
    due::set_due,
    event::set_log,
    if_there, json,
    listed::{encode_score, set_lookups, set_record},
    millis, number, read_json, read_number, read_parsed, read_text, read_time,
    records::{read_taken_once, set_taken_once},
    set_ttl, text,
};
use acredita_domain::{
    Time,
    actor::Actor,
    records::RecordKind,
    scoring::{DocumentKind, MaxScoreRetries, Provider, Scoring},
};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The immutable request: `terms`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms<'a> {
    document: Option<DocumentKind>,
    declared: Option<Cow<'a, Actor>>,
    provider: Provider,
    max_retries: MaxScoreRetries,
}

/// Whether a scoring is erased together with an identification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is due on its own.
    Alone,
    /// Its identification is due.
    Linked,
}

/// It may be dropped some days after its retention.
pub(crate) fn encode_scoring(scoring: &Scoring, standing: Standing, keep_until: Time) -> Item {
    let mut item = Key::scoring(scoring.id).item();
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    let terms = Terms {
        document: scoring.document,
        declared: scoring.declared.as_ref().map(Cow::Borrowed),
        provider: scoring.provider,
        max_retries: scoring.max_retries,
    };
    set("org", text(&scoring.org));
    set("version", number(scoring.version));
    set("closed", AttributeValue::Bool(scoring.closed));
    set("retries_used", number(scoring.retries_used));
    set("created_at", millis(scoring.created_at));
    set("expires_at", millis(scoring.expires_at));
    set("terms", json(&terms));
    if !scoring.reference.is_empty() {
        set("reference", json(&scoring.reference));
    }
    set("captures", json(&scoring.captures));
    if !scoring.sightings.is_empty() {
        set("sightings", json(&scoring.sightings));
    }
    if !scoring.reviews.is_empty() {
        set("reviews", json(&scoring.reviews));
    }
    if let Some(delegation) = &scoring.delegation {
        set("delegation", json(delegation));
    }
    if let Some(assessment) = &scoring.assessment {
        set("assessment", json(assessment));
        set("score", encode_score(assessment.verdict.score));
    }
    if let Some(identification) = scoring.identification {
        set("identification_id", text(identification));
    }
    if let Some(membership) = &scoring.membership {
        set("chain", json(membership));
    }
    set_log(&mut item, scoring.log.as_ref());
    set_taken_once(&mut item, &scoring.once);
    set_lookups(&mut item, &scoring.lookups);
    if standing == Standing::Alone {
        set_due(&mut item, DuePartitions::Ends.of(&scoring.id.to_string()), scoring.expires_at);
        let record = (scoring.id.into(), RecordKind::Scoring);
        set_record(&mut item, &scoring.org, record, scoring.created_at, &scoring.reference);
    }
    set_ttl(&mut item, keep_until + GRACE);
    item
}

pub(crate) fn decode_scoring(item: &Item) -> Result<Scoring, Corrupt> {
    check_schema(item)?;
    let terms: Terms<'static> = read_json(item, "terms")?;
    Ok(Scoring {
        id: read_text(item, "pk")?.strip_prefix("SCO#").and_then(|id| id.parse().ok()).ok_or(Corrupt("scoring id"))?,
        org: read_parsed(item, "org")?,
        document: terms.document,
        declared: terms.declared.map(Cow::into_owned),
        provider: terms.provider,
        max_retries: terms.max_retries,
        reference: if_there(item, "reference", read_json)?.unwrap_or_default(),
        retries_used: read_number(item, "retries_used")?,
        closed: *item.get("closed").and_then(|value| value.as_bool().ok()).ok_or(Corrupt("closed"))?,
        assessment: if_there(item, "assessment", read_json)?,
        captures: read_json(item, "captures")?,
        delegation: if_there(item, "delegation", read_json)?,
        sightings: if_there(item, "sightings", read_json)?.unwrap_or_default(),
        reviews: if_there(item, "reviews", read_json)?.unwrap_or_default(),
        created_at: read_time(item, "created_at")?,
        expires_at: read_time(item, "expires_at")?,
        version: read_number(item, "version")?,
        identification: if_there(item, "identification_id", read_parsed)?,
        membership: if_there(item, "chain", read_json)?,
        log: decode_log(item)?,
        once: read_taken_once(item)?,
        lookups: if_there(item, "lookups", read_json)?.unwrap_or_default(),
    })
}
