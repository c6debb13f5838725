//! Exports: what is known of them and of their files.

use super::{
    Corrupt, DuePartitions, GRACE, Item, Key, check_schema, decode_log, due::set_due, event::set_log, if_there, json,
    millis, number, read_json, read_number, read_parsed, read_text, read_time, set_ttl, text,
};
use acredita_domain::{events::Log, exports::Export, ids::ExportId, ports::limits::REKICK_AFTER};

impl Key {
    pub fn export(id: ExportId) -> Self {
        Self::alone(format!("EXP#{id}"))
    }
}

/// One that nobody has taken up yet. Due a minute later, and from then on whenever nobody works on it, or at its end; the
/// table may drop it some days after that.
pub(crate) fn encode_export(export: &Export, log: &Log) -> Item {
    let mut item = Key::export(export.id).item();
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    set("org", text(&export.org));
    set("columns", text(export.columns));
    set("created_from", millis(export.from));
    set("created_to", millis(export.to));
    set("requested_at", millis(export.requested_at));
    set("expires_at", millis(export.expires_at));
    set("status", text(export.status));
    if let Some(at) = export.ended_at {
        set("ended_at", millis(at));
    }
    set("progress", json(&export.progress));
    set("tries", number(export.tries));
    set_due(&mut item, DuePartitions::Ends.of(&export.id.to_string()), export.requested_at + REKICK_AFTER);
    set_log(&mut item, Some(log));
    set_ttl(&mut item, export.expires_at + GRACE);
    item
}

pub(crate) fn decode_export(item: &Item) -> Result<Export, Corrupt> {
    check_schema(item)?;
    Ok(Export {
        id: read_text(item, "pk")?.strip_prefix("EXP#").and_then(|id| id.parse().ok()).ok_or(Corrupt("export id"))?,
        org: read_parsed(item, "org")?,
        columns: read_parsed(item, "columns")?,
        from: read_time(item, "created_from")?,
        to: read_time(item, "created_to")?,
        requested_at: read_time(item, "requested_at")?,
        expires_at: read_time(item, "expires_at")?,
        status: read_parsed(item, "status")?,
        ended_at: if_there(item, "ended_at", read_time)?,
        progress: read_json(item, "progress")?,
        tries: read_number(item, "tries")?,
        log: decode_log(item)?.ok_or(Corrupt("log"))?,
    })
}
