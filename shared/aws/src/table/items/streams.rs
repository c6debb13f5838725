//! The partitions of streams: their events, and how far those have come at each endpoint.

use super::{Corrupt, Item, Key, read_parsed, read_text};
use acredita_domain::webhooks::{CursorId, Stream};

/// The beginning of the sort keys of cursors, which come after those of events.
pub(crate) const CURSORS: &str = "DLV#";

impl Key {
    /// The partition of a stream's events, and of how far they have come.
    pub fn events(stream: Stream) -> String {
        format!("EVT#{}", Self::stream(stream).pk)
    }

    /// The item that keeps the log of a stream's subject.
    pub fn stream(stream: Stream) -> Self {
        match stream {
            Stream::IdentificationId(id) => Self::identification(id),
            Stream::ScoringId(id) => Self::scoring(id),
            Stream::ChainId(id) => Self::chain(id),
            Stream::ReviewId(id) => Self::review(id),
            Stream::EndpointId(id) => Self::alone(format!("WHE#{id}")),
            Stream::SettingsId(id) => Self::settings(id),
            Stream::SearchId(id) => Self::search(id),
            Stream::ExportId(id) => Self::export(id),
        }
    }

    pub fn cursor(id: &CursorId) -> Self {
        match id {
            CursorId::Events { stream, endpoint, .. } => {
                Self { pk: Self::events(*stream), sk: format!("{CURSORS}{endpoint}") }
            }
            CursorId::Errand { endpoint, errand, .. } => {
                Self { pk: Self::events(Stream::EndpointId(*endpoint)), sk: format!("ERD#{errand}") }
            }
        }
    }
}

/// Whose progress an item is, by its key: `DLV#…` or `ERD#…`.
pub(super) fn read_cursor_id(item: &Item) -> Result<CursorId, Corrupt> {
    let org = read_parsed(item, "org")?;
    match (read_stream(item)?, read_text(item, "sk")?.split_once('#')) {
        (stream, Some(("DLV", endpoint))) => {
            Ok(CursorId::Events { org, stream, endpoint: endpoint.parse().map_err(|_| Corrupt("endpoint id"))? })
        }
        (Stream::EndpointId(endpoint), Some(("ERD", errand))) => {
            Ok(CursorId::Errand { org, endpoint, errand: errand.parse().map_err(|_| Corrupt("errand id"))? })
        }
        _ => Err(Corrupt("cursor")),
    }
}

/// The stream whose partition an item is in.
pub(super) fn read_stream(item: &Item) -> Result<Stream, Corrupt> {
    const PROBLEM: Corrupt = Corrupt("stream");
    match read_text(item, "pk")?.strip_prefix("EVT#").and_then(|subject| subject.split_once('#')) {
        Some(("IDN", id)) => id.parse().map(Stream::IdentificationId).map_err(|_| PROBLEM),
        Some(("SCO", id)) => id.parse().map(Stream::ScoringId).map_err(|_| PROBLEM),
        Some(("CHN", id)) => id.parse().map(Stream::ChainId).map_err(|_| PROBLEM),
        Some(("REV", id)) => id.parse().map(Stream::ReviewId).map_err(|_| PROBLEM),
        Some(("WHE", id)) => id.parse().map(Stream::EndpointId).map_err(|_| PROBLEM),
        Some(("SET", id)) => id.parse().map(Stream::SettingsId).map_err(|_| PROBLEM),
        Some(("EXP", id)) => id.parse().map(Stream::ExportId).map_err(|_| PROBLEM),
        Some(("SCH", id)) => id.parse().map(Stream::SearchId).map_err(|_| PROBLEM),
        _ => Err(PROBLEM),
    }
}
