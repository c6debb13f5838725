//! Which events an endpoint gets.

use crate::{events::EventType, invalid::Invalid};
use serde::{Deserialize, Serialize};

/// In one filter.
const MOST: usize = 64;

/// Types of later steps (contract §9): an endpoint may wait for them.
const LATER: &[&str] = &[
    "review.opened",
    "review.claimed",
    "review.released",
    "review.approved",
    "review.rejected",
    "review.withdrawn",
    "record.viewed",
    "record.searched",
    "record.exported",
    "evidence.issued",
    "link.created",
    "link.opened",
    "link.revoked",
    "settings.updated",
];

/// What there is to choose from.
fn types() -> impl Iterator<Item = &'static str> {
    EventType::ALL.iter().map(|kind| kind.as_str()).chain(LATER.iter().copied())
}

/// A filter: exact types, `kind.*`, or `*` for all. At least one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventTypes(Vec<String>);

impl EventTypes {
    /// Every event.
    pub fn all() -> Self {
        Self(vec!["*".to_owned()])
    }

    /// The filter of these patterns, each once.
    pub fn of(patterns: impl IntoIterator<Item = String>) -> Result<Self, Invalid> {
        let mut kept: Vec<String> = Vec::new();
        for pattern in patterns {
            if !kept.contains(&pattern) {
                kept.push(pattern);
            }
        }
        match kept.len() {
            0 => Err(Invalid("is empty")),
            1..=MOST => Ok(Self(kept)),
            _ => Err(Invalid("has more than 64 entries")),
        }
    }

    /// Refuses what no event could match.
    pub fn pattern(text: &str) -> Result<String, Invalid> {
        let text = text.to_ascii_lowercase();
        let of_kind = |prefix: &str| prefix.ends_with('.') && types().any(|known| known.starts_with(prefix));
        let known = text == "*" || types().any(|known| known == text) || text.strip_suffix('*').is_some_and(of_kind);
        crate::text::checked(&text, known, "is neither a type of events, nor kind.*, nor *")
    }

    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    pub fn matches(&self, kind: &str) -> bool {
        let of_kind = |pattern: &str| pattern.strip_suffix('*').is_some_and(|prefix| kind.starts_with(prefix));
        self.0.iter().any(|pattern| pattern == kind || of_kind(pattern))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(patterns: &[&str]) -> EventTypes {
        let patterns = patterns.iter().map(|text| EventTypes::pattern(text).expect("a pattern"));
        EventTypes::of(patterns).expect("a filter")
    }

    #[test]
    fn a_filter_takes_exact_types_kinds_and_everything() {
        for (patterns, taken, left) in [
            (&["*"][..], &["identification.validated", "settings.updated"][..], &[][..]),
            (&["identification.*"], &["identification.created"], &["scoring.created"]),
            (
                &["scoring.scored", "pictures.*"],
                &["scoring.scored", "pictures.viewed"],
                &["scoring.created", "identification.created"],
            ),
        ] {
            let filter = filter(patterns);
            assert!(taken.iter().all(|kind| filter.matches(kind)), "{patterns:?}");
            assert!(!left.iter().any(|kind| filter.matches(kind)), "{patterns:?}");
        }
    }

    #[test]
    fn every_type_of_events_can_be_chosen() {
        for kind in EventType::ALL {
            assert_eq!(EventTypes::pattern(kind.as_str()).as_deref(), Ok(kind.as_str()));
        }
    }

    #[test]
    fn what_matches_nothing_is_refused() {
        for text in [
            "",
            "**",
            "*.*",
            "identification",
            "identification.",
            "identification.val*",
            "other.*",
            ".*",
            "identification.unheard_of",
            "webhook_endpoint.ping",
        ] {
            assert!(EventTypes::pattern(text).is_err(), "{text}");
        }
        assert!(EventTypes::of([]).is_err());
    }

    #[test]
    fn the_case_does_not_matter_and_is_not_kept() {
        assert_eq!(EventTypes::pattern("Identification.*").as_deref(), Ok("identification.*"));
    }

    #[test]
    fn the_same_entry_counts_once() {
        assert_eq!(filter(&["chain.*", "*", "chain.*"]).as_slice(), ["chain.*", "*"]);
    }
}
